//! What can go wrong with a page, in words for the model and the user.
use std::time::Duration;

/// Why a page was not fetched. No message holds more of the URL that was asked for than its host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The URL is none that can be fetched.
    #[error(
        "The URL cannot be fetched: {0}. Give an http or https URL such as https://example.com/page."
    )]
    BadUrl(String),
    /// The host, or what its name leads to, is not a public one.
    #[error(
        "{host} is not fetched: {why}. Only public addresses are, unless the user lists the host \
         in the setting web.allow_hosts."
    )]
    Refused {
        /// The host of the URL.
        host: String,
        /// What it is, without a final period.
        why: String,
    },
    /// One redirect followed another.
    #[error("{host} redirects more than {limit} times. Try the address of the page itself.")]
    TooManyRedirects {
        /// The host of the last one.
        host: String,
        /// How many were followed.
        limit: usize,
    },
    /// A redirect that leads nowhere, or to where it must not.
    #[error("{host} redirects to where it cannot be followed: {why}.")]
    BadRedirect {
        /// The host that redirects.
        host: String,
        /// What is wrong, without a final period.
        why: String,
    },
    /// A redirect to a host that nobody allowed yet.
    #[error(
        "{host} redirects to another host, which was not followed. Fetch {to} if that is wanted."
    )]
    OtherHost {
        /// The host that redirects.
        host: String,
        /// Where to: an http or https URL of at most 8 KiB.
        to: String,
    },
    /// The time limit passed.
    #[error("{host} took longer than {} s. Try again, or fetch another page.", limit.as_secs_f32())]
    Timeout {
        /// The host that was waited for.
        host: String,
        /// The limit.
        limit: Duration,
    },
    /// The server could not be reached, or broke off.
    #[error("{host} cannot be reached: {cause}. Check the address and the network.")]
    Network {
        /// The host, or that of the proxy where it is the one.
        host: String,
        /// The innermost cause, without a final period.
        cause: String,
    },
    /// The body is packed in a way that was not asked for, or broken.
    #[error("The page of {host} cannot be unpacked: {why}.")]
    BadEncoding {
        /// The host.
        host: String,
        /// What is wrong, without a final period.
        why: String,
    },
    /// It is a PDF file.
    #[error("This is a PDF file{}, which cannot be read as text here. Look for the same in HTML or plain text.", shown_size(*bytes))]
    Pdf {
        /// Its size, where known.
        bytes: Option<u64>,
    },
    /// It is not text.
    #[error("This is not text but {content_type}{}. Only HTML, JSON and other text can be fetched.", shown_size(*bytes))]
    Binary {
        /// What the server says that it is, or what it looks like.
        content_type: String,
        /// Its size, where known.
        bytes: Option<u64>,
    },
    /// The page is such that it cannot be turned into text.
    #[error("The page of {host} cannot be turned into text. Fetch another page.")]
    Unreadable {
        /// The host.
        host: String,
    },
    /// The settings of the network are not usable; or there is no memory, no thread.
    #[error("{0}")]
    Setup(String),
}

fn shown_size(bytes: Option<u64>) -> String {
    bytes.map_or_else(String::new, |bytes| format!(" of {bytes} bytes"))
}

/// Why a search found nothing. No message holds a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// The query cannot be sent.
    #[error("The query cannot be sent: {0}.")]
    BadQuery(String),
    /// The provider's URL in the settings is not usable.
    #[error("The URL of the search provider is not usable: {0}. Correct it in the settings.")]
    BadUrl(String),
    /// The provider refuses the key.
    #[error(
        "{provider} refuses the key (status {status}){}. Check the key in the settings.",
        shown_words(words)
    )]
    Key {
        /// The provider's name.
        provider: &'static str,
        /// 401 or 403.
        status: u16,
        /// What it says, in one line; may be empty.
        words: String,
    },
    /// The provider wants fewer requests.
    #[error(
        "{provider} takes no more requests for now (status 429){}. Try again later.",
        shown_words(words)
    )]
    TooMany {
        /// The provider's name.
        provider: &'static str,
        /// What it says, in one line; may be empty.
        words: String,
    },
    /// The provider answers with another status than success.
    #[error("{provider} answers with status {status}{}.", shown_words(words))]
    Status {
        /// The provider's name.
        provider: &'static str,
        /// The status of HTTP.
        status: u16,
        /// What it says, in one line; may be empty.
        words: String,
    },
    /// The answer makes no sense.
    #[error("The answer of {provider} cannot be read: {why}.")]
    BadAnswer {
        /// The provider's name.
        provider: &'static str,
        /// What is wrong, without a final period.
        why: String,
    },
    /// The provider could not be reached, or took too long.
    #[error(
        "{provider} cannot be reached: {cause}. Check its URL in the settings and the network."
    )]
    Network {
        /// The provider's name.
        provider: &'static str,
        /// Why, without a final period.
        cause: String,
    },
    /// The settings of the network are not usable.
    #[error("{0}")]
    Setup(String),
}

fn shown_words(words: &str) -> String {
    match words.trim_end_matches('.') {
        "" => String::new(),
        words => format!(": {words}"),
    }
}

//! What the host does for servers: answers their questions, and hears what becomes of them.
use std::future::ready;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use crate::result::Block;
use crate::status::ServerStatus;

/// A folder that servers may work in, as a `file://` URI and a name for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The URI.
    pub uri: String,
    /// The name.
    pub name: String,
}

/// What a server wants to know from the user.
#[derive(Debug, Clone, PartialEq)]
pub enum Elicitation {
    /// Some values, by a flat JSON Schema.
    Form {
        /// Why, in the server's words.
        message: String,
        /// An object of properties of plain types.
        schema: Value,
    },
    /// That the user does something on a page.
    Url {
        /// Why, in the server's words.
        message: String,
        /// The page. The host shows the user where it leads before it opens it.
        url: String,
    },
}

/// What the user answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Elicited {
    /// The values, by their names; nothing for a page.
    Accepted(Map<String, Value>),
    /// The user said no.
    Declined,
    /// The user did not answer.
    Cancelled,
}

/// One message of the conversation that a server wants continued.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleMessage {
    /// Whether the model said it, else the user.
    pub is_assistant: bool,
    /// What was said.
    pub content: Vec<Block>,
}

/// A conversation that a server wants continued by the host's model.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleRequest {
    /// What was said so far.
    pub messages: Vec<SampleMessage>,
    /// The system prompt that the server wishes for, empty for none.
    pub system_prompt: String,
    /// At most this many tokens.
    pub max_tokens: u32,
    /// The temperature that the server wishes for.
    pub temperature: Option<f32>,
    /// Where to stop.
    pub stop_sequences: Vec<String>,
    /// Names of models that the server would like, best first. Only hints.
    pub model_hints: Vec<String>,
}

/// What the host's model said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampled {
    /// The text.
    pub text: String,
    /// The model that said it.
    pub model: String,
    /// Whether it was cut at the greatest number of tokens.
    pub is_cut: bool,
}

/// How grave a line of a server's log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// For those who work on the server.
    Debug,
    /// What happens.
    Info,
    /// What may go wrong.
    Warning,
    /// What went wrong.
    Error,
}

/// Where tokens of logins are kept between runs. They are secrets. Errors are sentences for the
/// user.
pub trait TokenStore: Send + Sync {
    /// What is kept by this name, a server's URL.
    fn load(&self, key: &str) -> BoxFuture<'_, Result<Option<String>, String>>;

    /// Keeps a text by this name, in place of what was there.
    fn save(&self, key: &str, secret: String) -> BoxFuture<'_, Result<(), String>>;

    /// Forgets what is kept by this name.
    fn remove(&self, key: &str) -> BoxFuture<'_, Result<(), String>>;
}

/// Keeps nothing, so that users log in anew in each run.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTokens;

impl TokenStore for NoTokens {
    fn load(&self, _key: &str) -> BoxFuture<'_, Result<Option<String>, String>> {
        ready(Ok(None)).boxed()
    }

    fn save(&self, _key: &str, _secret: String) -> BoxFuture<'_, Result<(), String>> {
        ready(Ok(())).boxed()
    }

    fn remove(&self, _key: &str) -> BoxFuture<'_, Result<(), String>> {
        ready(Ok(())).boxed()
    }
}

/// The host of the servers. Its methods are called from many tasks at once and must not block.
pub trait Peer: Send + Sync + 'static {
    /// The folders of the workspace.
    fn roots(&self) -> Vec<Root>;

    /// Asks the user. Dropped when the server takes its question back or ends.
    fn elicit(&self, server: &str, what: Elicitation) -> BoxFuture<'_, Elicited>;

    /// Asks the session's model, after the user allowed it. The error is a sentence for the
    /// server.
    fn sample(
        &self,
        server: &str,
        request: SampleRequest,
    ) -> BoxFuture<'_, Result<Sampled, String>>;

    /// A line of the server's log, bounded in length and rate.
    fn log(&self, server: &str, level: LogLevel, text: &str);

    /// The state of a server or its lists changed.
    fn changed(&self, status: &ServerStatus);

    /// Asks the user to log in to a server, and shows this page in a browser if they want to. The
    /// answer is whether it is shown; what the user does there comes back to this program by
    /// itself. A host that gives no answer of its own cannot show pages.
    fn open_url(&self, server: &str, url: &str) -> BoxFuture<'_, bool> {
        let _ = (server, url);
        ready(false).boxed()
    }

    /// Where tokens are kept. A host that gives no answer of its own keeps none.
    fn tokens(&self) -> Arc<dyn TokenStore> {
        Arc::new(NoTokens)
    }

    /// The HTTP client for servers that are reached over the network, made at first use. The
    /// error is a sentence for the user. Hosts with proxies or certificate authorities of their
    /// own give another than this plain one, which follows no redirections to other hosts.
    ///
    /// # Errors
    /// Why there is none.
    fn http_client(&self) -> Result<reqwest::Client, String> {
        crate::http::plain_client()
    }
}

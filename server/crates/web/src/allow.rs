//! The hosts that the user lets through although they are not public.
use reqwest::Url;

/// Entries of one list.
pub(crate) const MAX_ENTRIES: usize = 1_000;
/// Bytes of one entry: a name of DNS and a port.
pub(crate) const MAX_ENTRY: usize = 300;

/// The hosts of the setting `web.allow_hosts`: pages there are fetched wherever the name leads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedHosts(Vec<Entry>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// As URLs have it: in lower case, an IPv6 address in brackets.
    host: String,
    /// Whether names below it are meant, and not itself.
    is_below: bool,
    port: Option<u16>,
}

impl AllowedHosts {
    /// Reads entries such as `localhost`, `127.0.0.1:8080`, `[::1]`, `wiki.example.com` or
    /// `*.example.com`, which means all names below. Without a port, each port is meant.
    ///
    /// # Errors
    /// Names the first entry that is none, and says what to write.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut list = Vec::new();
        for entry in entries {
            if list.len() == MAX_ENTRIES {
                return Err(format!(
                    "web.allow_hosts has more than {MAX_ENTRIES} entries."
                ));
            }
            list.push(parse(entry.trim()).ok_or_else(|| {
                let shown: String = entry.chars().take(MAX_ENTRY).collect();
                format!(
                    "{shown:?} in web.allow_hosts is no host. Write a name or an address, with a \
                     port if you like, such as localhost:8080 or *.example.com."
                )
            })?);
        }
        Ok(Self(list))
    }

    /// Whether the URL's host is in the list.
    pub(crate) fn allow(&self, url: &Url) -> bool {
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return false;
        };
        let host = host.trim_end_matches('.');
        self.0.iter().any(|entry| {
            let is_host = match entry.is_below {
                true => host
                    .strip_suffix(entry.host.as_str())
                    .is_some_and(|start| start.len() > 1 && start.ends_with('.')),
                false => host == entry.host,
            };
            is_host && entry.port.is_none_or(|wanted| wanted == port)
        })
    }
}

fn parse(entry: &str) -> Option<Entry> {
    if entry.len() > MAX_ENTRY {
        return None;
    }
    let (is_below, rest) = match entry.strip_prefix("*.") {
        Some(rest) => (true, rest),
        None => (false, entry),
    };
    // The parser of URLs writes hosts as they are compared later. What is not a host and a port
    // must not become one by being cut off.
    if rest.is_empty() || rest.contains(['/', '\\', '?', '#', '@', '*', ' ', '\t', '\r', '\n']) {
        return None;
    }
    // A scheme without a port of its own, so that each port that is written shows.
    let url = Url::parse(&format!("http://{rest}/")).ok()?;
    let explicit = rest
        .rsplit_once(':')
        .filter(|(host, _)| !host.contains(':') || host.ends_with(']'))
        .map(|(_, port)| port.parse::<u16>());
    let port = explicit.transpose().ok()?;
    let host = url.host_str()?.trim_end_matches('.').to_owned();
    // Below an address there is nothing.
    if host.is_empty() || (is_below && is_literal(&url)) {
        return None;
    }
    Some(Entry {
        host,
        is_below,
        port,
    })
}

fn is_literal(url: &Url) -> bool {
    crate::route::literal(url).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(entries: &[&str], url: &str, expect: bool) {
        let list = AllowedHosts::parse(entries.iter().copied()).unwrap();
        assert_eq!(
            list.allow(&Url::parse(url).unwrap()),
            expect,
            "{entries:?} {url}"
        );
    }

    #[test]
    fn hosts_are_compared_as_urls_have_them() {
        check(&[], "http://localhost/", false);
        check(&["localhost"], "http://LOCALHOST:99/x", true);
        check(&["localhost"], "http://localhost./x", true);
        check(&["LocalHost:8080"], "http://localhost:8080/", true);
        check(&["localhost:8080"], "http://localhost:8081/", false);
        check(&["localhost:80"], "http://localhost/", true);
        check(&["localhost:80"], "https://localhost/", false);
        check(&["127.0.0.1"], "http://0x7f.1/", true);
        check(&["127.0.0.1"], "http://[::ffff:127.0.0.1]/", false);
        check(&["[::1]:5"], "http://[::1]:5/", true);
        check(&["[::1]"], "http://[::1]:5/", true);
        check(&["*.example.com"], "http://a.b.example.com/", true);
        check(&["*.example.com"], "http://example.com/", false);
        check(&["*.example.com"], "http://badexample.com/", false);
        check(&["example.com"], "http://a.example.com/", false);
        check(&["bücher.example"], "http://xn--bcher-kva.example/", true);
    }

    #[test]
    fn what_is_no_host_is_told() {
        for entry in [
            "",
            "*",
            "*.",
            "http://a",
            "a/b",
            "a@b",
            "a:b",
            "a:99999",
            "::1",
            "*.127.0.0.1",
            "a b",
            "[::1",
            "a*b",
            "*.*.a",
        ] {
            let error = AllowedHosts::parse([entry]).unwrap_err();
            assert!(error.contains("web.allow_hosts"), "{entry}: {error}");
        }
    }
}

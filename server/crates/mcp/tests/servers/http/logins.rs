//! Servers that want a login.
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aside_mcp::{
    Elicitation, Elicited, Http, LogLevel, Manager, McpError, Peer, Root, SampleRequest, Sampled,
    ServerConfig, ServerState, ServerStatus, Servers, TokenStore, Transport,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::json;

use super::site::{Site, guarded};
use crate::common::{call, called, limits, text};

/// What the user does when a page is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    /// Logs in.
    Agrees,
    /// Says no on the page.
    Refuses,
    /// Is not there.
    Nothing,
    /// Somebody else comes first, who does not know the state.
    IsForestalled,
}

/// A host whose user does this, with a browser.
struct Person {
    does: Does,
    shown: Mutex<Vec<String>>,
    kept: Arc<Kept>,
}

#[derive(Default)]
struct Kept(Mutex<BTreeMap<String, String>>);

impl Kept {
    fn all(&self) -> BTreeMap<String, String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl TokenStore for Kept {
    fn load(&self, key: &str) -> BoxFuture<'_, Result<Option<String>, String>> {
        let kept = self.all().remove(key);
        async move { Ok(kept) }.boxed()
    }

    fn save(&self, key: &str, secret: String) -> BoxFuture<'_, Result<(), String>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(key.to_owned(), secret);
        async { Ok(()) }.boxed()
    }

    fn remove(&self, key: &str) -> BoxFuture<'_, Result<(), String>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.remove(key);
        async { Ok(()) }.boxed()
    }
}

impl Peer for Person {
    fn roots(&self) -> Vec<Root> {
        Vec::new()
    }

    fn elicit(&self, _server: &str, _what: Elicitation) -> BoxFuture<'_, Elicited> {
        async { Elicited::Declined }.boxed()
    }

    fn sample(&self, _: &str, _: SampleRequest) -> BoxFuture<'_, Result<Sampled, String>> {
        async { Err("There is no model.".to_owned()) }.boxed()
    }

    fn log(&self, _server: &str, _level: LogLevel, _text: &str) {}

    fn changed(&self, _status: &ServerStatus) {}

    fn open_url(&self, _server: &str, url: &str) -> BoxFuture<'_, bool> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.push(url.to_owned());
        if self.does == Does::Nothing {
            return async { false }.boxed();
        }
        let visits = visits(self.does, url);
        // The browser is a program of its own.
        tokio::spawn(async move {
            for url in visits {
                let client = reqwest::Client::new();
                client.get(url).send().await.expect("the page is shown");
            }
        });
        async { true }.boxed()
    }

    fn tokens(&self) -> Arc<dyn TokenStore> {
        Arc::<Kept>::clone(&self.kept)
    }
}

/// Where the browser goes.
fn visits(does: Does, url: &str) -> Vec<String> {
    let url = reqwest::Url::parse(url).expect("it is a URL");
    let of = |name: &str| {
        let found = url.query_pairs().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    let (to, state) = (of("redirect_uri"), of("state"));
    assert_eq!(of("code_challenge_method"), "S256");
    assert!(of("code_challenge").len() > 20);
    let good = format!("{to}?code=the-code&state={state}");
    match does {
        Does::Agrees => vec![good],
        Does::Refuses => vec![format!("{to}?error=access_denied&state={state}")],
        Does::Nothing => Vec::new(),
        Does::IsForestalled => vec![
            format!("{to}?code=of-another&state=guessed"),
            to.replace("/callback", "/favicon.ico"),
            good,
        ],
    }
}

fn person(does: Does, kept: &Arc<Kept>) -> Arc<Person> {
    Arc::new(Person {
        does,
        shown: Mutex::default(),
        kept: Arc::clone(kept),
    })
}

fn manager(site: &Site, person: &Arc<Person>) -> Manager {
    let url = format!("{}/mcp", site.base);
    let transport = Transport::Http(Http {
        url,
        headers: BTreeMap::new(),
    });
    let servers = Servers {
        servers: vec![ServerConfig::new("bad", transport, "tests")],
        faults: Vec::new(),
    };
    Manager::new(servers, Arc::<Person>::clone(person), limits())
}

async fn site(is_good: impl Fn(&str) -> bool + Send + Sync + 'static) -> Site {
    Site::new(move |base, request| guarded(base, request, &is_good)).await
}

async fn check_login(does: Does) {
    let site = site(|token| token == "Bearer good-1").await;
    let kept = Arc::new(Kept::default());
    let first = person(does, &kept);
    let manager_of_first = manager(&site, &first);
    assert_eq!(
        text(&manager_of_first, "bad", "echo", json!({})).await,
        "done"
    );
    manager_of_first.close().await;
    // The code was exchanged with proof that it was asked for here.
    let requests = site.requests();
    let token = requests
        .iter()
        .find(|request| request.line.contains("/token"));
    let token = token.expect("a token was asked for");
    assert!(token.body.contains("code=the-code") && token.body.contains("code_verifier="));
    assert!(token.body.contains("resource="), "{}", token.body);
    // The token is kept by the server's URL, and another run needs no login.
    let all = kept.all();
    assert_eq!(
        all.keys().collect::<Vec<_>>(),
        [&format!("{}/mcp", site.base)]
    );
    let second = person(Does::Nothing, &kept);
    let manager_of_second = manager(&site, &second);
    assert_eq!(
        text(&manager_of_second, "bad", "echo", json!({})).await,
        "done"
    );
    assert!(second.shown.lock().expect("no one panicked").is_empty());
    manager_of_second.close().await;
}

#[tokio::test]
async fn the_user_logs_in_once() {
    check_login(Does::Agrees).await;
}

#[tokio::test]
async fn others_cannot_answer_for_the_user() {
    check_login(Does::IsForestalled).await;
}

async fn check_declined(does: Does) {
    let site = site(|_| false).await;
    let person = person(does, &Arc::default());
    let manager = manager(&site, &person);
    for _ in 0..2 {
        let error = called(&manager, call("bad", "echo", json!({}))).await;
        assert!(
            matches!(error, Err(McpError::NeedsAuth { .. })),
            "{error:?}"
        );
    }
    let status = manager.server("bad").expect("it is there");
    assert_eq!(status.state, ServerState::NeedsAuth);
    // They are asked once, and again only when somebody restarts it.
    assert_eq!(person.shown.lock().expect("no one panicked").len(), 1);
    let error = manager.restart("bad").await;
    assert!(
        matches!(error, Err(McpError::NeedsAuth { .. })),
        "{error:?}"
    );
    assert_eq!(person.shown.lock().expect("no one panicked").len(), 2);
    manager.close().await;
}

#[tokio::test]
async fn nobody_is_there_to_log_in() {
    check_declined(Does::Nothing).await;
}

#[tokio::test]
async fn the_user_says_no() {
    check_declined(Does::Refuses).await;
}

#[tokio::test]
async fn a_login_that_is_not_taken_is_an_error() {
    let site = site(|_| false).await;
    let person = person(Does::Agrees, &Arc::default());
    let manager = manager(&site, &person);
    let error = called(&manager, call("bad", "echo", json!({}))).await;
    let said = error.expect_err("it is refused").to_string();
    assert!(said.contains("refuses the login"), "{said}");
    assert!(!said.contains("good-1"), "{said}");
    manager.close().await;
}

#[tokio::test]
async fn a_token_that_is_taken_no_more_is_renewed() {
    let is_over = Arc::new(Mutex::new(false));
    let over = Arc::clone(&is_over);
    let site = site(move |token| {
        let is_over = *over.lock().unwrap_or_else(PoisonError::into_inner);
        token
            == if is_over {
                "Bearer good-2"
            } else {
                "Bearer good-1"
            }
    })
    .await;
    let person = person(Does::Agrees, &Arc::default());
    let manager = manager(&site, &person);
    assert_eq!(text(&manager, "bad", "echo", json!({})).await, "done");
    *is_over.lock().expect("no one panicked") = true;
    assert_eq!(text(&manager, "bad", "echo", json!({})).await, "done");
    assert_eq!(person.shown.lock().expect("no one panicked").len(), 1);
    manager.close().await;
}

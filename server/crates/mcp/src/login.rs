//! Logging in to servers of HTTP with the user's browser: OAuth 2.1 with PKCE, the authorization
//! server found from the server's challenge and asked to register this client, the answer taken
//! at a port of the loopback address.
//! Specification:
//! <https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization>.
use std::time::Duration;

use rmcp::transport::auth::AuthError;
use rmcp::transport::{AuthorizationManager, AuthorizationRequest, AuthorizationSession};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::config::Http;
use crate::http::{key, prepare};
use crate::peer::Peer;
use crate::result::cut;
use crate::vault::Vault;

/// How long the user may take to log in.
pub(crate) const LOGIN_TIME: Duration = Duration::from_secs(300);

/// How long finding and asking the authorization server may take.
pub(crate) const DISCOVERY_TIME: Duration = Duration::from_secs(60);

/// Requests that are taken at the port of the redirection, of whoever makes them.
pub(crate) const MAX_VISITS: usize = 64;

/// Bytes of such a request's head.
pub(crate) const MAX_VISIT_BYTES: usize = 16 * 1024;

/// How long such a request may take.
pub(crate) const VISIT_TIME: Duration = Duration::from_secs(10);

/// Bytes of what went wrong, in the words of the authorization server.
const MAX_REASON_BYTES: usize = 500;

/// What the browser shows at the end.
const DONE: &str = "You are logged in. This page can be closed.";

/// What the browser shows if the user said no.
const REFUSED: &str = "You are not logged in. This page can be closed.";

/// How a login ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Login {
    /// There is a token now.
    Done,
    /// Nobody is there to log in, or they would not.
    Declined,
    /// It failed for this reason, a sentence.
    Failed(String),
}

/// A manager of logins to this server, which knows what is in the vault.
pub(crate) async fn manager(to: &Http, vault: &Vault) -> Result<AuthorizationManager, AuthError> {
    prepare();
    let mut manager = AuthorizationManager::new(key(&to.url)).await?;
    manager.set_credential_store(vault.clone());
    Ok(manager)
}

/// Lets the user log in.
pub(crate) async fn login(
    to: &Http,
    server: &str,
    host: &dyn Peer,
    vault: &Vault,
    challenge: &str,
) -> Login {
    let failed = |what: &str| Login::Failed(format!("The login failed: {what}."));
    let Ok(listener) = TcpListener::bind("127.0.0.1:0").await else {
        return failed("no port can be opened for the answer of the browser");
    };
    let Ok(address) = listener.local_addr() else {
        return failed("no port can be opened for the answer of the browser");
    };
    let redirect = format!("http://{address}/callback");
    let begun = timeout(DISCOVERY_TIME, begin(to, vault, challenge, &redirect)).await;
    let session = match begun {
        Ok(Ok(session)) => session,
        Ok(Err(error)) => return failed(&said(&error)),
        Err(_elapsed) => return failed("the authorization server does not answer"),
    };
    let Some(state) = parameter(session.get_authorization_url(), "state") else {
        return failed("the login has no state");
    };
    if !host.open_url(server, session.get_authorization_url()).await {
        return Login::Declined;
    }
    let answer = match timeout(LOGIN_TIME, visits(&listener, &redirect, &state)).await {
        Ok(Some(answer)) => answer,
        Ok(None) => return failed("nothing of use came back from the browser"),
        Err(_elapsed) => return Login::Declined,
    };
    if parameter(&answer, "code").is_none() {
        return match parameter(&answer, "error").as_deref() {
            Some("access_denied") => Login::Declined,
            error => failed(&cut(error.unwrap_or("there is no code"), MAX_REASON_BYTES)),
        };
    }
    match timeout(DISCOVERY_TIME, session.handle_callback_url(&answer)).await {
        Ok(Ok(_tokens)) => Login::Done,
        Ok(Err(error)) => failed(&said(&error)),
        Err(_elapsed) => failed("the authorization server does not answer"),
    }
}

async fn begin(
    to: &Http,
    vault: &Vault,
    challenge: &str,
    redirect: &str,
) -> Result<AuthorizationSession, AuthError> {
    let mut manager = manager(to, vault).await?;
    let found = manager
        .resolve_metadata_from_challenge(Some(challenge))
        .await?;
    manager.set_metadata(found.metadata);
    let request = AuthorizationRequest::new(redirect)
        .with_client_name("Aside")
        .with_initial_scope_selection();
    AuthorizationSession::new(manager, request)
        .await
        .map_err(|(_manager, error)| error)
}

/// Takes requests until the one that brings the answer, and gives its URL.
async fn visits(listener: &TcpListener, redirect: &str, state: &str) -> Option<String> {
    for _ in 0..MAX_VISITS {
        let Ok((mut stream, _)) = listener.accept().await else {
            continue;
        };
        let path = timeout(VISIT_TIME, path(&mut stream)).await;
        let Ok(Some(path)) = path else {
            continue;
        };
        let url = path
            .strip_prefix("/callback")
            .map(|rest| format!("{redirect}{rest}"));
        // Others than the browser may come by; they do not know the state.
        let answer = url.filter(|url| parameter(url, "state").as_deref() == Some(state));
        let (status, text) = match &answer {
            Some(url) if parameter(url, "code").is_some() => ("200 OK", DONE),
            Some(_) => ("200 OK", REFUSED),
            None => ("404 Not Found", ""),
        };
        let _ = timeout(VISIT_TIME, reply(&mut stream, status, text)).await;
        if answer.is_some() {
            return answer;
        }
    }
    None
}

/// The path and query that a request asks for.
async fn path(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() > MAX_VISIT_BYTES {
            return None;
        }
        let mut part = [0; 1024];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => head.extend_from_slice(part.get(..length)?),
        }
    }
    let head = String::from_utf8_lossy(&head);
    let mut words = head.lines().next()?.split(' ');
    (words.next() == Some("GET")).then_some(())?;
    words.next().map(str::to_owned)
}

async fn reply(stream: &mut TcpStream, status: &str, text: &str) -> std::io::Result<()> {
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{text}",
        text.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

/// A parameter of a URL's query.
fn parameter(url: &str, name: &str) -> Option<String> {
    let url = reqwest::Url::parse(url).ok()?;
    let mut pairs = url.query_pairs();
    pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
}

/// What went wrong. Texts of other errors may hold URLs with codes, or what a server sent.
fn said(error: &AuthError) -> String {
    match error {
        AuthError::AuthorizationFailed(_) => "the server refused it".to_owned(),
        AuthError::TokenExchangeFailed(_) => "the server gave no token".to_owned(),
        AuthError::PkceUnsupported => {
            "the authorization server does not support PKCE with S256".to_owned()
        }
        AuthError::RegistrationFailed(_) => {
            "the authorization server registers no new clients, so set an `Authorization` header \
             for the server"
                .to_owned()
        }
        AuthError::NoAuthorizationSupport => "the server names no authorization server".to_owned(),
        AuthError::AuthorizationServerMismatch { .. } => {
            "the answer came from another authorization server than the one asked".to_owned()
        }
        _ => "the authorization server cannot be used".to_owned(),
    }
}

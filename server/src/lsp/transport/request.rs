//! Requests to the client, with a time limit around them.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::runtime::Handle;
use tower_lsp::Client;
use tower_lsp::jsonrpc::{Error, Id, Request};
use tower_lsp::lsp_types;
use tower_service::Service;

/// Why there is no answer of the client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestError {
    /// The client took too long. It has been told by `$/cancelRequest`, and a late answer is
    /// ignored.
    #[error("the editor did not answer `{method}` within {} s", limit.as_secs_f32())]
    Timeout {
        /// The request's method.
        method: &'static str,
        /// How long was waited.
        limit: Duration,
    },
    /// The client answered with an error.
    #[error("the editor refused `{method}`: {error}")]
    Client {
        /// The request's method.
        method: &'static str,
        /// What it answered.
        error: Error,
    },
    /// The client answered with something else than the method's result.
    #[error("the editor's answer to `{method}` is not as expected: {error}")]
    Result {
        /// The request's method.
        method: &'static str,
        /// What is wrong with it.
        error: serde_json::Error,
    },
    /// The params cannot be written as JSON.
    #[error("the params of `{method}` are not JSON: {error}")]
    Params {
        /// The request's method.
        method: &'static str,
        /// What is wrong with them.
        error: serde_json::Error,
    },
    /// The connection ended first.
    #[error("the editor left before it answered `{method}`")]
    Closed {
        /// The request's method.
        method: &'static str,
    },
}

/// Asks the client, and waits at most `limit` for its answer, the wait for the client to read
/// included.
///
/// tower-lsp panics when an answer comes for a request whose future was dropped, so that future
/// lives in a task of its own until the answer comes or the process ends. When the limit passes,
/// or the returned future is dropped, the client is told by `$/cancelRequest`.
pub(crate) async fn request_with_timeout<R>(
    client: &Client,
    params: R::Params,
    limit: Duration,
) -> Result<R::Result, RequestError>
where
    R: lsp_types::request::Request,
{
    let method = R::METHOD;
    let params =
        serde_json::to_value(params).map_err(|error| RequestError::Params { method, error })?;
    let id = client.next_request_id();
    let mut request = Request::build(method).id(id.clone());
    if !params.is_null() {
        request = request.params(params);
    }
    let answer = tokio::spawn(client.clone().call(request.finish()));
    let mut unanswered = Unanswered {
        client,
        id: Some(id),
    };
    let joined = match tokio::time::timeout(limit, answer).await {
        Ok(joined) => joined,
        Err(_) => return Err(RequestError::Timeout { method, limit }),
    };
    unanswered.id = None;
    match joined {
        Ok(Ok(Some(response))) => {
            let result = response
                .into_parts()
                .1
                .map_err(|error| RequestError::Client { method, error })?;
            serde_json::from_value(result).map_err(|error| RequestError::Result { method, error })
        }
        Ok(Ok(None) | Err(_)) | Err(_) => Err(RequestError::Closed { method }),
    }
}

/// Tells the client that nobody waits any more, unless its answer came.
struct Unanswered<'a> {
    client: &'a Client,
    id: Option<Id>,
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        let (Some(id), Ok(runtime)) = (self.id.take(), Handle::try_current()) else {
            return;
        };
        let id = match id {
            Id::Number(number) => Value::from(number),
            Id::String(text) => Value::from(text),
            Id::Null => return,
        };
        let cancel = Request::build("$/cancelRequest")
            .params(json!({ "id": id }))
            .finish();
        runtime.spawn(self.client.clone().call(cancel));
    }
}

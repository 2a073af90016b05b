//! A small HTTP server: a server of tools, and the authorization server it trusts.
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// An answer: status, headers and body.
pub(crate) struct Answer(
    pub(crate) u16,
    pub(crate) Vec<(&'static str, String)>,
    pub(crate) String,
);

type Behave = Arc<dyn Fn(&str, &Request) -> Answer + Send + Sync>;

/// The server. It ends when it is dropped.
pub(crate) struct Site {
    pub(crate) base: String,
    requests: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Site {
    /// A server that answers so, told its own address.
    pub(crate) async fn new(
        behave: impl Fn(&str, &Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let base = format!("http://{address}");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let behave: Behave = Arc::new(behave);
        let task = tokio::spawn(accept(
            listener,
            base.clone(),
            Arc::clone(&requests),
            behave,
        ));
        Self {
            base,
            requests,
            task,
        }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        let requests = self.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn accept(
    listener: TcpListener,
    base: String,
    requests: Arc<Mutex<Vec<Request>>>,
    behave: Behave,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (base, behave) = (base.clone(), Arc::clone(&behave));
        let requests = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut stream = BufReader::new(stream);
            if let Some(request) = read(&mut stream).await {
                keep(&requests, &request);
                write(stream.into_inner(), behave(&base, &request)).await;
            }
        });
    }
}

fn keep(requests: &Mutex<Vec<Request>>, request: &Request) {
    let mut requests = requests.lock().unwrap_or_else(PoisonError::into_inner);
    requests.push(request.clone());
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).await.ok()?;
        let Some((name, value)) = header.trim().split_once(": ") else {
            break;
        };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length");
    let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request {
        line: line.trim().to_owned(),
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

async fn write(mut stream: TcpStream, Answer(status, headers, body): Answer) {
    let mut head = format!("HTTP/1.1 {status} Status\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    // The other side may have gone.
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(body.as_bytes()).await;
    let _ = stream.shutdown().await;
}

pub(crate) fn of_json(status: u16, body: &Value) -> Answer {
    let kind = ("Content-Type", "application/json".to_owned());
    Answer(status, vec![kind], body.to_string())
}

pub(crate) fn nothing(status: u16) -> Answer {
    Answer(status, Vec::new(), String::new())
}

/// What a server of one tool says to a message.
pub(crate) fn tools(request: &Request) -> Answer {
    if !request.line.starts_with("POST ") {
        return nothing(405);
    }
    let message: Value = serde_json::from_str(&request.body).unwrap_or_default();
    let Some(id) = message.get("id") else {
        return nothing(202);
    };
    let result = match message["method"].as_str().unwrap_or_default() {
        "initialize" => json!({
            "protocolVersion": message["params"]["protocolVersion"],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "site", "version": "1"},
        }),
        "tools/list" => json!({"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]}),
        "tools/call" => json!({"content": [{"type": "text", "text": "done"}]}),
        _ => {
            let error = json!({"code": -32601, "message": "unknown"});
            return of_json(200, &json!({"jsonrpc": "2.0", "id": id, "error": error}));
        }
    };
    of_json(200, &json!({"jsonrpc": "2.0", "id": id, "result": result}))
}

/// The same behind a login, which gives the token `good-1`, and `good-2` when that is renewed.
pub(crate) fn guarded(base: &str, request: &Request, is_good: &dyn Fn(&str) -> bool) -> Answer {
    let path = request.line.split(' ').nth(1).unwrap_or_default();
    match path {
        "/mcp" => {
            let token = request.headers.get("authorization");
            if token.is_some_and(|token| is_good(token)) {
                return tools(request);
            }
            let challenge = format!(
                "Bearer resource_metadata=\"{base}/.well-known/oauth-protected-resource/mcp\", \
                 scope=\"tools\""
            );
            Answer(401, vec![("WWW-Authenticate", challenge)], String::new())
        }
        "/.well-known/oauth-protected-resource/mcp" => of_json(
            200,
            &json!({"resource": format!("{base}/mcp"), "authorization_servers": [base]}),
        ),
        "/.well-known/oauth-authorization-server" => of_json(
            200,
            &json!({
                "issuer": base,
                "authorization_endpoint": format!("{base}/authorize"),
                "token_endpoint": format!("{base}/token"),
                "registration_endpoint": format!("{base}/register"),
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
            }),
        ),
        "/register" => {
            let asked: Value = serde_json::from_str(&request.body).unwrap_or_default();
            let uris = asked["redirect_uris"].clone();
            of_json(
                201,
                &json!({"client_id": "client-1", "client_name": "Aside", "redirect_uris": uris}),
            )
        }
        "/token" => {
            let token = match request.body.contains("grant_type=refresh_token") {
                true => "good-2",
                false => "good-1",
            };
            of_json(
                200,
                &json!({
                    "access_token": token,
                    "token_type": "bearer",
                    "expires_in": 3600,
                    "refresh_token": "again",
                    "scope": "tools",
                }),
            )
        }
        _ => nothing(404),
    }
}

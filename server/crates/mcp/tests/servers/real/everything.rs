//! `@modelcontextprotocol/server-everything`, over both transports.
use std::path::Path;
use std::process::Stdio as Pipe;
use std::sync::Arc;
use std::time::Duration;

use aside_mcp::{
    Block, Elicitation, Http, Manager, McpError, ServerConfig, ServerState, Transport,
};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

use super::{folder, npm};
use crate::common::{Host, PATIENCE, call, called, manager, text, text_of, watched};

const PROGRAM: &str = "mcp-server-everything";

/// The server, and over HTTP its process, which ends when it is dropped.
struct Server {
    manager: Manager,
    host: Arc<Host>,
    _process: Option<Child>,
}

fn host() -> Arc<Host> {
    let answer = json!({"name": "Ada", "check": true, "firstLine": "one", "integer": 7});
    Host::new(&[Path::new("/project")], answer.as_object().cloned())
}

fn over_stdio(test: &str) -> Option<Server> {
    let host = host();
    Some(Server {
        manager: manager(&host, vec![npm(test, PROGRAM, &["stdio"])?]),
        host,
        _process: None,
    })
}

async fn over_http(test: &str) -> Option<Server> {
    let (process, url) = serve(test).await?;
    let transport = Transport::Http(Http {
        url,
        headers: [("X-Team".to_owned(), "tests".to_owned())].into(),
    });
    let host = host();
    let config = ServerConfig::new("server", transport, "tests");
    Some(Server {
        manager: manager(&host, vec![config]),
        host,
        _process: Some(process),
    })
}

/// How many ports are tried.
const PORTS: usize = 3;

/// Starts the server of HTTP at a free port. Another may take the port before the server has it:
/// then another one is tried.
async fn serve(test: &str) -> Option<(Child, String)> {
    let program = folder(test)?.join("npm/node_modules/.bin").join(PROGRAM);
    for _ in 0..PORTS {
        if let Some(served) = serve_once(&program).await {
            return Some(served);
        }
    }
    panic!("the server did not listen");
}

/// Starts it, and waits until it listens or ends.
#[allow(
    clippy::disallowed_methods,
    reason = "the server under test is started as a person would"
)]
async fn serve_once(program: &Path) -> Option<(Child, String)> {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let port = free.local_addr().expect("it has an address").port();
    drop(free);
    let mut process = Command::new(program)
        .arg("streamableHttp")
        .env("PORT", port.to_string())
        .stdin(Pipe::null())
        .stdout(Pipe::null())
        .stderr(Pipe::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the server starts");
    let stderr = process.stderr.take().expect("it has a standard error");
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if line.contains("listening") {
            // What it says later must not hold it up.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Some((process, format!("http://127.0.0.1:{port}/mcp")));
        }
    }
    None
}

/// Runs a check over each transport.
macro_rules! over_both {
    ($($name:ident),* $(,)?) => {
        mod stdio {
            $(
                #[tokio::test]
                async fn $name() {
                    if let Some(server) = super::over_stdio(stringify!($name)) {
                        super::$name(&server).await;
                        server.manager.close().await;
                    }
                }
            )*
        }
        mod http {
            $(
                #[tokio::test]
                async fn $name() {
                    if let Some(server) = super::over_http(stringify!($name)).await {
                        super::$name(&server).await;
                        server.manager.close().await;
                    }
                }
            )*
        }
    };
}

over_both!(
    tools_are_listed_and_called,
    results_of_all_kinds,
    prompts_and_resources,
    progress_extends_the_time,
    a_cancelled_call_ends,
    a_silent_call_ends,
    the_user_is_asked,
    the_model_is_asked,
    folders_are_told,
    calls_go_on_beside_each_other,
    a_restart_begins_anew,
);

async fn tools_are_listed_and_called(server: &Server) {
    let tools = server.manager.tools("server").await.expect("it has tools");
    let echo = tools.iter().find(|tool| tool.name == "echo").expect("echo");
    assert_eq!(echo.wire_name, "mcp__server__echo");
    assert!(echo.input_schema.contains_key("properties"));
    assert_eq!(
        server.manager.find("mcp__server__echo"),
        Some(("server".to_owned(), "echo".to_owned()))
    );
    let said = text(&server.manager, "server", "echo", json!({"message": "hi"})).await;
    assert_eq!(said, "Echo: hi");
    let sum = text(
        &server.manager,
        "server",
        "get-sum",
        json!({"a": 2, "b": 3}),
    )
    .await;
    assert!(sum.contains('5'), "{sum}");
    // Bad arguments are an answer for the model, not an end of anything.
    let bad = called(&server.manager, call("server", "get-sum", json!({"a": []}))).await;
    match bad {
        Ok(result) => assert!(result.is_error),
        Err(McpError::Refused { .. }) => {}
        Err(error) => panic!("{error}"),
    }
    let status = server.manager.server("server").expect("it is there");
    assert_eq!(status.state, ServerState::Ready);
    assert!(status.instructions.len() > 10);
}

async fn results_of_all_kinds(server: &Server) {
    let manager = &server.manager;
    let image = called(manager, call("server", "get-tiny-image", json!({}))).await;
    let image = image.expect("it gives a picture");
    let has_image = image.content.iter().any(|block| {
        matches!(block, Block::Image { mime_type, data } if mime_type == "image/png" && data.len() > 100)
    });
    assert!(has_image);
    let of = json!({"location": "New York"});
    let structured = called(manager, call("server", "get-structured-content", of)).await;
    let structured = structured.expect("it gives a value").structured;
    assert!(structured.is_some_and(|value| value.get("temperature").is_some()));
    let links = called(
        manager,
        call("server", "get-resource-links", json!({"count": 3})),
    )
    .await;
    let links = links.expect("it gives links").content;
    let count = links
        .iter()
        .filter(|block| matches!(block, Block::Link { .. }));
    assert_eq!(count.count(), 3);
    let of = json!({"resourceType": "Text", "resourceId": 1});
    let resource = called(manager, call("server", "get-resource-reference", of)).await;
    let resource = resource.expect("it gives a resource").content;
    assert!(
        resource
            .iter()
            .any(|block| matches!(block, Block::Resource(_)))
    );
}

async fn prompts_and_resources(server: &Server) {
    let manager = &server.manager;
    let prompts = manager.prompts("server").await.expect("it has prompts");
    let prompt = prompts
        .iter()
        .find(|prompt| prompt.arguments.iter().any(|argument| argument.required))
        .expect("one takes arguments");
    let arguments = prompt
        .arguments
        .iter()
        .map(|argument| (argument.name.clone(), "Oslo".to_owned()))
        .collect();
    let messages = manager.get_prompt("server", &prompt.name, arguments).await;
    let messages = messages.expect("the prompt speaks");
    assert!(!messages.is_empty());
    let resources = manager.resources("server").await.expect("it has resources");
    let first = resources.first().expect("there is one");
    let read = manager.read_resource("server", &first.uri).await;
    assert_eq!(read.expect("it can be read").len(), 1);
    let missing = manager.read_resource("server", "demo://nothing").await;
    assert!(missing.is_err());
}

async fn progress_extends_the_time(server: &Server) {
    let of = json!({"duration": 4, "steps": 16});
    let mut long = call("server", "trigger-long-running-operation", of);
    // Shorter than the whole, longer than each step.
    long.idle_timeout = Some(Duration::from_secs(3));
    let progress = watched(&mut long);
    let result = called(&server.manager, long).await.expect("it ends");
    assert!(text_of(&result).contains("completed"));
    let done: Vec<f64> = progress
        .lock()
        .expect("no one panicked")
        .iter()
        .map(|progress| progress.done)
        .collect();
    assert!(done.len() >= 4 && done.is_sorted(), "{done:?}");
}

async fn a_cancelled_call_ends(server: &Server) {
    let of = json!({"duration": 100_000, "steps": 100_000});
    let mut long = call("server", "trigger-long-running-operation", of);
    let cancel = CancellationToken::new();
    long.cancel = cancel.clone();
    long.on_progress = Arc::new(move |_| cancel.cancel());
    let result = called(&server.manager, long).await;
    let server_name = "server".to_owned();
    assert_eq!(
        result,
        Err(McpError::Cancelled {
            server: server_name
        })
    );
    let said = text(&server.manager, "server", "echo", json!({"message": "on"})).await;
    assert_eq!(said, "Echo: on");
}

async fn a_silent_call_ends(server: &Server) {
    let of = json!({"duration": 1000, "steps": 1});
    let mut long = call("server", "trigger-long-running-operation", of);
    long.idle_timeout = Some(Duration::from_millis(300));
    let result = called(&server.manager, long).await;
    assert!(matches!(result, Err(McpError::Idle { .. })), "{result:?}");
    let said = text(&server.manager, "server", "echo", json!({"message": "on"})).await;
    assert_eq!(said, "Echo: on");
}

/// Some of its tools are there only after it knows its client.
async fn with_tool(server: &Server, tool: &str) {
    server.manager.tools("server").await.expect("it has tools");
    server
        .host
        .until(|heard| {
            let status = heard.statuses.get("server");
            status.is_some_and(|status| status.tools.iter().any(|one| one.name == tool))
        })
        .await;
}

async fn the_user_is_asked(server: &Server) {
    with_tool(server, "trigger-elicitation-request").await;
    let said = text(
        &server.manager,
        "server",
        "trigger-elicitation-request",
        json!({}),
    )
    .await;
    assert!(said.contains("Ada"), "{said}");
    let asked = server.host.heard().asked;
    let [Elicitation::Form { schema, .. }] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert!(schema.pointer("/properties/name").is_some());
}

async fn the_model_is_asked(server: &Server) {
    with_tool(server, "trigger-sampling-request").await;
    let of = json!({"prompt": "Say something.", "maxTokens": 50});
    let said = text(&server.manager, "server", "trigger-sampling-request", of).await;
    assert!(said.contains("what the model says"), "{said}");
    let sampled = server.host.heard().sampled;
    assert_eq!(sampled.first().map(|request| request.max_tokens), Some(50));
}

async fn folders_are_told(server: &Server) {
    with_tool(server, "get-roots-list").await;
    let said = text(&server.manager, "server", "get-roots-list", json!({})).await;
    assert!(said.contains("file:///project"), "{said}");
}

async fn calls_go_on_beside_each_other(server: &Server) {
    let echo = |index: usize| {
        let manager = &server.manager;
        async move {
            let message = format!("m{index}");
            text(manager, "server", "echo", json!({"message": message})).await
        }
    };
    let said = futures_util::future::join_all((0..50).map(echo)).await;
    let expected: Vec<String> = (0..50).map(|index| format!("Echo: m{index}")).collect();
    assert_eq!(said, expected);
}

async fn a_restart_begins_anew(server: &Server) {
    let manager = &server.manager;
    text(manager, "server", "echo", json!({"message": "a"})).await;
    let status = tokio::time::timeout(PATIENCE, manager.restart("server")).await;
    let status = status.expect("in time").expect("it starts again");
    assert_eq!(status.state, ServerState::Ready);
    text(manager, "server", "echo", json!({"message": "b"})).await;
    let off = manager.set_enabled("server", false).await;
    assert_eq!(off.expect("it is there").state, ServerState::Disabled);
    let refused = called(manager, call("server", "echo", json!({}))).await;
    assert!(matches!(refused, Err(McpError::Disabled { .. })));
    let on = manager.set_enabled("server", true).await;
    assert_eq!(on.expect("it is there").state, ServerState::Stopped);
    text(manager, "server", "echo", json!({"message": "c"})).await;
}

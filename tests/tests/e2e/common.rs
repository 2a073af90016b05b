//! What the tests share: a stage with a scripted model, replies, and looks at requests.
use std::future::Future;

use aside_script::{Reply, Script, ScriptServer, Usage};
use aside_tests::PATIENCE;
use aside_tests::editor::{Client, Editor};
use aside_tests::rules::{kind, text};
use aside_tests::world::World;
use serde_json::{Value, json};
use tokio::time::timeout;

/// A workspace and the model that its servers talk to.
pub(crate) struct Stage {
    pub(crate) model: ScriptServer,
    pub(crate) world: World,
}

impl Stage {
    /// The model gives these replies in order.
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::with_script(Script::new(replies))
    }

    pub(crate) fn with_script(script: Script) -> Self {
        let model = ScriptServer::start(script).expect("the scripted model starts");
        let world = World::new(&model.url());
        Self { model, world }
    }

    /// An editor that can do everything.
    pub(crate) fn client(&self) -> Client {
        Client::full(&self.world)
    }

    /// An editor that can do everything, with settings.
    pub(crate) fn client_with(&self, settings: Value) -> Client {
        Client {
            settings,
            ..self.client()
        }
    }

    pub(crate) async fn open(&self) -> Editor {
        Editor::open(&self.world, self.client()).await
    }

    pub(crate) async fn open_with(&self, client: Client) -> Editor {
        Editor::open(&self.world, client).await
    }

    /// The bodies of the requests that the model got.
    pub(crate) fn requests(&self) -> Vec<Value> {
        let requests = self.model.requests();
        requests.into_iter().map(|request| request.body).collect()
    }

    /// What the model was told as the result of a tool call.
    #[track_caller]
    pub(crate) fn tool_result(&self, call_id: &str) -> String {
        let requests = self.requests();
        requests
            .iter()
            .flat_map(|body| body["messages"].as_array().cloned().unwrap_or_default())
            .find(|message| message["role"] == "tool" && message["tool_call_id"] == call_id)
            .map(|message| content(&message))
            .unwrap_or_else(|| panic!("no result of {call_id} in {requests:#?}"))
    }
}

/// The text of a chat message.
pub(crate) fn content(message: &Value) -> String {
    match &message["content"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| part["text"].as_str())
            .collect(),
        _ => String::new(),
    }
}

/// The tokens that each scripted reply claims.
pub(crate) const TOKENS: Usage = Usage {
    input: 100,
    cached: 40,
    output: 10,
    reasoning: 3,
};

/// The model calls one tool.
pub(crate) fn call(id: &str, name: &str, arguments: Value) -> Reply {
    Reply::call(id, name, &arguments).usage(TOKENS)
}

/// The model says this in three pieces and is done.
pub(crate) fn say(text: &str) -> Reply {
    let cut = |n: usize| {
        let mut at = text.len() * n / 3;
        while !text.is_char_boundary(at) {
            at += 1;
        }
        at
    };
    Reply::new()
        .texts([&text[..cut(1)], &text[cut(1)..cut(2)], &text[cut(2)..]])
        .finish("stop")
        .usage(TOKENS)
}

/// The model reads a file.
pub(crate) fn read(id: &str, path: &str) -> Reply {
    call(id, "read_file", json!({"path": path}))
}

/// The model replaces one text in a file.
pub(crate) fn edit(id: &str, path: &str, old: &str, new: &str) -> Reply {
    let edits = json!([{"old_text": old, "new_text": new}]);
    call(id, "edit_file", json!({"path": path, "edits": edits}))
}

/// Waits for anything, but not for ever.
pub(crate) async fn patiently<T>(what: &str, future: impl Future<Output = T>) -> T {
    match timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what} did not come"),
    }
}

/// The tool calls among items, in order.
pub(crate) fn tool_calls(items: &[Value]) -> Vec<Value> {
    items
        .iter()
        .filter(|item| item["type"] == "toolCall")
        .cloned()
        .collect()
}

/// The only tool call among the completed items of these events.
#[track_caller]
pub(crate) fn only_call(events: &[Value]) -> Value {
    let completed: Vec<Value> = events
        .iter()
        .filter(|event| kind(event) == "itemCompleted")
        .map(|event| event["event"]["item"].clone())
        .collect();
    match tool_calls(&completed).as_slice() {
        [one] => one.clone(),
        other => panic!("one tool call was expected: {other:#?}"),
    }
}

/// The events of this kind.
pub(crate) fn of_kind(events: &[Value], wanted: &str) -> Vec<Value> {
    let of_kind = events.iter().filter(|event| kind(event) == wanted);
    of_kind.map(|event| event["event"].clone()).collect()
}

/// What the model said, with the status of each message.
pub(crate) fn said(items: &[Value]) -> Vec<(String, String)> {
    let messages = items
        .iter()
        .filter(|item| item["type"] == "assistantMessage");
    messages
        .map(|item| {
            (
                text(item, "/text").to_owned(),
                text(item, "/status").to_owned(),
            )
        })
        .collect()
}

/// The roles of a request's messages.
pub(crate) fn roles(body: &Value) -> Vec<String> {
    let messages = body["messages"].as_array().expect("messages");
    let roles = messages.iter().map(|message| text(message, "/role"));
    roles.map(str::to_owned).collect()
}

/// The text that a tool call put out.
pub(crate) fn output(call: &Value) -> String {
    let blocks = call["output"].as_array().cloned().unwrap_or_default();
    blocks
        .iter()
        .filter_map(|block| block["text"].as_str())
        .collect()
}

/// A message is a sentence for a person: it begins like one and ends like one.
#[track_caller]
pub(crate) fn check_sentence(message: &str) {
    let first = message.chars().next().unwrap_or(' ');
    assert!(
        !first.is_whitespace() && message.contains(' ') && message.ends_with(['.', '?', '!', '`']),
        "not a sentence: {message:?}"
    );
}

/// Every event is of the type that the protocol crate generates for clients.
#[track_caller]
pub(crate) fn check_types(events: &[Value]) {
    for event in events {
        let typed: Result<aside_protocol::ChatEvent, _> = serde_json::from_value(event.clone());
        if let Err(error) = typed {
            panic!("{error} in {event:#}");
        }
    }
}

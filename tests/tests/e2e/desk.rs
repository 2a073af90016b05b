//! What the tests of edits share: an editor at work on a few open files, with one session.
use std::path::PathBuf;

use aside_script::{Reply, Script};
use aside_tests::editor::{Client, Editor, RpcError, State};
use aside_tests::rules::{kind, text};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::common::{Stage, check_types, content, output, read, say, tool_calls};

/// Before the name of a file, the prompt by which [`Desk::check`] looks at the server's text.
const SHOW: &str = "Show ";

/// An editor with open files, and a session that may edit unasked.
pub(crate) struct Desk {
    pub(crate) stage: Stage,
    pub(crate) editor: Editor,
    pub(crate) session: String,
}

/// A stage whose model gives these replies in order, and shows files when it is asked to.
pub(crate) fn stage(replies: impl IntoIterator<Item = Reply>) -> Stage {
    let replies: Vec<Reply> = replies.into_iter().collect();
    let mut rest = replies.into_iter();
    let mut shown = 0;
    Stage::with_script(Script::answering(move |body, _| {
        let messages = body["messages"].as_array().cloned().unwrap_or_default();
        let last = messages.last().cloned().unwrap_or_default();
        let told = content(&last);
        match (last["role"].as_str(), told.strip_prefix(SHOW)) {
            (Some("user"), Some(name)) => {
                shown += 1;
                read(&format!("shown-{shown}"), name)
            }
            (Some("tool"), _) if text(&last, "/tool_call_id").starts_with("shown-") => say(&told),
            _ => rest
                .next()
                .unwrap_or_else(|| Reply::error(400, "the script is exhausted")),
        }
    }))
}

impl Desk {
    /// Files that are open in an editor that can do everything.
    pub(crate) async fn new(
        replies: impl IntoIterator<Item = Reply>,
        files: &[(&str, &str)],
    ) -> Self {
        Self::with(replies, files, |_| {}).await
    }

    /// The same with another editor.
    pub(crate) async fn with(
        replies: impl IntoIterator<Item = Reply>,
        files: &[(&str, &str)],
        habits: impl FnOnce(&mut Client),
    ) -> Self {
        let stage = stage(replies);
        for (name, text) in files {
            stage.world.write(name, text);
        }
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        Self::on(stage, &names, habits).await
    }

    /// The same on a stage that is set already, with these files open.
    pub(crate) async fn on(stage: Stage, open: &[&str], habits: impl FnOnce(&mut Client)) -> Self {
        let mut client = stage.client();
        habits(&mut client);
        let editor = stage.open_with(client).await;
        for name in open {
            editor.open_file(&stage.world.path(name));
        }
        let session = editor.create_free().await;
        Self {
            stage,
            editor,
            session,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.stage.world.path(name)
    }

    pub(crate) fn uri(&self, name: &str) -> String {
        self.stage.world.uri(name)
    }

    #[track_caller]
    pub(crate) fn buffer(&self, name: &str) -> String {
        self.editor.buffer(&self.path(name))
    }

    #[track_caller]
    pub(crate) fn type_over(&self, name: &str, old: &str, new: &str) {
        self.editor.type_over(&self.path(name), old, new);
    }

    /// Sends a prompt and waits until its turn ends well. Gives the turn's id.
    pub(crate) async fn turn(&self) -> String {
        let turn = self.editor.turn(&self.session, "Do it.").await;
        assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
        text(&turn, "/id").to_owned()
    }

    /// Sends a prompt. Gives the turn's id.
    pub(crate) async fn prompt(&self) -> String {
        self.editor.prompt(Some(&self.session), "Do it.").await.turn
    }

    /// Waits for the end of a turn that ends well.
    pub(crate) async fn completed(&self, turn: &str) {
        let turn = self.editor.completed(turn).await;
        assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    }

    /// The session's tool calls.
    pub(crate) async fn calls(&self) -> Vec<Value> {
        tool_calls(&self.editor.items(&self.session).await)
    }

    /// Status and output of the session's last tool call.
    pub(crate) async fn last_call(&self) -> (String, String) {
        let calls = self.calls().await;
        let last = calls.last().expect("a tool call");
        (text(last, "/status").to_owned(), output(last))
    }

    /// The session's edits.
    pub(crate) async fn edits(&self) -> Vec<Value> {
        self.list(json!({"sessionId": self.session})).await
    }

    pub(crate) async fn list(&self, params: Value) -> Vec<Value> {
        let result = self.editor.request("edit/list", params).await;
        edits_of(&result)
    }

    /// The session's only edit.
    pub(crate) async fn edit(&self) -> Value {
        match self.edits().await.as_slice() {
            [one] => one.clone(),
            other => panic!("one edit was expected: {other:#?}"),
        }
    }

    pub(crate) async fn accept(&self, params: Value) -> Vec<Value> {
        edits_of(&self.editor.request("edit/accept", params).await)
    }

    pub(crate) async fn reject(&self, params: Value) -> Vec<Value> {
        edits_of(&self.editor.request("edit/reject", params).await)
    }

    /// A request that must fail with this code and a sentence.
    pub(crate) async fn fail(&self, method: &str, params: Value, code: &str) -> RpcError {
        let error = self.editor.fail(method, params.clone()).await;
        assert_eq!(error.kind(), code, "{method} {params}: {error:?}");
        assert!(error.message.contains(' '), "{error:?}");
        error
    }

    pub(crate) async fn rewind(&self, turn: &str, more: Value) -> Value {
        let mut params = json!({"sessionId": self.session, "turnId": turn});
        for (name, value) in more.as_object().into_iter().flatten() {
            params[name] = value.clone();
        }
        self.editor.request("session/rewind", params).await
    }

    /// The buffer holds this text, and so does the server's mirror of it.
    pub(crate) async fn check(&self, name: &str, expect: &str) {
        assert_eq!(self.buffer(name), expect, "{}", self.editor.describe());
        self.check_mirror(name, expect).await;
    }

    /// What the server takes a file to hold.
    pub(crate) async fn check_mirror(&self, name: &str, expect: &str) {
        let session = self.editor.create(json!({})).await;
        self.editor.turn(&session, &format!("{SHOW}{name}")).await;
        let calls = tool_calls(&self.editor.items(&session).await);
        let shown = output(&calls[0]);
        let lines: Vec<&str> = shown
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .filter(|(number, _)| number.trim().parse::<u32>().is_ok())
            .map(|(_, line)| line)
            .collect();
        let expected: Vec<&str> = expect.lines().collect();
        assert_eq!(lines, expected, "the mirror of {name}: {shown}");
    }

    /// The statuses that the session's edits were told to have, in order.
    pub(crate) fn told(&self) -> Vec<String> {
        let events = self.editor.checked_events(&self.session);
        check_types(&events);
        events
            .iter()
            .filter(|event| kind(event) == "editUpdated")
            .map(|event| text(event, "/event/edit/status").to_owned())
            .collect()
    }

    /// `kill -9`, then another server for the same editor, whose documents stay as they are.
    pub(crate) async fn killed(self) -> Self {
        let Self {
            stage,
            editor,
            session,
        } = self;
        let state: State = editor.kill9().await;
        let editor = stage.open_with(state.client).await;
        for (path, buffer) in &state.buffers {
            editor.open_text(path, &buffer.text);
        }
        Self {
            stage,
            editor,
            session,
        }
    }

    /// Ends the server, which has kept to the protocol's rules.
    pub(crate) async fn close(self) -> State {
        self.editor.checked_events(&self.session);
        self.editor.close().await
    }

    /// All that the model was told in the request that answers the last prompt.
    pub(crate) fn last_request(&self) -> String {
        let requests = self.stage.requests();
        let is_own = |body: &&Value| {
            let messages = body["messages"].as_array().into_iter().flatten();
            !messages.map(content).any(|told| told.starts_with(SHOW))
        };
        let last = requests.iter().rfind(is_own).expect("a request");
        let messages = last["messages"].as_array().cloned().unwrap_or_default();
        messages
            .iter()
            .map(|message| content(message) + "\n")
            .collect()
    }
}

fn edits_of(result: &Value) -> Vec<Value> {
    let typed: Result<aside_protocol::EditListResult, _> = serde_json::from_value(result.clone());
    if let Err(error) = typed {
        panic!("{error} in {result:#}");
    }
    result["edits"].as_array().expect("a list of edits").clone()
}

/// The hash by which the protocol names a text.
pub(crate) fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The id of an edit or a hunk.
#[track_caller]
pub(crate) fn id(value: &Value) -> String {
    text(value, "/id").to_owned()
}

/// The hunks of an edit.
#[track_caller]
pub(crate) fn hunks(edit: &Value) -> Vec<Value> {
    edit["hunks"].as_array().expect("a list of hunks").clone()
}

/// The status of an edit and those of its hunks, each by its first letter: `partial apr`.
#[track_caller]
pub(crate) fn state(edit: &Value) -> String {
    let letters: String = hunks(edit)
        .iter()
        .map(|hunk| &text(hunk, "/status")[..1])
        .collect();
    format!("{} {letters}", text(edit, "/status"))
}

/// Where a hunk is in the document: its first line, and the line after its last.
#[track_caller]
pub(crate) fn place(hunk: &Value) -> (u64, u64) {
    let range = &hunk["newRange"];
    let line = |end: &str| range[end]["line"].as_u64().expect("a line");
    assert_eq!(range["start"]["character"], 0, "{range}");
    (line("start"), line("end"))
}

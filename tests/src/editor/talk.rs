//! What tests do in an editor: open and change documents, send prompts, wait for turns.
use std::path::Path;

use serde_json::{Value, json};

use super::apply::really_apply;
use super::serve::result;
use super::sync::{did_close, did_open, save, set_text};
use super::{Buffer, Editor};
use crate::rules::{Restarts, check_events, kind, text};

/// A prompt that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its session.
    pub session: String,
    /// Its turn.
    pub turn: String,
    /// `running` or `queued`.
    pub status: String,
}

impl Sent {
    fn from_result(result: &Value) -> Self {
        Self {
            session: text(result, "/sessionId").to_owned(),
            turn: text(result, "/turnId").to_owned(),
            status: text(result, "/status").to_owned(),
        }
    }
}

impl Editor {
    /// Opens a document with the text that is on disk.
    pub fn open_file(&self, path: &Path) {
        let text = std::fs::read_to_string(path).expect("the file is read");
        self.open_text(path, &text);
    }

    /// Opens a document with a text that need not be on disk.
    pub fn open_text(&self, path: &Path, text: &str) {
        let text = text.to_owned();
        let buffer = Buffer { version: 1, text };
        self.send(&did_open(path, &buffer));
        self.shared
            .update(|state| state.buffers.insert(path.to_path_buf(), buffer));
    }

    /// Closes a document.
    pub fn close_file(&self, path: &Path) {
        self.shared.update(|state| state.buffers.remove(path));
        self.send(&did_close(path));
    }

    /// Gives an open document another text without saving it.
    pub fn change(&self, path: &Path, text: &str) {
        let messages = self
            .shared
            .update(|state| set_text(state, path, text.to_owned()));
        self.send_all(&messages);
    }

    /// Types into an open document, over the one place that holds `old`.
    #[track_caller]
    pub fn type_over(&self, path: &Path, old: &str, new: &str) {
        let text = self.buffer(path);
        assert_eq!(text.matches(old).count(), 1, "{old:?} in {text:?}");
        self.change(path, &text.replacen(old, new, 1));
    }

    /// Saves an open document as it is.
    pub fn save(&self, path: &Path) {
        let messages = self
            .shared
            .update(|state| save(state, path, |text| text.to_owned()));
        self.send_all(&messages);
    }

    /// Makes an edit that the server asked for and that was left unanswered, and answers.
    pub fn apply(&self, request: &Value) {
        let messages = self.shared.update(|state| {
            state.unanswered.retain(|other| other != request);
            really_apply(state, request)
        });
        self.send_all(&messages);
    }

    fn send_all(&self, messages: &[Value]) {
        for message in messages {
            self.send(message);
        }
    }

    /// Makes a session with these parameters and gives its id.
    pub async fn create(&self, params: Value) -> String {
        let session = self.request("session/create", params).await;
        text(&session, "/id").to_owned()
    }

    /// Makes a session that may edit unasked.
    pub async fn create_free(&self) -> String {
        self.create(json!({"permissionMode": "acceptEdits"})).await
    }

    /// Sends a prompt, in a new session where none is named.
    pub async fn prompt(&self, session: Option<&str>, prompt: &str) -> Sent {
        let mut params = json!({"content": [{"type": "text", "text": prompt}]});
        if let Some(session) = session {
            params["sessionId"] = json!(session);
        }
        Sent::from_result(&self.request("chat/send", params).await)
    }

    /// Sends a prompt and waits until its turn is over. Gives the completed turn.
    pub async fn turn(&self, session: &str, prompt: &str) -> Value {
        let sent = self.prompt(Some(session), prompt).await;
        self.completed(&sent.turn).await
    }

    /// Waits for a turn's end. Gives the completed turn.
    pub async fn completed(&self, turn: &str) -> Value {
        let event = self
            .wait_event("turnCompleted", |event| {
                kind(event) == "turnCompleted" && event["event"]["turn"]["id"] == turn
            })
            .await;
        event["event"]["turn"].clone()
    }

    /// Waits for the first event that fits.
    pub async fn wait_event(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.wait(what, |state| {
            state.events.iter().find(|event| fits(event)).cloned()
        })
        .await
    }

    /// Waits for a notification that fits.
    pub async fn wait_notification(&self, method: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.wait(method, |state| {
            state
                .notifications
                .iter()
                .find(|message| message["method"] == method && fits(&message["params"]))
                .map(|message| message["params"].clone())
        })
        .await
    }

    /// Waits for the first request of the server by this method.
    pub async fn wait_asked(&self, method: &str) -> Value {
        self.wait(method, |state| {
            state
                .asked
                .iter()
                .find(|request| request["method"] == method)
                .cloned()
        })
        .await
    }

    /// The params of all requests of the server by this method.
    pub fn asked(&self, method: &str) -> Vec<Value> {
        self.read(|state| {
            state
                .asked
                .iter()
                .filter(|request| request["method"] == method)
                .map(|request| request["params"].clone())
                .collect()
        })
    }

    /// Answers a request of the server, perhaps long after.
    pub fn answer(&self, request: &Value, answer: Value) {
        self.send(&result(request, answer));
    }

    /// The events of a session so far, which are checked against the protocol's rules.
    #[track_caller]
    pub fn checked_events(&self, session: &str) -> Vec<Value> {
        let events = self.read(|state| state.events_of(session));
        check_events(&events, Restarts::None);
        events
    }

    /// The kinds of a session's events in order, runs of deltas shown once.
    pub fn event_kinds(&self, session: &str) -> Vec<String> {
        let mut kinds: Vec<String> = self.read(|state| {
            let events = state.events_of(session);
            events.iter().map(|event| kind(event).to_owned()).collect()
        });
        kinds.dedup_by(|next, last| next == "itemDelta" && last == "itemDelta");
        kinds
    }

    /// The items of a session, newest page.
    pub async fn items(&self, session: &str) -> Vec<Value> {
        let page = self
            .request("session/items", json!({"sessionId": session}))
            .await;
        page["items"].as_array().expect("a list of items").clone()
    }

    /// All events of a session as the server replays them, page by page.
    pub async fn replay(&self, session: &str, after: u64) -> Vec<Value> {
        let mut all = Vec::new();
        let mut after = after;
        loop {
            let page = self
                .request(
                    "chat/events",
                    json!({"sessionId": session, "afterSeq": after}),
                )
                .await;
            let events = page["events"].as_array().expect("a list of events");
            if events.is_empty() {
                return all;
            }
            all.extend(events.iter().cloned());
            let next = page["nextSeq"].as_u64().expect("a number");
            assert!(next > after, "a page that does not lead on: {page:.300}");
            after = next;
        }
    }

    /// Shows that the server still works: a list of sessions is answered.
    pub async fn is_alive(&self) {
        let result = self.request("session/list", json!({})).await;
        assert!(result["sessions"].is_array(), "{result}");
        self.check_violations();
    }
}

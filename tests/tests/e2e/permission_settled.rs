//! Questions that wait: an answer to one, a rule, or a mode settles the others.
use aside_tests::editor::{Answer, Editor, Sent};
use aside_tests::rules::{kind, text};
use serde_json::{Value, json};

use crate::common::{Stage, edit, only_call, output, say};
use crate::permission_rules::{add, rule};

/// Sessions that wait for an answer about an edit of the same file each.
struct Waiting {
    stage: Stage,
    editor: Editor,
    turns: Vec<Sent>,
    questions: Vec<Value>,
}

async fn waiting(count: usize) -> Waiting {
    let edits = (0..count).map(|n| edit(&format!("call-{n}"), &format!("{n}.txt"), "one", "two"));
    let stage = Stage::new(edits.chain((0..count).map(|_| say("Done."))));
    for n in 0..count {
        stage.world.write(&format!("{n}.txt"), "one\n");
    }
    let mut client = stage.client();
    client.answer = Answer::Silent;
    let editor = stage.open_with(client).await;
    let mut turns = Vec::new();
    for n in 0..count {
        let session = editor.create(json!({})).await;
        turns.push(editor.prompt(Some(&session), "Change it.").await);
        // The model has one script for all: one after the other.
        editor
            .wait("a question", |state| {
                (state.unanswered.len() == n + 1).then_some(())
            })
            .await;
    }
    let questions = editor.read(|state| state.unanswered.clone());
    Waiting {
        stage,
        editor,
        turns,
        questions,
    }
}

impl Waiting {
    fn answer(&self, which: usize, wanted: &str) {
        let question = &self.questions[which];
        let options = question["params"]["options"].as_array().unwrap();
        let mut options = options.iter();
        let option = options.find(|option| option["kind"] == wanted).unwrap();
        self.editor
            .answer(question, json!({"optionId": option["id"]}));
    }

    /// The call's status and how its question was resolved.
    async fn end(&self, which: usize) -> (String, String, String) {
        let sent = &self.turns[which];
        self.editor.completed(&sent.turn).await;
        let events = self.editor.checked_events(&sent.session);
        let call = only_call(&events);
        let mut events = events.iter();
        let resolved = events.find(|event| kind(event) == "permissionResolved");
        (
            text(&call, "/status").to_owned(),
            text(resolved.unwrap(), "/event/outcome").to_owned(),
            output(&call),
        )
    }

    /// Waits until the editor is told that nobody waits for the answer any more.
    async fn withdrawn(&self, which: usize) {
        let id = self.questions[which]["id"].clone();
        self.editor
            .wait_notification("$/cancelRequest", |params| params["id"] == id)
            .await;
    }
}

#[tokio::test]
async fn one_answer_settles_the_prompts_of_other_sessions() {
    let waiting = waiting(3).await;
    waiting.answer(1, "allowAlways");
    for which in 0..3 {
        let (status, outcome, _) = waiting.end(which).await;
        assert_eq!((&*status, &*outcome), ("completed", "allowed"), "{which}");
    }
    for which in [0, 2] {
        waiting.withdrawn(which).await;
        // A late answer changes nothing.
        waiting.answer(which, "rejectOnce");
        let path = waiting.stage.world.path(&format!("{which}.txt"));
        assert_eq!(waiting.editor.buffer(&path), "two\n");
    }
    waiting.editor.is_alive().await;
    waiting.editor.close().await;
}

#[tokio::test]
async fn an_answer_for_one_session_settles_no_other() {
    let waiting = waiting(2).await;
    waiting.answer(0, "allowSession");
    assert_eq!(waiting.end(0).await.0, "completed");
    assert_eq!(waiting.stage.world.read("1.txt"), "one\n");
    waiting.answer(1, "rejectOnce");
    assert_eq!(waiting.end(1).await.0, "rejected");
    waiting.editor.close().await;
}

#[tokio::test]
async fn a_rule_settles_what_waits() {
    let waiting = waiting(2).await;
    add(&waiting.editor, rule("deny", "writePath", "0.txt", "user")).await;
    let (status, outcome, told) = waiting.end(0).await;
    assert_eq!((&*status, &*outcome), ("rejected", "rejected"));
    assert!(told.contains("deny writePath 0.txt"), "{told}");
    waiting.withdrawn(0).await;
    let mode = json!({"sessionId": waiting.turns[1].session, "permissionMode": "acceptEdits"});
    waiting.editor.request("session/update", mode).await;
    assert_eq!(waiting.end(1).await.0, "completed");
    waiting.withdrawn(1).await;
    waiting.editor.close().await;
}

#[tokio::test]
async fn a_rule_of_another_server_settles_what_waits() {
    for scope in ["workspace", "user"] {
        let waiting = waiting(1).await;
        let other = waiting.stage.open().await;
        add(&other, rule("allow", "writePath", "*.txt", scope)).await;
        assert_eq!(waiting.end(0).await.0, "completed", "{scope}");
        waiting.withdrawn(0).await;
        other.close().await;
        waiting.editor.close().await;
    }
}

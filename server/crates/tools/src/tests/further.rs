//! The tools that delete, move, plan, ask, and write documents.
use std::sync::{Arc, Mutex};

use aside_agent::tool::{Outcome, ToolContext};
use aside_agent::world::{Elicitation, Elicited, Elicitor};
use expect_test::{Expect, expect};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::workspace::{Workspace, object, tool};

/// What a call says, and all files afterwards.
async fn check(files: &[(&str, &str)], calls: &[(&str, Value)], expected: Expect) {
    let workspace = Workspace::new(files);
    let mut shown = String::new();
    for (name, arguments) in calls {
        let said = match workspace.edit(name, arguments.clone()).await {
            Ok(output) => output.text,
            Err(error) => format!("error: {error}"),
        };
        shown.push_str(&said);
        shown.push('\n');
    }
    shown.push_str(&workspace.tree());
    expected.assert_eq(&shown);
}

#[tokio::test]
async fn files_are_deleted_and_moved() {
    check(
        &[("a.txt", "1\n"), ("b/c.txt", "2\n")],
        &[
            ("move_file", json!({"from": "b/c.txt", "to": "d/e.txt"})),
            ("move_file", json!({"from": "a.txt", "to": "d/e.txt"})),
            ("move_file", json!({"from": "none", "to": "f"})),
            ("move_file", json!({"from": "a.txt", "to": "../f"})),
            ("delete_file", json!({"path": "a.txt"})),
            ("delete_file", json!({"path": "a.txt"})),
            ("delete_file", json!({"path": "d"})),
        ],
        expect![[r#"
            Moved b/c.txt to d/e.txt.
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            error: There is something at d/e.txt already, so nothing was moved. Choose another place, or delete it first.
            error: none does not exist. Find it with glob.
            error: ../f is outside the workspace
            Deleted a.txt.
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            error: a.txt does not exist. Find it with glob.
            error: d is a folder, not a file. Use list_directory to see what is in it.
            d/e.txt: "2\n"
        "#]],
    )
    .await;
}

#[tokio::test]
async fn an_older_document_is_kept_beside_the_new_one() {
    check(
        &[("notes.md", "old\n"), ("notes.1.md", "older\n")],
        &[
            (
                "generate_document",
                json!({"path": "notes.md", "content": "new\n", "backup": true}),
            ),
            (
                "generate_document",
                json!({"path": "notes.md", "content": "new\n", "backup": true}),
            ),
            (
                "generate_document",
                json!({"path": "more", "content": "x", "backup": true}),
            ),
        ],
        expect![[r#"
            Wrote notes.md: 1 line in place of 1.
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            The text before is kept in notes.2.md.
            notes.md is unchanged: it already had exactly this text.
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            Created more with 1 line.
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            more: "x"
            notes.1.md: "older\n"
            notes.2.md: "old\n"
            notes.md: "new\n"
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_plan_is_told_to_the_client() {
    let workspace = Workspace::new(&[]);
    let long = "x".repeat(1_000);
    let entries = json!([
        {"text": " Read. ", "status": "completed"},
        {"text": long, "status": "inProgress"},
    ]);
    let outcome = workspace
        .call("update_plan", json!({"entries": entries}))
        .await;
    let Ok(Outcome::Done(output)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(output.text, "The plan is updated: 1 of 2 to go.");
    let plan = output.plan.expect("a plan");
    assert_eq!(plan[0].text, "Read.");
    assert_eq!(plan[1].text.len(), crate::update_plan::MAX_ENTRY_BYTES);
    let refusals = [
        json!([{"text": " ", "status": "pending"}]),
        json!([{"text": "x", "status": "later"}]),
        json!(vec![json!({"text": "x", "status": "pending"}); 101]),
    ];
    let mut shown = String::new();
    for entries in refusals {
        shown.push_str(
            &workspace
                .text("update_plan", json!({"entries": entries}))
                .await,
        );
        shown.push('\n');
    }
    expect![[r#"
        error: `entries[0].text` is empty. Say in a line what is to be done.
        error: The arguments do not fit: unknown variant `later`, expected one of `pending`, `inProgress`, `completed`.
        error: `entries` has 101 entries; a plan may have 100. Give fewer, larger steps.
    "#]].assert_eq(&shown);
}

/// Answers one question, and keeps it.
struct User {
    answer: Elicited,
    asked: Mutex<Vec<Elicitation>>,
}

impl Elicitor for User {
    fn elicit(&self, question: Elicitation) -> BoxFuture<'_, Elicited> {
        self.asked.lock().expect("the lock").push(question);
        Box::pin(std::future::ready(self.answer.clone()))
    }
}

#[tokio::test]
async fn the_user_is_asked() {
    let workspace = Workspace::new(&[]);
    let accepted = |answer: Value| Elicited::Accepted(object(json!({"answer": answer})));
    let answers = [
        accepted(json!("blue")),
        accepted(json!(7)),
        Elicited::Declined,
        Elicited::Cancelled,
        Elicited::Expired,
        Elicited::Unavailable("Nobody is there.".to_owned()),
    ];
    let mut shown = String::new();
    for answer in answers {
        let user = Arc::new(User {
            answer,
            asked: Mutex::default(),
        });
        let context = ToolContext {
            elicitor: Arc::clone(&user) as _,
            ..workspace.context()
        };
        let arguments = json!({"question": " Which? ", "options": ["red", "blue"]});
        let said = match tool("ask_user").call(object(arguments), context).await {
            Ok(Outcome::Done(output)) => output.text,
            Ok(Outcome::Edit { .. }) => panic!("an edit"),
            Err(error) => format!("error: {error}"),
        };
        let asked = user.asked.lock().expect("the lock");
        assert_eq!(asked[0].message, "Which?");
        let schema = asked[0].schema.as_ref().expect("a schema");
        assert_eq!(
            schema["properties"]["answer"]["enum"],
            json!(["red", "blue"])
        );
        shown.push_str(&said);
        shown.push('\n');
    }
    shown.push_str(&workspace.text("ask_user", json!({"question": " "})).await);
    let many = vec!["x"; 21];
    let many = json!({"question": "?", "options": many});
    shown.push('\n');
    shown.push_str(&workspace.text("ask_user", many).await);
    expect![[r#"
        The user answers: blue
        The user gave an empty answer.
        The user does not want to answer. Go on as you think best, and say what you assumed.
        The user dismissed the question. Go on as you think best, and say what you assumed.
        Nobody answered in time. Go on as you think best, and say what you assumed.
        error: The user cannot be asked by a tool: Nobody is there. Write the question in your answer instead.
        error: `question` is empty. Say what the user is to answer.
        error: `options` has 21 entries; a question may have 20."#]].assert_eq(&shown);
}

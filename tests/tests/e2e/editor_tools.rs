//! The editor as tools: what its other language servers know, and who answers questions.
use aside_script::Reply;
use aside_tests::editor::{Asks, Client, Says};
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::{Stage, call, of_kind, output, say, tool_calls};

/// The text of the document that is asked about, which has letters of several sizes.
const TEXT: &str = "fn über() { 🦀(über2); }\nlet x = über;\n";

fn range(line: u32, end: u32) -> Value {
    json!({"start": {"line": line, "character": 0}, "end": {"line": end, "character": 1}})
}

/// What these calls give in an editor that announces all and answers so.
async fn results(
    calls: &[(&str, Value)],
    habits: impl FnOnce(&mut Client),
) -> (Vec<String>, Vec<Value>) {
    let ids = (0..calls.len()).map(|number| format!("call-{number}"));
    let replies = ids.clone().zip(calls);
    let replies: Vec<Reply> = replies
        .map(|(id, (name, arguments))| call(&id, name, arguments.clone()))
        .collect();
    let stage = Stage::new(replies.into_iter().chain([say("Done.")]));
    let path = stage.world.write("a.rs", TEXT);
    // Some of the answers take a slow machine long to read.
    let mut client = stage.client_with(json!({"editor": {"request_timeout_s": 60}}));
    client.aside =
        json!({"editor": ["diagnostics", "definition", "references", "documentSymbols"]});
    habits(&mut client);
    let editor = stage.open_with(client).await;
    editor.open_file(&path);
    let session = editor.create_free().await;
    let turn = editor.turn(&session, "Look.").await;
    assert_eq!(turn["stopReason"], "endTurn");
    editor.checked_events(&session);
    let calls = tool_calls(&editor.items(&session).await);
    let asked = editor.read(|state| state.asked.clone());
    editor.is_alive().await;
    editor.close().await;
    (calls.iter().map(output).collect(), asked)
}

fn of<'a>(asked: &'a [Value], method: &str) -> &'a Value {
    let found = asked.iter().find(|request| request["method"] == method);
    &found.unwrap_or_else(|| panic!("{method} was not asked"))["params"]
}

#[tokio::test]
async fn what_the_editor_knows_the_model_is_told() {
    let calls = [
        ("diagnostics", json!({"path": "a.rs"})),
        (
            "definition",
            json!({"path": "a.rs", "line": 2, "symbol": "über"}),
        ),
        // The model has miscounted.
        (
            "references",
            json!({"path": "a.rs", "line": 90, "symbol": "über2"}),
        ),
        ("document_symbols", json!({"path": "a.rs"})),
        (
            "definition",
            json!({"path": "a.rs", "line": 1, "symbol": "nothing"}),
        ),
    ];
    let (results, asked) = results(&calls, |client| {
        client.encodings = vec!["utf-16"];
        let Some(folder) = (match &client.roots {
            aside_tests::editor::Roots::Folders(folders) => folders.first(),
            _ => None,
        }) else {
            panic!("no folder");
        };
        let uri = aside_tests::world::to_uri(&folder.join("a.rs"));
        let place = json!([{"uri": uri, "range": range(1, 1)}]);
        let diagnostic = json!({"range": range(1, 1), "severity": 2, "message": "odd\nname", "source": "lint", "code": 7});
        let symbol = json!({"name": "über", "kind": 12, "range": range(0, 0), "selectionRange": range(0, 0)});
        client.says.insert("editor/diagnostics", vec![Says::Result(json!([diagnostic]))]);
        client.says.insert("editor/definition", vec![Says::Result(place.clone())]);
        client.says.insert("editor/references", vec![Says::Result(place)]);
        client.says.insert("editor/documentSymbols", vec![Says::Result(json!([symbol]))]);
    })
    .await;
    assert_eq!(results[0], "a.rs:2: warning: odd name [lint 7]");
    assert_eq!(results[1].trim(), "a.rs:2: let x = über;");
    assert_eq!(results[2].trim(), "a.rs:2: let x = über;");
    assert_eq!(results[3].trim(), "function über 1-1");
    assert!(
        results[4].contains("`nothing` is not in a.rs"),
        "{}",
        results[4]
    );
    assert_eq!(
        of(&asked, "editor/definition")["position"],
        json!({"line": 1, "character": 8})
    );
    // Two units for the crab, one for each other letter.
    assert_eq!(
        of(&asked, "editor/references")["position"],
        json!({"line": 0, "character": 15})
    );
}

#[tokio::test]
async fn columns_are_in_the_encoding_that_was_agreed_on() {
    let calls = [(
        "references",
        json!({"path": "a.rs", "line": 1, "symbol": "über2"}),
    )];
    let (_, asked) = results(&calls, |client| {
        client.encodings = vec!["utf-8"];
        client
            .says
            .insert("editor/references", vec![Says::Result(Value::Null)]);
    })
    .await;
    assert_eq!(
        of(&asked, "editor/references")["position"],
        json!({"line": 0, "character": 18})
    );
}

#[tokio::test]
async fn editors_that_fail_end_in_a_sentence() {
    let diagnostics = || ("diagnostics", json!({"path": "a.rs"}));
    for (says, part) in [
        (Says::Error, "refused"),
        (Says::Nothing, "did not answer"),
        (
            Says::Result(json!({"diagnostics": 7, "x": [[]]})),
            "Nothing is reported.",
        ),
        (Says::Result(Value::Null), "Nothing is reported."),
        (Says::Result(json!("text")), "Nothing is reported."),
    ] {
        let (results, _) = results(&[diagnostics()], |client| {
            if matches!(says, Says::Nothing) {
                client.settings = json!({"editor": {"request_timeout_s": 1}});
            }
            client.says.insert("editor/diagnostics", vec![says.clone()]);
        })
        .await;
        assert!(results[0].contains(part), "{says:?}: {}", results[0]);
    }
}

#[tokio::test]
async fn huge_answers_are_cut() {
    let many: Vec<Value> = (0..20_000)
        .map(|line| json!({"range": range(line, line), "message": "x".repeat(50), "severity": 1}))
        .collect();
    let places: Vec<Value> = (0..20_000)
        .map(|line| json!({"uri": "file:///project/b.rs", "range": range(line, line)}))
        .collect();
    let calls = [
        ("diagnostics", json!({"path": "a.rs"})),
        (
            "references",
            json!({"path": "a.rs", "line": 1, "symbol": "über"}),
        ),
    ];
    let (results, _) = results(&calls, |client| {
        client
            .says
            .insert("editor/diagnostics", vec![Says::Result(json!(many))]);
        client
            .says
            .insert("editor/references", vec![Says::Result(json!(places))]);
    })
    .await;
    for result in results {
        assert!(
            result.ends_with("9900 more are not shown.]"),
            "{}",
            &result[result.len().saturating_sub(80)..]
        );
        assert!(result.len() < 16_000, "{}", result.len());
    }
}

#[tokio::test]
async fn an_editor_that_cannot_be_asked_is_not() {
    let calls = [
        ("diagnostics", json!({"path": "a.rs"})),
        (
            "definition",
            json!({"path": "a.rs", "line": 1, "symbol": "x"}),
        ),
    ];
    let (results, asked) = results(&calls, |client| client.aside = json!({})).await;
    assert!(
        results[0].contains("cannot be asked for diagnostics"),
        "{}",
        results[0]
    );
    assert!(
        results[1].contains("Search for `x` with grep."),
        "{}",
        results[1]
    );
    let methods = asked.iter().map(|request| text(request, "/method"));
    assert!(!methods.clone().any(|method| method.starts_with("editor/")));
}

/// What the model is told of an answer to its question.
async fn answered(options: Value, habits: impl FnOnce(&mut Client)) -> String {
    let arguments = match options {
        Value::Null => json!({"question": "Which one?"}),
        options => json!({"question": "Which one?", "options": options}),
    };
    let (results, asked) = results(&[("ask_user", arguments)], habits).await;
    assert!(asked.len() <= 3, "{asked:#?}");
    results[0].clone()
}

#[tokio::test]
async fn questions_reach_the_user() {
    for (says, part) in [
        (
            json!({"action": "accept", "content": {"answer": "the red"}}),
            "The user answers: the red",
        ),
        (json!({"action": "accept"}), "empty answer"),
        (json!({"action": "decline"}), "does not want to answer"),
        (json!({"action": "cancel"}), "dismissed"),
        (json!({"action": "perhaps"}), "could not be read"),
        (json!([]), "could not be read"),
    ] {
        let told = answered(Value::Null, |client| {
            client.aside = json!({"elicitation": true});
            client
                .says
                .insert("chat/elicit", vec![Says::Result(says.clone())]);
        })
        .await;
        assert!(told.contains(part), "{says}: {told}");
    }
}

#[tokio::test]
async fn a_plain_editor_offers_options_as_buttons() {
    let plain = |client: &mut Client| {
        client.asks = Asks::ShowMessageRequest;
        client.answer = aside_tests::editor::Answer::Dismiss;
        client.aside = json!({});
    };
    let told = answered(json!(["red", "blue"]), plain).await;
    assert!(told.contains("does not want to answer"), "{told}");
    let told = answered(Value::Null, plain).await;
    assert!(
        told.contains("cannot show a question that is answered in words"),
        "{told}"
    );
}

#[tokio::test]
async fn what_code_actions_carry_counts_where_nothing_else_is_known() {
    let stage = Stage::new([
        call("call-1", "diagnostics", json!({"path": "a.rs"})),
        call("call-2", "diagnostics", json!({})),
        say("Done."),
        call("call-3", "diagnostics", json!({"path": "a.rs"})),
        say("Done."),
    ]);
    let path = stage.world.write("a.rs", TEXT);
    let editor = stage.open().await;
    editor.open_file(&path);
    let diagnostic =
        json!({"range": range(1, 1), "severity": 1, "message": "no such thing", "source": "lint"});
    let params = json!({
        "textDocument": {"uri": stage.world.uri("a.rs")},
        "range": range(0, 1),
        "context": {"diagnostics": [diagnostic]},
    });
    editor.request("textDocument/codeAction", params).await;
    let session = editor.create_free().await;
    editor.turn(&session, "Look.").await;
    let told = "a.rs:2: error: no such thing [lint]";
    assert_eq!(stage.tool_result("call-1"), told);
    assert_eq!(stage.tool_result("call-2"), told);
    // What the user types may mend it.
    editor.change(&path, "fn main() {}\n");
    editor.turn(&session, "Look.").await;
    let told = stage.tool_result("call-3");
    assert!(told.contains("cannot be asked for diagnostics"), "{told}");
    editor.close().await;
}

#[tokio::test]
async fn a_plan_is_shown_to_the_user() {
    let entries =
        json!([{"text": "Look", "status": "completed"}, {"text": "Act", "status": "inProgress"}]);
    let stage = Stage::new([
        call("call-1", "update_plan", json!({"entries": entries})),
        say("Done."),
    ]);
    let editor = stage.open().await;
    let session = editor.create_free().await;
    editor.turn(&session, "Plan.").await;
    let plans = of_kind(&editor.checked_events(&session), "planUpdated");
    assert_eq!(plans.len(), 1);
    assert_eq!(plans[0]["entries"], entries);
    editor.close().await;
}

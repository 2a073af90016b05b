//! Pending hunks in editors that know nothing of Aside: hints, actions, lenses, commands.
use aside_script::Reply;
use aside_tests::editor::{Client, Editor, Shows};
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::{call, edit, say};
use crate::desk::{Desk, state};

const TEXT: &str = "a\nb\nc\nd\ne\nf\ng\nh\n";
const EDITED: &str = "a\nB\nc\nd\ne\nF\nFF\ng\nh\n";

fn replies() -> [Reply; 4] {
    let edits = json!([
        {"old_text": "b\n", "new_text": "B\n"},
        {"old_text": "f\n", "new_text": "F\nFF\n"},
    ]);
    [
        call(
            "edit",
            "edit_file",
            json!({"path": "a.txt", "edits": edits}),
        ),
        say("Done."),
        edit("next", "a.txt", "h\n", "H\n"),
        say("Done."),
    ]
}

/// An editor with no plugin.
fn plain(shows: Shows) -> impl FnOnce(&mut Client) {
    move |client| client.shows = shows
}

async fn edited(shows: Shows) -> Desk {
    let desk = Desk::with(replies(), &[("a.txt", TEXT)], plain(shows)).await;
    desk.turn().await;
    desk.check("a.txt", EDITED).await;
    desk
}

/// The lines of the hints that the editor shows last for a document.
fn hints(state: &aside_tests::editor::State, uri: &str) -> Option<Vec<u64>> {
    let shown = state.notifications.iter().rfind(|message| {
        message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri
    })?;
    let list = shown["params"]["diagnostics"].as_array()?;
    list.iter()
        .map(|hint| hint["range"]["start"]["line"].as_u64())
        .collect()
}

/// Waits until the hints are on these lines.
async fn wait_hints(desk: &Desk, lines: &[u64]) {
    let uri = desk.uri("a.txt");
    let wanted = Some(lines.to_vec());
    desk.editor
        .wait(&format!("hints on {lines:?}"), |state| {
            (hints(state, &uri) == wanted).then_some(())
        })
        .await;
}

async fn actions(editor: &Editor, uri: &str, line: u64, only: Option<&str>) -> Vec<Value> {
    let mut context = json!({"diagnostics": []});
    if let Some(only) = only {
        context["only"] = json!([only]);
    }
    let position = json!({"line": line, "character": 0});
    let result = editor
        .request(
            "textDocument/codeAction",
            json!({
                "textDocument": {"uri": uri},
                "range": {"start": position, "end": position},
                "context": context,
            }),
        )
        .await;
    result.as_array().cloned().unwrap_or_default()
}

async fn lenses(desk: &Desk) -> Vec<Value> {
    let params = json!({"textDocument": {"uri": desk.uri("a.txt")}});
    let result = desk.editor.request("textDocument/codeLens", params).await;
    result.as_array().cloned().unwrap_or_default()
}

/// Does what a code action, a lens or a bare command says.
async fn execute(desk: &Desk, command: &Value) -> Value {
    let command = match command["command"].is_object() {
        true => &command["command"],
        false => command,
    };
    let params = json!({"command": command["command"], "arguments": command["arguments"]});
    desk.editor
        .request("workspace/executeCommand", params)
        .await
}

fn titled(actions: &[Value], parts: &[&str]) -> Value {
    let found = actions.iter().find(|action| {
        let title = action["title"].as_str().unwrap_or_default().to_lowercase();
        parts.iter().all(|part| title.contains(part))
    });
    found
        .unwrap_or_else(|| panic!("no action with {parts:?} among {actions:#?}"))
        .clone()
}

#[tokio::test]
async fn hints_are_on_the_lines_of_pending_hunks_and_follow_them() {
    let desk = edited(Shows::Hints).await;
    wait_hints(&desk, &[1, 5]).await;
    let shown = desk
        .editor
        .wait_notification("textDocument/publishDiagnostics", |params| {
            params["diagnostics"]
                .as_array()
                .is_some_and(|list| list.len() == 2)
        })
        .await;
    let hint = &shown["diagnostics"][1];
    assert_eq!(hint["severity"], 4, "{hint:#}");
    assert_eq!(hint["source"], "aside");
    assert_eq!(hint["range"]["end"], json!({"line": 7, "character": 0}));
    desk.type_over("a.txt", "a\n", "zero\na\n");
    wait_hints(&desk, &[2, 6]).await;
    desk.reject(json!({"sessionId": desk.session})).await;
    wait_hints(&desk, &[]).await;
    desk.check("a.txt", &format!("zero\n{TEXT}")).await;
    desk.close().await;
}

#[tokio::test]
async fn hints_go_when_hunks_are_accepted_or_the_file_is_closed() {
    let desk = edited(Shows::Hints).await;
    wait_hints(&desk, &[1, 5]).await;
    let path = desk.path("a.txt");
    desk.editor.save(&path);
    desk.editor.close_file(&path);
    wait_hints(&desk, &[]).await;
    desk.editor.open_file(&path);
    wait_hints(&desk, &[1, 5]).await;
    desk.accept(json!({"uri": desk.uri("a.txt")})).await;
    wait_hints(&desk, &[]).await;
    desk.close().await;
}

#[tokio::test]
async fn hints_are_there_again_after_a_crash() {
    let desk = edited(Shows::Hints).await;
    wait_hints(&desk, &[1, 5]).await;
    let desk = desk.killed().await;
    wait_hints(&desk, &[1, 5]).await;
    desk.close().await;
}

#[tokio::test]
async fn actions_are_offered_by_place() {
    let desk = edited(Shows::Hints).await;
    let uri = desk.uri("a.txt");
    let at = actions(&desk.editor, &uri, 1, None).await;
    let accept = titled(&at, &["accept", "this"]);
    assert_eq!(text(&accept, "/kind"), "quickfix");
    titled(&at, &["reject", "this"]);
    titled(&at, &["accept", "all", "file"]);
    titled(&at, &["reject", "all", "file"]);
    // Elsewhere only what is for the whole file.
    let elsewhere = actions(&desk.editor, &uri, 3, None).await;
    assert_eq!(elsewhere.len(), 2, "{elsewhere:#?}");
    let only = actions(&desk.editor, &uri, 1, Some("quickfix")).await;
    assert_eq!(only.len(), 2, "{only:#?}");
    assert!(
        actions(&desk.editor, &uri, 1, Some("refactor"))
            .await
            .is_empty()
    );

    execute(&desk, &accept).await;
    let at = actions(&desk.editor, &uri, 6, None).await;
    execute(&desk, &titled(&at, &["reject", "this"])).await;
    assert_eq!(state(&desk.edit().await), "partial ar");
    desk.check("a.txt", "a\nB\nc\nd\ne\nf\ng\nh\n").await;
    assert!(actions(&desk.editor, &uri, 1, None).await.is_empty());
    desk.close().await;
}

#[tokio::test]
async fn actions_for_the_whole_file() {
    for (verb, expect) in [("accept", EDITED), ("reject", TEXT)] {
        let desk = edited(Shows::Hints).await;
        let at = actions(&desk.editor, &desk.uri("a.txt"), 3, None).await;
        execute(&desk, &titled(&at, &[verb, "all", "file"])).await;
        desk.check("a.txt", expect).await;
        assert!(state(&desk.edit().await).starts_with(verb), "{verb}");
        desk.close().await;
    }
}

#[tokio::test]
async fn an_editor_that_knows_commands_only_gets_these() {
    let desk = edited(Shows::Commands).await;
    let at = actions(&desk.editor, &desk.uri("a.txt"), 1, None).await;
    for action in &at {
        assert!(action["command"].is_string(), "a bare command: {action:#}");
    }
    execute(&desk, &titled(&at, &["reject", "this"])).await;
    desk.check("a.txt", "a\nb\nc\nd\ne\nF\nFF\ng\nh\n").await;
    desk.close().await;
}

#[tokio::test]
async fn lenses_are_for_those_who_show_them() {
    let desk = edited(Shows::Lenses).await;
    assert!(desk.editor.initialized["capabilities"]["codeLensProvider"].is_object());
    let shown = lenses(&desk).await;
    let lines: Vec<u64> = shown
        .iter()
        .map(|lens| lens["range"]["start"]["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [1, 1, 5, 5]);
    desk.editor.wait_asked("workspace/codeLens/refresh").await;
    execute(&desk, &shown[0]).await;
    execute(&desk, &shown[3]).await;
    assert_eq!(state(&desk.edit().await), "partial ar");
    assert!(lenses(&desk).await.is_empty());
    desk.close().await;

    let desk = edited(Shows::Hints).await;
    let capabilities = &desk.editor.initialized["capabilities"];
    assert!(
        capabilities["codeLensProvider"].is_null(),
        "{capabilities:#}"
    );
    assert!(
        capabilities["codeActionProvider"].is_object(),
        "{capabilities:#}"
    );
    desk.close().await;
}

#[tokio::test]
async fn an_editor_that_draws_hunks_itself_is_left_alone() {
    let desk = edited(Shows::Hunks).await;
    let capabilities = &desk.editor.initialized["capabilities"];
    for name in ["codeActionProvider", "codeLensProvider"] {
        assert!(
            capabilities[name].is_null() || capabilities[name] == false,
            "{name}: {capabilities:#}"
        );
    }
    desk.reject(json!({"sessionId": desk.session})).await;
    desk.check("a.txt", TEXT).await;
    // The end of another turn shows that nothing is to come.
    desk.turn().await;
    let shown = desk.editor.read(|state| {
        let all = state.notifications.iter();
        all.filter(|message| message["method"] == "textDocument/publishDiagnostics")
            .count()
    });
    assert_eq!(shown, 0);
    desk.close().await;
}

#[tokio::test]
async fn commands_need_no_arguments() {
    for (command, expect) in [
        ("aside.edits.accept", EDITED),
        ("aside.edits.reject", TEXT),
        ("aside.session.rewind", TEXT),
    ] {
        for arguments in [Value::Null, json!([]), json!([null]), json!([{}])] {
            let desk = edited(Shows::Hints).await;
            let mut params = json!({"command": command});
            if !arguments.is_null() {
                params["arguments"] = arguments.clone();
            }
            desk.editor
                .request("workspace/executeCommand", params)
                .await;
            desk.check("a.txt", expect).await;
            desk.close().await;
        }
    }
}

#[tokio::test]
async fn commands_take_the_params_of_their_methods() {
    let desk = edited(Shows::Hints).await;
    let edit = desk.edit().await;
    let hunk = text(&edit, "/hunks/1/id").to_owned();
    let run = async |command: &str, argument: Value| {
        let params = json!({"command": command, "arguments": [argument]});
        desk.editor
            .try_request("workspace/executeCommand", params)
            .await
    };
    run("aside.edits.reject", json!({"hunkIds": [hunk]}))
        .await
        .unwrap();
    desk.check("a.txt", "a\nB\nc\nd\ne\nf\ng\nh\n").await;
    for (command, argument, code) in [
        (
            "aside.edits.reject",
            json!({"hunkIds": ["nope"]}),
            "notFound",
        ),
        ("aside.edits.accept", json!({"hunkIds": 7}), "invalid"),
        ("aside.edits.accept", json!(7), "invalid"),
        (
            "aside.session.rewind",
            json!({"sessionId": "nope"}),
            "notFound",
        ),
    ] {
        let error = run(command, argument.clone()).await.unwrap_err();
        assert_eq!(error.kind(), code, "{command} {argument}: {error:?}");
    }
    let rewind = json!({"sessionId": desk.session, "turnId": edit["turnId"], "dryRun": true});
    let seen = run("aside.session.rewind", rewind).await.unwrap();
    assert_eq!(
        seen["reverted"].as_array().map(Vec::len),
        Some(1),
        "{seen:#}"
    );
    desk.check("a.txt", "a\nB\nc\nd\ne\nf\ng\nh\n").await;
    desk.close().await;
}

#[tokio::test]
async fn commands_where_nothing_was_edited_say_so() {
    let desk = Desk::with([], &[], plain(Shows::Hints)).await;
    for command in [
        "aside.edits.accept",
        "aside.edits.reject",
        "aside.session.rewind",
    ] {
        let error = desk
            .editor
            .fail("workspace/executeCommand", json!({"command": command}))
            .await;
        assert!(
            error.message.contains(' ') && error.kind() != "internal",
            "{error:?}"
        );
    }
    let uri = desk.uri("a.txt");
    assert!(actions(&desk.editor, &uri, 0, None).await.is_empty());
    desk.close().await;
}

#[tokio::test]
async fn proposals_are_shown_on_the_lines_that_they_would_replace() {
    let desk = Desk::with(replies(), &[("a.txt", TEXT)], |client| {
        client.shows = Shows::Hints;
        client.settings = json!({"edits": {"mode": "propose"}});
    })
    .await;
    desk.turn().await;
    wait_hints(&desk, &[1, 5]).await;
    let at = actions(&desk.editor, &desk.uri("a.txt"), 1, None).await;
    execute(&desk, &titled(&at, &["accept", "this"])).await;
    desk.check("a.txt", "a\nB\nc\nd\ne\nf\ng\nh\n").await;
    wait_hints(&desk, &[5]).await;
    desk.close().await;
}

/// One edit with an editor that has change annotations or not: the workspace edit.
async fn sent(annotations: bool, confirm: &str) -> Value {
    let desk = Desk::with(replies(), &[("a.txt", TEXT)], |client| {
        client.change_annotations = annotations;
        client.settings = json!({"edits": {"confirm": confirm}});
    })
    .await;
    desk.turn().await;
    desk.check("a.txt", EDITED).await;
    let sent = desk.editor.asked("workspace/applyEdit");
    desk.close().await;
    sent[0]["edit"].clone()
}

#[tokio::test]
async fn annotations_are_for_those_who_announce_them() {
    for (annotations, confirm, expect) in [
        (false, "never", None),
        (false, "always", None),
        (true, "never", Some(false)),
        (true, "always", Some(true)),
    ] {
        let edit = sent(annotations, confirm).await;
        let known: Vec<Value> = edit["changeAnnotations"]
            .as_object()
            .map(|known| known.values().cloned().collect())
            .unwrap_or_default();
        let asks = known.iter().any(|one| one["needsConfirmation"] == true);
        match expect {
            None => assert!(known.is_empty(), "{edit:#}"),
            Some(expect) => {
                assert!(!known.is_empty(), "{edit:#}");
                assert!(known.iter().all(|one| one["label"].is_string()), "{edit:#}");
                assert_eq!(asks, expect, "{edit:#}");
                let edits = edit["documentChanges"][0]["edits"].as_array().unwrap();
                assert!(
                    edits.iter().all(|one| one["annotationId"].is_string()),
                    "{edit:#}"
                );
            }
        }
    }
}

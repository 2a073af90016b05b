//! Editors that refuse edits, lie about them, say nothing, or tell of them in ways of their own.
use aside_script::Reply;
use aside_tests::editor::{ApplyEdit, Client, Sync, Typing, When};
use serde_json::json;

use crate::common::{call, edit, read, say};
use crate::desk::{Desk, hunks, id, stage, state};

const TEXT: &str = "one\ntwo\nthree\nfour\nfive\nsix\n";

fn replies() -> [Reply; 3] {
    [
        read("read", "a.txt"),
        edit("edit", "a.txt", "three", "THREE"),
        say("Done."),
    ]
}

/// Two places of one file in one call.
fn two_places() -> [Reply; 3] {
    let edits = json!([
        {"old_text": "two\n", "new_text": "2\nzwei\n"},
        {"old_text": "five", "new_text": "FIVE"},
    ]);
    [
        read("read", "a.txt"),
        call(
            "edit",
            "edit_file",
            json!({"path": "a.txt", "edits": edits}),
        ),
        say("Done."),
    ]
}

/// What is waited for in vain is given up soon.
fn hasty(client: &mut Client) {
    client.settings = json!({"editor": {"request_timeout_s": 1, "edit_confirm_timeout_ms": 100}});
}

#[tokio::test]
async fn an_edit_that_is_not_made_leaves_nothing_pending() {
    for habit in [ApplyEdit::Refuse, ApplyEdit::Lie, ApplyEdit::Silent] {
        let desk = Desk::with(replies(), &[("a.txt", TEXT)], |client| {
            if habit != ApplyEdit::Refuse {
                hasty(client);
            }
            client.apply_edit = habit;
        })
        .await;
        let turn = desk.turn().await;
        let (status, told) = desk.last_call().await;
        assert_eq!(status, "failed", "{habit:?}: {told}");
        if habit == ApplyEdit::Refuse {
            assert!(told.contains("the user said no"), "{told}");
        }
        assert_eq!(desk.stage.tool_result("edit"), told);
        for edit in desk.edits().await {
            assert!(
                state(&edit).starts_with("conflicted"),
                "{habit:?}: {edit:#}"
            );
        }
        assert!(desk.list(json!({"status": "applied"})).await.is_empty());
        // There is nothing to take back either.
        let rewound = desk.rewind(&turn, json!({"files": true})).await;
        assert_eq!(rewound["reverted"], json!([]), "{habit:?}: {rewound:#}");
        desk.check("a.txt", TEXT).await;
        desk.close().await;
    }
}

#[tokio::test]
async fn an_edit_that_is_made_long_after_it_was_given_up_is_the_users_own() {
    let desk = Desk::with(replies(), &[("a.txt", TEXT)], |client| {
        hasty(client);
        client.apply_edit = ApplyEdit::Silent;
    })
    .await;
    desk.turn().await;
    let request = desk.editor.wait_asked("workspace/applyEdit").await;
    desk.editor.apply(&request);
    desk.check("a.txt", "one\ntwo\nTHREE\nfour\nfive\nsix\n")
        .await;
    desk.editor.is_alive().await;
    desk.close().await;
}

#[tokio::test]
async fn an_editor_that_answers_first_is_waited_for() {
    for sync in [Sync::Incremental, Sync::Whole, Sync::Split, Sync::Batched] {
        let desk = Desk::with(two_places(), &[("a.txt", TEXT)], |client| {
            client.apply_edit = ApplyEdit::AnswerFirst;
            client.sync = sync;
        })
        .await;
        desk.turn().await;
        desk.check("a.txt", "one\n2\nzwei\nthree\nfour\nFIVE\nsix\n")
            .await;
        assert_eq!(state(&desk.edit().await), "applied pp", "{sync:?}");
        desk.close().await;
    }
}

#[tokio::test]
async fn changes_are_followed_however_they_are_told() {
    for sync in [Sync::Whole, Sync::Split, Sync::Batched] {
        let desk = Desk::with(two_places(), &[("a.txt", TEXT)], |client| {
            client.sync = sync
        })
        .await;
        desk.turn().await;
        desk.check("a.txt", "one\n2\nzwei\nthree\nfour\nFIVE\nsix\n")
            .await;
        let edit = desk.edit().await;
        assert_eq!(state(&edit), "applied pp", "{sync:?}: {edit:#}");
        let second = id(&hunks(&edit)[1]);
        desk.reject(json!({"hunkIds": [second]})).await;
        desk.check("a.txt", "one\n2\nzwei\nthree\nfour\nfive\nsix\n")
            .await;
        desk.close().await;
    }
}

/// An editor that looks at no version puts the edit onto what the user has just typed.
async fn blind(replies: impl IntoIterator<Item = Reply>, old: &str, new: &str) -> Desk {
    let stage = stage(replies);
    let path = stage.world.write("a.txt", TEXT);
    let typing = Typing {
        when: When::BeforeEdit,
        path,
        old: old.to_owned(),
        new: new.to_owned(),
    };
    let desk = Desk::on(stage, &["a.txt"], |client| {
        hasty(client);
        client.apply_edit = ApplyEdit::Blind;
        client.typing = vec![typing];
    })
    .await;
    desk.turn().await;
    desk
}

#[tokio::test]
async fn an_edit_put_onto_a_text_that_it_was_not_made_for_is_taken_back() {
    for (old, new, expect) in [
        (
            "four",
            "four, typed",
            "one\ntwo\nTHREE\nfour, typed\nfive\nsix\n",
        ),
        (
            "one\n",
            "typed\none\n",
            "typed\none\ntwo\nTHREE\nfour\nfive\nsix\n",
        ),
        ("one\ntwo\n", "", "THREE\nfour\nfive\nsix\n"),
        (
            "six\n",
            "six\nseven\n",
            "one\ntwo\nTHREE\nfour\nfive\nsix\nseven\n",
        ),
    ] {
        let desk = blind(replies(), old, new).await;
        let (status, told) = desk.last_call().await;
        assert_eq!(status, "completed", "{old:?}: {told}");
        desk.check("a.txt", expect).await;
        assert_eq!(state(&desk.edit().await), "applied p", "{old:?}");
        desk.close().await;
    }
}

#[tokio::test]
async fn what_was_typed_under_a_blind_edit_is_put_back() {
    for (old, new, expect) in [
        (
            "three",
            "three, typed",
            "one\ntwo\nthree, typed\nfour\nfive\nsix\n",
        ),
        ("two\nthree\nfour", "typed", "one\ntyped\nfive\nsix\n"),
    ] {
        let desk = blind(replies(), old, new).await;
        let (status, told) = desk.last_call().await;
        assert_eq!(status, "failed", "{old:?}: {told}");
        assert!(told.contains("typed"), "{told}");
        desk.check("a.txt", expect).await;
        desk.close().await;
    }
}

/// With no versions on the wire, an editor has no choice but to put an edit wherever it falls.
#[tokio::test]
async fn an_editor_without_versioned_changes_whose_user_types() {
    for (old, new, expect, status) in [
        (
            "one\n",
            "typed\none\n",
            "typed\none\ntwo\nTHREE\nfour\nfive\nsix\n",
            "completed",
        ),
        (
            "three",
            "three, typed",
            "one\ntwo\nthree, typed\nfour\nfive\nsix\n",
            "failed",
        ),
    ] {
        let stage = stage(replies());
        let path = stage.world.write("a.txt", TEXT);
        let typing = Typing {
            when: When::BeforeEdit,
            path,
            old: old.to_owned(),
            new: new.to_owned(),
        };
        let desk = Desk::on(stage, &["a.txt"], |client| {
            client.document_changes = false;
            client.resource_operations = false;
            client.typing = vec![typing];
        })
        .await;
        desk.turn().await;
        let (said, told) = desk.last_call().await;
        assert_eq!(said, status, "{old:?}: {told}");
        desk.check("a.txt", expect).await;
        desk.reject(json!({"sessionId": desk.session})).await;
        assert!(desk.buffer("a.txt").contains("three"));
        desk.close().await;
    }
}

/// Ends each line with a semicolon, as a formatter might.
fn semicolons(text: &str) -> String {
    text.lines()
        .map(|line| format!("{};\n", line.trim_end_matches(';')))
        .collect()
}

/// Takes white space from the ends of lines.
fn trimmed(text: &str) -> String {
    text.lines()
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}

#[tokio::test]
async fn formatting_elsewhere_in_the_file_is_the_users_own() {
    let text = "one  \ntwo\nthree\nfour  \nfive\n";
    let desk = Desk::with(replies(), &[("a.txt", text)], |client| {
        client.saves = Some(trimmed);
    })
    .await;
    desk.turn().await;
    let (status, told) = desk.last_call().await;
    assert_eq!(status, "completed", "{told}");
    desk.check("a.txt", "one\ntwo\nTHREE\nfour\nfive\n").await;
    let edit = desk.edit().await;
    assert_eq!(state(&edit), "applied p");
    assert_eq!(
        edit["baseHash"],
        crate::desk::hash("one\ntwo\nthree\nfour\nfive\n")
    );
    desk.editor.set_habits(|client| client.saves = None);
    desk.reject(json!({"editIds": [id(&edit)]})).await;
    desk.check("a.txt", "one\ntwo\nthree\nfour\nfive\n").await;
    desk.close().await;
}

#[tokio::test]
async fn formatting_of_the_agents_own_lines_counts_as_typing() {
    let desk = Desk::with(
        [
            read("read", "a.txt"),
            edit("edit", "a.txt", "three", "THREE"),
            edit("next", "a.txt", "THREE", "3"),
            say("Done."),
        ],
        &[("a.txt", TEXT)],
        |client| client.saves = Some(semicolons),
    )
    .await;
    desk.turn().await;
    let calls = desk.calls().await;
    assert_eq!(calls[1]["status"], "completed", "{calls:#?}");
    // What the model goes on to edit has been changed under it, and it is told.
    assert_eq!(calls[2]["status"], "failed", "{calls:#?}");
    let told = desk.stage.tool_result("next");
    assert!(told.contains("THREE;"), "{told}");
    desk.check("a.txt", "one;\ntwo;\nTHREE;\nfour;\nfive;\nsix;\n")
        .await;
    assert_eq!(desk.stage.world.read("a.txt"), desk.buffer("a.txt"));
    desk.close().await;
}

#[tokio::test]
async fn a_formatter_that_runs_after_the_answer_is_followed() {
    let desk = Desk::new(replies(), &[("a.txt", TEXT)]).await;
    desk.turn().await;
    let path = desk.path("a.txt");
    desk.editor
        .change(&path, &semicolons(&desk.buffer("a.txt")));
    desk.editor.save(&path);
    desk.check("a.txt", "one;\ntwo;\nTHREE;\nfour;\nfive;\nsix;\n")
        .await;
    // The agent's line is not as it left it, so it cannot be taken back unseen.
    let edit = desk.edit().await;
    let error = desk
        .fail("edit/reject", json!({"editIds": [id(&edit)]}), "conflict")
        .await;
    assert!(
        error.message.contains("line"),
        "it names the line: {error:?}"
    );
    desk.check("a.txt", "one;\ntwo;\nTHREE;\nfour;\nfive;\nsix;\n")
        .await;
    desk.close().await;
}

#[tokio::test]
async fn review_with_an_editor_that_does_not_do_what_it_is_asked() {
    for habit in [ApplyEdit::Refuse, ApplyEdit::Lie, ApplyEdit::Silent] {
        let desk = Desk::with(replies(), &[("a.txt", TEXT)], hasty).await;
        desk.turn().await;
        let edit = desk.edit().await;
        desk.editor.set_habits(|client| client.apply_edit = habit);
        let which = json!({"editIds": [id(&edit)]});
        desk.editor.fail("edit/reject", which.clone()).await;
        assert_eq!(state(&desk.edit().await), "applied p", "{habit:?}");
        desk.check("a.txt", "one\ntwo\nTHREE\nfour\nfive\nsix\n")
            .await;
        desk.editor
            .set_habits(|client| client.apply_edit = ApplyEdit::Apply);
        desk.reject(which).await;
        desk.check("a.txt", TEXT).await;
        desk.close().await;
    }
}

#[tokio::test]
async fn review_with_an_editor_that_takes_no_edits() {
    for is_saved in [true, false] {
        let desk = Desk::with(replies(), &[("a.txt", TEXT)], |client| {
            client.apply_edit = ApplyEdit::Unsupported;
        })
        .await;
        desk.turn().await;
        let edited = desk.stage.world.read("a.txt");
        assert_eq!(edited, "one\ntwo\nTHREE\nfour\nfive\nsix\n");
        let path = desk.path("a.txt");
        // The editor reads the file anew, or its user closes it.
        if is_saved {
            desk.editor.change(&path, &edited);
            desk.editor.save(&path);
        } else {
            desk.editor.close_file(&path);
        }
        let edit = desk.edit().await;
        assert_eq!(state(&edit), "applied p", "{edit:#}");
        desk.reject(json!({"editIds": [id(&edit)]})).await;
        assert_eq!(desk.stage.world.read("a.txt"), TEXT);
        desk.close().await;
    }
}

#[tokio::test]
async fn a_patch_of_several_files_with_an_editor_without_file_operations() {
    let patch = "*** Begin Patch\n*** Add File: new.txt\n+new\n*** Delete File: b.txt\n\
                 *** Update File: a.txt\n*** Move to: c.txt\n@@\n-three\n+THREE\n*** End Patch\n";
    for habit in [ApplyEdit::Apply, ApplyEdit::Unsupported] {
        let desk = Desk::with(
            [
                call("edit", "apply_patch", json!({"patch": patch})),
                say("Done."),
            ],
            &[],
            |client| {
                client.apply_edit = habit;
                client.resource_operations = false;
            },
        )
        .await;
        desk.stage.world.write("a.txt", TEXT);
        desk.stage.world.write("b.txt", "beta\n");
        let session = desk.editor.create(json!({"permissionMode": "full"})).await;
        let desk = Desk { session, ..desk };
        let turn = desk.turn().await;
        let (status, told) = desk.last_call().await;
        assert_eq!(status, "completed", "{habit:?}: {told}");
        assert!(!desk.path("a.txt").exists() && !desk.path("b.txt").exists());
        let edited = "one\ntwo\nTHREE\nfour\nfive\nsix\n";
        desk.check_mirror("c.txt", edited).await;
        desk.check_mirror("new.txt", "new\n").await;
        desk.reject(json!({"turnId": turn})).await;
        assert!(!desk.path("c.txt").exists() && !desk.path("new.txt").exists());
        desk.check_mirror("a.txt", TEXT).await;
        desk.check_mirror("b.txt", "beta\n").await;
        desk.close().await;
    }
}

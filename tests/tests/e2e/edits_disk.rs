//! Files that other programs change, closed ones and those with unsaved text.
use aside_script::Gate;
use aside_tests::editor::ApplyEdit;
use serde_json::json;

use crate::common::{edit, patiently, read, say};
use crate::desk::{Desk, id, state};

const TEXT: &str = "one\ntwo\nthree\nfour\nfive\n";

/// Another program writes to a file that is not open, between the model's reading and its edit.
async fn closed(habit: ApplyEdit, written: &str) -> Desk {
    let gate = Gate::new();
    let desk = Desk::with(
        [
            read("read", "a.txt"),
            edit("edit", "a.txt", "three", "THREE").gate_before_head(&gate),
            say("Done."),
        ],
        &[],
        |client| client.apply_edit = habit,
    )
    .await;
    desk.stage.world.write("a.txt", TEXT);
    let turn = desk.prompt().await;
    patiently("the second request", desk.stage.model.wait_for_requests(2)).await;
    desk.stage.world.write("a.txt", written);
    gate.open();
    desk.completed(&turn).await;
    desk
}

#[tokio::test]
async fn a_closed_file_that_another_program_changed_elsewhere_is_merged() {
    for habit in [ApplyEdit::Apply, ApplyEdit::Unsupported] {
        let desk = closed(habit, "one\ntwo\nthree\nfour\nfive\nsix\n").await;
        let (status, told) = desk.last_call().await;
        assert_eq!(status, "completed", "{told}");
        assert!(told.contains("six"), "the model is told of it: {told}");
        desk.check_mirror("a.txt", "one\ntwo\nTHREE\nfour\nfive\nsix\n")
            .await;
        assert_eq!(state(&desk.edit().await), "applied p");
        desk.close().await;
    }
}

#[tokio::test]
async fn a_closed_file_that_another_program_changed_there_is_left_alone() {
    for habit in [ApplyEdit::Apply, ApplyEdit::Unsupported] {
        let written = "one\ntwo\ndrei\nfour\nfive\n";
        let desk = closed(habit, written).await;
        let (status, told) = desk.last_call().await;
        assert_eq!(status, "failed", "{told}");
        assert!(told.contains("drei") && told.contains("THREE"), "{told}");
        desk.check_mirror("a.txt", written).await;
        assert_eq!(desk.stage.world.read("a.txt"), written);
        desk.close().await;
    }
}

#[tokio::test]
async fn a_change_on_disk_under_unsaved_text_is_noticed() {
    let desk = Desk::new(
        [
            read("first", "a.txt"),
            say("Read."),
            read("second", "a.txt"),
            edit("edit", "a.txt", "three", "THREE"),
            say("Done."),
        ],
        &[("a.txt", TEXT)],
    )
    .await;
    desk.type_over("a.txt", "one", "eins");
    desk.turn().await;
    let told = desk.stage.tool_result("first");
    assert!(told.contains("eins") && !told.contains("disk"), "{told}");

    let written = "one\ntwo\nthree\nfour\nwritten by another program\n";
    desk.stage.world.write("a.txt", written);
    desk.turn().await;
    let told = desk.stage.tool_result("second");
    assert!(told.contains("eins") && told.contains("disk"), "{told}");
    let calls = desk.calls().await;
    assert_eq!(calls[2]["status"], "completed", "{:#}", calls[2]);
    let told = desk.stage.tool_result("edit");
    assert!(told.contains("disk"), "{told}");
    desk.check("a.txt", "eins\ntwo\nTHREE\nfour\nfive\n").await;
    assert_eq!(
        desk.stage.world.read("a.txt"),
        written,
        "saving is the user's"
    );
    desk.close().await;
}

#[tokio::test]
async fn saving_settles_what_was_on_disk() {
    let desk = Desk::new([read("read", "a.txt"), say("Read.")], &[("a.txt", TEXT)]).await;
    desk.type_over("a.txt", "one", "eins");
    desk.stage.world.write("a.txt", "by another program\n");
    desk.editor.save(&desk.path("a.txt"));
    desk.type_over("a.txt", "two", "zwei");
    desk.turn().await;
    let told = desk.stage.tool_result("read");
    assert!(told.contains("zwei") && !told.contains("disk"), "{told}");
    desk.close().await;
}

#[tokio::test]
async fn a_file_deleted_on_disk_under_unsaved_text_stays_in_the_buffer() {
    let desk = Desk::new(
        [
            read("read", "a.txt"),
            edit("edit", "a.txt", "three", "THREE"),
            say("Done."),
        ],
        &[("a.txt", TEXT)],
    )
    .await;
    desk.type_over("a.txt", "one", "eins");
    std::fs::remove_file(desk.path("a.txt")).unwrap();
    desk.turn().await;
    desk.check("a.txt", "eins\ntwo\nTHREE\nfour\nfive\n").await;
    assert!(!desk.path("a.txt").exists());
    desk.close().await;
}

#[tokio::test]
async fn review_of_a_closed_file_that_another_program_changed() {
    for (written, expect) in [
        // Elsewhere: the agent's line goes, the other program's stays.
        (
            "zero\none\ntwo\nTHREE\nfour\nfive\n",
            Some("zero\none\ntwo\nthree\nfour\nfive\n"),
        ),
        // There: nothing is overwritten.
        ("one\ntwo\nTHREE!\nfour\nfive\n", None),
    ] {
        let desk = Desk::with(
            [edit("edit", "a.txt", "three", "THREE"), say("Done.")],
            &[],
            |client| client.apply_edit = ApplyEdit::Unsupported,
        )
        .await;
        desk.stage.world.write("a.txt", TEXT);
        desk.turn().await;
        let edit = desk.edit().await;
        desk.stage.world.write("a.txt", written);
        let which = json!({"editIds": [id(&edit)]});
        match expect {
            Some(expect) => {
                desk.reject(which).await;
                assert_eq!(desk.stage.world.read("a.txt"), expect);
            }
            None => {
                desk.fail("edit/reject", which, "conflict").await;
                assert_eq!(desk.stage.world.read("a.txt"), written);
            }
        }
        desk.close().await;
    }
}

#[tokio::test]
async fn closing_a_file_without_saving_takes_the_edit_back() {
    let desk = Desk::new(
        [edit("edit", "a.txt", "three", "THREE"), say("Done.")],
        &[("a.txt", TEXT)],
    )
    .await;
    let turn = desk.turn().await;
    desk.editor.close_file(&desk.path("a.txt"));
    assert_eq!(state(&desk.edit().await), "rejected r");
    let rewound = desk.rewind(&turn, json!({})).await;
    assert_eq!(rewound["conflicts"], json!([]), "{rewound:#}");
    assert_eq!(desk.stage.world.read("a.txt"), TEXT);
    desk.close().await;
}

#[tokio::test]
async fn a_file_that_was_saved_and_closed_is_reviewed_all_the_same() {
    let desk = Desk::new(
        [edit("edit", "a.txt", "three", "THREE"), say("Done.")],
        &[("a.txt", TEXT)],
    )
    .await;
    desk.turn().await;
    let path = desk.path("a.txt");
    desk.type_over("a.txt", "one\n", "zero\none\n");
    desk.editor.save(&path);
    desk.editor.close_file(&path);
    let edit = desk.edit().await;
    assert_eq!(state(&edit), "applied p");
    assert!(edit.get("version").is_none(), "{edit:#}");
    desk.reject(json!({"editIds": [id(&edit)]})).await;
    desk.check_mirror("a.txt", "zero\none\ntwo\nthree\nfour\nfive\n")
        .await;
    desk.close().await;
}

#[tokio::test]
async fn a_file_that_the_user_deletes_is_not_brought_back_by_a_review() {
    let desk = Desk::new(
        [edit("edit", "a.txt", "three", "THREE"), say("Done.")],
        &[("a.txt", TEXT)],
    )
    .await;
    let turn = desk.turn().await;
    desk.editor.close_file(&desk.path("a.txt"));
    std::fs::remove_file(desk.path("a.txt")).unwrap();
    let edit = id(&desk.edit().await);
    desk.fail("edit/reject", json!({"editIds": [edit]}), "conflict")
        .await;
    desk.accept(json!({"editIds": [edit]})).await;
    let rewound = desk.rewind(&turn, json!({})).await;
    assert_eq!(rewound["reverted"], json!([]), "{rewound:#}");
    assert!(!desk.path("a.txt").exists());
    desk.close().await;
}

#[tokio::test]
async fn a_file_that_the_user_moves_is_not_found_and_not_made_again() {
    let desk = Desk::with(
        [edit("edit", "a.txt", "three", "THREE"), say("Done.")],
        &[],
        |client| client.apply_edit = ApplyEdit::Unsupported,
    )
    .await;
    desk.stage.world.write("a.txt", TEXT);
    desk.turn().await;
    std::fs::rename(desk.path("a.txt"), desk.path("b.txt")).unwrap();
    let edit = id(&desk.edit().await);
    desk.fail("edit/reject", json!({"editIds": [edit]}), "conflict")
        .await;
    assert!(!desk.path("a.txt").exists());
    desk.check_mirror("b.txt", "one\ntwo\nTHREE\nfour\nfive\n")
        .await;
    desk.close().await;
}

//! `edits.mode = "propose"`: no file is touched before the user accepts.
use aside_script::{Gate, Reply};
use aside_tests::editor::Client;
use serde_json::json;

use crate::common::{call, edit, patiently, read, say};
use crate::desk::{Desk, hash, hunks, id, state};

const TEXT: &str = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n";

fn proposes(client: &mut Client) {
    client.settings = json!({"edits": {"mode": "propose"}});
}

/// Two hunks in one file.
fn two(id: &str) -> Reply {
    let edits = json!([
        {"old_text": "b\n", "new_text": "B\n"},
        {"old_text": "h\n", "new_text": "H\nHH\n"},
    ]);
    call(id, "edit_file", json!({"path": "a.txt", "edits": edits}))
}

async fn proposed() -> Desk {
    let desk = Desk::with(
        [two("edit"), say("Done."), say("More."), say("And more.")],
        &[("a.txt", TEXT)],
        proposes,
    )
    .await;
    desk.turn().await;
    desk
}

#[tokio::test]
async fn nothing_is_touched_until_it_is_accepted() {
    let desk = proposed().await;
    let (status, told) = desk.last_call().await;
    assert_eq!(status, "completed", "{told}");
    assert!(
        told.contains("accept"),
        "the model knows that it waits: {told}"
    );
    assert!(desk.editor.asked("workspace/applyEdit").is_empty());
    desk.check("a.txt", TEXT).await;
    assert_eq!(desk.stage.world.read("a.txt"), TEXT);
    let edit = desk.edit().await;
    assert_eq!(state(&edit), "proposed pp");
    let old: Vec<_> = hunks(&edit)
        .iter()
        .map(|hunk| hunk["oldRange"]["start"]["line"].as_u64().unwrap())
        .collect();
    assert_eq!(old, [1, 7]);
    assert_eq!(edit["baseHash"], hash(TEXT));
    assert_eq!(desk.told(), ["proposed"]);
    let accepted = desk.accept(json!({"editIds": [id(&edit)]})).await;
    assert_eq!(state(&accepted[0]), "accepted aa");
    desk.check("a.txt", "a\nB\nc\nd\ne\nf\ng\nH\nHH\ni\nj\n")
        .await;
    assert_eq!(desk.stage.world.read("a.txt"), TEXT, "saving is the user's");
    desk.turn().await;
    let told = desk.last_request();
    assert!(
        told.contains("accepted") && told.contains("a.txt"),
        "{told}"
    );
    desk.close().await;
}

#[tokio::test]
async fn hunks_are_accepted_one_by_one() {
    let desk = proposed().await;
    let edit = desk.edit().await;
    let second = desk
        .accept(json!({"hunkIds": [id(&hunks(&edit)[1])]}))
        .await;
    assert_eq!(state(&second[0]), "partial pa");
    desk.check("a.txt", "a\nb\nc\nd\ne\nf\ng\nH\nHH\ni\nj\n")
        .await;
    desk.reject(json!({"hunkIds": [id(&hunks(&edit)[0])]}))
        .await;
    desk.check("a.txt", "a\nb\nc\nd\ne\nf\ng\nH\nHH\ni\nj\n")
        .await;
    assert_eq!(state(&desk.edit().await), "partial ra");
    desk.turn().await;
    let told = desk.last_request();
    assert!(
        told.contains("accepted") && told.contains("rejected"),
        "{told}"
    );
    desk.close().await;
}

#[tokio::test]
async fn a_rejected_proposal_leaves_no_trace_but_a_word_to_the_model() {
    let desk = proposed().await;
    desk.reject(json!({"sessionId": desk.session})).await;
    assert!(desk.editor.asked("workspace/applyEdit").is_empty());
    desk.check("a.txt", TEXT).await;
    assert_eq!(state(&desk.edit().await), "rejected rr");
    desk.turn().await;
    let told = desk.last_request();
    assert!(
        told.contains("rejected") && told.contains("a.txt"),
        "{told}"
    );
    let count = |text: &str| text.matches("rejected").count();
    desk.turn().await;
    assert_eq!(count(&desk.last_request()), count(&told), "it is told once");
    desk.close().await;
}

#[tokio::test]
async fn a_proposal_follows_what_is_typed() {
    let desk = proposed().await;
    desk.type_over("a.txt", "a\n", "zero\na\n");
    desk.type_over("a.txt", "e\n", "e, typed\n");
    let edit = desk.edit().await;
    assert_eq!(state(&edit), "proposed pp");
    let old: Vec<_> = hunks(&edit)
        .iter()
        .map(|hunk| hunk["oldRange"]["start"]["line"].as_u64().unwrap())
        .collect();
    assert_eq!(old, [2, 8]);
    desk.accept(json!({"sessionId": desk.session})).await;
    desk.check("a.txt", "zero\na\nB\nc\nd\ne, typed\nf\ng\nH\nHH\ni\nj\n")
        .await;
    desk.close().await;
}

#[tokio::test]
async fn a_proposal_for_lines_that_the_user_changed_is_a_conflict() {
    let desk = proposed().await;
    desk.type_over("a.txt", "b\n", "b, typed\n");
    let typed = desk.buffer("a.txt");
    let hunk = id(&hunks(&desk.edit().await)[0]);
    desk.fail("edit/accept", json!({"hunkIds": [hunk]}), "conflict")
        .await;
    desk.check("a.txt", &typed).await;
    // It can still be refused, and the other one taken.
    desk.reject(json!({"hunkIds": [hunk]})).await;
    desk.accept(json!({"sessionId": desk.session})).await;
    desk.check("a.txt", "a\nb, typed\nc\nd\ne\nf\ng\nH\nHH\ni\nj\n")
        .await;
    desk.close().await;
}

#[tokio::test]
async fn what_was_accepted_can_be_undone() {
    let desk = proposed().await;
    let turn = desk.edit().await["turnId"].as_str().unwrap().to_owned();
    desk.accept(json!({"sessionId": desk.session})).await;
    desk.type_over("a.txt", "j\n", "j, typed\n");
    let rewound = desk.rewind(&turn, json!({})).await;
    assert_eq!(rewound["conflicts"], json!([]), "{rewound:#}");
    desk.check("a.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj, typed\n")
        .await;
    desk.close().await;
}

#[tokio::test]
async fn an_amended_proposal_is_made_as_amended() {
    let desk = proposed().await;
    let ids: Vec<String> = hunks(&desk.edit().await).iter().map(id).collect();
    desk.editor
        .request(
            "edit/amend",
            json!({"hunkId": ids[1], "newText": "amended\n"}),
        )
        .await;
    desk.check("a.txt", TEXT).await;
    desk.accept(json!({"editIds": [id(&desk.edit().await)]}))
        .await;
    desk.check("a.txt", "a\nB\nc\nd\ne\nf\ng\namended\ni\nj\n")
        .await;
    desk.turn().await;
    let told = desk.last_request();
    assert!(told.contains("amended"), "{told}");
    desk.close().await;
}

/// The model goes on with what it proposed as if it were there.
#[tokio::test]
async fn a_second_proposal_for_the_same_file() {
    let desk = Desk::with(
        [
            read("read", "a.txt"),
            two("first"),
            edit("second", "a.txt", "d\n", "D\n"),
            say("Done."),
        ],
        &[("a.txt", TEXT)],
        proposes,
    )
    .await;
    desk.turn().await;
    desk.check("a.txt", TEXT).await;
    for call in desk.calls().await {
        assert_eq!(call["status"], "completed", "{call:#}");
    }
    desk.accept(json!({"sessionId": desk.session})).await;
    desk.check("a.txt", "a\nB\nc\nD\ne\nf\ng\nH\nHH\ni\nj\n")
        .await;
    desk.close().await;
}

#[tokio::test]
async fn proposals_to_create_delete_and_move() {
    let patch = "*** Begin Patch\n*** Add File: new.txt\n+new\n*** Delete File: b.txt\n\
                 *** Update File: c.txt\n*** Move to: d.txt\n@@\n-gamma\n+GAMMA\n*** End Patch\n";
    for accepts in [true, false] {
        let desk = Desk::with(
            [
                call("edit", "apply_patch", json!({"patch": patch})),
                say("Done."),
            ],
            &[],
            proposes,
        )
        .await;
        desk.stage.world.write("b.txt", "beta\n");
        desk.stage.world.write("c.txt", "gamma\n");
        desk.turn().await;
        let exists = |name: &str| desk.path(name).exists();
        let there = || ["new.txt", "b.txt", "c.txt", "d.txt"].map(exists);
        assert_eq!(there(), [false, true, true, false]);
        if accepts {
            desk.accept(json!({"sessionId": desk.session})).await;
            assert_eq!(there(), [true, false, false, true]);
            desk.check_mirror("new.txt", "new\n").await;
            desk.check_mirror("d.txt", "GAMMA\n").await;
        } else {
            desk.reject(json!({"sessionId": desk.session})).await;
            assert_eq!(there(), [false, true, true, false]);
        }
        desk.close().await;
    }
}

#[tokio::test]
async fn accepting_while_the_turn_runs_tells_the_model_within_it() {
    let gate = Gate::new();
    let desk = Desk::with(
        [
            two("edit"),
            read("read", "a.txt").gate_before_head(&gate),
            say("Done."),
        ],
        &[("a.txt", TEXT)],
        proposes,
    )
    .await;
    let turn = desk.prompt().await;
    patiently("the second request", desk.stage.model.wait_for_requests(2)).await;
    desk.accept(json!({"sessionId": desk.session})).await;
    gate.open();
    desk.completed(&turn).await;
    assert!(desk.stage.tool_result("read").contains("HH"));
    let told = desk.last_request();
    assert!(told.contains("accepted"), "{told}");
    desk.close().await;
}

#[tokio::test]
async fn proposals_outlive_a_crash() {
    let desk = proposed().await;
    let ids: Vec<String> = hunks(&desk.edit().await).iter().map(id).collect();
    let desk = desk.killed().await;
    assert_eq!(state(&desk.edit().await), "proposed pp");
    desk.check("a.txt", TEXT).await;
    desk.type_over("a.txt", "a\n", "zero\na\n");
    let desk = desk.killed().await;
    desk.accept(json!({"hunkIds": [ids[0]]})).await;
    desk.check("a.txt", "zero\na\nB\nc\nd\ne\nf\ng\nh\ni\nj\n")
        .await;
    let desk = desk.killed().await;
    let edit = desk.edit().await;
    assert_eq!(state(&edit), "partial ap");
    desk.accept(json!({"hunkIds": [ids[1]]})).await;
    let desk = desk.killed().await;
    desk.check("a.txt", "zero\na\nB\nc\nd\ne\nf\ng\nH\nHH\ni\nj\n")
        .await;
    let edit = desk.edit().await;
    assert_eq!(state(&edit), "accepted aa");
    desk.turn().await;
    let told = desk.last_request();
    assert!(told.contains("accepted"), "{told}");
    desk.close().await;
}

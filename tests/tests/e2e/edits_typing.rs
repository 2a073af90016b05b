//! The user types while the agent works: nothing that was typed is lost, and nothing overwritten.
use aside_script::{Gate, Reply};
use aside_tests::editor::{Answer, Client, Sync, Typing, When};
use aside_tests::world::World;
use serde_json::json;

use crate::common::{Stage, call, edit, patiently, read, say};
use crate::desk::{Desk, stage, state};

const TEXT: &str = "one\ntwo\nthree\nfour\nfive\n";

/// What comes of it, with the agent's edit of the third line.
#[derive(Debug, Clone, Copy)]
enum Comes {
    /// Both are there, the user's text first.
    Merged(&'static str),
    /// Only the user's; the model is told both.
    Conflict(&'static str),
}

/// In which file the user types what over what.
const CASES: [(&str, &str, &str, Comes); 10] = [
    (
        "a.txt",
        "three",
        "three, typed",
        Comes::Conflict("one\ntwo\nthree, typed\nfour\nfive\n"),
    ),
    (
        "a.txt",
        "four",
        "four, typed",
        Comes::Merged("one\ntwo\nTHREE\nfour, typed\nfive\n"),
    ),
    (
        "a.txt",
        "two",
        "two, typed",
        Comes::Merged("one\ntwo, typed\nTHREE\nfour\nfive\n"),
    ),
    (
        "a.txt",
        "one\n",
        "typed\ntyped\none\n",
        Comes::Merged("typed\ntyped\none\ntwo\nTHREE\nfour\nfive\n"),
    ),
    (
        "a.txt",
        "one\ntwo\n",
        "",
        Comes::Merged("THREE\nfour\nfive\n"),
    ),
    (
        "a.txt",
        "five\n",
        "five\nthree\n",
        Comes::Merged("one\ntwo\nTHREE\nfour\nfive\nthree\n"),
    ),
    (
        "a.txt",
        "three\n",
        "",
        Comes::Conflict("one\ntwo\nfour\nfive\n"),
    ),
    (
        "a.txt",
        "two\nthree\nfour\n",
        "typed\n",
        Comes::Conflict("one\ntyped\nfive\n"),
    ),
    (
        "a.txt",
        "three",
        "THREE",
        Comes::Merged("one\ntwo\nTHREE\nfour\nfive\n"),
    ),
    (
        "b.txt",
        "beta",
        "typed",
        Comes::Merged("one\ntwo\nTHREE\nfour\nfive\n"),
    ),
];

fn files() -> [(&'static str, &'static str); 2] {
    [("a.txt", TEXT), ("b.txt", "beta\n")]
}

/// What is there in the end, and what the model was told of it.
async fn check(desk: Desk, case: (&str, &str, &str, Comes)) {
    let (file, old, new, comes) = case;
    let shown = format!("{old:?} -> {new:?} in {file}");
    let (status, told) = desk.last_call().await;
    match comes {
        Comes::Merged(expect) => {
            assert_eq!(status, "completed", "{shown}: {told}");
            desk.check("a.txt", expect).await;
            if file == "b.txt" {
                desk.check("b.txt", "typed\n").await;
            }
            let edits = desk.edits().await;
            // What the user has typed as the agent meant it is no edit.
            let states: Vec<String> = edits.iter().map(state).collect();
            let is_there_already = new == "THREE";
            assert!(
                states == ["applied p"] || is_there_already,
                "{shown}: {states:?}"
            );
        }
        Comes::Conflict(expect) => {
            assert_eq!(status, "failed", "{shown}: {told}");
            assert!(told.contains("THREE"), "{shown}: {told}");
            let typed = new.trim_end();
            assert!(told.contains(typed), "{shown}: {told}");
            desk.check("a.txt", expect).await;
        }
    }
    assert_eq!(desk.stage.tool_result("edit"), told);
    desk.close().await;
}

/// The model reads and then edits the third line; what comes after its first request may wait.
fn replies(gate: &Gate) -> [Reply; 3] {
    [
        read("read", "a.txt"),
        edit("edit", "a.txt", "three", "THREE").gate_before_head(gate),
        say("Done."),
    ]
}

fn open_gate() -> Gate {
    let gate = Gate::new();
    gate.open();
    gate
}

#[tokio::test]
async fn while_the_model_answers() {
    for sync in [Sync::Incremental, Sync::Whole] {
        for case in CASES {
            let gate = Gate::new();
            let desk = Desk::with(replies(&gate), &files(), |client| client.sync = sync).await;
            let turn = desk.prompt().await;
            patiently("the second request", desk.stage.model.wait_for_requests(2)).await;
            desk.type_over(case.0, case.1, case.2);
            gate.open();
            desk.completed(&turn).await;
            check(desk, case).await;
        }
    }
}

#[tokio::test]
async fn while_the_user_is_asked() {
    for case in CASES {
        let mut desk = Desk::with(replies(&open_gate()), &files(), |client| {
            client.answer = Answer::Silent;
        })
        .await;
        desk.session = desk.editor.create(json!({})).await;
        let turn = desk.prompt().await;
        let asked = desk.editor.wait_asked("chat/requestPermission").await;
        desk.type_over(case.0, case.1, case.2);
        let options = asked["params"]["options"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let allow = options.iter().find(|option| option["kind"] == "allowOnce");
        let allow = allow.expect("an option that allows it")["id"].clone();
        desk.editor.answer(&asked, json!({"optionId": allow}));
        desk.completed(&turn).await;
        check(desk, case).await;
    }
}

/// The user types at one moment of the edit's way.
async fn on_its_way(when: When, sync: Sync, case: (&str, &str, &str, Comes)) -> Desk {
    let stage = stage(replies(&open_gate()));
    for (name, text) in files() {
        stage.world.write(name, text);
    }
    let typing = typing(&stage.world, when, case);
    let desk = Desk::on(stage, &["a.txt", "b.txt"], |client: &mut Client| {
        client.typing = vec![typing];
        client.sync = sync;
    })
    .await;
    desk.turn().await;
    desk
}

fn typing(world: &World, when: When, case: (&str, &str, &str, Comes)) -> Typing {
    Typing {
        when,
        path: world.path(case.0),
        old: case.1.to_owned(),
        new: case.2.to_owned(),
    }
}

#[tokio::test]
async fn before_the_edit_arrives() {
    for case in CASES.into_iter().filter(|case| case.0 == "a.txt") {
        check(
            on_its_way(When::BeforeEdit, Sync::Incremental, case).await,
            case,
        )
        .await;
    }
}

#[tokio::test]
async fn before_the_edit_arrives_told_in_other_ways() {
    for sync in [Sync::Whole, Sync::Split, Sync::Batched] {
        for case in [CASES[0], CASES[1], CASES[3], CASES[7]] {
            check(on_its_way(When::BeforeEdit, sync, case).await, case).await;
        }
    }
}

/// Typing after the edit was made is just typing: the call is done, and nothing is lost.
async fn typed_after(when: When) {
    for sync in [Sync::Incremental, Sync::Whole, Sync::Split, Sync::Batched] {
        for (old, new, expect) in [
            ("two", "two, typed", "one\ntwo, typed\nTHREE\nfour\nfive\n"),
            (
                "four",
                "four, typed",
                "one\ntwo\nTHREE\nfour, typed\nfive\n",
            ),
            (
                "one\n",
                "typed\none\n",
                "typed\none\ntwo\nTHREE\nfour\nfive\n",
            ),
            (
                "THREE",
                "THREE, typed",
                "one\ntwo\nTHREE, typed\nfour\nfive\n",
            ),
        ] {
            let case = ("a.txt", old, new, Comes::Merged(""));
            let desk = on_its_way(when, sync, case).await;
            let (status, told) = desk.last_call().await;
            assert_eq!(status, "completed", "{when:?} {sync:?} {old:?}: {told}");
            desk.check("a.txt", expect).await;
            assert_eq!(desk.edits().await.len(), 1);
            desk.close().await;
        }
    }
}

#[tokio::test]
async fn after_the_edit_is_made() {
    typed_after(When::BeforeAnswer).await;
}

#[tokio::test]
async fn after_the_edit_is_answered() {
    typed_after(When::AfterAnswer).await;
}

/// The editor refuses the edit, and what its user has just done there looks as if the editor had
/// put the edit onto the wrong lines.
#[tokio::test]
async fn typing_that_looks_like_a_misplaced_edit_is_the_users_own() {
    let stage = stage([edit("edit", "a.txt", "three\n", ""), say("Done.")]);
    let path = stage.world.write("a.txt", TEXT);
    let typing = |old: &str| Typing {
        when: When::BeforeEdit,
        path: path.clone(),
        old: old.to_owned(),
        new: String::new(),
    };
    let typed = vec![typing("one\n"), typing("four\n")];
    let desk = Desk::on(stage, &["a.txt"], |client| client.typing = typed).await;
    desk.turn().await;
    let (status, told) = desk.last_call().await;
    assert_eq!(status, "completed", "{told}");
    desk.check("a.txt", "two\nfive\n").await;
    desk.close().await;
}

/// The model does not read again: the next edit is over what the user typed, too.
#[tokio::test]
async fn between_two_edits_of_one_turn() {
    let gate = Gate::new();
    let desk = Desk::new(
        [
            read("read", "a.txt"),
            edit("first", "a.txt", "one", "ONE"),
            edit("second", "a.txt", "five", "FIVE").gate_before_head(&gate),
            edit("third", "a.txt", "four", "FOUR"),
            say("Done."),
        ],
        &files(),
    )
    .await;
    let turn = desk.prompt().await;
    patiently("the third request", desk.stage.model.wait_for_requests(3)).await;
    desk.type_over("a.txt", "two", "zwei");
    desk.type_over("a.txt", "four", "vier");
    gate.open();
    desk.completed(&turn).await;
    desk.check("a.txt", "ONE\nzwei\nthree\nvier\nFIVE\n").await;
    let second = desk.stage.tool_result("second");
    assert!(
        second.contains("zwei") && second.contains("vier"),
        "{second}"
    );
    let statuses: Vec<String> = desk
        .calls()
        .await
        .iter()
        .map(|call| call["status"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(statuses, ["completed", "completed", "completed", "failed"]);
    desk.close().await;
}

/// A later turn knows the text that an earlier one read.
#[tokio::test]
async fn between_two_turns() {
    let desk = Desk::new(
        [
            read("read", "a.txt"),
            say("Read."),
            edit("edit", "a.txt", "three", "THREE"),
            say("Done."),
        ],
        &files(),
    )
    .await;
    desk.turn().await;
    desk.type_over("a.txt", "three", "three, typed");
    desk.turn().await;
    let (status, told) = desk.last_call().await;
    assert_eq!(status, "failed", "{told}");
    assert!(
        told.contains("three, typed") && told.contains("THREE"),
        "{told}"
    );
    desk.check("a.txt", "one\ntwo\nthree, typed\nfour\nfive\n")
        .await;
    desk.close().await;
}

#[tokio::test]
async fn a_file_that_is_written_whole_is_merged_too() {
    let gate = Gate::new();
    let whole = json!({"path": "a.txt", "content": "one\ntwo\nTHREE\nfour\nfive\n"});
    let desk = Desk::new(
        [
            read("read", "a.txt"),
            call("edit", "write_file", whole).gate_before_head(&gate),
            say("Done."),
        ],
        &files(),
    )
    .await;
    let turn = desk.prompt().await;
    patiently("the second request", desk.stage.model.wait_for_requests(2)).await;
    desk.type_over("a.txt", "five", "fünf");
    gate.open();
    desk.completed(&turn).await;
    desk.check("a.txt", "one\ntwo\nTHREE\nfour\nfünf\n").await;
    desk.close().await;
}

#[tokio::test]
async fn a_file_that_was_never_read_is_not_written_whole_over_unsaved_text_unseen() {
    let whole = json!({"path": "a.txt", "content": "all new\n"});
    let desk = Desk::new([call("edit", "write_file", whole), say("Done.")], &files()).await;
    desk.type_over("a.txt", "five", "fünf");
    let turn = desk.turn().await;
    // Whether it is made or refused: the user's text can be had back.
    if desk.buffer("a.txt") == "all new\n" {
        desk.reject(json!({"turnId": turn})).await;
    }
    desk.check("a.txt", "one\ntwo\nthree\nfour\nfünf\n").await;
    desk.close().await;
}

#[tokio::test]
async fn a_file_deleted_by_the_user_meanwhile_does_not_come_back() {
    let gate = Gate::new();
    let desk = Desk::new(replies(&gate), &files()).await;
    let turn = desk.prompt().await;
    patiently("the second request", desk.stage.model.wait_for_requests(2)).await;
    desk.editor.close_file(&desk.path("a.txt"));
    std::fs::remove_file(desk.path("a.txt")).unwrap();
    gate.open();
    desk.completed(&turn).await;
    let (status, told) = desk.last_call().await;
    assert_eq!(status, "failed", "{told}");
    assert!(!desk.path("a.txt").exists());
    desk.close().await;
}

#[tokio::test]
async fn characters_of_several_units_in_every_encoding() {
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        for sync in [Sync::Incremental, Sync::Batched] {
            let gate = Gate::new();
            let stage: Stage = stage([
                read("read", "a.txt"),
                edit("edit", "a.txt", "😀three", "😀THREE").gate_before_head(&gate),
                say("Done."),
            ]);
            stage
                .world
                .write("a.txt", "😀one\r\n😀two\r\n😀three\r\n😀four");
            let desk = Desk::on(stage, &["a.txt"], |client| {
                client.encodings = vec![encoding];
                client.sync = sync;
            })
            .await;
            let turn = desk.prompt().await;
            patiently("the second request", desk.stage.model.wait_for_requests(2)).await;
            desk.type_over("a.txt", "😀four", "é😀vier");
            desk.type_over("a.txt", "😀one", "😀eins😀");
            gate.open();
            desk.completed(&turn).await;
            desk.check("a.txt", "😀eins😀\r\n😀two\r\n😀THREE\r\né😀vier")
                .await;
            desk.close().await;
        }
    }
}

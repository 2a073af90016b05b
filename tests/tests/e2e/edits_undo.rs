//! Going back to before a turn, and forth again.
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use aside_script::Reply;
use aside_tests::editor::ApplyEdit;
use aside_tests::process::{finish, settle};
use aside_tests::rules::text;
use aside_tests::world::World;
use serde_json::{Value, json};

use crate::common::{call, edit, say};
use crate::desk::{Desk, stage, state};

pub(crate) const TEXT: &str = "one\ntwo\nthree\nfour\nfive\n";
pub(crate) const EDITED: &str = "one\ntwo\nTHREE\nfour\nfive\n";

/// What a path of the workspace is: contents and permissions, or where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Thing {
    File(String, u32),
    Link(PathBuf),
}

/// All that is in the workspace but git's own.
fn things(world: &World) -> BTreeMap<PathBuf, Thing> {
    fn walk(folder: &Path, found: &mut BTreeMap<PathBuf, Thing>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let meta = path.symlink_metadata().unwrap();
            if meta.is_symlink() {
                found.insert(path.clone(), Thing::Link(fs::read_link(&path).unwrap()));
            } else if !meta.is_dir() {
                let text = fs::read_to_string(&path).unwrap();
                found.insert(path, Thing::File(text, meta.permissions().mode() & 0o777));
            } else if !path.ends_with(".git") {
                walk(&path, found);
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(&world.workspace(), &mut found);
    found
}

/// Files of every kind, and a patch that changes, makes, deletes and moves them.
fn every_kind(world: &World) -> String {
    world.write("a.txt", TEXT);
    world.write("no-newline.txt", "alpha\nomega");
    world.write("empty.txt", "");
    world.write("filled.txt", "");
    world.write("windows.txt", "\u{feff}eins\r\nzwei\r\n");
    let script = world.write("script.sh", "#!/bin/sh\necho old\n");
    fs::set_permissions(script, PermissionsExt::from_mode(0o755)).unwrap();
    let deleted = world.write("deleted.sh", "#!/bin/sh\n");
    fs::set_permissions(deleted, PermissionsExt::from_mode(0o750)).unwrap();
    let moved = world.write("moved.sh", "#!/bin/sh\necho moved\n");
    fs::set_permissions(moved, PermissionsExt::from_mode(0o711)).unwrap();
    world.write("target.txt", "behind the link\n");
    symlink("target.txt", world.path("link.txt")).unwrap();
    "*** Begin Patch\n\
     *** Update File: a.txt\n@@\n-three\n+THREE\n\
     *** Update File: no-newline.txt\n@@\n-omega\n+OMEGA\n\
     *** Delete File: empty.txt\n\
     *** Update File: filled.txt\n@@\n+filled\n\
     *** Update File: windows.txt\n@@\n-zwei\n+ZWEI\n+drei\n\
     *** Update File: script.sh\n@@\n-echo old\n+echo new\n\
     *** Delete File: deleted.sh\n\
     *** Update File: moved.sh\n*** Move to: sub/moved.sh\n@@\n-echo moved\n+echo here\n\
     *** Delete File: link.txt\n\
     *** Add File: sub/deep/new.txt\n+new\n\
     *** End Patch\n"
        .to_owned()
}

/// A desk on which one turn has made a patch of every kind of file, and what there was before.
async fn patched(habit: ApplyEdit, git: bool) -> (Desk, String, BTreeMap<PathBuf, Thing>) {
    let mut stage = stage([]);
    let patch = every_kind(&stage.world);
    let script = crate::desk::stage([
        call("edit", "apply_patch", json!({"patch": patch})),
        say("Done."),
        say("More."),
    ]);
    stage.model = script.model;
    let url = stage.model.url();
    stage.world.set("OPENAI_BASE_URL", url);
    if git {
        self::git(&stage.world, &["init", "-q"]).await;
        self::git(&stage.world, &["add", "a.txt", "moved.sh"]).await;
    }
    let before = things(&stage.world);
    let desk = Desk::on(stage, &[], |client| client.apply_edit = habit).await;
    let session = desk.editor.create(json!({"permissionMode": "full"})).await;
    let desk = Desk { session, ..desk };
    let turn = desk.turn().await;
    let (status, told) = desk.last_call().await;
    assert_eq!(status, "completed", "{told}");
    (desk, turn, before)
}

/// Runs git in the workspace and gives what it prints.
async fn git(world: &World, arguments: &[&str]) -> String {
    let mut command = tokio::process::Command::new("git");
    command.args(arguments);
    settle(&mut command, world);
    let child = command.spawn().expect("git starts");
    finish(child).await.expect_code(0).stdout
}

pub(crate) fn uris(edits: &Value) -> Vec<String> {
    let edits = edits.as_array().unwrap().iter();
    edits.map(|edit| text(edit, "/uri").to_owned()).collect()
}

#[tokio::test]
async fn files_of_every_kind_come_back_on_disk() {
    for git in [false, true] {
        let (desk, turn, before) = patched(ApplyEdit::Unsupported, git).await;
        let world = &desk.stage.world;
        let status = match git {
            true => self::git(world, &["status", "--porcelain"]).await,
            false => String::new(),
        };
        let after = things(world);
        assert_eq!(world.read("a.txt"), EDITED);
        assert_eq!(world.read("sub/moved.sh"), "#!/bin/sh\necho here\n");
        assert_eq!(
            world.read("windows.txt"),
            "\u{feff}eins\r\nZWEI\r\ndrei\r\n"
        );

        let seen = desk.rewind(&turn, json!({"dryRun": true})).await;
        assert_eq!(things(world), after, "a dry run changes nothing");
        assert!(seen.get("rewindId").is_none(), "{seen:#}");
        assert_eq!(seen["conflicts"], json!([]), "{seen:#}");

        let rewound = desk.rewind(&turn, json!({})).await;
        assert_eq!(things(world), before);
        assert_eq!(uris(&rewound["reverted"]), uris(&seen["reverted"]));
        assert_eq!(rewound["reverted"].as_array().unwrap().len(), 10);
        for edit in desk.edits().await {
            assert_eq!(edit["status"], "reverted", "{edit:#}");
        }

        let rewind = text(&rewound, "/rewindId").to_owned();
        let back = desk
            .editor
            .request("session/unrewind", json!({"rewindId": rewind}))
            .await;
        assert_eq!(back["conflicts"], json!([]), "{back:#}");
        assert_eq!(things(world), after);
        if git {
            let now = self::git(world, &["status", "--porcelain"]).await;
            assert_eq!(now, status, "git's index is the user's");
        }
        desk.close().await;
    }
}

#[tokio::test]
async fn files_of_every_kind_come_back_in_the_editor() {
    let (desk, turn, before) = patched(ApplyEdit::Apply, false).await;
    let rewound = desk.rewind(&turn, json!({})).await;
    assert_eq!(rewound["conflicts"], json!([]), "{rewound:#}");
    // What the editor holds open need not be saved; all else is on disk as it was.
    let now = things(&desk.stage.world);
    let open = desk.editor.read(|state| state.buffers.clone());
    assert_eq!(
        now.keys().collect::<Vec<_>>(),
        before.keys().collect::<Vec<_>>()
    );
    for (path, thing) in before {
        match (open.get(&path), thing) {
            (Some(buffer), Thing::File(text, mode)) => {
                assert_eq!(buffer.text, text, "{path:?}");
                let now = path.symlink_metadata().unwrap().permissions().mode();
                assert_eq!(now & 0o777, mode, "{path:?}");
            }
            (_, thing) => assert_eq!(now[&path], thing, "{path:?}"),
        }
    }
    desk.close().await;
}

/// One edit in each of two turns.
fn two_turns() -> [Reply; 6] {
    [
        edit("first", "a.txt", "three", "THREE"),
        say("First."),
        edit("second", "b.txt", "beta", "BETA"),
        say("Second."),
        say("Third."),
        say("Fourth."),
    ]
}

pub(crate) async fn twice() -> (Desk, String, String) {
    let desk = Desk::new(two_turns(), &[("a.txt", TEXT), ("b.txt", "beta\n")]).await;
    let first = desk.turn().await;
    let second = desk.turn().await;
    (desk, first, second)
}

pub(crate) async fn says(desk: &Desk) -> Vec<String> {
    let items = desk.editor.items(&desk.session).await;
    items
        .iter()
        .filter(|item| item["type"] == "assistantMessage")
        .map(|item| text(item, "/text").to_owned())
        .collect()
}

#[tokio::test]
async fn back_to_before_a_turn_is_also_before_all_later_ones() {
    let (desk, first, second) = twice().await;
    desk.rewind(&second, json!({})).await;
    desk.check("a.txt", EDITED).await;
    desk.check("b.txt", "beta\n").await;
    assert_eq!(says(&desk).await, ["First."]);
    desk.rewind(&first, json!({})).await;
    desk.check("a.txt", TEXT).await;
    assert_eq!(says(&desk).await, Vec::<String>::new());
    desk.turn().await;
    // The model knows nothing of what was taken back.
    let told = desk.last_request();
    assert!(
        !told.contains("First.") && !told.contains("Second."),
        "{told}"
    );
    desk.close().await;

    let (desk, first, _) = twice().await;
    let rewound = desk.rewind(&first, json!({})).await;
    assert_eq!(rewound["reverted"].as_array().unwrap().len(), 2);
    desk.check("a.txt", TEXT).await;
    desk.check("b.txt", "beta\n").await;
    desk.close().await;
}

#[tokio::test]
async fn files_and_conversation_go_back_apart() {
    for params in [json!({"files": true}), json!({"conversation": false})] {
        let (desk, first, _) = twice().await;
        desk.rewind(&first, params).await;
        desk.check("a.txt", TEXT).await;
        assert_eq!(says(&desk).await, ["First.", "Second."]);
        desk.turn().await;
        assert!(desk.last_request().contains("Second."));
        desk.close().await;
    }
    for params in [json!({"conversation": true}), json!({"files": false})] {
        let (desk, first, _) = twice().await;
        let rewound = desk.rewind(&first, params).await;
        assert_eq!(rewound["reverted"], json!([]), "{rewound:#}");
        desk.check("a.txt", EDITED).await;
        assert_eq!(says(&desk).await, Vec::<String>::new());
        desk.turn().await;
        assert!(!desk.last_request().contains("Second."));
        desk.close().await;
    }
}

#[tokio::test]
async fn a_rewind_is_taken_back() {
    for params in [
        json!({}),
        json!({"files": true}),
        json!({"conversation": true}),
    ] {
        let (desk, first, _) = twice().await;
        let items = desk.editor.items(&desk.session).await;
        let rewound = desk.rewind(&first, params.clone()).await;
        let rewind = json!({"rewindId": text(&rewound, "/rewindId")});
        desk.editor
            .request("session/unrewind", rewind.clone())
            .await;
        desk.check("a.txt", EDITED).await;
        desk.check("b.txt", "BETA\n").await;
        assert_eq!(desk.editor.items(&desk.session).await, items, "{params}");
        let states: Vec<String> = desk.edits().await.iter().map(state).collect();
        assert_eq!(states, ["applied p", "applied p"], "{params}");
        // A second time there is nothing left to take back.
        desk.editor.fail("session/unrewind", rewind).await;
        desk.turn().await;
        assert!(desk.last_request().contains("Second."));
        desk.close().await;
    }
}

#[tokio::test]
async fn what_the_user_typed_elsewhere_stays() {
    let (desk, first, _) = twice().await;
    desk.type_over("a.txt", "one\n", "zero\none\n");
    desk.type_over("a.txt", "five\n", "five, typed\n");
    let rewound = desk.rewind(&first, json!({})).await;
    assert_eq!(rewound["conflicts"], json!([]), "{rewound:#}");
    desk.check("a.txt", "zero\none\ntwo\nthree\nfour\nfive, typed\n")
        .await;
    let rewind = json!({"rewindId": text(&rewound, "/rewindId")});
    desk.type_over("a.txt", "zero\n", "nought\n");
    desk.editor.request("session/unrewind", rewind).await;
    desk.check("a.txt", "nought\none\ntwo\nTHREE\nfour\nfive, typed\n")
        .await;
    desk.close().await;
}

#[tokio::test]
async fn what_was_accepted_or_rejected_before() {
    let (desk, first, second) = twice().await;
    desk.accept(json!({"turnId": first})).await;
    desk.reject(json!({"turnId": second})).await;
    desk.check("b.txt", "beta\n").await;
    let rewound = desk.rewind(&first, json!({})).await;
    assert_eq!(rewound["conflicts"], json!([]), "{rewound:#}");
    desk.check("a.txt", TEXT).await;
    desk.check("b.txt", "beta\n").await;
    let rewind = json!({"rewindId": text(&rewound, "/rewindId")});
    desk.editor.request("session/unrewind", rewind).await;
    desk.check("a.txt", EDITED).await;
    desk.check("b.txt", "beta\n").await;
    desk.close().await;
}

/// The server is killed between any two steps.
#[tokio::test]
async fn rewinds_go_on_after_a_crash() {
    let (desk, first, _) = twice().await;
    let desk = desk.killed().await;
    desk.type_over("a.txt", "one\n", "zero\none\n");
    let desk = desk.killed().await;
    let rewound = desk.rewind(&first, json!({})).await;
    assert_eq!(rewound["conflicts"], json!([]), "{rewound:#}");
    let desk = desk.killed().await;
    desk.check("a.txt", "zero\none\ntwo\nthree\nfour\nfive\n")
        .await;
    desk.check("b.txt", "beta\n").await;
    assert_eq!(says(&desk).await, Vec::<String>::new());
    for edit in desk.edits().await {
        assert_eq!(edit["status"], "reverted", "{edit:#}");
    }
    let rewind = json!({"rewindId": text(&rewound, "/rewindId")});
    desk.editor.request("session/unrewind", rewind).await;
    let desk = desk.killed().await;
    desk.check("a.txt", "zero\none\ntwo\nTHREE\nfour\nfive\n")
        .await;
    desk.check("b.txt", "BETA\n").await;
    assert_eq!(says(&desk).await, ["First.", "Second."]);
    desk.turn().await;
    desk.close().await;
}

#[tokio::test]
async fn what_was_rejected_does_not_come_back_a_second_time() {
    let edits = json!([
        {"old_text": "b\n", "new_text": ""},
        {"old_text": "e\n", "new_text": "E\n"},
    ]);
    let arguments = json!({"path": "a.txt", "edits": edits});
    for is_killed in [false, true] {
        let desk = Desk::new(
            [call("edit", "edit_file", arguments.clone()), say("Done.")],
            &[("a.txt", "a\nb\nc\nd\ne\n")],
        )
        .await;
        let turn = desk.turn().await;
        let removal = text(&desk.edit().await, "/hunks/0/id").to_owned();
        desk.reject(json!({"hunkIds": [removal]})).await;
        desk.type_over("a.txt", "c\n", "");
        let desk = if is_killed { desk.killed().await } else { desk };
        let rewound = desk.rewind(&turn, json!({})).await;
        assert_eq!(rewound["conflicts"], json!([]), "{rewound:#}");
        desk.check("a.txt", "a\nb\nd\ne\n").await;
        desk.close().await;
    }
}

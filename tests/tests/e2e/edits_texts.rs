//! Review and undo of texts of every form: endings, marks, last lines, links, moved and large files.
use std::os::unix::fs::symlink;

use aside_tests::editor::ApplyEdit;
use serde_json::{Value, json};

use crate::common::{call, edit, read, say};
use crate::desk::{Desk, hunks, id, state};

/// What the file is, what the agent replaces, and what it is then.
const CASES: [(&str, &str, &str, &str); 14] = [
    ("a\r\nb\r\nc\r\n", "b\n", "B\nBB\n", "a\r\nB\r\nBB\r\nc\r\n"),
    ("a\r\nb\r\nc", "c", "C\nD", "a\r\nb\r\nC\r\nD"),
    ("a\rb\rc", "b", "B", "a\rB\rc"),
    ("\u{feff}a\nb\n", "a", "A", "\u{feff}A\nb\n"),
    ("a\nb", "b", "b\nc", "a\nb\nc"),
    ("a\nb\n", "b\n", "", "a\n"),
    ("a\nb", "a\nb", "", ""),
    ("a\nb\nc", "\nc", "", "a\nb"),
    ("a", "a", "a\n", "a\n"),
    ("a\n\n\nb\n", "\n\n\n", "\n", "a\nb\n"),
    (
        "same\nsame\nsame\nx\n",
        "x\n",
        "same\n",
        "same\nsame\nsame\nsame\n",
    ),
    ("é😀\nß\n", "ß", "ẞ😀", "é😀\nẞ😀\n"),
    ("a\u{2028}b\u{85}c\nd\n", "d", "D", "a\u{2028}b\u{85}c\nD\n"),
    (
        "\tif x:\n\t\ty\n",
        "\t\ty\n",
        "\t\ty\n\t\tz\n",
        "\tif x:\n\t\ty\n\t\tz\n",
    ),
];

async fn made(text: &str, old: &str, new: &str, expect: &str, habit: ApplyEdit) -> (Desk, String) {
    let replies = [edit("edit", "a.txt", old, new), say("Done.")];
    let open: &[(&str, &str)] = match habit {
        ApplyEdit::Unsupported => &[],
        _ => &[("a.txt", text)],
    };
    let desk = Desk::with(replies, open, |client| client.apply_edit = habit).await;
    desk.stage.world.write("a.txt", text);
    let turn = desk.turn().await;
    let (status, told) = desk.last_call().await;
    assert_eq!(status, "completed", "{text:?}: {told}");
    assert_eq!(now(&desk), expect);
    (desk, turn)
}

/// What the file holds: in the editor where it is open.
fn now(desk: &Desk) -> String {
    let path = desk.path("a.txt");
    let open = desk.editor.read(|state| state.buffers.get(&path).cloned());
    open.map_or_else(|| desk.stage.world.read("a.txt"), |buffer| buffer.text)
}

#[tokio::test]
async fn rejecting_gives_every_byte_back() {
    for habit in [ApplyEdit::Apply, ApplyEdit::Unsupported] {
        for (text, old, new, expect) in CASES {
            let (desk, _) = made(text, old, new, expect, habit).await;
            desk.reject(json!({"sessionId": desk.session})).await;
            assert_eq!(now(&desk), text);
            assert!(
                state(&desk.edit().await).starts_with("rejected"),
                "{text:?}"
            );
            desk.close().await;
        }
    }
}

#[tokio::test]
async fn going_back_and_forth_gives_every_byte_back() {
    for (text, old, new, expect) in CASES {
        let (desk, turn) = made(text, old, new, expect, ApplyEdit::Apply).await;
        let rewound = desk.rewind(&turn, json!({})).await;
        assert_eq!(rewound["conflicts"], json!([]), "{text:?}: {rewound:#}");
        assert_eq!(now(&desk), text);
        let rewind = json!({"rewindId": rewound["rewindId"]});
        desk.editor.request("session/unrewind", rewind).await;
        assert_eq!(now(&desk), expect);
        desk.close().await;
    }
}

#[tokio::test]
async fn what_was_proposed_is_made_to_the_byte() {
    for (text, old, new, expect) in CASES {
        let replies = [edit("edit", "a.txt", old, new), say("Done.")];
        let desk = Desk::with(replies, &[("a.txt", text)], |client| {
            client.settings = json!({"edits": {"mode": "propose"}});
        })
        .await;
        desk.turn().await;
        assert_eq!(now(&desk), text);
        desk.accept(json!({"sessionId": desk.session})).await;
        assert_eq!(now(&desk), expect);
        desk.close().await;
    }
}

#[tokio::test]
async fn typing_at_the_very_beginning() {
    for (text, old, new, expect) in CASES {
        let replies = [edit("edit", "a.txt", old, new), say("Done.")];
        let desk = Desk::new(replies, &[("a.txt", text)]).await;
        desk.turn().await;
        let path = desk.path("a.txt");
        let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
        if text.contains('\r') && ending == "\n" {
            desk.close().await;
            continue;
        }
        let bom = if text.starts_with('\u{feff}') {
            "\u{feff}"
        } else {
            ""
        };
        let top = format!("{bom}top{ending}");
        let typed = |text: &str| text.replacen(bom, &top, 1);
        desk.editor.change(&path, &typed(&now(&desk)));
        let typed_now = now(&desk);
        let all = json!({"sessionId": desk.session});
        // Where all is gone, or a mark is before the line, it is open whose line the typed one is.
        if new.is_empty() && expect.is_empty() || !bom.is_empty() {
            desk.fail("edit/reject", all, "conflict").await;
            assert_eq!(now(&desk), typed_now);
        } else {
            desk.reject(all).await;
            assert_eq!(now(&desk), typed(text));
        }
        desk.close().await;
    }
}

#[tokio::test]
async fn a_file_behind_a_link_stays_behind_it() {
    for habit in [ApplyEdit::Apply, ApplyEdit::Unsupported] {
        let replies = [edit("edit", "link.txt", "one", "ONE"), say("Done.")];
        let desk = Desk::with(replies, &[], |client| client.apply_edit = habit).await;
        desk.stage.world.write("real.txt", "one\n");
        symlink("real.txt", desk.path("link.txt")).unwrap();
        let turn = desk.turn().await;
        // It is one file by both names.
        desk.check_mirror("real.txt", "ONE\n").await;
        let rewound = desk.rewind(&turn, json!({})).await;
        assert_eq!(rewound["conflicts"], json!([]), "{rewound:#}");
        desk.check_mirror("link.txt", "one\n").await;
        assert!(
            desk.path("link.txt")
                .symlink_metadata()
                .unwrap()
                .is_symlink()
        );
        assert_eq!(desk.stage.world.read("real.txt"), "one\n");
        desk.close().await;
    }
}

#[tokio::test]
async fn hunks_of_a_moved_file_are_where_it_is_now() {
    let patch = "*** Begin Patch\n*** Update File: a.txt\n*** Move to: b.txt\n@@\n-one\n+ONE\n*** End Patch\n";
    let desk = Desk::new(
        [
            edit("first", "a.txt", "three", "THREE"),
            call("second", "apply_patch", json!({"patch": patch})),
            say("Done."),
        ],
        &[("a.txt", "one\ntwo\nthree\n")],
    )
    .await;
    let session = desk.editor.create(json!({"permissionMode": "full"})).await;
    let desk = Desk { session, ..desk };
    desk.turn().await;
    desk.check("b.txt", "ONE\ntwo\nTHREE\n").await;
    let edits = desk.edits().await;
    desk.reject(json!({"editIds": [id(&edits[0])]})).await;
    // The older edit goes from the file wherever it is now.
    let text = match desk.path("b.txt").exists() {
        true => desk.buffer("b.txt"),
        false => desk.buffer("a.txt"),
    };
    assert!(text.contains("three") && !text.contains("THREE"), "{text}");
    desk.reject(json!({"sessionId": desk.session})).await;
    desk.check("a.txt", "one\ntwo\nthree\n").await;
    assert!(!desk.path("b.txt").exists());
    desk.close().await;
}

#[tokio::test]
async fn the_model_goes_on_from_what_was_rejected() {
    let desk = Desk::new(
        [
            edit("first", "a.txt", "three", "THREE"),
            say("Done."),
            edit("second", "a.txt", "THREE", "3"),
            read("read", "a.txt"),
            edit("third", "a.txt", "three", "3"),
            say("Done."),
        ],
        &[("a.txt", "one\ntwo\nthree\n")],
    )
    .await;
    desk.turn().await;
    desk.reject(json!({"sessionId": desk.session})).await;
    desk.turn().await;
    let statuses: Vec<Value> = desk
        .calls()
        .await
        .iter()
        .map(|call| call["status"].clone())
        .collect();
    assert_eq!(statuses, ["completed", "failed", "completed", "completed"]);
    let told = desk.stage.tool_result("second");
    assert!(told.contains("three"), "{told}");
    desk.check("a.txt", "one\ntwo\n3\n").await;
    desk.close().await;
}

#[tokio::test]
async fn a_proposal_on_top_of_a_proposal() {
    for accepts in [true, false] {
        let desk = Desk::with(
            [
                edit("first", "a.txt", "three", "THREE"),
                edit("second", "a.txt", "THREE", "3"),
                say("Done."),
            ],
            &[("a.txt", "one\ntwo\nthree\n")],
            |client| client.settings = json!({"edits": {"mode": "propose"}}),
        )
        .await;
        desk.turn().await;
        desk.check("a.txt", "one\ntwo\nthree\n").await;
        let all = json!({"sessionId": desk.session});
        if accepts {
            desk.accept(all).await;
            let text = desk.buffer("a.txt");
            assert!(
                ["one\ntwo\n3\n", "one\ntwo\nTHREE\n"].contains(&text.as_str()),
                "{text}"
            );
        } else {
            desk.reject(all).await;
            desk.check("a.txt", "one\ntwo\nthree\n").await;
        }
        desk.close().await;
    }
}

#[tokio::test]
async fn two_sessions_in_one_file() {
    let desk = Desk::new(
        [
            edit("first", "a.txt", "three", "THREE"),
            say("Done."),
            edit("second", "a.txt", "one", "ONE"),
            edit("third", "a.txt", "THREE", "3"),
            say("Done."),
        ],
        &[("a.txt", "one\ntwo\nthree\n")],
    )
    .await;
    desk.turn().await;
    let first = desk.session.clone();
    let session = desk.editor.create_free().await;
    let desk = Desk { session, ..desk };
    desk.turn().await;
    desk.check("a.txt", "ONE\ntwo\n3\n").await;
    // What another session made on top is not taken back unasked.
    let of_first = json!({"sessionId": first});
    desk.fail("edit/reject", of_first.clone(), "conflict").await;
    desk.check("a.txt", "ONE\ntwo\n3\n").await;
    let edits = desk.edits().await;
    desk.reject(json!({"editIds": [id(&edits[1])]})).await;
    desk.reject(of_first).await;
    desk.check("a.txt", "ONE\ntwo\nthree\n").await;
    let states: Vec<String> = desk.edits().await.iter().map(state).collect();
    assert_eq!(states, ["applied p", "rejected r"]);
    desk.close().await;
}

#[tokio::test]
async fn the_edits_of_a_deleted_session_are_the_users() {
    let desk = Desk::new(
        [edit("first", "a.txt", "one", "ONE"), say("Done.")],
        &[("a.txt", "one\n")],
    )
    .await;
    desk.turn().await;
    let edit = id(&desk.edit().await);
    desk.editor
        .request("session/delete", json!({"sessionId": desk.session}))
        .await;
    assert!(desk.list(json!({})).await.is_empty());
    desk.fail("edit/reject", json!({"editIds": [edit]}), "notFound")
        .await;
    desk.check("a.txt", "ONE\n").await;
    desk.editor.close().await;
}

#[tokio::test]
async fn a_thousand_hunks() {
    const HUNKS: usize = 1_000;
    let line = |n: usize, word: &str| format!("{word} {n}\nkept {n}\n");
    let text = |word: &str| -> String { (0..HUNKS).map(|n| line(n, word)).collect() };
    let whole = json!({"path": "a.txt", "content": text("new")});
    let desk = Desk::new(
        [call("edit", "write_file", whole), say("Done.")],
        &[("a.txt", &text("old"))],
    )
    .await;
    desk.turn().await;
    desk.editor
        .change(&desk.path("a.txt"), &format!("typed\n{}", text("new")));
    let edit = desk.edit().await;
    let all = hunks(&edit);
    assert_eq!(all.len(), HUNKS);
    let odd: Vec<String> = all.iter().skip(1).step_by(2).map(id).collect();
    let half: String = (0..HUNKS)
        .map(|n| line(n, if n % 2 == 0 { "new" } else { "old" }))
        .collect();
    for (which, left) in [
        (json!({"hunkIds": odd}), half),
        (json!({"editIds": [id(&edit)]}), text("old")),
    ] {
        let answered: Vec<String> = desk.reject(which).await.iter().map(state).collect();
        assert_eq!(
            desk.buffer("a.txt"),
            format!("typed\n{left}"),
            "{answered:?} {}",
            desk.editor.describe()
        );
    }
    desk.close().await;
}

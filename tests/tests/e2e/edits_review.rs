//! Hunks: listed, accepted, rejected and amended, while the user goes on typing.
use aside_script::Reply;
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::{call, edit, say};
use crate::desk::{Desk, hash, hunks, id, place, state};

pub(crate) const TEXT: &str = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n";
pub(crate) const EDITED: &str = "a\nB\nc\nd\nE\nEE\ne2\nf\ng\ni\nj\n";

/// Three hunks: a line changed, lines added around one, and a line removed.
pub(crate) fn three(id: &str) -> Reply {
    let edits = json!([
        {"old_text": "b\n", "new_text": "B\n"},
        {"old_text": "e\n", "new_text": "E\nEE\ne2\n"},
        {"old_text": "h\n", "new_text": ""},
    ]);
    call(id, "edit_file", json!({"path": "a.txt", "edits": edits}))
}

pub(crate) async fn reviewed() -> Desk {
    let desk = Desk::new(
        [three("edit"), say("Done."), say("More."), say("And more.")],
        &[("a.txt", TEXT)],
    )
    .await;
    desk.turn().await;
    desk.check("a.txt", EDITED).await;
    desk
}

pub(crate) fn hunk_ids(edit: &Value) -> Vec<String> {
    hunks(edit).iter().map(id).collect()
}

#[tokio::test]
async fn the_list_says_what_each_hunk_is_and_where() {
    let desk = reviewed().await;
    let edit = desk.edit().await;
    assert_eq!(state(&edit), "applied ppp");
    assert_eq!(
        (
            text(&edit, "/kind"),
            text(&edit, "/sessionId"),
            text(&edit, "/uri")
        ),
        ("modify", desk.session.as_str(), desk.uri("a.txt").as_str())
    );
    assert_eq!(edit["baseHash"], hash(TEXT));
    assert_eq!(edit["version"], 2);
    let diff = text(&edit, "/diff");
    for line in [
        "-b",
        "+B",
        "-e",
        "+E",
        "+EE",
        "+e2",
        "-h",
        "--- a/a.txt",
        "+++ b/a.txt",
    ] {
        assert!(
            diff.lines().any(|other| other == line),
            "{line:?} in {diff}"
        );
    }
    let shown: Vec<_> = hunks(&edit)
        .iter()
        .map(|hunk| {
            let old = hunk["oldRange"]["start"]["line"].as_u64().unwrap();
            let texts = (
                text(hunk, "/oldText").to_owned(),
                text(hunk, "/newText").to_owned(),
            );
            (old, place(hunk), texts)
        })
        .collect();
    let texts = |old: &str, new: &str| (old.to_owned(), new.to_owned());
    assert_eq!(
        shown,
        [
            (1, (1, 2), texts("b\n", "B\n")),
            (4, (4, 7), texts("e\n", "E\nEE\ne2\n")),
            (7, (9, 9), texts("h\n", "")),
        ]
    );
    desk.close().await;
}

#[tokio::test]
async fn the_list_can_be_narrowed() {
    let desk = Desk::new(
        [
            three("edit"),
            edit("other", "b.txt", "beta", "BETA"),
            say("Done."),
        ],
        &[("a.txt", TEXT), ("b.txt", "beta\n")],
    )
    .await;
    desk.turn().await;
    let uris = |edits: Vec<Value>| -> Vec<String> {
        edits
            .iter()
            .map(|edit| text(edit, "/uri").to_owned())
            .collect()
    };
    let (a, b) = (desk.uri("a.txt"), desk.uri("b.txt"));
    let session = &desk.session;
    for (params, expect) in [
        (json!({}), vec![&a, &b]),
        (Value::Null, vec![&a, &b]),
        (json!({"sessionId": session}), vec![&a, &b]),
        (json!({"uri": b}), vec![&b]),
        (
            json!({"sessionId": session, "uri": a, "status": "applied"}),
            vec![&a],
        ),
        (json!({"status": "accepted"}), vec![]),
        (json!({"uri": desk.uri("c.txt")}), vec![]),
    ] {
        assert_eq!(
            uris(desk.list(params.clone()).await),
            expect.into_iter().cloned().collect::<Vec<_>>(),
            "{params}"
        );
    }
    desk.fail("edit/list", json!({"status": "nearly"}), "invalid")
        .await;
    desk.fail("edit/list", json!({"sessionId": 7}), "invalid")
        .await;
    desk.close().await;
}

#[tokio::test]
async fn hunks_are_resolved_one_by_one() {
    let desk = reviewed().await;
    let ids = hunk_ids(&desk.edit().await);
    let accepted = desk.accept(json!({"hunkIds": [ids[0]]})).await;
    assert_eq!(state(&accepted[0]), "partial app");
    desk.check("a.txt", EDITED).await;
    let rejected = desk.reject(json!({"hunkIds": [ids[1]]})).await;
    assert_eq!(state(&rejected[0]), "partial arp");
    desk.check("a.txt", "a\nB\nc\nd\ne\nf\ng\ni\nj\n").await;
    let edit = desk.edit().await;
    assert_eq!(state(&edit), "partial arp");
    assert_eq!(hunk_ids(&edit), ids, "ids stay");
    assert_eq!(place(&hunks(&edit)[2]), (7, 7));
    // What was accepted is in the base, and what was rejected is as before.
    assert_eq!(edit["baseHash"], hash("a\nB\nc\nd\ne\nf\ng\nh\ni\nj\n"));
    let last = desk.reject(json!({"hunkIds": [ids[2]]})).await;
    assert_eq!(state(&last[0]), "partial arr");
    desk.check("a.txt", "a\nB\nc\nd\ne\nf\ng\nh\ni\nj\n").await;
    assert_eq!(desk.told(), ["applied", "partial", "partial", "partial"]);
    desk.close().await;
}

#[tokio::test]
async fn all_hunks_are_resolved_by_edit_file_turn_or_session() {
    for which in ["editIds", "uri", "turnId", "sessionId"] {
        for verb in ["accept", "reject"] {
            let desk = reviewed().await;
            let edit = desk.edit().await;
            let params = match which {
                "editIds" => json!({"editIds": [id(&edit)]}),
                "uri" => json!({"uri": edit["uri"]}),
                "turnId" => json!({"turnId": edit["turnId"]}),
                _ => json!({"sessionId": desk.session}),
            };
            let (edits, expect) = match verb {
                "accept" => (desk.accept(params).await, "accepted aaa"),
                _ => (desk.reject(params).await, "rejected rrr"),
            };
            assert_eq!(state(&edits[0]), expect, "{which}");
            assert_eq!(state(&desk.edit().await), expect, "{which}");
            let text = if verb == "accept" { EDITED } else { TEXT };
            desk.check("a.txt", text).await;
            desk.close().await;
        }
    }
}

#[tokio::test]
async fn what_is_named_together_is_meant_together() {
    let desk = Desk::new(
        [
            three("edit"),
            edit("other", "b.txt", "beta", "BETA"),
            say("Done."),
        ],
        &[("a.txt", TEXT), ("b.txt", "beta\n")],
    )
    .await;
    let turn = desk.turn().await;
    let edits = desk.edits().await;
    // A hunk of another file is not meant.
    let none = desk
        .accept(json!({"hunkIds": [id(&hunks(&edits[0])[0])], "uri": desk.uri("b.txt")}))
        .await;
    assert!(none.is_empty(), "{none:#?}");
    // Either of the two lists names it.
    let both = json!({"editIds": [id(&edits[1])], "hunkIds": [id(&hunks(&edits[0])[0])]});
    desk.reject(both).await;
    desk.check("b.txt", "beta\n").await;
    desk.check("a.txt", "a\nb\nc\nd\nE\nEE\ne2\nf\ng\ni\nj\n")
        .await;
    desk.accept(json!({"turnId": turn, "uri": desk.uri("a.txt")}))
        .await;
    let states: Vec<String> = desk.edits().await.iter().map(state).collect();
    assert_eq!(states, ["partial raa", "rejected r"]);
    desk.close().await;
}

#[tokio::test]
async fn hunks_follow_what_is_typed_above_between_and_below() {
    let desk = reviewed().await;
    let ids = hunk_ids(&desk.edit().await);
    desk.type_over("a.txt", "a\n", "zero\na\n");
    desk.type_over("a.txt", "d\n", "d, typed\nd\n");
    desk.type_over("a.txt", "j\n", "j, typed\n");
    let edit = desk.edit().await;
    assert_eq!(hunk_ids(&edit), ids);
    let places: Vec<_> = hunks(&edit).iter().map(place).collect();
    assert_eq!(places, [(2, 3), (6, 9), (11, 11)]);
    assert_eq!(edit["version"], 5);
    // What the user typed is in the base, so only the agent's lines show.
    let base = "zero\na\nb\nc\nd, typed\nd\ne\nf\ng\nh\ni\nj, typed\n";
    assert_eq!(edit["baseHash"], hash(base));
    assert!(!text(&edit, "/diff").contains("+zero"), "{edit:#}");
    let old: Vec<_> = hunks(&edit)
        .iter()
        .map(|hunk| hunk["oldRange"]["start"]["line"].as_u64().unwrap())
        .collect();
    assert_eq!(old, [2, 6, 9]);
    desk.reject(json!({"hunkIds": [ids[1]]})).await;
    desk.check(
        "a.txt",
        "zero\na\nB\nc\nd, typed\nd\ne\nf\ng\ni\nj, typed\n",
    )
    .await;
    desk.reject(json!({"sessionId": desk.session})).await;
    desk.check("a.txt", base).await;
    desk.close().await;
}

#[tokio::test]
async fn typing_in_a_hunk_keeps_it_from_being_rejected() {
    let desk = reviewed().await;
    let ids = hunk_ids(&desk.edit().await);
    desk.type_over("a.txt", "EE\n", "EE, typed\n");
    let typed = desk.buffer("a.txt");
    let error = desk
        .fail("edit/reject", json!({"hunkIds": [ids[1]]}), "conflict")
        .await;
    assert!(error.message.contains("a.txt"), "{error:?}");
    desk.check("a.txt", &typed).await;
    assert_eq!(state(&desk.edit().await), "applied ppp");
    // The others are rejected, and this one waits.
    let edits = desk.reject(json!({"sessionId": desk.session})).await;
    assert_eq!(state(&edits[0]), "partial rpr");
    desk.check("a.txt", "a\nb\nc\nd\nE\nEE, typed\ne2\nf\ng\nh\ni\nj\n")
        .await;
    // It can be accepted as it is.
    desk.accept(json!({"hunkIds": [ids[1]]})).await;
    desk.check("a.txt", "a\nb\nc\nd\nE\nEE, typed\ne2\nf\ng\nh\ni\nj\n")
        .await;
    assert_eq!(state(&desk.edit().await), "partial rar");
    desk.close().await;
}

#[tokio::test]
async fn typing_right_beside_a_hunk_is_not_in_it() {
    let desk = reviewed().await;
    desk.type_over("a.txt", "a\nB\nc\n", "a\nbefore\nB\nafter\nc\n");
    desk.reject(json!({"hunkIds": [hunk_ids(&desk.edit().await)[0]]}))
        .await;
    desk.check(
        "a.txt",
        "a\nbefore\nb\nafter\nc\nd\nE\nEE\ne2\nf\ng\ni\nj\n",
    )
    .await;
    desk.close().await;
}

#[tokio::test]
async fn a_hunk_whose_old_text_is_back_is_rejected() {
    let desk = reviewed().await;
    let path = desk.path("a.txt");
    desk.editor
        .change(&path, "a\nb\nc\nd\nE\nEE\ne2\nf\ng\ni\nj\n");
    assert_eq!(state(&desk.edit().await), "partial rpp");
    desk.editor.change(&path, TEXT);
    assert_eq!(state(&desk.edit().await), "rejected rrr");
    // Rejecting what the user has taken back changes nothing.
    desk.reject(json!({"sessionId": desk.session})).await;
    desk.check("a.txt", TEXT).await;
    desk.close().await;
}

#[tokio::test]
async fn a_newer_edit_on_top_goes_with_the_older_one() {
    let desk = Desk::new(
        [
            edit("first", "a.txt", "c\n", "C\nCC\n"),
            say("Done."),
            edit("second", "a.txt", "CC\n", "CCC\n"),
            edit("third", "a.txt", "j\n", "J\n"),
            say("Done."),
        ],
        &[("a.txt", TEXT)],
    )
    .await;
    let first = desk.turn().await;
    desk.turn().await;
    desk.check("a.txt", "a\nb\nC\nCCC\nd\ne\nf\ng\nh\ni\nJ\n")
        .await;
    let rejected = desk.reject(json!({"turnId": first})).await;
    assert!(!rejected.is_empty());
    desk.check("a.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nJ\n").await;
    let states: Vec<String> = desk.edits().await.iter().map(state).collect();
    assert_eq!(states, ["rejected r", "rejected r", "applied p"]);
    desk.close().await;
}

#[tokio::test]
async fn accepting_what_is_on_top_accepts_what_is_below() {
    let desk = Desk::new(
        [
            edit("first", "a.txt", "c\n", "C\nCC\n"),
            edit("second", "a.txt", "CC\n", "CCC\n"),
            say("Done."),
        ],
        &[("a.txt", TEXT)],
    )
    .await;
    desk.turn().await;
    let edits = desk.edits().await;
    desk.accept(json!({"editIds": [id(&edits[1])]})).await;
    let states: Vec<String> = desk.edits().await.iter().map(state).collect();
    assert_eq!(states, ["accepted a", "accepted a"]);
    desk.check("a.txt", "a\nb\nC\nCCC\nd\ne\nf\ng\nh\ni\nj\n")
        .await;
    desk.close().await;
}

#[tokio::test]
async fn rejecting_only_the_newer_edit_leaves_the_older_one() {
    let desk = Desk::new(
        [
            edit("first", "a.txt", "c\n", "C\nCC\n"),
            edit("second", "a.txt", "CC\n", "CCC\n"),
            say("Done."),
        ],
        &[("a.txt", TEXT)],
    )
    .await;
    desk.turn().await;
    let edits = desk.edits().await;
    desk.reject(json!({"editIds": [id(&edits[1])]})).await;
    desk.check("a.txt", "a\nb\nC\nCC\nd\ne\nf\ng\nh\ni\nj\n")
        .await;
    let states: Vec<String> = desk.edits().await.iter().map(state).collect();
    assert_eq!(states, ["applied p", "rejected r"]);
    desk.close().await;
}

#[tokio::test]
async fn what_is_resolved_stays_so() {
    let desk = reviewed().await;
    let ids = hunk_ids(&desk.edit().await);
    for _ in 0..2 {
        desk.accept(json!({"hunkIds": [ids[0]]})).await;
        desk.reject(json!({"hunkIds": [ids[1]]})).await;
        assert_eq!(state(&desk.edit().await), "partial arp");
    }
    desk.reject(json!({"hunkIds": [ids[0]]})).await;
    desk.accept(json!({"hunkIds": [ids[1]]})).await;
    assert_eq!(state(&desk.edit().await), "partial arp");
    desk.check("a.txt", "a\nB\nc\nd\ne\nf\ng\ni\nj\n").await;
    desk.close().await;
}

#[tokio::test]
async fn params_that_name_nothing_or_what_is_not_there() {
    let desk = reviewed().await;
    let edit = id(&desk.edit().await);
    for method in ["edit/accept", "edit/reject"] {
        for (params, code) in [
            (Value::Null, "invalid"),
            (json!({}), "invalid"),
            (json!({"editIds": "x"}), "invalid"),
            (json!({"hunkIds": [7]}), "invalid"),
            (json!({"editIds": ["nope"]}), "notFound"),
            (json!({"hunkIds": ["nope"]}), "notFound"),
            (json!({"hunkIds": [format!("{edit}-99")]}), "notFound"),
            (json!({"sessionId": "nope"}), "notFound"),
            (json!({"turnId": "nope"}), "notFound"),
        ] {
            desk.fail(method, params, code).await;
        }
    }
    for (params, code) in [
        (json!({}), "invalid"),
        (json!({"hunkId": format!("{edit}-0")}), "invalid"),
        (json!({"newText": "x"}), "invalid"),
        (json!({"hunkId": "nope", "newText": "x\n"}), "notFound"),
        (
            json!({"hunkId": format!("{edit}-99"), "newText": "x\n"}),
            "notFound",
        ),
    ] {
        desk.fail("edit/amend", params, code).await;
    }
    assert_eq!(state(&desk.edit().await), "applied ppp");
    desk.check("a.txt", EDITED).await;
    desk.close().await;
}

#[tokio::test]
async fn a_rejected_creation_deletes_a_rejected_deletion_brings_back() {
    let patch = "*** Begin Patch\n*** Add File: sub/new.txt\n+new\n*** Delete File: b.txt\n\
                 *** Update File: c.txt\n*** Move to: sub/d.txt\n@@\n-gamma\n+GAMMA\n*** End Patch\n";
    let desk = Desk::new(
        [
            call("edit", "apply_patch", json!({"patch": patch})),
            say("Done."),
        ],
        &[],
    )
    .await;
    desk.stage.world.write("b.txt", "beta\n");
    desk.stage.world.write("c.txt", "gamma\n");
    let session = desk.editor.create(json!({"permissionMode": "full"})).await;
    let desk = Desk { session, ..desk };
    desk.turn().await;
    let (status, told) = desk.last_call().await;
    assert_eq!(status, "completed", "{told}");
    let edits = desk.edits().await;
    let mut kinds: Vec<&str> = edits.iter().map(|edit| text(edit, "/kind")).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["create", "delete", "rename"]);
    let moved = edits.iter().find(|edit| edit["kind"] == "rename").unwrap();
    assert_eq!(
        (text(moved, "/uri"), text(moved, "/newUri")),
        (desk.uri("c.txt").as_str(), desk.uri("sub/d.txt").as_str())
    );
    assert!(!desk.path("b.txt").exists() && !desk.path("c.txt").exists());
    desk.check_mirror("sub/d.txt", "GAMMA\n").await;
    desk.reject(json!({"sessionId": desk.session})).await;
    desk.check_mirror("b.txt", "beta\n").await;
    desk.check_mirror("c.txt", "gamma\n").await;
    assert!(!desk.path("sub/new.txt").exists() && !desk.path("sub/d.txt").exists());
    for edit in desk.edits().await {
        assert!(state(&edit).starts_with("rejected"), "{edit:#}");
    }
    desk.close().await;
}

//! `kill -9` in the middle of a review or a rewind: done again, it comes to what was meant.
use aside_script::Reply;
use aside_tests::editor::ApplyEdit;
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::{edit, say};
use crate::desk::{Desk, id, state};

const TEXT: &str = "one\ntwo\nthree\nfour\nfive\n";
const EDITED: &str = "one\ntwo\nTHREE\nfour\nfive\n";

fn replies() -> [Reply; 4] {
    [
        edit("first", "a.txt", "three", "THREE"),
        edit("second", "b.txt", "beta", "BETA"),
        say("Done."),
        say("More."),
    ]
}

/// Two edited files and the turn that edited them.
async fn edited(mode: &str) -> (Desk, String) {
    let settings = json!({"edits": {"mode": mode}});
    let files = [("a.txt", TEXT), ("b.txt", "beta\n")];
    let desk = Desk::with(replies(), &files, |client| client.settings = settings).await;
    let turn = desk.turn().await;
    (desk, turn)
}

/// How far the editor is when the server dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dies {
    /// Before the first edit is made.
    AtOnce,
    /// After the first edit is made, before its answer.
    Unanswered,
    /// After the first edit is made and answered.
    Answered,
}

const ALL: [Dies; 3] = [Dies::AtOnce, Dies::Unanswered, Dies::Answered];

/// Sends a request whose edits the editor leaves waiting, and kills the server.
async fn cut_off(desk: Desk, method: &str, params: Value, dies: Dies) -> Desk {
    desk.editor
        .set_habits(|client| client.apply_edit = ApplyEdit::Silent);
    let answer = desk.editor.start_request(method, params);
    let first = wait_edit(&desk, None).await;
    match dies {
        Dies::AtOnce => {}
        Dies::Unanswered => {
            let file = match first.to_string().contains("a.txt") {
                true => "a.txt",
                false => "b.txt",
            };
            let other = match (file, desk.buffer(file)) {
                ("a.txt", now) if now == TEXT => EDITED,
                ("a.txt", _) => TEXT,
                (_, now) if now == "beta\n" => "BETA\n",
                (_, _) => "beta\n",
            };
            desk.editor.change(&desk.path(file), other);
        }
        Dies::Answered => {
            desk.editor.apply(&first);
            wait_edit(&desk, Some(&first)).await;
        }
    }
    drop(answer);
    let desk = desk.killed().await;
    desk.editor
        .set_habits(|client| client.apply_edit = ApplyEdit::Apply);
    desk
}

/// Waits for an edit that is not answered, another one than this.
async fn wait_edit(desk: &Desk, but: Option<&Value>) -> Value {
    desk.editor
        .wait("an edit", |state| {
            let waiting = state.unanswered.iter();
            waiting
                .filter(|request| request["method"] == "workspace/applyEdit")
                .find(|request| but != Some(*request))
                .cloned()
        })
        .await
}

async fn states(desk: &Desk) -> Vec<String> {
    desk.edits().await.iter().map(state).collect()
}

#[tokio::test]
async fn while_hunks_are_rejected() {
    for dies in ALL {
        let (desk, _) = edited("apply").await;
        let all = json!({"sessionId": desk.session});
        let desk = cut_off(desk, "edit/reject", all.clone(), dies).await;
        for state in states(&desk).await {
            assert!(
                ["applied p", "rejected r"].contains(&state.as_str()),
                "{dies:?}: {state}"
            );
        }
        desk.reject(all).await;
        assert_eq!(
            states(&desk).await,
            ["rejected r", "rejected r"],
            "{dies:?}"
        );
        desk.check("a.txt", TEXT).await;
        desk.check("b.txt", "beta\n").await;
        desk.turn().await;
        desk.close().await;
    }
}

#[tokio::test]
async fn while_proposals_are_accepted() {
    for dies in ALL {
        let (desk, turn) = edited("propose").await;
        let all = json!({"sessionId": desk.session});
        let desk = cut_off(desk, "edit/accept", all.clone(), dies).await;
        desk.editor.try_request("edit/accept", all).await.ok();
        desk.check("a.txt", EDITED).await;
        desk.check("b.txt", "BETA\n").await;
        assert_eq!(
            states(&desk).await,
            ["accepted a", "accepted a"],
            "{dies:?}"
        );
        let rewound = desk.rewind(&turn, json!({})).await;
        assert_eq!(rewound["conflicts"], json!([]), "{dies:?}: {rewound:#}");
        desk.check("a.txt", TEXT).await;
        desk.close().await;
    }
}

#[tokio::test]
async fn while_a_hunk_is_amended() {
    for dies in [Dies::AtOnce, Dies::Answered] {
        let (desk, _) = edited("apply").await;
        let edits = desk.edits().await;
        let hunk = text(&edits[0], "/hunks/0/id").to_owned();
        let params = json!({"hunkId": hunk, "newText": "amended\n"});
        desk.editor
            .set_habits(|client| client.apply_edit = ApplyEdit::Silent);
        let answer = desk.editor.start_request("edit/amend", params.clone());
        let first = wait_edit(&desk, None).await;
        if dies == Dies::Answered {
            desk.editor.apply(&first);
        }
        drop(answer);
        let desk = desk.killed().await;
        desk.editor
            .set_habits(|client| client.apply_edit = ApplyEdit::Apply);
        // Whether the amendment was stored or is the user's own: nothing is lost.
        let now = desk.buffer("a.txt");
        let amended = "one\ntwo\namended\nfour\nfive\n";
        assert!([EDITED, amended].contains(&now.as_str()), "{now}");
        match desk.editor.try_request("edit/amend", params).await {
            Ok(_) => desk.check("a.txt", amended).await,
            Err(error) => {
                assert_eq!(error.kind(), "conflict", "{error:?}");
                desk.check("a.txt", &now).await;
            }
        }
        desk.accept(json!({"editIds": [id(&edits[0])]})).await;
        desk.close().await;
    }
}

#[tokio::test]
async fn while_files_go_back() {
    for dies in ALL {
        let (desk, turn) = edited("apply").await;
        let params = json!({"sessionId": desk.session, "turnId": turn});
        let desk = cut_off(desk, "session/rewind", params, dies).await;
        desk.editor.items(&desk.session).await;
        let rewound = desk.rewind(&turn, json!({})).await;
        assert_eq!(rewound["conflicts"], json!([]), "{dies:?}: {rewound:#}");
        desk.check("a.txt", TEXT).await;
        desk.check("b.txt", "beta\n").await;
        for edit in desk.edits().await {
            assert_eq!(edit["status"], "reverted", "{dies:?}: {edit:#}");
        }
        let rewind = json!({"rewindId": text(&rewound, "/rewindId")});
        let back = desk.editor.request("session/unrewind", rewind).await;
        assert_eq!(back["conflicts"], json!([]), "{dies:?}: {back:#}");
        desk.editor.is_alive().await;
        desk.close().await;
    }
}

#[tokio::test]
async fn while_files_come_back() {
    for dies in ALL {
        let (desk, turn) = edited("apply").await;
        let rewound = desk.rewind(&turn, json!({})).await;
        let rewind = json!({"rewindId": text(&rewound, "/rewindId")});
        let desk = cut_off(desk, "session/unrewind", rewind.clone(), dies).await;
        desk.editor.items(&desk.session).await;
        let back = desk.editor.request("session/unrewind", rewind).await;
        assert_eq!(back["conflicts"], json!([]), "{dies:?}: {back:#}");
        desk.check("a.txt", EDITED).await;
        desk.check("b.txt", "BETA\n").await;
        assert_eq!(states(&desk).await, ["applied p", "applied p"], "{dies:?}");
        desk.close().await;
    }
}

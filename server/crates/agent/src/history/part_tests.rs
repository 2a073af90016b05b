//! Parts that only some providers want: reasoning, what goes back unread, documents.
use expect_test::expect;

use super::messages;
use super::tests::{calls, check, says};
use crate::item::{ContentBlock, ItemBody, ItemRecord, MessageStatus, Replay, ToolStatus};
use crate::testing::{opaque, record, show_messages, user};

fn thinks(answer: u32, text: &str, status: MessageStatus) -> ItemRecord {
    let body = ItemBody::Reasoning {
        text: text.to_owned(),
        status,
    };
    let mut record = record("thought", "t", body);
    record.replay = Some(Replay {
        answer,
        ..Replay::default()
    });
    record
}

/// The record with what stands before it, belongs to it, and stands after it.
fn with(mut record: ItemRecord, before: &str, attached: &str, after: &str) -> ItemRecord {
    let some = |json: &str| (!json.is_empty()).then(|| opaque(json));
    let replay = record.replay.get_or_insert_default();
    replay.before = some(before).into_iter().collect();
    replay.attached = some(attached);
    replay.after = some(after).into_iter().collect();
    record
}

fn superseded(mut record: ItemRecord) -> ItemRecord {
    record.replay.get_or_insert_default().superseded = true;
    record
}

#[test]
fn each_part_has_what_belongs_to_it() {
    use MessageStatus::Completed;
    let call = |id| calls("t", 0, id, "{}", ToolStatus::Completed, "done");
    check(
        &[
            user("u", "t", "Do it."),
            with(thinks(0, "Hm.", Completed), "1", "2", ""),
            with(says("t", 0, "I look.", Completed), "3", "4", ""),
            with(call("a"), "5", "6", ""),
            with(call("b"), "", "7", "8"),
            with(says("t", 1, "Done.", Completed), "", "", "9"),
            user("u2", "t2", "Thanks."),
        ],
        expect![[r#"
            user: Do it.
            assistant:
              opaque 1
              reasoning "Hm."
              attached 2
              opaque 3
              "I look."
              attached 4
              opaque 5
              call a sh {}
              attached 6
              call b sh {}
              attached 7
              opaque 8
            tool a sh: done
            tool b sh: done
            assistant:
              "Done."
              opaque 9
            user: Thanks.
        "#]],
    );
}

#[test]
fn half_a_thought_is_not_sent() {
    use MessageStatus::{Completed, InProgress, Interrupted};
    for status in [InProgress, Interrupted] {
        let history = [
            user("u", "t", "Do it."),
            with(thinks(0, "Hm.", Completed), "", "1", ""),
            with(thinks(0, "But th", status), "2", "", ""),
            user("u2", "t2", "Go on."),
        ];
        let shown = show_messages(&messages(&history));
        assert!(
            !shown.contains("Hm") && !shown.contains("opaque"),
            "{shown}"
        );
    }
    check(
        &[
            user("u", "t", "Do it."),
            thinks(0, "But th", Interrupted),
            says("t", 0, "I lo", Interrupted),
        ],
        expect![[r#"
            user: Do it.
            assistant:
              "I lo"
        "#]],
    );
}

#[test]
fn an_answer_that_was_asked_for_again_is_not_sent() {
    use MessageStatus::{Completed, Interrupted};
    let lost = calls("t", 0, "a", "{}", ToolStatus::Failed, "no");
    check(
        &[
            user("u", "t", "Do it."),
            superseded(with(thinks(0, "Hm.", Completed), "1", "2", "3")),
            superseded(says("t", 0, "I lo", Interrupted)),
            superseded(lost),
            with(thinks(1, "Hm!", Completed), "", "4", ""),
            says("t", 1, "I look.", Completed),
            user("u2", "t2", "Again."),
            superseded(says("t2", 0, "I lo", Interrupted)),
            user("u3", "t3", "And again."),
        ],
        expect![[r#"
            user: Do it.
            assistant:
              reasoning "Hm!"
              attached 4
              "I look."
            user: Again.
            assistant:
              "[The turn was stopped here.]"
            user: And again.
        "#]],
    );
}

#[test]
fn documents_are_told_from_pictures() {
    let block = |mime_type: &str, data: &str| ContentBlock::Image {
        mime_type: mime_type.to_owned(),
        data: data.to_owned(),
    };
    let body = ItemBody::UserMessage {
        content: vec![
            ContentBlock::text("Read:"),
            block("application/pdf", "AAAA"),
            block("image/png", "BBBB"),
        ],
        client_message_id: None,
    };
    check(
        &[record("u", "t", body)],
        expect![[r#"
            user: Read:
            user: [unnamed: application/pdf AAAA]
            user: [image/png BBBB]
        "#]],
    );
}

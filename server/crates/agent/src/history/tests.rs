//! History as data: items in, messages out.
use expect_test::{Expect, expect};

use super::messages;
use crate::item::{
    ContentBlock, ItemBody, ItemRecord, LineRange, MessageStatus, Replay, ToolCall, ToolKind,
    ToolSource, ToolStatus,
};
use crate::testing::{check_history, record, show_messages, user};

pub(super) fn check(history: &[ItemRecord], expect: Expect) {
    expect.assert_eq(&show_messages(&messages(history)));
    check_history(history);
    // What was sent once is sent again in the same way, however the conversation goes on.
    let mut longer = history.to_vec();
    longer.push(user("last", "last", "And then?"));
    let (shorter, longer) = (messages(history), messages(&longer));
    assert_eq!(shorter, longer[..shorter.len()]);
}

pub(super) fn says(turn: &str, answer: u32, text: &str, status: MessageStatus) -> ItemRecord {
    let body = ItemBody::AssistantMessage {
        text: text.to_owned(),
        status,
    };
    let mut record = record("text", turn, body);
    record.replay = Some(Replay {
        answer,
        call_id: None,
        arguments: None,
        ..Replay::default()
    });
    record
}

pub(super) fn calls(
    turn: &str,
    answer: u32,
    id: &str,
    arguments: &str,
    status: ToolStatus,
    output: &str,
) -> ItemRecord {
    let output = match output {
        "" => Vec::new(),
        text => vec![ContentBlock::text(text), ContentBlock::text("for people")],
    };
    let mut record = record(
        &format!("item-{id}"),
        turn,
        ItemBody::ToolCall(ToolCall {
            name: "sh".to_owned(),
            source: ToolSource::Builtin,
            kind: ToolKind::Execute,
            title: "Run".to_owned(),
            arguments: serde_json::Map::new(),
            status,
            output,
            edit_ids: Vec::new(),
            locations: Vec::new(),
            duration_ms: None,
        }),
    );
    record.replay = Some(Replay {
        answer,
        call_id: Some(id.to_owned()),
        arguments: Some(arguments.to_owned()),
        ..Replay::default()
    });
    record
}

#[test]
fn items_of_one_answer_are_one_message() {
    use ToolStatus::{Completed, Failed};
    check(
        &[
            user("u", "t", "Do it."),
            record(
                "r",
                "t",
                ItemBody::Reasoning {
                    text: "Hm.".to_owned(),
                    status: MessageStatus::Completed,
                },
            ),
            says("t", 0, "I look.", MessageStatus::Completed),
            calls("t", 0, "a", "{ \"n\": 1 }", Completed, "one"),
            calls("t", 0, "b", "{\"n\":2}", Failed, "two"),
            calls("t", 1, "c", "{}", Completed, "three"),
            says("t", 2, "Done.", MessageStatus::Completed),
            user("u2", "t2", "Thanks."),
            says("t2", 0, "Welcome.", MessageStatus::Completed),
        ],
        expect![[r#"
            user: Do it.
            assistant:
              "I look."
              call a sh { "n": 1 }
              call b sh {"n":2}
            tool a sh: one
            tool b sh failed: two
            assistant:
              call c sh {}
            tool c sh: three
            assistant:
              "Done."
            user: Thanks.
            assistant:
              "Welcome."
        "#]],
    );
}

#[test]
fn each_call_has_one_result_whatever_became_of_it() {
    use ToolStatus::{
        Cancelled, Completed, Failed, Interrupted, Pending, Rejected, Running, Waiting,
    };
    let statuses = [
        Pending,
        Waiting,
        Running,
        Completed,
        Failed,
        Rejected,
        Cancelled,
        Interrupted,
    ];
    let mut history = vec![user("u", "t", "Do it.")];
    for (index, status) in statuses.into_iter().enumerate() {
        history.push(calls("t", 0, &format!("c{index}"), "{}", status, ""));
    }
    history.push(calls("t", 0, "last", "{}", Interrupted, "half"));
    check(
        &history,
        expect![[r#"
            user: Do it.
            assistant:
              call c0 sh {}
              call c1 sh {}
              call c2 sh {}
              call c3 sh {}
              call c4 sh {}
              call c5 sh {}
              call c6 sh {}
              call c7 sh {}
              call last sh {}
            tool c0 sh failed: This call was not made.
            tool c1 sh failed: This call was not made.
            tool c2 sh failed: This call was interrupted when the server stopped. It is not known whether it was done; look before you call it again.
            tool c3 sh: (no output)
            tool c4 sh failed: This call failed.
            tool c5 sh failed: This call was not permitted.
            tool c6 sh failed: This call was cancelled.
            tool c7 sh failed: This call was interrupted when the server stopped. It is not known whether it was done; look before you call it again.
            tool last sh failed: half

            This call was interrupted when the server stopped. It is not known whether it was done; look before you call it again.
        "#]],
    );
}

#[test]
fn arguments_that_servers_choke_on_are_replayed_as_none() {
    let raws = [
        "",
        "null",
        "[]",
        "{\"a\":",
        "{\"a\":\"\\ud800\"}",
        " {\"a\" : 1} ",
        "{}{}",
    ];
    let mut history = vec![user("u", "t", "Do it.")];
    for (index, raw) in raws.into_iter().enumerate() {
        let id = format!("c{index}");
        history.push(calls("t", 0, &id, raw, ToolStatus::Failed, "no"));
    }
    check(
        &history,
        expect![[r#"
            user: Do it.
            assistant:
              call c0 sh {}
              call c1 sh {}
              call c2 sh {}
              call c3 sh {}
              call c4 sh {}
              call c5 sh  {"a" : 1} 
              call c6 sh {}
            tool c0 sh failed: no
            tool c1 sh failed: no
            tool c2 sh failed: no
            tool c3 sh failed: no
            tool c4 sh failed: no
            tool c5 sh failed: no
            tool c6 sh failed: no
        "#]],
    );
}

#[test]
fn ids_that_are_missing_or_double_are_replaced() {
    let mut bare = calls("t", 0, "x", "{}", ToolStatus::Completed, "bare");
    bare.replay = None;
    check(
        &[
            user("u", "t", "Do it."),
            calls("t", 0, "a", "{}", ToolStatus::Completed, "one"),
            calls("t", 0, "", "{}", ToolStatus::Completed, "two"),
            bare.clone(),
        ],
        expect![[r#"
            user: Do it.
            assistant:
              call a sh {}
              call item- sh {}
            tool a sh: one
            tool item- sh: two
            assistant:
              call item-x sh {}
            tool item-x sh: bare
        "#]],
    );
    let mut twin = calls("t", 0, "a", "{}", ToolStatus::Completed, "twin");
    twin.item.id = "item-b".to_owned();
    let one = calls("t", 0, "a", "{}", ToolStatus::Completed, "one");
    check(
        &[user("u", "t", "Do it."), one, twin],
        expect![[r#"
            user: Do it.
            assistant:
              call a sh {}
              call item-b sh {}
            tool a sh: one
            tool item-b sh: twin
        "#]],
    );
}

#[test]
fn a_stopped_turn_leaves_a_conversation_that_can_go_on() {
    let blank = says("t3", 0, " \n", MessageStatus::Interrupted);
    check(
        &[
            user("u1", "t1", "One."),
            user("u2", "t2", "Two."),
            calls("t2", 0, "a", "{}", ToolStatus::Cancelled, ""),
            user("u3", "t3", "Three."),
            blank,
            user("u4", "t4", "Four."),
            says("t4", 0, "I thi", MessageStatus::Interrupted),
            user("u5", "t5", "Five."),
        ],
        expect![[r#"
            user: One.
            assistant:
              "[The turn was stopped here.]"
            user: Two.
            assistant:
              call a sh {}
            tool a sh failed: This call was cancelled.
            assistant:
              "[The turn was stopped here.]"
            user: Three.
            assistant:
              "[The turn was stopped here.]"
            user: Four.
            assistant:
              "I thi"
            user: Five.
        "#]],
    );
}

#[test]
fn a_compaction_stands_for_what_came_before() {
    let summary = ItemBody::Compaction {
        summary: "They said hello.".to_owned(),
        dropped_items: 2,
    };
    check(
        &[
            user("u", "t", "Hello."),
            says("t", 0, "Hello!", MessageStatus::Completed),
            record("c", "t2", summary),
            user("u2", "t2", "Go on."),
        ],
        expect![[r#"
            user: Summary of the conversation so far:

            They said hello.

            Go on.
        "#]],
    );
    assert!(messages(&[]).is_empty());
}

#[test]
fn resources_become_text() {
    let resource =
        |uri: &str, lines: Option<(u32, u32)>, text: Option<&str>| ContentBlock::Resource {
            uri: uri.to_owned(),
            lines: lines.map(|(start, end)| LineRange { start, end }),
            text: text.map(str::to_owned),
        };
    let image = ContentBlock::Image {
        mime_type: "image/png".to_owned(),
        data: "AAAA".to_owned(),
    };
    let content = vec![
        ContentBlock::text("Look:"),
        ContentBlock::text(""),
        resource(
            "file:///w/a%20b%C3%A9.rs",
            Some((0, 2)),
            Some("fn a() {}\n"),
        ),
        resource("file:///C:/w/x.md", Some((4, 5)), Some("```\ncode\n```")),
        image,
        resource("file:///w/c%zz%f", Some((u32::MAX, u32::MAX)), None),
        resource("file:///w/%ff", None, None),
        resource("https://example.com/x", None, Some("")),
    ];
    let body = |content| ItemBody::UserMessage {
        content,
        client_message_id: None,
    };
    check(
        &[record("u", "t", body(content))],
        expect![[r#"
        user: Look:

        /w/a bé.rs, lines 1 to 2:
        ```
        fn a() {}
        ```

        C:/w/x.md, line 5:
        ````
        ```
        code
        ```
        ````
        user: [image/png AAAA]
        user: Attached: /w/c%zz%f, line 4294967296

        Attached: /w/%ff

        https://example.com/x:
        ```

        ```
    "#]],
    );
    check(
        &[record("u", "t", body(Vec::new()))],
        expect![[r#"
        user: (empty message)
    "#]],
    );
}

/// The record with what the model is told with it.
fn noted(mut record: ItemRecord, notes: &str) -> ItemRecord {
    let replay = record.replay.get_or_insert_default();
    replay.notes = Some(notes.to_owned());
    record
}

#[test]
fn notes_are_told_before_a_message_and_after_a_result() {
    let image = ContentBlock::Image {
        mime_type: "image/png".to_owned(),
        data: "AAAA".to_owned(),
    };
    let picture = ItemBody::UserMessage {
        content: vec![image],
        client_message_id: None,
    };
    let summary = ItemBody::Compaction {
        summary: "They said hello.".to_owned(),
        dropped_items: 2,
    };
    check(
        &[
            record("c", "t", summary),
            noted(user("u", "t", "Do it."), "You undid a.\n\nYou kept b."),
            calls("t", 0, "a", "{}", ToolStatus::Completed, "one"),
            noted(
                calls("t", 0, "b", "{}", ToolStatus::Failed, "two"),
                "The user accepted c.",
            ),
            noted(record("p", "t2", picture), "The user rejected d."),
        ],
        expect![[r#"
            user: Summary of the conversation so far:

            They said hello.

            [Aside: You undid a.]
            [Aside: You kept b.]

            Do it.
            assistant:
              call a sh {}
              call b sh {}
            tool a sh: one
            tool b sh failed: two

            [Aside: The user accepted c.]
            assistant:
              "[The turn was stopped here.]"
            user: [Aside: The user rejected d.]
            user: [image/png AAAA]
        "#]],
    );
}

/// A call that was written as a block.
fn block(turn: &str, answer: u32, status: ToolStatus, output: &str) -> ItemRecord {
    let mut record = calls(turn, answer, "", "{\"path\":\"a\"}", status, output);
    record.replay = Some(Replay {
        answer,
        arguments: Some("{\"path\":\"a\"}".to_owned()),
        in_text: true,
        ..Replay::default()
    });
    record
}

#[test]
fn results_of_blocks_are_one_message_after_the_answer() {
    use ToolStatus::{Cancelled, Completed, Failed};
    let blocks = "a\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE";
    check(
        &[
            user("u", "t", "Do it."),
            says("t", 0, blocks, MessageStatus::Completed),
            block("t", 0, Completed, "Edited a."),
            block("t", 0, Failed, "b is unchanged."),
            says("t", 1, blocks, MessageStatus::Completed),
            noted(block("t", 1, Completed, "Edited b."), "The user kept a."),
            user("u2", "t2", "Thanks."),
            says("t2", 0, blocks, MessageStatus::Interrupted),
            block("t2", 0, Completed, "Edited a."),
            block("t2", 0, Cancelled, ""),
            user("u3", "t3", "Again."),
            block("t3", 0, Completed, "Edited a."),
            user("u4", "t4", "And again."),
            calls("t4", 0, "a", "{}", ToolStatus::Completed, "one"),
            block("t4", 0, Failed, "Not made."),
        ],
        expect![[r#"
            user: Do it.
            assistant:
              "a\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE"
            user: [Aside: what came of the edits in your answer]

            Edited a.

            b is unchanged.
            assistant:
              "a\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE"
            user: [Aside: what came of the edits in your answer]

            Edited b.

            [Aside: The user kept a.]
            assistant:
              "[The turn ended here, with all edits done.]"
            user: Thanks.
            assistant:
              "a\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE"
            user: [Aside: what came of the edits in your answer]

            Edited a.

            This call was cancelled.
            assistant:
              "[The turn was stopped here.]"
            user: Again.
            assistant:
              "[The turn was stopped here.]"
            user: And again.
            assistant:
              call a sh {}
            tool a sh: one

            [Aside: what came of the edits in your answer]

            Not made.
        "#]],
    );
}

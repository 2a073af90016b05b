//! Tool calls that models write as text.
use std::fmt::Write as _;

use serde_json::json;

use super::{MAX_HELD, MAX_VAIN, Piece, TextCalls};
use crate::wire::testkit::collector;
use crate::{Chunk, StopReason, ToolDef, Wire};

fn reader() -> TextCalls {
    let tool = |name: &str, schema| ToolDef {
        name: name.to_owned(),
        description: String::new(),
        input_schema: schema,
    };
    let tools = [
        tool(
            "read",
            json!({"properties": {"path": {}}, "required": ["path"]}),
        ),
        tool("list", json!({})),
    ];
    TextCalls::of(&tools).unwrap()
}

fn show(pieces: Vec<Piece>, out: &mut String) {
    for piece in pieces {
        match piece {
            // Text is shown as it adds up, however it was cut.
            Piece::Text(text) => out.push_str(&text),
            Piece::Call { name, arguments } => {
                write!(out, "«{name} {arguments}»").unwrap();
            }
        }
    }
}

fn read(parts: &[&str], is_whole: bool) -> String {
    let mut reader = reader();
    let mut out = String::new();
    for part in parts {
        show(reader.text(part), &mut out);
    }
    show(reader.end(is_whole), &mut out);
    out
}

/// However the text is cut, it says the same.
fn check(text: &str, expected: &str) {
    let whole = read(&[text], true);
    assert_eq!(whole, expected);
    for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
        assert_eq!(read(&[&text[..at], &text[at..]], true), whole, "at {at}");
    }
    let bytes: Vec<_> = text.split_inclusive(|_: char| true).collect();
    assert_eq!(read(&bytes, true), whole);
    assert_eq!(read(&[text, ""], true), whole);
}

/// However the text is cut, it stays as it is.
fn is_text(text: &str) {
    check(text, text);
}

#[test]
fn calls_in_tags_fences_and_alone() {
    check(
        "I look.\n<tool_call>\n{\"name\": \"read\", \"arguments\": {\"path\": \"a\"}}\n</tool_call>",
        "I look.\n«read {\"path\": \"a\"}»",
    );
    check(
        "```json\n{\"name\": \"read\", \"parameters\": {\"path\": \"a\"}}\n```\nSo.",
        "«read {\"path\": \"a\"}»\nSo.",
    );
    check(
        "  ```\n{\"arguments\":{},\"name\":\"list\"}```",
        "  «list {}»",
    );
    check(
        "\n{\"type\": \"function\", \"name\": \"list\", \"parameters\": {}}\n",
        "\n«list {}»",
    );
    check(
        "<tool_call>{\"name\":\"list\",\"arguments\":{}}</tool_call>\n<tool_call>{\"name\":\"read\",\"arguments\":{\"path\":\"b\"}}</tool_call>",
        "«list {}»\n«read {\"path\":\"b\"}»",
    );
}

#[test]
fn what_ends_a_call_may_stand_in_it() {
    check(
        "```json\n{\"name\": \"read\", \"arguments\": {\"path\": \"```\\n</tool_call>\"}}\n```",
        r#"«read {"path": "```\n</tool_call>"}»"#,
    );
    check(
        "<tool_call>{\"name\":\"read\",\"arguments\":{\"path\":\"</tool_call>\"}}</tool_call>",
        r#"«read {"path":"</tool_call>"}»"#,
    );
}

#[test]
fn the_end_may_be_missing_where_the_answer_is_whole() {
    let open = "```json\n{\"name\": \"list\", \"arguments\": {}}";
    check(open, "«list {}»");
    for cut in [
        open,
        "<tool_call>{\"name\": \"list\", \"arguments\": {}}",
        "{\"name\": \"list\", \"arguments\": {}}",
    ] {
        assert_eq!(read(&[cut], false), cut, "cut");
        let half = &cut[..cut.len() - 1];
        is_text(half);
    }
}

#[test]
fn what_is_no_call_stays_text() {
    for text in [
        "",
        "Plain.\n\nText with ``` in it and {\"name\": \"list\"}.\n",
        "```json\n{\"name\": \"other\", \"arguments\": {}}\n```",
        "```json\n{\"name\": \"read\", \"arguments\": {}}\n```\nrequires a path",
        "```json\n{\"name\": \"list\", \"arguments\": {}, \"more\": 1}\n```",
        "```json\n{\"name\": \"list\", \"arguments\": \"{}\"}\n```",
        "```json\n{\"name\": \"list\", \"arguments\": {}, \"parameters\": {}}\n```",
        "```json\n{\"name\": \"list\"}\n```",
        "```json\n{\"name\": \"list\", \"arguments\": {}}\n{\"name\": \"list\", \"arguments\": {}}\n```",
        "```json\n[{\"name\": \"list\", \"arguments\": {}}]\n```",
        "```json\n{\n  \"host\": \"a\"\n}\n```\n",
        "```json and more\n{\"name\": \"list\", \"arguments\": {}}\n```",
        "For example {\"name\": \"list\", \"arguments\": {}}",
        "Thus:\n{\"name\": \"list\", \"arguments\": {}}",
        "{\"name\": \"list\", \"arguments\": {}} does it.",
        "<tool_call>\nlist\n</tool_call>",
        "<tool_call",
        "`",
        "``",
        "```",
        "```\n```\n```python\nx = 1\n```",
        "{",
        "{}",
        "größe ```\n",
    ] {
        is_text(text);
    }
}

#[test]
fn text_is_not_held_longer_than_need_be() {
    let mut reader = reader();
    let mut shown = |text: &str| {
        let mut out = String::new();
        show(reader.text(text), &mut out);
        out
    };
    assert_eq!(shown("Some"), "Some");
    assert_eq!(shown(" text\n"), " text\n");
    assert_eq!(shown("```py"), "");
    assert_eq!(shown("thon\nx"), "```python\nx");
    assert_eq!(shown("\n```\n```json\n{\"na"), "\n```\n");
    assert_eq!(shown("tive\": 1"), "```json\n{\"native\": 1");
}

#[test]
fn what_is_too_long_is_text() {
    let long = format!("{{\"name\": \"{}", "x".repeat(MAX_HELD));
    assert_eq!(read(&[&long], true), long);
    let mut reader = reader();
    let mut out = String::new();
    for _ in 0..3 {
        show(reader.text(&long), &mut out);
    }
    assert_eq!(out.len(), 3 * long.len());
}

#[test]
fn without_tools_nothing_is_read() {
    assert!(TextCalls::of(&[]).is_none());
}

#[test]
fn a_call_in_text_is_a_call_like_any_other() {
    let call = "```json\n{\"name\": \"list\", \"arguments\": {}}\n";
    let answer = |stop: Option<StopReason>, more: &str| {
        let mut out = collector(Wire::Chat).with_text_calls(Some(reader()));
        out.text("I look.\n");
        out.text(call);
        out.text(more);
        if let Some(stop) = stop {
            out.stop(stop);
        }
        out.finish();
        (out.take_chunks(), out.take_error().is_some())
    };
    let expected = vec![
        Chunk::Text("I look.\n".into()),
        Chunk::ToolCall {
            index: 0,
            id: Some("call_0".into()),
            name: Some("list".into()),
            arguments: "{}".into(),
        },
        Chunk::Stop(StopReason::ToolCalls),
    ];
    assert_eq!(
        answer(Some(StopReason::EndTurn), "```"),
        (expected.clone(), false)
    );
    assert_eq!(answer(Some(StopReason::EndTurn), ""), (expected, false));
    // Nobody knows whether more was to come.
    let text = vec![Chunk::Text(format!("I look.\n{call}"))];
    assert_eq!(answer(None, ""), (text, true));
}

#[test]
fn what_is_held_comes_before_what_follows() {
    let mut out = collector(Wire::Chat).with_text_calls(Some(reader()));
    out.text("```json\n{\"name\"");
    out.reasoning("Hm.");
    out.text("<tool_");
    out.begin_call("a", "list", String::new());
    let text = |text: &str| Chunk::Text(text.into());
    let chunks = out.take_chunks();
    assert_eq!(
        chunks[..3],
        [
            text("```json\n{\"name\""),
            Chunk::Reasoning("Hm.".into()),
            text("<tool_"),
        ]
    );
}

/// Each line of a long text is looked at, and what follows it is not: else these would take hours.
#[test]
fn the_work_grows_with_the_text_alone() {
    for line in [
        "a\n",
        "<tool_call>{\"name\"\n",
        "```\n{\"name\": 1}\n",
        "```\n{\"name\": \"\n",
    ] {
        let text = line.repeat(1024 * 1024 / line.len());
        assert!(read(&[&text], true) == text, "{line:?}");
    }
    let open = "```\n{\"name\": \"list\", \"arguments\": {\"x\": \"";
    let parts: Vec<&str> = std::iter::once(open)
        .chain(std::iter::repeat_n("```", 50_000))
        .collect();
    assert!(read(&parts, true) == parts.concat());
}

#[test]
fn after_many_that_were_none_all_is_text() {
    let none = "<tool_call>{\"name\": 1}</tool_call>\n";
    let call = "<tool_call>{\"name\": \"list\", \"arguments\": {}}</tool_call>";
    let few = none.repeat(MAX_VAIN - 1);
    assert!(read(&[&few, call], true) == format!("{few}«list {{}}»"));
    let many = none.repeat(MAX_VAIN);
    assert!(read(&[&many, call], true) == format!("{many}{call}"));
}

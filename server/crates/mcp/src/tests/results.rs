//! Results that are kept within bounds, and read whatever they are.
use expect_test::{Expect, expect};
use proptest::prelude::{Strategy, any, proptest};
use serde_json::{Value, json};

use crate::limits::Limits;
use crate::result::{Block, ResourceData, call_result, cut, prompt_messages, resource_contents};

fn limits() -> Limits {
    Limits {
        result_bytes: 20,
        media_bytes: 8,
        ..Limits::default()
    }
}

fn check(content: Value, expected: &Expect) {
    let result = call_result(json!({"content": content}), &limits());
    expected.assert_debug_eq(&result.map(|result| (result.content, result.is_cut)));
}

#[test]
fn text_is_cut_at_a_character() {
    check(
        json!([{"type": "text", "text": "twelve bytes"}, {"type": "text", "text": "äöüäöüäöü"},
               {"type": "text", "text": "none"}, {"type": "text", "text": ""}]),
        &expect![[r#"
            Ok(
                (
                    [
                        Text(
                            "twelve bytes",
                        ),
                        Text(
                            "äöüä\n[Cut here: 8 of 18 bytes are kept. At most 20 bytes of one result are.]",
                        ),
                        Text(
                            "\n[Cut here: 0 of 4 bytes are kept. At most 20 bytes of one result are.]",
                        ),
                        Text(
                            "",
                        ),
                    ],
                    true,
                ),
            )
        "#]],
    );
}

#[test]
fn pictures_are_kept_whole_or_not() {
    check(
        json!([{"type": "image", "data": "QUJDRA", "mimeType": "image/png"},
               {"type": "audio", "data": "QUJD", "mimeType": "audio/wav"},
               {"type": "image", "mimeType": "image/png"}, {"type": "audio", "data": "QU"}]),
        &expect![[r#"
            Ok(
                (
                    [
                        Image {
                            mime_type: "image/png",
                            data: "QUJDRA",
                        },
                        Text(
                            "[Left out: a sound of type audio/wav and 4 bytes in base64. At most 8 bytes of one result are kept.]",
                        ),
                        Text(
                            "[Left out: a picture or sound without data, which cannot be shown.]",
                        ),
                        Audio {
                            mime_type: "",
                            data: "QU",
                        },
                    ],
                    true,
                ),
            )
        "#]],
    );
}

#[test]
fn resources_and_links() {
    check(
        json!([{"type": "resource", "resource": {"uri": "a:b", "text": "text"}},
               {"type": "resource", "resource": {"uri": "a:c", "blob": "QUJDREVGR0g"}},
               {"type": "resource", "resource": {"uri": "a:d"}},
               {"type": "resource_link", "uri": "a:e", "name": "e"}]),
        &expect![[r#"
            Ok(
                (
                    [
                        Resource(
                            ResourceContent {
                                uri: "a:b",
                                mime_type: None,
                                data: Text(
                                    "text",
                                ),
                            },
                        ),
                        Resource(
                            ResourceContent {
                                uri: "a:c",
                                mime_type: None,
                                data: Text(
                                    "[Left out: a file of type  and 11 bytes in base64. At most 8 bytes of one result are kept.]",
                                ),
                            },
                        ),
                        Text(
                            "[Left out: a resource without content, which cannot be shown.]",
                        ),
                        Link {
                            uri: "a:e",
                            name: "e",
                            description: "",
                            mime_type: None,
                        },
                    ],
                    true,
                ),
            )
        "#]],
    );
}

#[test]
fn a_value_that_is_too_long_is_left_out() {
    let answer = json!({"structuredContent": {"long": "x".repeat(30)}, "isError": true});
    let result = call_result(answer, &limits()).expect("it is a result");
    assert!(result.is_error && result.is_cut);
    assert_eq!(result.structured, None);
    let [Block::Text(line)] = result.content.as_slice() else {
        panic!("{result:?}");
    };
    assert_eq!(
        line,
        "[Left out: a structured value of 41 bytes. At most 20 bytes of one result are kept.]"
    );
}

#[test]
fn many_parts_are_cut() {
    let content: Vec<Value> = (0..1100)
        .map(|_| json!({"type": "text", "text": ""}))
        .collect();
    let result = call_result(json!({"content": content}), &limits()).expect("it is a result");
    assert!(result.is_cut);
    let last = Block::Text("[Left out: 100 more parts.]".to_owned());
    assert_eq!(result.content.last(), Some(&last));
}

#[test]
fn what_is_no_result_is_an_error() {
    for answer in [
        json!(null),
        json!([]),
        json!("a"),
        json!({}),
        json!({"content": "a"}),
    ] {
        call_result(answer.clone(), &limits()).expect_err(&answer.to_string());
        prompt_messages(answer.clone(), &limits()).expect_err(&answer.to_string());
        resource_contents(answer.clone(), &limits()).expect_err(&answer.to_string());
    }
    let old = call_result(json!({"toolResult": {"a": 1}}), &limits()).expect("it is a result");
    assert_eq!(old.content, [Block::Text(r#"{"a":1}"#.to_owned())]);
}

#[test]
fn prompts_and_resources_are_read() {
    let text = json!({"type": "text", "text": "hello"});
    let answer = json!({"messages": [{"role": "user", "content": text},
                                     {"role": "assistant", "content": "bare"}]});
    let messages = prompt_messages(answer, &limits()).expect("they are messages");
    let said: Vec<(bool, &Block)> = messages
        .iter()
        .map(|message| (message.is_assistant, &message.content))
        .collect();
    let (hello, bare) = (
        Block::Text("hello".to_owned()),
        Block::Text("bare".to_owned()),
    );
    assert_eq!(said, [(false, &hello), (true, &bare)]);
    let answer = json!({"contents": [{"uri": "a:b", "mimeType": "text/plain", "text": "t"}]});
    let contents = resource_contents(answer, &limits()).expect("they are contents");
    assert_eq!(contents[0].data, ResourceData::Text("t".to_owned()));
}

#[test]
fn texts_are_cut_in_whole_characters() {
    assert_eq!(cut("abc", 3), "abc");
    assert_eq!(cut("abcd", 3), "abc…");
    assert_eq!(cut("aäb", 2), "a…");
    assert_eq!(cut("", 0), "");
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = any::<Option<String>>().prop_map(|text| json!(text));
    let keys = "(type|text|content|resource|uri|blob|data|mimeType|isError|messages|contents|role)";
    leaf.prop_recursive(5, 64, 6, move |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..6).prop_map(|list| json!(list));
        let map = proptest::collection::btree_map(keys, inner, 0..6).prop_map(|map| json!(map));
        list.boxed().prop_union(map.boxed())
    })
}

proptest! {
    #![proptest_config(crate::tests::config())]

    #[test]
    fn nothing_that_is_read_is_longer_than_allowed(answer in values()) {
        let _ = prompt_messages(answer.clone(), &limits());
        let _ = resource_contents(answer.clone(), &limits());
        if let Ok(result) = call_result(answer, &limits()) {
            for block in result.content {
                if let Block::Text(text) = block {
                    assert!(text.len() < 400, "{text}");
                }
            }
        }
    }
}

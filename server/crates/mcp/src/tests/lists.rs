//! Lists that are put together of pages.
use expect_test::expect;
use serde_json::{Value, json};

use crate::config::ToolFilter;
use crate::lists::{ListKind, Pages};

fn page(kind: ListKind, page: Value) -> Pages {
    let mut pages = Pages::new("s", kind);
    assert_eq!(pages.add(page), Ok(None));
    pages
}

#[test]
fn hints_of_tools_are_read_with_care() {
    let tool = |hints: Value| json!({"name": hints.to_string(), "annotations": hints});
    let hints = [
        json!({}),
        json!({"readOnlyHint": true}),
        json!({"readOnlyHint": true, "destructiveHint": true}),
        json!({"readOnlyHint": false, "destructiveHint": false}),
        json!({"readOnlyHint": "true"}),
        json!([]),
    ];
    let tools: Vec<Value> = hints.into_iter().map(tool).collect();
    let pages = page(ListKind::Tools, json!({"tools": tools}));
    let tools = pages.tools(&ToolFilter::default());
    let read: Vec<(bool, bool)> = tools
        .iter()
        .map(|tool| (tool.read_only, tool.destructive))
        .collect();
    let (careful, harmless, additive) = ((false, true), (true, false), (false, false));
    assert_eq!(
        read,
        [careful, harmless, harmless, additive, careful, careful]
    );
}

#[test]
fn tools_are_chosen_by_name() {
    let check = |allow: &[&str], deny: &[&str], expected: &[&str]| {
        let tools = json!([{"name": "a"}, {"name": "b"}, {"name": "c"}]);
        let pages = page(ListKind::Tools, json!({"tools": tools}));
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let tools = pages.tools(&ToolFilter {
            allow: owned(allow),
            deny: owned(deny),
        });
        let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!(names, expected);
    };
    check(&[], &[], &["a", "b", "c"]);
    check(&["a", "x"], &[], &["a"]);
    check(&[], &["a"], &["b", "c"]);
    check(&["a", "b"], &["a"], &["b"]);
}

#[test]
fn prompts_and_resources_that_are_none_are_left_out() {
    let prompts = json!([
        {"name": "a", "description": 7, "arguments": [{"name": "x", "required": true}, {}, 3]},
        {"name": "a"}, {}, 3, {"name": ""}, {"name": "b", "title": "B", "arguments": {}},
    ]);
    let pages = page(ListKind::Prompts, json!({"prompts": prompts}));
    let resources = json!([
        {"uri": "a:b", "name": "b", "size": 7}, {"uri": "a:b"}, {"name": "c"}, [],
        {"uri": "a:c", "size": -1},
    ]);
    let read = page(ListKind::Resources, json!({"resources": resources})).resources();
    expect![[r#"
        (
            [
                PromptInfo {
                    name: "a",
                    title: None,
                    description: "",
                    arguments: [
                        PromptArgument {
                            name: "x",
                            description: "",
                            required: true,
                        },
                    ],
                },
                PromptInfo {
                    name: "b",
                    title: Some(
                        "B",
                    ),
                    description: "",
                    arguments: [],
                },
            ],
            [
                ResourceInfo {
                    uri: "a:b",
                    name: "b",
                    title: None,
                    description: "",
                    mime_type: None,
                    size: Some(
                        7,
                    ),
                },
                ResourceInfo {
                    uri: "a:c",
                    name: "a:c",
                    title: None,
                    description: "",
                    mime_type: None,
                    size: None,
                },
            ],
        )
    "#]]
    .assert_debug_eq(&(pages.prompts(), read));
}

#[test]
fn cursors_lead_on_until_they_repeat() {
    let mut pages = Pages::new("s", ListKind::Tools);
    let mut add = |cursor: Value| pages.add(json!({"tools": [], "nextCursor": cursor}));
    assert_eq!(add(json!("a")), Ok(Some("a".to_owned())));
    assert_eq!(add(json!("b")), Ok(Some("b".to_owned())));
    assert_eq!(add(json!("a")), Ok(None));
    for end in [json!(null), json!(""), json!(7)] {
        assert_eq!(add(end), Ok(None));
    }
    for bad in [json!([]), json!({}), json!({"tools": {}})] {
        Pages::new("s", ListKind::Tools)
            .add(bad)
            .expect_err("no page");
    }
}

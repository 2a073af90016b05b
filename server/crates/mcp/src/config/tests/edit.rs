//! Files are changed where they have to be and nowhere else.
use expect_test::{Expect, expect};
use proptest::prelude::{Strategy, any, proptest};
use serde_json::{Value, json};

use crate::config::{Environment, add, read, remove};

fn check_add(text: &str, expected: &Expect) {
    let entry = json!({"command": "b", "args": ["-x"]});
    let changed = add(text, "mcp.json", "new", &entry).expect("it can be changed");
    expected.assert_eq(&changed);
    let servers = read(&changed, "mcp.json", &Environment::default());
    let servers = servers.expect("it can be read").servers;
    assert!(servers.iter().any(|server| server.name == "new"));
}

fn check_remove(text: &str, expected: &Expect) {
    let changed = remove(text, "mcp.json", "old").expect("it can be changed");
    expected.assert_eq(&changed.unwrap_or_else(|| "nothing".to_owned()));
}

#[test]
fn an_empty_file_becomes_one_with_a_server() {
    let expected = expect![[r#"
        {
          "mcpServers": {
            "new": {
              "args": [
                "-x"
              ],
              "command": "b"
            }
          }
        }
    "#]];
    check_add("", &expected);
    check_add("{}\n", &expected);
    check_add(
        "{\"mcpServers\": {}}",
        &expect![[r#"
        {"mcpServers": {
          "new": {
            "args": [
              "-x"
            ],
            "command": "b"
          }
        }}"#]],
    );
}

#[test]
fn what_is_there_stays_as_it_is() {
    let text = "{\n\t// Ours.\n\t\"servers\": {\n\t\t\"z\": {\"command\": \"a\", \"x\": 1}, // last\n\t},\n\
                \t\"inputs\": [1,2,3],\n}\n";
    check_add(
        text,
        &expect![[r#"
            {
            	// Ours.
            	"servers": {
            		"z": {"command": "a", "x": 1},
            		"new": {
            		  "args": [
            		    "-x"
            		  ],
            		  "command": "b"
            		}, // last
            	},
            	"inputs": [1,2,3],
            }
        "#]],
    );
}

#[test]
fn one_of_the_same_name_is_replaced() {
    let text = r#"{"mcpServers": {"a": {"command": "a"}, "new": 7, "b": {"command": "b"}}}"#;
    check_add(
        text,
        &expect![[r#"
            {"mcpServers": {"a": {"command": "a"}, "new": {
              "args": [
                "-x"
              ],
              "command": "b"
            }, "b": {"command": "b"}}}"#]],
    );
}

#[test]
fn other_settings_get_a_group_beside_them() {
    check_add(
        "{\n    \"theme\": \"dark\"\n}\n",
        &expect![[r#"
            {
                "theme": "dark",
                "mcpServers": {
                  "new": {
                    "args": [
                      "-x"
                    ],
                    "command": "b"
                  }
                }
            }
        "#]],
    );
}

#[test]
fn servers_are_removed_with_their_commas() {
    check_remove("", &expect!["nothing"]);
    check_remove("{}", &expect!["nothing"]);
    check_remove(r#"{"mcpServers": {"a": 1}}"#, &expect!["nothing"]);
    check_remove(
        r#"{"mcpServers": {"old": 1}}"#,
        &expect![[r#"{"mcpServers": {}}"#]],
    );
    check_remove(
        r#"{"mcpServers": {"old": {"a": ["}"]}, "b": 2}}"#,
        &expect![[r#"{"mcpServers": {"b": 2}}"#]],
    );
    check_remove(
        r#"{"mcpServers": {"a": "\"old\": 3", "old": 1}, "c": 3}"#,
        &expect![[r#"{"mcpServers": {"a": "\"old\": 3"}, "c": 3}"#]],
    );
    check_remove(
        "{\"mcpServers\": {\n  \"a\": 1, // one\n  \"old\": 2,\n  \"c\": 3,\n}}",
        &expect![[r#"
            {"mcpServers": {
              "a": 1, // one
              "c": 3,
            }}"#]],
    );
}

#[test]
fn what_is_no_file_of_servers_is_not_changed() {
    for text in [
        "[]",
        "7",
        "{",
        "{\"mcpServers\": []}",
        "{\"mcpServers\": {\"a\": }}",
        "{} {}",
    ] {
        add(text, "mcp.json", "new", &json!({})).expect_err(text);
        remove(text, "mcp.json", "old").expect_err(text);
    }
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = any::<Option<String>>().prop_map(|text| json!(text));
    leaf.prop_recursive(3, 16, 4, |inner| {
        proptest::collection::btree_map(any::<String>(), inner, 0..4).prop_map(|map| json!(map))
    })
}

proptest! {
    #![proptest_config(crate::tests::config())]

    #[test]
    fn adding_and_removing_changes_nothing_else(
        servers in proptest::collection::btree_map(any::<String>(), values(), 0..4),
        other in values(),
        name in any::<String>(),
        is_pretty in any::<bool>(),
    ) {
        let before = json!({"other": other, "mcpServers": servers});
        let text = if is_pretty { format!("{before:#}") } else { before.to_string() };
        let entry = json!({"command": "x"});
        let added = add(&text, "mcp.json", &name, &entry).expect("it can be changed");
        let mut expected = before;
        expected["mcpServers"][&name] = entry;
        assert_eq!(serde_json::from_str::<Value>(&added).expect("it is JSON"), expected);
        let removed = remove(&added, "mcp.json", &name).expect("it can be changed");
        let removed = removed.expect("it was there");
        expected["mcpServers"].as_object_mut().expect("an object").remove(&name);
        assert_eq!(serde_json::from_str::<Value>(&removed).expect("it is JSON"), expected);
    }

    #[test]
    fn no_text_breaks_it(text in any::<String>(), name in any::<String>()) {
        // Whether it can be changed is not the question.
        let _ = add(&text, "mcp.json", &name, &json!({}));
        let _ = remove(&text, "mcp.json", &name);
        let _ = read(&text, "mcp.json", &Environment::default());
    }

    #[test]
    fn no_text_like_json_breaks_it(text in "[{}\\[\\],:\"a/*\\\\ \n]{0,60}") {
        let _ = add(&text, "mcp.json", "a", &json!({}));
        let _ = remove(&text, "mcp.json", "a");
        let _ = read(&text, "mcp.json", &Environment::default());
    }
}

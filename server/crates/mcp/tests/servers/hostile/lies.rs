//! Servers whose lists and results are not what they should be.
use aside_mcp::{Block, McpError};
use serde_json::{Value, json};

use super::Pair;
use crate::common::{call, called, text, text_of};

#[tokio::test]
async fn bad_schemas_take_anything() {
    let pair = Pair::new("schemas");
    let tools = pair.manager.tools("bad").await.expect("it has tools");
    let schema = |name: &str| {
        let tool = tools.iter().find(|tool| tool.name == name);
        let schema = tool.expect("it is not left out").input_schema.as_ref();
        Value::Object(schema.clone())
    };
    let anything = json!({"type": "object"});
    for name in [
        "text", "list", "missing", "of_array", "long", "circle", "abroad",
    ] {
        assert_eq!(schema(name), anything, "{name}");
    }
    assert!(schema("good").get("properties").is_some());
    let is_good = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
    for tool in tools.iter() {
        assert!(tool.wire_name.chars().all(is_good), "{}", tool.wire_name);
        assert!(tool.wire_name.len() <= 64, "{}", tool.wire_name);
        let found = pair.manager.find(&tool.wire_name);
        assert_eq!(found, Some(("bad".to_owned(), tool.name.clone())));
    }
    // By what models call it, as by what it is.
    let odd = tools.iter().find(|tool| tool.name.contains('ü'));
    let odd = odd.expect("it is not left out");
    let part = odd.wire_name.trim_start_matches("mcp__bad__");
    let said = text(&pair.manager, "bad", part, json!({"say": "a"})).await;
    assert_eq!(said, "a");
    pair.end().await;
}

#[tokio::test]
async fn the_first_of_two_tools_stays() {
    let pair = Pair::new("twice");
    let tools = pair.manager.tools("bad").await.expect("it has tools");
    let echoes: Vec<&str> = tools
        .iter()
        .filter(|tool| tool.name == "echo")
        .map(|tool| tool.description.as_str())
        .collect();
    assert_eq!(echoes, ["echo"]);
    pair.end().await;
}

async fn check_count(mode: &str, count: usize) {
    let pair = Pair::new(mode);
    let tools = pair.manager.tools("bad").await.expect("it has tools");
    assert_eq!(tools.len(), count, "{mode}");
    pair.end().await;
}

#[tokio::test]
async fn a_crowd_of_tools_is_cut() {
    check_count("crowd", 1000).await;
}

#[tokio::test]
async fn pages_in_a_circle_end() {
    check_count("circles", 16).await;
}

#[tokio::test]
async fn pages_without_end_end() {
    check_count("pages", 101).await;
}

#[tokio::test]
async fn a_big_result_is_cut() {
    let pair = Pair::new("plain");
    let result = called(&pair.manager, call("bad", "big", json!({}))).await;
    let result = result.expect("it answers");
    let said = text_of(&result);
    assert!(result.is_cut);
    assert!(said.len() < 1024 * 1024 + 200);
    let end = "[Cut here: 1048576 of 20971520 bytes are kept. At most 1048576 bytes of one \
               result are.]";
    assert!(said.ends_with(end), "{}", &said[said.len() - 200..]);
    pair.end().await;
}

#[tokio::test]
async fn odd_parts_of_a_result_are_passed_over() {
    let pair = Pair::new("plain");
    let result = called(&pair.manager, call("bad", "odd", json!({}))).await;
    let result = result.expect("it answers");
    assert!(!result.is_error);
    assert_eq!(result.content.len(), 7);
    assert!(text_of(&result).contains("of the kind `hologram`"));
    assert!(text_of(&result).contains("kept"));
    let image = Block::Image {
        mime_type: "image/png".to_owned(),
        data: "QUJD".to_owned(),
    };
    assert!(result.content.contains(&image));
    pair.end().await;
}

#[tokio::test]
async fn a_result_that_is_none_is_an_error() {
    let pair = Pair::new("plain");
    let result = called(&pair.manager, call("bad", "nonsense", json!({}))).await;
    assert!(
        matches!(result, Err(McpError::BadAnswer { .. })),
        "{result:?}"
    );
    let result = called(&pair.manager, call("bad", "fail", json!({}))).await;
    assert!(
        matches!(result, Err(McpError::Refused { .. })),
        "{result:?}"
    );
    let result = called(&pair.manager, call("bad", "unheard of", json!({}))).await;
    assert!(matches!(result, Err(McpError::UnknownTool { .. })));
    pair.end().await;
}

#[tokio::test]
async fn changed_lists_are_read_again() {
    let pair = Pair::new("plain");
    text(&pair.manager, "bad", "change", json!({})).await;
    pair.host
        .until(|heard| {
            let status = heard.statuses.get("bad");
            status.is_some_and(|status| status.tools.iter().any(|tool| tool.name == "new"))
        })
        .await;
    let said = text(&pair.manager, "bad", "new", json!({"say": "new"})).await;
    assert_eq!(said, "new");
    pair.end().await;
}

#[tokio::test]
async fn a_flood_of_lines_is_thinned() {
    let pair = Pair::new("plain");
    let said = text(&pair.manager, "bad", "flood", json!({})).await;
    assert_eq!(said, "flooded");
    // Fifty in each second that it took.
    assert!(pair.host.heard().logs.len() < 10_000);
    pair.end().await;
}

#[tokio::test]
async fn secrets_of_the_environment_are_not_given() {
    let mut config = super::hostile("bad", "plain");
    if let aside_mcp::Transport::Stdio(stdio) = &mut config.transport {
        let value = "of the user's own".to_owned();
        stdio.env.insert("SERVICE_TOKEN".to_owned(), value);
    }
    let pair = Pair::of(config);
    let names = text(&pair.manager, "bad", "environment", json!({})).await;
    assert!(names.lines().any(|name| name == "PATH"));
    assert!(names.lines().any(|name| name == "SERVICE_TOKEN"));
    let secret = names
        .lines()
        .find(|name| name.contains("_KEY") || name.starts_with("ASIDE_TEST"));
    assert_eq!(secret, None);
    pair.end().await;
}

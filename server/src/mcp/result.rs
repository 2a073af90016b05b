//! What MCP servers answer, as the model and the client are told it.
use std::fmt::Write as _;

use aside_agent::item::ContentBlock;
use aside_agent::tool::{ToolError, ToolOutput};
use aside_mcp::{Block, CallResult, ResourceContent, ResourceData};

/// The result of a call; what the tool itself calls an error is one.
pub fn output(result: CallResult) -> Result<ToolOutput, ToolError> {
    let mut text = String::new();
    let mut extra = Vec::new();
    for block in result.content {
        push(block, &mut text, &mut extra);
    }
    if let (true, Some(value)) = (text.trim().is_empty(), &result.structured) {
        text = value.to_string();
    }
    if text.trim().is_empty() && extra.is_empty() {
        text = match result.is_error {
            true => "The tool failed and says nothing of it.".to_owned(),
            false => "The tool is done and says nothing.".to_owned(),
        };
    }
    if result.is_error {
        return Err(ToolError(text));
    }
    Ok(ToolOutput {
        text,
        extra,
        ..ToolOutput::default()
    })
}

/// Adds a part of what a server says; pictures go to the client.
pub fn push(block: Block, text: &mut String, extra: &mut Vec<ContentBlock>) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    // Writing to a string cannot fail.
    let _ = match block {
        Block::Text(more) => {
            text.push_str(&more);
            Ok(())
        }
        Block::Image { mime_type, data } => {
            let written = write!(text, "[A picture of type {mime_type}, shown to the user.]");
            extra.push(ContentBlock::Image { mime_type, data });
            written
        }
        Block::Audio { mime_type, data } => {
            write!(
                text,
                "[A sound of type {mime_type}, {} bytes in base64, which is not played.]",
                data.len()
            )
        }
        Block::Resource(content) => {
            push_resource(content, text);
            Ok(())
        }
        Block::Link {
            uri,
            name,
            description,
            mime_type,
        } => {
            let kind = mime_type.map_or_else(String::new, |kind| format!(" ({kind})"));
            let about = match description.is_empty() {
                true => String::new(),
                false => format!(": {description}"),
            };
            write!(text, "[{name}]({uri}){kind}{about}")
        }
    };
}

/// Adds what is in a resource.
pub fn push_resource(content: ResourceContent, text: &mut String) {
    // Writing to a string cannot fail.
    let _ = match content.data {
        ResourceData::Text(inside) => write!(text, "{}:\n{inside}", content.uri),
        ResourceData::Blob(data) => {
            let kind = content
                .mime_type
                .unwrap_or_else(|| "an unknown type".to_owned());
            write!(
                text,
                "{}: {} bytes in base64 of {kind}, which are not shown.",
                content.uri,
                data.len()
            )
        }
    };
}

#[cfg(test)]
mod tests {
    use aside_mcp::{Block, CallResult, ResourceContent, ResourceData};
    use expect_test::{Expect, expect};
    use serde_json::{Value, json};

    use super::output;

    fn check(content: Vec<Block>, structured: Option<Value>, is_error: bool, expected: Expect) {
        let said = output(CallResult {
            content,
            structured,
            is_error,
            is_cut: false,
        });
        let shown = match said {
            Ok(output) => format!("{} ({} for the client)", output.text, output.extra.len()),
            Err(error) => format!("error: {error}"),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn all_parts_of_a_result_are_told() {
        let text = |text: &str| Block::Text(text.to_owned());
        let picture = Block::Image {
            mime_type: "image/png".to_owned(),
            data: "AAAA".to_owned(),
        };
        let resource = |data| {
            Block::Resource(ResourceContent {
                uri: "memo://1".to_owned(),
                mime_type: None,
                data,
            })
        };
        check(
            vec![text("a"), text("b")],
            None,
            false,
            expect![[r#"
            a
            b (0 for the client)"#]],
        );
        check(vec![text("no")], None, true, expect!["error: no"]);
        check(
            vec![],
            Some(json!({"n": 1})),
            false,
            expect![[r#"{"n":1} (0 for the client)"#]],
        );
        check(
            vec![],
            None,
            false,
            expect!["The tool is done and says nothing. (0 for the client)"],
        );
        check(
            vec![],
            None,
            true,
            expect!["error: The tool failed and says nothing of it."],
        );
        check(
            vec![text("see"), picture],
            None,
            false,
            expect![[r#"
            see
            [A picture of type image/png, shown to the user.] (1 for the client)"#]],
        );
        check(
            vec![resource(ResourceData::Text("in it".to_owned()))],
            None,
            false,
            expect![[r#"
                memo://1:
                in it (0 for the client)"#]],
        );
        check(
            vec![resource(ResourceData::Blob("AAAA".to_owned()))],
            None,
            false,
            expect![
                "memo://1: 4 bytes in base64 of an unknown type, which are not shown. (0 for the client)"
            ],
        );
        let link = Block::Link {
            uri: "memo://2".to_owned(),
            name: "two".to_owned(),
            description: "The second.".to_owned(),
            mime_type: Some("text/plain".to_owned()),
        };
        check(
            vec![link],
            None,
            false,
            expect!["[two](memo://2) (text/plain): The second. (0 for the client)"],
        );
    }
}

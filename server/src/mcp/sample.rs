//! Sampling: an MCP server has the session's model go on with a conversation, once the user said
//! yes.
use std::sync::Arc;

use aside_agent::world::{Elicitation, Elicited};
use aside_llm::{AssistantPart, Message, UserPart};
use aside_mcp::{Block, SampleRequest, Sampled};
use serde_json::{Value, json};

use crate::clock;
use crate::engine::Engine;
use crate::engine::side::SideRequest;

/// How much of the conversation the user is shown, in bytes.
const MAX_SHOWN_BYTES: usize = 1000;
/// The greatest number of tokens that a server may have.
pub const MAX_SAMPLED_TOKENS: u32 = 16_384;

const ALLOW: &str = "Allow";
const REFUSE: &str = "Refuse";

/// Asks the user, then the model.
pub async fn sample(
    engine: &Arc<Engine>,
    server: &str,
    request: SampleRequest,
) -> Result<Sampled, String> {
    let session_id = engine
        .mcp()
        .session_of(server)
        .ok_or("No session uses this server at the moment, so there is no model to ask.")?;
    let shown = shown(&request);
    let question = Elicitation {
        request_id: clock::new_id(),
        session_id: session_id.clone(),
        message: format!("The MCP server {server} wants to ask the session's model:\n{shown}"),
        schema: Some(json!({
            "type": "object",
            "properties": {"decision": {"type": "string", "enum": [ALLOW, REFUSE]}},
            "required": ["decision"],
        })),
        url: None,
        server: Some(server.to_owned()),
    };
    let allowed = match engine.front().elicitor().elicit(question).await {
        Elicited::Accepted(content) => {
            content.get("decision").and_then(Value::as_str) == Some(ALLOW)
        }
        Elicited::Declined | Elicited::Cancelled | Elicited::Expired | Elicited::Unavailable(_) => {
            false
        }
    };
    if !allowed {
        return Err("The user did not allow it.".to_owned());
    }
    let messages = request.messages.into_iter().map(|message| {
        let text = plain(&message.content);
        match message.is_assistant {
            true => Message::Assistant(vec![AssistantPart::Text(text)]),
            false => Message::User(user_parts(text, message.content)),
        }
    });
    let asked = SideRequest {
        session_id,
        purpose: "sampling",
        system: request.system_prompt,
        messages: messages.collect(),
        max_output_tokens: request.max_tokens.clamp(1, MAX_SAMPLED_TOKENS),
    };
    let answer = engine.ask_beside(asked).await;
    let answer = answer.map_err(|error| error.to_string())?;
    Ok(Sampled {
        text: answer.text,
        model: answer.model,
        is_cut: answer.is_cut,
    })
}

/// What the model would be told, as the user is asked about it: the instructions first.
fn shown(request: &SampleRequest) -> String {
    let mut shown = String::new();
    if !request.system_prompt.trim().is_empty() {
        shown = format!("[Instructions:] {}\n", request.system_prompt);
    }
    for message in &request.messages {
        shown.push_str(&plain(&message.content));
        shown.push('\n');
    }
    let end = shown.floor_char_boundary(MAX_SHOWN_BYTES);
    if end < shown.len() {
        let more = shown.len() - end;
        shown.truncate(end);
        shown.push_str(&format!("\n[{more} more bytes are not shown.]"));
    }
    shown
}

/// The text of some content.
fn plain(content: &[Block]) -> String {
    let mut text = String::new();
    for block in content {
        super::result::push(block.clone(), &mut text, &mut Vec::new());
    }
    text
}

/// The text, and the pictures beside it.
fn user_parts(text: String, content: Vec<Block>) -> Vec<UserPart> {
    let pictures = content.into_iter().filter_map(|block| match block {
        Block::Image { mime_type, data } => Some(UserPart::Image { mime_type, data }),
        Block::Text(_) | Block::Audio { .. } | Block::Resource(_) | Block::Link { .. } => None,
    });
    std::iter::once(UserPart::Text(text))
        .chain(pictures)
        .collect()
}

#[cfg(test)]
mod tests {
    use aside_mcp::{Block, SampleMessage, SampleRequest};

    use super::{MAX_SHOWN_BYTES, shown};

    #[test]
    fn the_user_sees_instructions_and_how_much_is_left_out() {
        let request = |system: &str, text: &str| SampleRequest {
            messages: vec![SampleMessage {
                is_assistant: false,
                content: vec![Block::Text(text.to_owned())],
            }],
            system_prompt: system.to_owned(),
            max_tokens: 1,
            temperature: None,
            stop_sequences: Vec::new(),
            model_hints: Vec::new(),
        };
        assert_eq!(shown(&request("", "Hi.")), "Hi.\n");
        let all = shown(&request("Be sly.", "Hi."));
        assert_eq!(all, "[Instructions:] Be sly.\nHi.\n");
        let long = shown(&request("", &"x".repeat(MAX_SHOWN_BYTES + 9)));
        assert!(
            long.ends_with("x\n[10 more bytes are not shown.]"),
            "{long}"
        );
    }
}

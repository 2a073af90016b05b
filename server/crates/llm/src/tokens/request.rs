//! How many tokens a request has. What providers put around messages and tools, and how they
//! count pictures and documents, is known only roughly: these numbers are estimates even where
//! the text is counted exactly.
use super::{Counter, estimate};
use crate::{AssistantPart, Message, ModelRequest, ToolDef, UserPart};

/// Around a request: the system prompt's role and the beginning of the answer.
const AROUND_REQUEST: u64 = 6;
/// Around a message: its role and its end.
const AROUND_MESSAGE: u64 = 4;
/// Around a tool's definition.
const AROUND_TOOL: u64 = 10;
/// Around a call or a result: its id and its frame.
const AROUND_CALL: u64 = 8;
/// A picture of common size, between Gemini's 258 and what large ones cost elsewhere.
const PICTURE: u64 = 1_000;
/// The least that a document has: one page.
const DOCUMENT: u64 = 1_500;
/// Characters in base64 of a document for one token.
const DOCUMENT_CHARS: u64 = 32;
/// Bytes for one token of what only the provider understands.
const OPAQUE_BYTES: u64 = 6;

/// Roughly how many tokens of input a request has, at any model.
pub(crate) fn count_request(request: &ModelRequest) -> u64 {
    total(request, &estimate)
}

impl Counter {
    /// How many tokens of input a request has, its text counted exactly.
    pub(crate) fn count_request(&self, request: &ModelRequest) -> u64 {
        total(request, &|text| {
            u64::try_from(self.count(text)).unwrap_or(u64::MAX)
        })
    }
}

fn total(request: &ModelRequest, of: &dyn Fn(&str) -> u64) -> u64 {
    let tools = request.tools.iter().map(|tool| of_tool(tool, of));
    let messages = request
        .messages
        .iter()
        .map(|message| of_message(message, of));
    let output = request.output.iter();
    let output = output.map(|output| of(&output.name) + of(&output.schema.to_string()));
    let parts = tools.chain(messages).chain(output);
    parts.fold(AROUND_REQUEST + of(&request.system), u64::saturating_add)
}

fn of_tool(tool: &ToolDef, of: &dyn Fn(&str) -> u64) -> u64 {
    AROUND_TOOL + of(&tool.name) + of(&tool.description) + of(&tool.input_schema.to_string())
}

fn of_message(message: &Message, of: &dyn Fn(&str) -> u64) -> u64 {
    let parts: u64 = match message {
        Message::User(parts) => parts.iter().map(|part| of_user(part, of)).sum(),
        Message::Assistant(parts) => parts.iter().map(|part| of_assistant(part, of)).sum(),
        Message::Tool { text, .. } => AROUND_CALL + of(text),
    };
    AROUND_MESSAGE + parts
}

fn of_user(part: &UserPart, of: &dyn Fn(&str) -> u64) -> u64 {
    match part {
        UserPart::Text(text) => of(text),
        UserPart::Image { .. } => PICTURE,
        UserPart::Document { data, .. } => DOCUMENT.max(length(data) / DOCUMENT_CHARS),
    }
}

fn of_assistant(part: &AssistantPart, of: &dyn Fn(&str) -> u64) -> u64 {
    match part {
        AssistantPart::Text(text) => of(text),
        // Few providers want it back by itself; where one does, this stands for it.
        AssistantPart::Reasoning(_) => 0,
        AssistantPart::Attached(opaque) | AssistantPart::Opaque(opaque) => {
            length(&opaque.json) / OPAQUE_BYTES
        }
        AssistantPart::ToolCall {
            name, arguments, ..
        } => AROUND_CALL + of(name) + of(arguments),
    }
}

fn length(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::{Opaque, OutputSchema, Tokenizer};

    fn request() -> ModelRequest {
        ModelRequest {
            system: "You are a careful assistant who edits code.".into(),
            messages: vec![
                Message::User(vec![UserPart::Text("Please read the file main.rs.".into())]),
                Message::Assistant(vec![
                    AssistantPart::Text("I read it.".into()),
                    AssistantPart::ToolCall {
                        id: "call_1".into(),
                        name: "read_file".into(),
                        arguments: r#"{"path":"src/main.rs"}"#.into(),
                    },
                ]),
                Message::Tool {
                    call_id: "call_1".into(),
                    name: "read_file".into(),
                    text: "fn main() {\n    println!(\"hello\");\n}\n".into(),
                    failed: false,
                },
            ],
            tools: Arc::from([ToolDef {
                name: "read_file".into(),
                description: "Reads a file of the workspace.".into(),
                input_schema: json!({"type": "object", "properties": {"path": {"type": "string"}}}),
            }]),
            ..ModelRequest::new("m")
        }
    }

    #[test]
    fn an_estimate_is_near_the_exact_count() {
        let counter = Counter::new(Tokenizer::O200k);
        let (exact, estimated) = (counter.count_request(&request()), count_request(&request()));
        assert!((80..150).contains(&exact), "{exact}");
        assert!(exact.abs_diff(estimated) * 5 < exact, "{exact} {estimated}");
    }

    #[test]
    fn each_part_counts() {
        let with = |change: &dyn Fn(&mut ModelRequest)| {
            let mut request = request();
            change(&mut request);
            count_request(&request)
        };
        let plain = with(&|_| {});
        let user = |part: UserPart| {
            with(&|request| request.messages.push(Message::User(vec![part.clone()])))
        };
        let picture = UserPart::Image {
            mime_type: "image/png".into(),
            data: "A".repeat(1_000_000),
        };
        assert_eq!(user(picture), plain + AROUND_MESSAGE + PICTURE);
        let document = |length: usize| UserPart::Document {
            mime_type: "application/pdf".into(),
            data: "A".repeat(length),
            name: None,
        };
        assert_eq!(user(document(10)), plain + AROUND_MESSAGE + DOCUMENT);
        assert_eq!(user(document(3_200_000)), plain + AROUND_MESSAGE + 100_000);
        let assistant = |part: AssistantPart| {
            with(&|request| {
                request
                    .messages
                    .push(Message::Assistant(vec![part.clone()]))
            })
        };
        let hidden = AssistantPart::Reasoning("I wonder.".into());
        assert_eq!(assistant(hidden), plain + AROUND_MESSAGE);
        let opaque = Opaque {
            origin: "x/chat".into(),
            json: "x".repeat(600).into(),
        };
        assert_eq!(
            assistant(AssistantPart::Opaque(opaque)),
            plain + AROUND_MESSAGE + 100
        );
        let schema = with(&|request| {
            request.output = Some(Arc::new(OutputSchema {
                name: "answer".into(),
                schema: json!({"type": "object"}),
            }));
        });
        assert!(schema > plain);
        assert_eq!(count_request(&ModelRequest::new("m")), AROUND_REQUEST);
    }
}

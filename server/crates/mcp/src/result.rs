//! What servers answer: read leniently, kept within bounds.
use serde_json::{Map, Value};

use crate::limits::Limits;

/// Parts of one result, prompt or resource; those beyond are left out.
pub(crate) const MAX_BLOCKS: usize = 1000;

/// Bytes of a URI, name or media type beside some content.
pub(crate) const MAX_LABEL_BYTES: usize = 8 * 1024;

/// One part of what a server answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// Text for the model.
    Text(String),
    /// A picture.
    Image {
        /// Its media type.
        mime_type: String,
        /// Its bytes in base64, as the server sent them.
        data: String,
    },
    /// A sound.
    Audio {
        /// Its media type.
        mime_type: String,
        /// Its bytes in base64, as the server sent them.
        data: String,
    },
    /// The content of a resource.
    Resource(ResourceContent),
    /// A resource that can be read.
    Link {
        /// Its URI.
        uri: String,
        /// Its name.
        name: String,
        /// What it is; may be empty.
        description: String,
        /// Its media type.
        mime_type: Option<String>,
    },
}

/// The content of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceContent {
    /// Its URI.
    pub uri: String,
    /// Its media type.
    pub mime_type: Option<String>,
    /// What is in it.
    pub data: ResourceData,
}

/// What is in a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceData {
    /// Text.
    Text(String),
    /// Bytes in base64, as the server sent them.
    Blob(String),
}

/// What a tool gave.
#[derive(Debug, Clone, PartialEq)]
pub struct CallResult {
    /// Its parts, within the bounds.
    pub content: Vec<Block>,
    /// Its value, by the tool's output schema.
    pub structured: Option<Value>,
    /// The tool says that it failed; the content says why.
    pub is_error: bool,
    /// Something was too long and is left out; the content says what.
    pub is_cut: bool,
}

/// One message of a prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct PromptMessage {
    /// Whether the model is to have said it, else the user.
    pub is_assistant: bool,
    /// What was said.
    pub content: Block,
}

/// What of a result may still be kept.
pub(crate) struct Budget {
    text: usize,
    media: usize,
    text_limit: usize,
    media_limit: usize,
    pub(crate) is_cut: bool,
}

impl Budget {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            text: limits.result_bytes,
            media: limits.media_bytes,
            text_limit: limits.result_bytes,
            media_limit: limits.media_bytes,
            is_cut: false,
        }
    }

    /// As much of the text as may be kept, with a line that says how much is not.
    fn text(&mut self, mut text: String) -> String {
        let whole = text.len();
        if whole <= self.text {
            self.text -= whole;
            return text;
        }
        self.is_cut = true;
        let end = text.floor_char_boundary(self.text);
        self.text = 0;
        text.truncate(end);
        // What was cut off must not be held in memory by the rest.
        text.shrink_to_fit();
        text.push_str(&format!(
            "\n[Cut here: {end} of {whole} bytes are kept. At most {} bytes of one result are.]",
            self.text_limit
        ));
        text
    }

    /// The data if it may be kept, else a line that says that it is left out.
    fn media(&mut self, what: &str, mime_type: &str, data: String) -> Result<String, Block> {
        if data.len() <= self.media {
            self.media -= data.len();
            return Ok(data);
        }
        self.is_cut = true;
        Err(Block::Text(format!(
            "[Left out: {what} of type {mime_type} and {} bytes in base64. At most {} bytes of \
             one result are kept.]",
            data.len(),
            self.media_limit
        )))
    }

    fn value(&mut self, value: Value) -> Result<Value, Block> {
        let length = value.to_string().len();
        if length <= self.text {
            self.text -= length;
            return Ok(value);
        }
        self.is_cut = true;
        Err(Block::Text(format!(
            "[Left out: a structured value of {length} bytes. At most {} bytes of one result are \
             kept.]",
            self.text_limit
        )))
    }
}

/// Reads the answer to `tools/call`. The error says what is wrong with it.
pub(crate) fn call_result(answer: Value, limits: &Limits) -> Result<CallResult, String> {
    let mut answer = object(answer)?;
    let is_error = answer.get("isError").and_then(Value::as_bool) == Some(true);
    let structured = answer.remove("structuredContent");
    let given = match answer.remove("content") {
        Some(Value::Array(given)) => given,
        None if structured.is_some() => Vec::new(),
        // Older servers answered so, before there was `content`.
        None => match answer.remove("toolResult") {
            Some(value) => vec![serde_json::json!({"type": "text", "text": value.to_string()})],
            None => return Err("It has no `content`.".to_owned()),
        },
        Some(_) => return Err("Its `content` is not a list.".to_owned()),
    };
    let mut budget = Budget::new(limits);
    let mut content = blocks(given, &mut budget);
    let structured = match structured.map(|value| budget.value(value)) {
        Some(Ok(value)) => Some(value),
        Some(Err(line)) => {
            content.push(line);
            None
        }
        None => None,
    };
    Ok(CallResult {
        content,
        structured,
        is_error,
        is_cut: budget.is_cut,
    })
}

/// Reads the answer to `prompts/get`.
pub(crate) fn prompt_messages(
    answer: Value,
    limits: &Limits,
) -> Result<Vec<PromptMessage>, String> {
    let Some(Value::Array(messages)) = object(answer)?.remove("messages") else {
        return Err("It has no list of `messages`.".to_owned());
    };
    let mut budget = Budget::new(limits);
    messages
        .into_iter()
        .take(MAX_BLOCKS)
        .map(|message| {
            let mut message = object(message)?;
            let is_assistant = message.get("role").and_then(Value::as_str) == Some("assistant");
            let content = message.remove("content").unwrap_or_default();
            Ok(PromptMessage {
                is_assistant,
                content: block(content, &mut budget),
            })
        })
        .collect()
}

/// Reads the answer to `resources/read`.
pub(crate) fn resource_contents(
    answer: Value,
    limits: &Limits,
) -> Result<Vec<ResourceContent>, String> {
    let Some(Value::Array(contents)) = object(answer)?.remove("contents") else {
        return Err("It has no list of `contents`.".to_owned());
    };
    let mut budget = Budget::new(limits);
    contents
        .into_iter()
        .take(MAX_BLOCKS)
        .map(|content| resource(object(content)?, &mut budget))
        .collect()
}

/// Reads a list of content.
pub(crate) fn blocks(given: Vec<Value>, budget: &mut Budget) -> Vec<Block> {
    let count = given.len();
    let mut content: Vec<Block> = given
        .into_iter()
        .take(MAX_BLOCKS)
        .map(|given| block(given, budget))
        .collect();
    if count > MAX_BLOCKS {
        budget.is_cut = true;
        content.push(Block::Text(format!(
            "[Left out: {} more parts.]",
            count - MAX_BLOCKS
        )));
    }
    content
}

/// Reads one part. What is of no known kind becomes a line of text that says so.
pub(crate) fn block(given: Value, budget: &mut Budget) -> Block {
    let Value::Object(mut given) = given else {
        return match given {
            Value::String(text) => Block::Text(budget.text(text)),
            _ => unknown("a part without a type"),
        };
    };
    let kind = label(&mut given, "type").unwrap_or_default();
    match kind.as_str() {
        "text" => match given.remove("text") {
            Some(Value::String(text)) => Block::Text(budget.text(text)),
            _ => unknown("a text that is none"),
        },
        "image" | "audio" => {
            let mime_type = label(&mut given, "mimeType").unwrap_or_default();
            let Some(Value::String(data)) = given.remove("data") else {
                return unknown("a picture or sound without data");
            };
            let is_image = kind == "image";
            let what = if is_image { "a picture" } else { "a sound" };
            match budget.media(what, &mime_type, data) {
                Ok(data) if is_image => Block::Image { mime_type, data },
                Ok(data) => Block::Audio { mime_type, data },
                Err(line) => line,
            }
        }
        "resource" => match given.remove("resource") {
            Some(Value::Object(content)) => match resource(content, budget) {
                Ok(content) => Block::Resource(content),
                Err(_) => unknown("a resource without content"),
            },
            _ => unknown("a resource without content"),
        },
        "resource_link" => Block::Link {
            uri: label(&mut given, "uri").unwrap_or_default(),
            name: label(&mut given, "name").unwrap_or_default(),
            description: label(&mut given, "description").unwrap_or_default(),
            mime_type: label(&mut given, "mimeType"),
        },
        kind => unknown(&format!("a part of the kind `{}`", cut(kind, 40))),
    }
}

fn unknown(what: &str) -> Block {
    Block::Text(format!("[Left out: {what}, which cannot be shown.]"))
}

fn resource(mut given: Map<String, Value>, budget: &mut Budget) -> Result<ResourceContent, String> {
    let uri = label(&mut given, "uri").unwrap_or_default();
    let mime_type = label(&mut given, "mimeType");
    let data = match (given.remove("text"), given.remove("blob")) {
        (Some(Value::String(text)), _) => ResourceData::Text(budget.text(text)),
        (_, Some(Value::String(blob))) => {
            match budget.media("a file", mime_type.as_deref().unwrap_or_default(), blob) {
                Ok(blob) => ResourceData::Blob(blob),
                Err(Block::Text(line)) => ResourceData::Text(line),
                Err(_) => return Err("It is too long.".to_owned()),
            }
        }
        _ => return Err("A resource has neither `text` nor `blob`.".to_owned()),
    };
    Ok(ResourceContent {
        uri,
        mime_type,
        data,
    })
}

/// A short text of an object, cut where it is not short.
pub(crate) fn label(given: &mut Map<String, Value>, key: &str) -> Option<String> {
    match given.remove(key) {
        Some(Value::String(text)) => Some(cut(&text, MAX_LABEL_BYTES)),
        _ => None,
    }
}

/// The beginning of a text, in whole characters.
pub(crate) fn cut(text: &str, max_bytes: usize) -> String {
    match text.get(..text.floor_char_boundary(max_bytes)) {
        Some(kept) if kept.len() < text.len() => format!("{kept}…"),
        _ => text.to_owned(),
    }
}

pub(crate) fn object(value: Value) -> Result<Map<String, Value>, String> {
    match value {
        Value::Object(object) => Ok(object),
        _ => Err("It is not an object.".to_owned()),
    }
}

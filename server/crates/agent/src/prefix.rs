//! Whether a request begins with all of the one before it, so that a provider's cache helps.
use std::fmt::Write;
use std::hash::{DefaultHasher, Hasher};

use aside_llm::{AssistantPart, Message, ModelRequest, Opaque, UserPart};

/// Remembers of a session's last request what a provider's cache goes by, as hashes.
#[derive(Debug, Clone, Default)]
pub struct PrefixWatch {
    last: Option<Marks>,
}

/// Why a provider's cache helps less than it could.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// A clause that says what changed.
    pub why: String,
    /// How many messages of the request before are still the first ones.
    pub kept: usize,
    /// How many messages the request before had.
    pub before: usize,
}

/// The hashes of one request.
#[derive(Debug, Clone)]
struct Marks {
    model: u64,
    thinking: u64,
    system: u64,
    tools: u64,
    messages: Vec<u64>,
}

impl PrefixWatch {
    /// Takes the next request of the session, whose model is called `model`, as `provider/model`.
    /// `known` says how many of its first messages are certainly those of the request before:
    /// they are not looked at again.
    ///
    /// Gives back why the request does not begin with the one before; nothing where it does, or
    /// where there was none.
    pub fn check(&mut self, model: &str, request: &ModelRequest, known: usize) -> Option<Break> {
        let last = self.last.take();
        let mut messages = last
            .as_ref()
            .map_or(&[][..], |last| &last.messages)
            .to_vec();
        messages.truncate(known.min(request.messages.len()));
        messages.extend(request.messages[messages.len()..].iter().map(of_message));
        let now = Marks {
            model: hash(|text| text.push(model)),
            thinking: of_thinking(request),
            system: hash(|text| text.push(&request.system)),
            tools: of_tools(request),
            messages,
        };
        let found = last.and_then(|last| last.compare(&now, request));
        self.last = Some(now);
        found
    }
}

impl Marks {
    /// Why the request of `now` does not begin with this one.
    fn compare(&self, now: &Self, request: &ModelRequest) -> Option<Break> {
        let same = self.messages.iter().zip(&now.messages);
        let same = same.take_while(|(before, now)| before == now).count();
        let (before, after) = (self.messages.len(), now.messages.len());
        let none_kept = |why: &str| Some((why.to_owned(), 0));
        let (why, kept) = if self.model != now.model {
            none_kept("another model is asked")
        } else if self.tools != now.tools {
            none_kept("the tools changed")
        } else if self.system != now.system {
            none_kept("the system prompt changed")
        } else if self.thinking != now.thinking {
            none_kept("how much the model is to think, or the shape of its answer, changed")
        } else if same == before {
            None
        } else if same == after {
            let why = format!("the conversation was cut back from {before} to {after} messages");
            Some((why, same))
        } else {
            let kind = request.messages.get(same).map_or_else(String::new, kind);
            Some((format!("message {} ({kind}) changed", same + 1), same))
        }?;
        Some(Break { why, kept, before })
    }
}

/// What a message is, for people.
fn kind(message: &Message) -> String {
    match message {
        Message::User(_) => "of the user".to_owned(),
        Message::Assistant(_) => "of the model".to_owned(),
        Message::Tool { name, .. } => format!("result of {name}"),
    }
}

/// Feeds a hash with texts whose ends are told apart.
struct Feed(DefaultHasher);

impl Feed {
    fn push(&mut self, text: &str) {
        self.0.write_usize(text.len());
        self.0.write(text.as_bytes());
    }

    fn fields<const N: usize>(&mut self, fields: [&String; N]) {
        fields.into_iter().for_each(|field| self.push(field));
    }

    fn tag(&mut self, tag: u8) {
        self.0.write_u8(tag);
    }

    fn opaque(&mut self, opaque: &Opaque) {
        self.push(&opaque.origin);
        self.push(&opaque.json);
    }
}

fn hash(feed: impl FnOnce(&mut Feed)) -> u64 {
    let mut text = Feed(DefaultHasher::new());
    feed(&mut text);
    text.0.finish()
}

fn of_thinking(request: &ModelRequest) -> u64 {
    let mut said = format!("{:?}", request.thinking);
    if let Some(output) = &request.output {
        // Writing to a string does not fail.
        let _ = write!(said, "{} {}", output.name, output.schema);
    }
    hash(|text| text.push(&said))
}

fn of_tools(request: &ModelRequest) -> u64 {
    hash(|text| {
        for tool in request.tools.iter() {
            text.push(&tool.name);
            text.push(&tool.description);
            text.push(&tool.input_schema.to_string());
        }
    })
}

fn of_message(message: &Message) -> u64 {
    hash(|text| match message {
        Message::User(parts) => {
            text.tag(0);
            parts.iter().for_each(|part| user_part(text, part));
        }
        Message::Assistant(parts) => {
            text.tag(1);
            parts.iter().for_each(|part| assistant_part(text, part));
        }
        Message::Tool {
            call_id,
            name,
            text: result,
            failed,
        } => {
            text.tag(2);
            text.tag(u8::from(*failed));
            text.fields([call_id, name, result]);
        }
    })
}

fn user_part(text: &mut Feed, part: &UserPart) {
    match part {
        UserPart::Text(said) => {
            text.tag(0);
            text.push(said);
        }
        UserPart::Image { mime_type, data } => {
            text.tag(1);
            text.fields([mime_type, data]);
        }
        UserPart::Document {
            mime_type,
            data,
            name,
        } => {
            text.tag(2);
            text.fields([mime_type, data]);
            text.push(name.as_deref().unwrap_or_default());
        }
    }
}

fn assistant_part(text: &mut Feed, part: &AssistantPart) {
    match part {
        AssistantPart::Text(said) => {
            text.tag(0);
            text.push(said);
        }
        AssistantPart::Reasoning(said) => {
            text.tag(1);
            text.push(said);
        }
        AssistantPart::Attached(opaque) => {
            text.tag(2);
            text.opaque(opaque);
        }
        AssistantPart::Opaque(opaque) => {
            text.tag(3);
            text.opaque(opaque);
        }
        AssistantPart::ToolCall {
            id,
            name,
            arguments,
        } => {
            text.tag(4);
            text.fields([id, name, arguments]);
        }
    }
}

#[cfg(test)]
mod tests;

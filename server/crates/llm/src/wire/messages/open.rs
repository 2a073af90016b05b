//! A block of an answer while it streams.
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::types::{Delta, Start};
use crate::Place;
use crate::wire::collector::Collector;

/// A block that has begun. What is shown is given on at once; held is only what the provider
/// wants back and what would not be found in the parts that were shown.
#[derive(Debug)]
pub(super) enum Open {
    Text {
        /// How many came.
        bytes: usize,
        /// JSON, with commas between.
        citations: String,
        /// Something else came between, so that nobody could say which of the text is cited.
        interrupted: bool,
    },
    Thinking {
        text: String,
        signature: String,
    },
    Call {
        /// The index that we gave it.
        index: usize,
        /// The arguments as they came at the beginning, until others come.
        input: Option<String>,
    },
    /// A block that is not shown: the provider's own tools, hidden reasoning, what is yet to come.
    Kept {
        json: String,
        /// The arguments that came in pieces.
        input: String,
    },
}

/// What is to be kept of a block that ended.
#[derive(Debug)]
pub(super) enum Stopped {
    Nothing,
    /// The whole block, as JSON, of reasoning that was shown.
    Thinking(String),
    /// The whole block, as JSON, of which nothing was shown.
    Hidden(String),
    /// Citations of the text that came last, as JSON.
    Citations(String),
}

impl Open {
    /// Begins a block and gives on what it begins with; `None` if there is nothing to it.
    pub(super) fn of(start: &Start<'_>, json: &RawValue, out: &mut Collector) -> Option<Self> {
        Some(match start.kind.0.as_ref() {
            "text" => {
                out.text(&start.text.0);
                Self::Text {
                    bytes: start.text.0.len(),
                    citations: inner(start.citations).to_owned(),
                    interrupted: false,
                }
            }
            "thinking" => {
                out.reasoning(&start.thinking.0);
                Self::Thinking {
                    text: start.thinking.0.clone().into_owned(),
                    signature: start.signature.0.clone().into_owned(),
                }
            }
            "tool_use" => {
                let index = out.begin_call(&start.id.0, &start.name.0, String::new())?;
                keep_caller(index, start.caller, out);
                Self::Call {
                    index,
                    input: start.input.map(|input| input.get().to_owned()),
                }
            }
            // Nothing without a type could be sent back.
            "" => {
                out.text(&start.text.0);
                return None;
            }
            _ => Self::Kept {
                json: json.get().to_owned(),
                input: String::new(),
            },
        })
    }

    pub(super) fn is_call(&self) -> bool {
        matches!(self, Self::Call { .. })
    }

    /// Something else streams after what streamed of this block.
    pub(super) fn interrupt(&mut self) {
        if let Self::Text { interrupted, .. } = self {
            *interrupted = true;
        }
    }

    /// Takes more of the block. Says whether text or reasoning was given on.
    pub(super) fn extend(&mut self, delta: &Delta<'_>, out: &mut Collector) -> bool {
        match self {
            Self::Text {
                bytes, citations, ..
            } => {
                if let Some(citation) = delta.citation {
                    if !citations.is_empty() {
                        citations.push(',');
                    }
                    citations.push_str(citation.get());
                }
                *bytes += delta.text.0.len();
                out.text(&delta.text.0);
                !delta.text.is_empty()
            }
            Self::Thinking { text, signature } => {
                signature.push_str(&delta.signature.0);
                text.push_str(&delta.thinking.0);
                out.reasoning(&delta.thinking.0);
                !delta.thinking.is_empty()
            }
            Self::Call { index, input } => {
                let more = delta.partial_json();
                if !more.is_empty() {
                    *input = None;
                    out.arguments(*index, &more);
                }
                false
            }
            Self::Kept { input, .. } => {
                input.push_str(&delta.partial_json());
                false
            }
        }
    }

    /// Ends the block.
    pub(super) fn stop(self, out: &mut Collector) -> Stopped {
        match self {
            Self::Text {
                bytes: bytes @ 1..,
                citations,
                interrupted: false,
            } if !citations.is_empty() => Stopped::Citations(format!(
                r#"{{"aside_attached":"citations","bytes":{bytes},"citations":[{citations}]}}"#
            )),
            // Thinking that nobody signed is refused when it is sent back.
            Self::Thinking { text, signature } if !signature.is_empty() => {
                written(&Signed::Thinking {
                    thinking: &text,
                    signature: &signature,
                })
            }
            Self::Text { .. } | Self::Thinking { .. } => Stopped::Nothing,
            Self::Call { index, input } => {
                let nothing = ["", "{}", "null", "\"\""];
                if let Some(input) = input.filter(|input| !nothing.contains(&input.as_str())) {
                    out.arguments(index, &input);
                }
                Stopped::Nothing
            }
            Self::Kept { json, input } => Stopped::Hidden(with_input(json, &input)),
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Signed<'a> {
    Thinking {
        thinking: &'a str,
        signature: &'a str,
    },
}

/// The block with the arguments that came after it; as it was where they are not JSON.
fn with_input(block: String, input: &str) -> String {
    if input.trim().is_empty() {
        return block;
    }
    let Ok(input) = serde_json::from_str::<&RawValue>(input) else {
        return block;
    };
    let Ok(mut fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(&block) else {
        return block;
    };
    fields.insert("input".into(), input);
    match serde_json::to_string(&fields) {
        Ok(whole) => whole,
        Err(_) => block,
    }
}

fn written(block: &impl Serialize) -> Stopped {
    serde_json::to_string(block).map_or(Stopped::Nothing, Stopped::Thinking)
}

/// What is between the brackets of a list.
fn inner(list: Option<&RawValue>) -> &str {
    let list = list.map_or("", RawValue::get);
    let inner = list
        .strip_prefix('[')
        .and_then(|list| list.strip_suffix(']'));
    inner.unwrap_or_default().trim()
}

/// Keeps who called, unless it was the model itself, which is what no word of it means too.
fn keep_caller(index: usize, caller: Option<&RawValue>, out: &mut Collector) {
    #[derive(serde::Deserialize)]
    struct Caller<'a> {
        #[serde(rename = "type")]
        kind: &'a str,
    }
    let Some(caller) = caller else {
        return;
    };
    let is_other = serde_json::from_str::<Caller<'_>>(caller.get())
        .is_ok_and(|caller| caller.kind != "direct");
    if is_other {
        let json = format!(
            r#"{{"aside_attached":"call","fields":{{"caller":{}}}}}"#,
            caller.get()
        );
        out.opaque(Place::Call(index), &json);
    }
}

//! Tool calls that a model writes as text, since its server does not know how it writes them: many
//! local servers leave them so.
//!
//! A call is taken where it stands for itself: in `<tool_call>` tags, in a fence of backticks or
//! as the whole answer, and as nothing but `{"name": …, "arguments": {…}}` with the name of a tool
//! that was offered and all arguments that the tool requires. Whatever else is text, also JSON
//! that a model shows to the user.
use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::ToolDef;

/// Bytes that are held back until it is clear whether they are a call.
pub(crate) const MAX_HELD: usize = 256 * 1024;
const TAG: (&str, &str) = ("<tool_call>", "</tool_call>");
const FENCE: &str = "```";
/// How often what begins like a call is searched for its end, or read, to no use; after that all
/// is text.
pub(crate) const MAX_VAIN: usize = 1024;
/// Bytes of the word behind a fence.
const MAX_WORD: usize = 24;
/// How a call may begin, behind the brace.
const FIRST_KEYS: [&str; 4] = ["\"name\"", "\"arguments\"", "\"parameters\"", "\"type\""];

/// What text turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    Call { name: String, arguments: String },
}

/// Tells calls in the text of one answer from the rest.
#[derive(Debug)]
pub(crate) struct TextCalls {
    tools: Vec<Offered>,
    /// What is not given out yet.
    held: String,
    /// How much of that was searched for the end of a call.
    searched: usize,
    /// How often that, or reading a call, was in vain.
    vain: usize,
    place: Place,
}

/// A tool that was offered.
#[derive(Debug)]
struct Offered {
    name: String,
    required: Vec<String>,
}

/// Where the text that is held begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    AnswerStart,
    LineStart,
    WithinLine,
}

/// Whether more may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Open,
    Ended,
}

/// What stands at the start of a line.
enum Found {
    /// Perhaps a call: it takes more to tell.
    Unclear,
    Text,
    /// A call of so many bytes.
    Call(Piece, usize),
}

/// A call as models write it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, alias = "parameters")]
    arguments: &'a RawValue,
    #[serde(default, rename = "type")]
    _kind: Option<IgnoredAny>,
}

impl TextCalls {
    /// `None` where there are no tools to call.
    pub(crate) fn of(tools: &[ToolDef]) -> Option<Self> {
        let offered = tools.iter().map(|tool| {
            let required = tool.input_schema.get("required").and_then(Value::as_array);
            let required = required.into_iter().flatten().filter_map(Value::as_str);
            Offered {
                name: tool.name.clone(),
                required: required.map(str::to_owned).collect(),
            }
        });
        (!tools.is_empty()).then(|| Self {
            tools: offered.collect(),
            held: String::new(),
            searched: 0,
            vain: 0,
            place: Place::AnswerStart,
        })
    }

    /// Takes more text, and gives out what is clear.
    pub(crate) fn text(&mut self, more: &str) -> Vec<Piece> {
        self.held.push_str(more);
        self.pieces(Source::Open)
    }

    /// Gives out the rest: no more text follows. An answer that did not come to its end has no
    /// call there.
    pub(crate) fn end(&mut self, is_whole: bool) -> Vec<Piece> {
        if is_whole {
            return self.pieces(Source::Ended);
        }
        self.searched = 0;
        self.place = Place::LineStart;
        let held = std::mem::take(&mut self.held);
        match held.is_empty() {
            true => Vec::new(),
            false => vec![Piece::Text(held)],
        }
    }

    fn pieces(&mut self, source: Source) -> Vec<Piece> {
        let held = std::mem::take(&mut self.held);
        let mut rest = held.as_str();
        let mut out = Vec::new();
        while !rest.is_empty() {
            if self.place == Place::WithinLine {
                let end = rest.find('\n').map(|at| at + 1);
                if end.is_some() {
                    self.place = Place::LineStart;
                }
                let end = end.unwrap_or(rest.len());
                give(&mut rest, end, &mut out);
                continue;
            }
            let white = rest.len() - rest.trim_start().len();
            if white > 0 {
                give(&mut rest, white, &mut out);
                continue;
            }
            match self.look(rest, source) {
                Found::Unclear if rest.len() <= MAX_HELD => break,
                Found::Unclear | Found::Text => self.place = Place::WithinLine,
                Found::Call(call, bytes) => {
                    out.push(call);
                    rest = &rest[bytes..];
                    self.place = Place::LineStart;
                }
            }
            self.searched = 0;
        }
        self.held = rest.to_owned();
        out
    }

    /// What the text that is held begins with; it begins with no white space.
    fn look(&mut self, held: &str, source: Source) -> Found {
        let is_begun = |mark: &str| source == Source::Open && mark.starts_with(held);
        if is_begun(TAG.0) || is_begun(FENCE) {
            return Found::Unclear;
        }
        if held.starts_with(TAG.0) {
            return self.inside(held, TAG.0.len(), TAG.1, source);
        }
        if let Some(behind) = held.strip_prefix(FENCE) {
            let Some((word, _)) = behind.split_once('\n') else {
                return match source == Source::Open && behind.len() <= MAX_WORD {
                    true => Found::Unclear,
                    false => Found::Text,
                };
            };
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            if word.len() > MAX_WORD || !word.trim().chars().all(is_word) {
                return Found::Text;
            }
            let from = FENCE.len() + word.len() + 1;
            return self.inside(held, from, FENCE, source);
        }
        match self.place {
            Place::AnswerStart if held.starts_with('{') => self.inside(held, 0, "", source),
            Place::AnswerStart | Place::LineStart | Place::WithinLine => Found::Text,
        }
    }

    /// What stands between the mark that ends at `from` and `close`, which is empty where the
    /// call is all of the answer.
    fn inside(&mut self, held: &str, from: usize, close: &str, source: Source) -> Found {
        // What is longer is no call.
        let held = &held[..held.floor_char_boundary(MAX_HELD + 1)];
        let json = held[from..].trim_start();
        if self.vain >= MAX_VAIN || !may_be_call(json) {
            return Found::Text;
        }
        if source == Source::Open {
            // The end may come in two parts.
            let from = self.searched.saturating_sub(close.len()).max(from);
            let unsearched = &held[held.floor_char_boundary(from)..];
            let is_closed = !close.is_empty() && unsearched.contains(close);
            self.searched = held.len();
            if !is_closed {
                self.vain += usize::from(held.len() > MAX_HELD);
                return Found::Unclear;
            }
        }
        let found = self.read(held, json, close, source);
        match found {
            Found::Call(..) => {}
            Found::Unclear | Found::Text => self.vain += 1,
        }
        found
    }

    /// Reads the call that `json` at the end of `held` begins with.
    fn read(&self, held: &str, json: &str, close: &str, source: Source) -> Found {
        let mut values = serde_json::Deserializer::from_str(json).into_iter::<Written<'_>>();
        let written = match values.next() {
            Some(Ok(written)) => written,
            Some(Err(error)) if error.is_eof() && source == Source::Open => return Found::Unclear,
            Some(Err(_)) | None => return Found::Text,
        };
        let rest = json[values.byte_offset()..].trim_start();
        let rest = match rest.strip_prefix(close) {
            Some(rest) if !close.is_empty() => rest,
            // Models stop where they would write the end.
            _ if rest.is_empty() && source == Source::Ended => rest,
            // What looked like its end stood within a string.
            _ if close.starts_with(rest) && source == Source::Open => return Found::Unclear,
            _ => return Found::Text,
        };
        let bytes = held.len() - rest.len();
        match self.call(&written) {
            Some(call) => Found::Call(call, bytes),
            None => Found::Text,
        }
    }

    fn call(&self, written: &Written<'_>) -> Option<Piece> {
        let tool = self.tools.iter().find(|tool| tool.name == written.name)?;
        let arguments = written.arguments.get();
        let Ok(Value::Object(given)) = serde_json::from_str(arguments) else {
            return None;
        };
        let has_all = tool.required.iter().all(|name| given.contains_key(name));
        has_all.then(|| Piece::Call {
            name: tool.name.clone(),
            arguments: arguments.to_owned(),
        })
    }
}

/// Gives out the next bytes as text.
fn give(rest: &mut &str, bytes: usize, out: &mut Vec<Piece>) {
    let (text, after) = rest.split_at(bytes);
    *rest = after;
    match out.last_mut() {
        Some(Piece::Text(before)) => before.push_str(text),
        Some(Piece::Call { .. }) | None => out.push(Piece::Text(text.to_owned())),
    }
}

/// Whether the JSON that begins so may be a call.
fn may_be_call(json: &str) -> bool {
    if json.is_empty() {
        return true;
    }
    let Some(rest) = json.strip_prefix('{') else {
        return false;
    };
    let rest = rest.trim_start();
    FIRST_KEYS
        .iter()
        .any(|key| key.starts_with(rest) || rest.starts_with(key))
}

#[cfg(test)]
#[path = "text_calls_tests.rs"]
mod tests;

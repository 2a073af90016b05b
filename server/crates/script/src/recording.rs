//! The form of a script as data: a JSON file of replies.
use std::collections::HashMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::{Gate, Reply, Usage};

/// Text given whole is sent in pieces of about this many characters, cut after a space.
const TEXT_PIECE: usize = 12;
/// Arguments given as JSON are sent in pieces of this many characters.
const ARGUMENTS_PIECE: usize = 16;

/// The file: `{"models": [...], "replies": [...]}`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Recording {
    #[serde(default)]
    pub(crate) models: Vec<String>,
    pub(crate) replies: Vec<RecordedReply>,
}

/// The gates that replies name. Replies that name the same one wait at the same one.
pub type Gates = HashMap<String, Gate>;

/// One reply: `{"parts": [...], "usage"?, "finish"?, "paceMs"?}` or
/// `{"status", "error", "headers"?}`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum RecordedReply {
    /// A stream of parts.
    Answer(Answer),
    /// A refusal.
    Error(ErrorReply),
}

/// A stream of parts.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    parts: Vec<Part>,
    usage: Option<Usage>,
    finish: Option<String>,
    #[serde(default)]
    pace_ms: u64,
}

/// A status that is no success, with a message.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErrorReply {
    status: u16,
    error: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Part {
    Text(Pieces),
    Reasoning(Pieces),
    ToolCall {
        id: String,
        name: String,
        /// An object, or a string that is sent as it is, or an array of such pieces.
        arguments: Value,
    },
    /// Waits here until the gate of this name is opened.
    Gate(String),
    /// Waits here for so many milliseconds.
    DelayMs(u64),
    /// Ends the connection here, in mid-answer.
    Close(bool),
}

/// Text whole, or in the pieces in which it is sent.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Pieces {
    Whole(String),
    Split(Vec<String>),
}

impl Pieces {
    fn into_pieces(self) -> Vec<String> {
        match self {
            Self::Whole(text) => split_text(&text),
            Self::Split(pieces) => pieces,
        }
    }
}

impl RecordedReply {
    /// The reply; gates that are not among `gates` yet are added.
    #[must_use]
    pub fn into_reply(self, gates: &mut Gates) -> Reply {
        match self {
            RecordedReply::Answer(answer) => answer.into_reply(gates),
            RecordedReply::Error(error) => error
                .headers
                .iter()
                .fold(Reply::error(error.status, &error.error), |reply, (k, v)| {
                    reply.header(k, v)
                }),
        }
    }
}

impl Answer {
    fn into_reply(self, gates: &mut Gates) -> Reply {
        let mut calls = false;
        let mut reply = Reply::new().pace(Duration::from_millis(self.pace_ms));
        for part in self.parts {
            reply = match part {
                Part::Text(text) => reply.texts(text.into_pieces()),
                Part::Reasoning(text) => {
                    text.into_pieces().into_iter().fold(reply, Reply::reasoning)
                }
                Part::ToolCall {
                    id,
                    name,
                    arguments,
                } => {
                    calls = true;
                    let pieces = argument_pieces(&arguments);
                    let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
                    reply.tool_call(&id, &name, &pieces)
                }
                Part::Gate(name) => reply.gate(gates.entry(name).or_default()),
                Part::DelayMs(delay) => reply.delay(Duration::from_millis(delay)),
                Part::Close(true) => reply.close(),
                Part::Close(false) => reply,
            };
        }
        let finish = match (self.finish, calls) {
            (Some(finish), _) => finish,
            (None, true) => "tool_calls".into(),
            (None, false) => "stop".into(),
        };
        reply = reply.finish(&finish);
        match self.usage {
            Some(usage) => reply.usage(usage),
            None => reply,
        }
    }
}

fn split_text(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        piece.push_str(word);
        if piece.len() >= TEXT_PIECE {
            pieces.push(std::mem::take(&mut piece));
        }
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

fn argument_pieces(arguments: &Value) -> Vec<String> {
    let whole = match arguments {
        Value::String(raw) => raw.clone(),
        Value::Array(pieces) if pieces.iter().all(Value::is_string) => {
            return pieces
                .iter()
                .filter_map(|piece| piece.as_str().map(str::to_owned))
                .collect();
        }
        other => other.to_string(),
    };
    let chars: Vec<char> = whole.chars().collect();
    chars
        .chunks(ARGUMENTS_PIECE)
        .map(|piece| piece.iter().collect())
        .collect()
}

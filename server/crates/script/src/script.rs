//! What the server answers: replies in order, or a closure.
use serde_json::Value;

use crate::Reply;
use crate::recording::{Gates, Recording};

/// The name under which a script without its own list of models is offered.
const DEFAULT_MODEL: &str = "scripted";

/// What the server answers.
pub struct Script {
    pub(crate) source: Source,
    pub(crate) models: Vec<String>,
    pub(crate) models_reply: Option<Reply>,
}

/// A reply made from the request's body and its number, from 0.
type Answerer = Box<dyn FnMut(&Value, usize) -> Reply + Send>;

/// Where replies come from.
pub(crate) enum Source {
    List(Vec<Reply>),
    Closure(Answerer),
}

impl Script {
    /// Replies that are served in order of the requests' arrival. After the last one every
    /// request gets status 500 and a message that says so.
    #[must_use]
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::from_source(Source::List(replies.into_iter().collect()))
    }

    /// Replies made by a closure from the request's body and its number, from 0. The closure
    /// runs on the server's thread and must not block.
    #[must_use]
    pub fn answering(answer: impl FnMut(&Value, usize) -> Reply + Send + 'static) -> Self {
        Self::from_source(Source::Closure(Box::new(answer)))
    }

    /// Replies from a JSON text:
    ///
    /// ```json
    /// {"models": ["m"], "replies": [
    ///   {"parts": [
    ///      {"reasoning": "whole, split into words"},
    ///      {"text": ["in ", "pieces"]},
    ///      {"toolCall": {"id": "c1", "name": "read_file", "arguments": {"path": "a.rs"}}}],
    ///    "usage": {"input": 9, "output": 3}, "finish": "tool_calls", "paceMs": 20},
    ///   {"status": 429, "error": "slow down", "headers": [["retry-after", "3"]]}
    /// ]}
    /// ```
    ///
    /// # Errors
    /// The text is not JSON or not of this shape.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        let recording: Recording = serde_json::from_str(text)?;
        // Nobody could open a gate of a whole script: one that is served by hand is.
        let mut gates = Gates::new();
        let replies: Vec<Reply> = recording
            .replies
            .into_iter()
            .map(|reply| reply.into_reply(&mut gates))
            .collect();
        let script = Self::new(replies);
        if recording.models.is_empty() {
            return Ok(script);
        }
        Ok(script.models(recording.models))
    }

    fn from_source(source: Source) -> Self {
        Self {
            source,
            models: vec![DEFAULT_MODEL.into()],
            models_reply: None,
        }
    }

    /// The ids that `GET …/models` lists; `scripted` if never called.
    #[must_use]
    pub fn models<T: Into<String>>(mut self, ids: impl IntoIterator<Item = T>) -> Self {
        self.models = ids.into_iter().map(Into::into).collect();
        self
    }

    /// What `GET …/models` answers instead of a list.
    #[must_use]
    pub fn models_reply(mut self, reply: Reply) -> Self {
        self.models_reply = Some(reply);
        self
    }
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("Script");
        match &self.source {
            Source::List(replies) => debug.field("replies", &replies.len()),
            Source::Closure(_) => debug.field("replies", &"closure"),
        };
        debug.field("models", &self.models).finish_non_exhaustive()
    }
}

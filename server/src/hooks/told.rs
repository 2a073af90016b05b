//! What a hook is told on standard input: one JSON object.
use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::settings::items::HookEvent;

/// What a hook is told. docs/hooks.md shows it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told<'a> {
    /// The shape of the rest.
    version: u32,
    event: &'static str,
    workspace: String,
    session_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    turn_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool: Option<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_reason: Option<&'a str>,
}

#[derive(Debug, Clone, Serialize)]
struct Tool<'a> {
    name: &'a str,
    arguments: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<&'a str>,
}

impl<'a> Told<'a> {
    /// A moment of a session.
    pub fn new(event: HookEvent, workspace: &Path, session_id: &'a str) -> Self {
        Self {
            version: 1,
            event: event.word(),
            workspace: workspace.display().to_string(),
            session_id,
            turn_id: None,
            tool: None,
            prompt: None,
            stop_reason: None,
        }
    }

    /// In this turn.
    pub fn turn(self, turn_id: &'a str) -> Self {
        Self {
            turn_id: Some(turn_id),
            ..self
        }
    }

    /// About a call that is to be made.
    pub fn call(self, name: &'a str, arguments: &'a Map<String, Value>) -> Self {
        let output = None;
        Self {
            tool: Some(Tool {
                name,
                arguments,
                output,
            }),
            ..self
        }
    }

    /// About a call that was made.
    pub fn result(self, name: &'a str, arguments: &'a Map<String, Value>, output: &'a str) -> Self {
        let output = Some(output);
        Self {
            tool: Some(Tool {
                name,
                arguments,
                output,
            }),
            ..self
        }
    }

    /// What the user says.
    pub fn prompt(self, prompt: &'a str) -> Self {
        Self {
            prompt: Some(prompt),
            ..self
        }
    }

    /// Why the turn ended.
    pub fn stopped(self, reason: &'a str) -> Self {
        Self {
            stop_reason: Some(reason),
            ..self
        }
    }

    /// The moment.
    pub fn event(&self) -> &'static str {
        self.event
    }
}

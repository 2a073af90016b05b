//! `ask_user`: a question that only the user can answer.
use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError, ToolOutput};
use aside_agent::world::{Elicitation, Elicited};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::builtin::Builtin;
use crate::text;

/// How many options a question may have.
pub(crate) const MAX_OPTIONS: usize = 20;
/// How many bytes a question, an option or an answer may have.
pub(crate) const MAX_QUESTION_BYTES: usize = 8 * 1024;
/// The field of the answer.
const ANSWER: &str = "answer";

/// The arguments of `ask_user`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    question: String,
    options: Option<Vec<String>>,
}

pub(crate) struct AskUser;

impl Builtin for AskUser {
    type Args = Args;
    const NAME: &'static str = "ask_user";
    const KIND: ToolKind = ToolKind::Other;
    const DESCRIPTION: &'static str = include_str!("../descriptions/ask_user.md");
    const SCHEMA: &'static str = include_str!("../descriptions/ask_user.json");

    fn title(arguments: &Arguments) -> String {
        match crate::definition::word(arguments, "question") {
            Some(question) => text::title(&format!("Ask: {question}")),
            None => "Ask the user".to_owned(),
        }
    }

    fn effects(_: &Args, _: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        Ok(Vec::new())
    }

    async fn run(args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
        let question = args.question.trim();
        if question.is_empty() {
            return Err(ToolError(
                "`question` is empty. Say what the user is to answer.".to_owned(),
            ));
        }
        let options = args.options.unwrap_or_default();
        check(question, &options)?;
        let asked = Elicitation {
            request_id: context.item_id.to_string(),
            session_id: context.session_id.to_string(),
            message: question.to_owned(),
            schema: Some(schema(&options)),
            url: None,
            server: None,
        };
        let text = match context.elicitor.elicit(asked).await {
            Elicited::Accepted(content) => match content.get(ANSWER).and_then(Value::as_str) {
                Some(answer) if !answer.trim().is_empty() => {
                    format!("The user answers: {}", text::cut(answer, MAX_QUESTION_BYTES))
                }
                Some(_) | None => "The user gave an empty answer.".to_owned(),
            },
            Elicited::Declined => {
                "The user does not want to answer. Go on as you think best, and say what you assumed."
                    .to_owned()
            }
            Elicited::Cancelled => {
                "The user dismissed the question. Go on as you think best, and say what you assumed."
                    .to_owned()
            }
            Elicited::Expired => {
                "Nobody answered in time. Go on as you think best, and say what you assumed."
                    .to_owned()
            }
            Elicited::Unavailable(why) => {
                return Err(ToolError(format!(
                    "The user cannot be asked by a tool: {why} Write the question in your answer instead."
                )));
            }
        };
        Ok(Outcome::Done(ToolOutput {
            text,
            ..ToolOutput::default()
        }))
    }
}

fn check(question: &str, options: &[String]) -> Result<(), ToolError> {
    if options.len() > MAX_OPTIONS {
        return Err(ToolError(format!(
            "`options` has {} entries; a question may have {MAX_OPTIONS}.",
            options.len()
        )));
    }
    let texts = options.iter().map(String::as_str).chain([question]);
    if texts.map(str::len).any(|bytes| bytes > MAX_QUESTION_BYTES) {
        return Err(ToolError(format!(
            "The question or an option is longer than {MAX_QUESTION_BYTES} bytes. Ask in fewer words."
        )));
    }
    Ok(())
}

/// The form that the user fills in.
fn schema(options: &[String]) -> Value {
    let mut answer = json!({"type": "string", "title": "Answer"});
    if !options.is_empty() {
        answer["enum"] = json!(options);
    }
    json!({"type": "object", "properties": {ANSWER: answer}, "required": [ANSWER]})
}

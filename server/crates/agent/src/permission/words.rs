//! What is said of effects: in questions, and in refusals.
use super::Effect;
use crate::output::quote;

/// How many effects a question names one by one.
pub const MAX_NAMED_EFFECTS: usize = 8;

/// How much of a path or a command a question shows, in bytes.
pub const MAX_NAMED_BYTES: usize = 512;

/// How many reasons a question gives beside the effects.
pub const MAX_REASONS: usize = 4;

/// What a call would do by an effect, to follow "wants to" or "may not".
pub fn what(effect: &Effect) -> String {
    phrase(effect, cut)
}

/// The same with nothing left out, however long.
pub fn whole(effect: &Effect) -> String {
    phrase(effect, str::to_owned)
}

fn phrase(effect: &Effect, shown: impl Fn(&str) -> String) -> String {
    match effect {
        Effect::ReadPath { path } => format!("read {}", shown(path)),
        Effect::WritePath { path } => format!("write {}", shown(path)),
        Effect::RunProgram { program, arguments } => {
            let mut line = program.clone();
            for argument in arguments {
                line.push(' ');
                line.push_str(argument);
            }
            format!("run {}", shown(&line))
        }
        Effect::Network { host } => format!("talk to {}", shown(host)),
        Effect::McpTool { server, tool, .. } => {
            format!("call {} of {}", shown(tool), shown(server))
        }
    }
}

/// The sentences of a question: what the call wants to do, why that is asked about, and what the
/// user should know beside it. At most [`MAX_NAMED_EFFECTS`] are named, the rest is counted.
pub fn question<'a>(
    effects: &[Effect],
    reasons: impl IntoIterator<Item = &'a str>,
    caution: Option<&'a str>,
) -> String {
    let mut names: Vec<String> = Vec::new();
    for effect in effects {
        let name = what(effect);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(MAX_NAMED_EFFECTS);
    names.truncate(MAX_NAMED_EFFECTS);
    if more > 0 {
        names.push(format!("do {more} more things of this kind"));
    }
    let mut text = format!("Aside wants to {}.", list(&names));
    let mut said: Vec<&str> = Vec::new();
    for reason in reasons.into_iter().map(str::trim) {
        if said.len() < MAX_REASONS && !reason.is_empty() && !said.contains(&reason) {
            said.push(reason);
        }
    }
    for sentence in said.into_iter().chain(caution) {
        text.push(' ');
        text.push_str(sentence.trim());
    }
    text
}

/// The beginning of a text, on one line.
pub(super) fn cut(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    quote(text, MAX_NAMED_BYTES).chars().map(plain).collect()
}

pub(super) fn list(names: &[String]) -> String {
    match names {
        [] => "go on".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

//! What the machine itself says to the model and the user.
use std::collections::BTreeMap;

use aside_edit::blocks::BlockError;
use aside_edit::whole::WholeError;

use super::edits::Planned;
use crate::editing::EditDialect;
use crate::host::{FileChange, HostError};
use crate::item::{ToolKind, ToolStatus};
use crate::limits::{MAX_ARGUMENT_BYTES, MAX_QUOTE_BYTES};
use crate::output::quote;
use crate::toolbox::ToolFacts;

/// Why calls that are not final are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closing {
    /// The user cancelled.
    Cancelled,
    /// The model or its connection failed.
    ModelFailed,
    /// The answer reached its limit.
    CutAnswer,
    /// The model refused.
    Refused,
    /// The turn ends because the model repeats itself.
    Repeating,
    /// The machine itself is in trouble.
    Broken,
}

impl Closing {
    /// The status and the text of a call that is closed; `acting` where its tool had begun.
    pub(super) fn result(self, acting: bool) -> (ToolStatus, &'static str) {
        match self {
            Self::Cancelled if acting => (
                ToolStatus::Cancelled,
                "The user cancelled this call while it ran; part of it may have been done.",
            ),
            Self::Cancelled => (
                ToolStatus::Cancelled,
                "The user cancelled before this call was made.",
            ),
            Self::ModelFailed => (
                ToolStatus::Failed,
                "This call was not made: the answer broke off before it was complete.",
            ),
            Self::CutAnswer => (
                ToolStatus::Failed,
                "This call was not made: the answer reached its length limit before it was \
                 complete. Make shorter calls, one at a time.",
            ),
            Self::Refused => (
                ToolStatus::Failed,
                "This call was not made: the answer ended in a refusal.",
            ),
            Self::Repeating => (
                ToolStatus::Failed,
                "This call was not made: the turn ended because of repeated calls.",
            ),
            Self::Broken => (
                ToolStatus::Failed,
                "This call was given up: something inside Aside failed.",
            ),
        }
    }
}

pub(super) fn unknown_tool(name: &str, tools: &BTreeMap<String, ToolFacts>) -> String {
    let name = quote(name, 100);
    if tools.is_empty() {
        return format!("There is no tool named \"{name}\", and no other tool. Answer without.");
    }
    let names = tools.keys().map(String::as_str).collect::<Vec<_>>();
    format!(
        "There is no tool named \"{name}\". The tools are: {}. Call one of these.",
        names.join(", ")
    )
}

pub(super) fn broken_arguments(error: &str) -> String {
    format!(
        "The arguments of this call are not a JSON object ({}), so nothing was done. Call the \
         tool again with one complete JSON object as its description says.",
        quote(error, MAX_QUOTE_BYTES)
    )
}

pub(super) fn long_arguments() -> String {
    format!(
        "The arguments of this call are longer than {MAX_ARGUMENT_BYTES} bytes, so nothing was \
         done. Split the work into several smaller calls."
    )
}

/// What is wrong with the blocks of an answer.
pub(super) fn broken_blocks(error: &BlockError) -> String {
    format!(
        "{error} No edit of this answer was made, so that none is made by halves. Write all of \
         its blocks again."
    )
}

pub(super) const NO_BLOCKS: &str = "This answer changes no file: its code does not stand in a block. \
    If nothing is to be changed, say so in a sentence without code. If a file is to be changed, \
    write the block now, with all three lines: <<<<<<< SEARCH above what is there, ======= below \
    it, and >>>>>>> REPLACE below what is to be there instead.";

/// What is wrong with the whole files of an answer.
pub(super) fn broken_files(error: &WholeError) -> String {
    format!("{error} No file of this answer was written. Write all of its files again.")
}

pub(super) const NO_FILE: &str = "This answer changes no file: no path stands above its code. If \
    nothing is to be changed, say so in a sentence without code. If a file is to be changed, write \
    its path on a line of its own, and right below it the whole file between two lines ```.";

/// Why the edits in the text of an answer are not made.
pub(super) fn beside_calls(dialect: EditDialect) -> &'static str {
    match dialect {
        EditDialect::EditFile | EditDialect::ApplyPatch | EditDialect::SearchReplace => {
            "The SEARCH/REPLACE blocks of this answer were not made, because it also calls tools. \
             If they are still to be made, write them again in an answer without calls."
        }
        EditDialect::WholeFile => {
            "The files in the text of this answer were not written, because it also calls tools. \
             If they are still to be written, write them again in an answer without calls."
        }
    }
}

pub(super) fn too_many_files(kept: usize, all: usize) -> String {
    format!(
        "This answer edits {all} files, and only the first {kept} are edited for one answer. \
         Write the edits of the others again."
    )
}

pub(super) fn repeated(limit: u32) -> String {
    format!(
        "This call was not made: the same call with the same arguments has given the same \
         result {limit} times in a row, and would again. Do something else: use other arguments \
         or another tool, or answer with what you know."
    )
}

/// Behind a result that a call gave before. Small models read a file again and again where nobody
/// tells them what comes next.
pub(super) fn same_again(kind: ToolKind, dialect: EditDialect) -> &'static str {
    match (kind, dialect) {
        (ToolKind::Read, EditDialect::EditFile) => {
            "\n[You have read this already. To change it, call edit_file now. If nothing is to be \
             changed, answer the user.]"
        }
        (ToolKind::Read, EditDialect::ApplyPatch) => {
            "\n[You have read this already. To change it, call apply_patch now. If nothing is to \
             be changed, answer the user.]"
        }
        _ => "\n[The same call gave the same result before. Go on with the next step.]",
    }
}

/// In place of a long text that stands above already and did not help.
pub(super) fn failed_again(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    format!(
        "The same call failed in the same way before: {} Do not make it again. Look at what there \
         is, for example with read_file, and call with other arguments.",
        quote(first, MAX_QUOTE_BYTES)
    )
}

pub(super) const GAVE_UP: &str = "The model repeats the same tool call over and over, so the turn \
    was ended. Say more precisely what you want, or try another model.";

pub(super) fn denied(reason: &str) -> String {
    format!("This call was not permitted. {reason}")
}

pub(super) fn rejected(feedback: Option<&str>) -> String {
    match feedback.map(str::trim).filter(|words| !words.is_empty()) {
        Some(words) => format!(
            "The user refused this call and says: {}",
            quote(words, MAX_QUOTE_BYTES)
        ),
        None => "The user refused this call. Do not try it again; find another way, or ask what \
                 the user wants instead."
            .to_owned(),
    }
}

pub(super) const EXPIRED: &str = "This call was not made: nobody answered the question for \
    permission in time. Go on without it, or say what you need permission for.";

pub(super) fn unavailable(why: &str) -> String {
    format!("This call was not made: it needs permission, and there is nobody to ask. {why}")
}

/// What became of the changes of a call that was cancelled between them.
pub(super) fn partly_made(reason: &str, changes: &[Planned]) -> String {
    let (made, missing) = names_by(changes);
    match (made.is_empty(), missing.is_empty()) {
        (true, _) if changes.len() < 2 => reason.to_owned(),
        (true, _) => format!("{reason}\nNone of this call's changes was made."),
        (false, true) => {
            format!("{reason}\nAll of this call's changes were made: {made}.")
        }
        (false, false) => format!(
            "{reason}\nThese files were changed by this call: {made}. These were not: {missing}."
        ),
    }
}

/// What became of the changes of a call one of which failed, after the rest were taken back.
pub(super) fn taken_back(reason: &str, changes: &[Planned]) -> String {
    let (made, missing) = names_by(changes);
    match made.is_empty() {
        true if changes.len() < 2 => reason.to_owned(),
        true => format!(
            "{reason}\nThe changes of one call are made all or none, so nothing was changed: \
             {missing} {} as before this call.",
            if changes.len() == 1 { "is" } else { "are" }
        ),
        false => format!(
            "{reason}\nThe changes of one call are made all or none, but these could not be taken \
             back: {made}. Look at these files before you go on. These are as before: {missing}."
        ),
    }
}

/// The files that are changed, and those that are not.
fn names_by(changes: &[Planned]) -> (String, String) {
    let names = |is_made: bool| {
        let of = changes
            .iter()
            .filter(|planned| planned.made.is_some() == is_made);
        let names = of.map(|planned| planned.change.base.path.display());
        names.collect::<Vec<_>>().join(", ")
    };
    (names(true), names(false))
}

/// What the model is told of edits that wait for the user.
pub(super) fn proposed(changes: &[FileChange]) -> String {
    let names = changes.iter().map(|change| change.base.path.display());
    let names = names.collect::<Vec<_>>().join(", ");
    format!(
        "Proposed to the user, not made yet: {names}. The files are as they were, and stay so \
         until the user accepts; you will be told what the user accepts or rejects. Do not make \
         the same edit again, and do not rely on it."
    )
}

/// Why a change was not made, and what helps.
pub(super) fn failed_change(
    change: &FileChange,
    error: &HostError,
    dialect: EditDialect,
) -> String {
    let path = change.base.path.display();
    match error {
        HostError::Stale(message) | HostError::Conflict(message) => format!(
            "{path} was not changed: {message}\nThe file may have been changed meanwhile. {} \
             and make the edit against its current text.",
            dialect.look_again()
        ),
        HostError::Denied(message)
        | HostError::NotFound(message)
        | HostError::Unreadable(message)
        | HostError::Io(message) => format!("{path} was not changed: {message}"),
    }
}

pub(super) fn max_iterations(limit: u32) -> String {
    format!(
        "The turn stopped after {limit} requests to the model, which is its limit. Send another \
         message to go on."
    )
}

pub(super) fn dropped_calls(limit: usize) -> String {
    format!("The model made more than {limit} tool calls in one answer; the rest were dropped.")
}

pub(super) const BROKEN_OFF: &str = "The model's answer broke off before its end. Try again.";

/// Said to the user, who has seen the beginning.
pub(super) const ASKED_AGAIN: &str = "The answer broke off and is asked for again. What came of it \
     stays here, but is no part of the conversation.";
pub(super) const DROPPED_OPAQUE: &str = "The provider's own data in this answer is more than Aside \
    keeps, so a part of it is not sent back. If the next request fails, start a new session.";

pub(super) const REFUSED: &str =
    "The model refused to answer. Say it in other words, or try another model.";

pub(super) fn filtered(said: Option<&str>) -> String {
    match said {
        Some(said) => format!("The provider stopped the answer: {said}."),
        None => "The provider's filter stopped the answer. Say it in other words, or try another \
                 model."
            .to_owned(),
    }
}

pub(super) fn provider_says(said: &str) -> String {
    format!("The provider says: {said}.")
}

pub(super) fn context_full(window: Option<u64>) -> String {
    let size = window.map_or_else(String::new, |tokens| format!(" of {tokens} tokens"));
    format!(
        "The conversation fills the model's context window{size}, so the answer was cut. Start a \
         new session, or choose a model with a larger window."
    )
}

pub(super) fn tried_often(message: &str, times: u32) -> String {
    format!("{message} Aside has tried {times} times.")
}

pub(super) fn going_on(failed: &str, message: &str, next: &str) -> String {
    format!(
        "{failed} failed ({}); going on with {next}.",
        message.trim_end_matches('.')
    )
}

pub(super) const LONG_ANSWER: &str =
    "The model's answer grew past what Aside keeps of one answer, so it was cut there.";

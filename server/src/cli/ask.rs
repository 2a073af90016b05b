//! Asking on the terminal.
use std::io;
use std::sync::Mutex;
use std::sync::PoisonError;

use aside_agent::host::PermissionOutcome;
use aside_agent::permission::{Answer, Choice};
use tokio::task::JoinHandle;

use super::terminal::{self, Style};
use crate::engine::front::Question;

/// The longest line that is read, in bytes.
const MAX_LINE_BYTES: u64 = 4096;

/// Who sits at the terminal.
#[derive(Default)]
pub struct Asker {
    /// A line that is being read. A question that is withdrawn leaves it to the next one.
    reading: Mutex<Option<JoinHandle<io::Result<String>>>>,
}

impl Asker {
    /// Asks, and waits for a line.
    pub async fn ask(&self, question: Question) -> PermissionOutcome {
        let Question { request, choices } = question;
        terminal::note(&request.reason, Style::Bold);
        for change in &request.preview {
            let diff = crate::wire::unified_diff(change);
            terminal::diff(&diff, terminal::note);
        }
        for choice in &choices {
            let line = format!("  [{}] {}", key(choice.answer), choice.label);
            terminal::note(&line, Style::Plain);
        }
        let keys: Vec<&str> = choices.iter().map(|choice| key(choice.answer)).collect();
        let prompt = format!(
            "Allow? [{}], or {} with Enter alone",
            keys.join("/"),
            REJECT
        );
        terminal::note(&prompt, Style::Bold);
        match self.line().await {
            Ok(line) => outcome(line.trim(), &choices),
            Err(_) => PermissionOutcome::Unavailable(
                "The terminal gave no answer, so the call was refused.".to_owned(),
            ),
        }
    }

    /// The next line of standard input.
    pub(super) async fn line(&self) -> io::Result<String> {
        let mut waiting = Waiting {
            asker: self,
            reading: self
                .take()
                .or_else(|| Some(tokio::task::spawn_blocking(read))),
        };
        let Some(reading) = waiting.reading.as_mut() else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let line = reading.await;
        waiting.reading = None;
        line.unwrap_or_else(|error| Err(io::Error::other(error)))
    }

    fn take(&self) -> Option<JoinHandle<io::Result<String>>> {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        reading.take()
    }
}

/// Puts back what is being read where the question is withdrawn.
struct Waiting<'a> {
    asker: &'a Asker,
    reading: Option<JoinHandle<io::Result<String>>>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(reading) = self.reading.take() {
            let mut left = self
                .asker
                .reading
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *left = Some(reading);
        }
    }
}

const REJECT: &str = "reject";

fn read() -> io::Result<String> {
    use std::io::{BufRead, Read};
    let mut line = String::new();
    let mut input = io::stdin().lock().take(MAX_LINE_BYTES);
    match input.read_line(&mut line)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(line),
    }
}

/// What is typed for an answer.
fn key(answer: Answer) -> &'static str {
    match answer {
        Answer::AllowOnce => "y",
        Answer::AllowSession => "s",
        Answer::AllowAlways => "a",
        Answer::RejectOnce => "n",
        Answer::RejectAlways => "never",
    }
}

fn outcome(line: &str, choices: &[Choice]) -> PermissionOutcome {
    let line = line.to_ascii_lowercase();
    let answer = match line.as_str() {
        "yes" => Some(Answer::AllowOnce),
        "session" => Some(Answer::AllowSession),
        "always" => Some(Answer::AllowAlways),
        line => {
            let mut offered = choices.iter().map(|choice| choice.answer);
            offered.find(|answer| key(*answer) == line)
        }
    };
    let is_offered = |answer: &Answer| choices.iter().any(|choice| choice.answer == *answer);
    match answer.filter(is_offered) {
        Some(Answer::AllowOnce) => PermissionOutcome::Allowed,
        Some(Answer::AllowSession) => PermissionOutcome::AllowedForSession,
        Some(Answer::AllowAlways) => PermissionOutcome::AllowedAlways,
        Some(Answer::RejectAlways) => PermissionOutcome::RejectedAlways { feedback: None },
        // Whatever else is typed permits nothing.
        Some(Answer::RejectOnce) | None => PermissionOutcome::Rejected { feedback: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_offered_is_allowed() {
        let choice = |answer| Choice {
            answer,
            label: String::new(),
        };
        let all = [
            Answer::AllowOnce,
            Answer::AllowSession,
            Answer::AllowAlways,
            Answer::RejectOnce,
            Answer::RejectAlways,
        ]
        .map(choice);
        let once = [Answer::AllowOnce, Answer::RejectOnce].map(choice);
        let rejected = || PermissionOutcome::Rejected { feedback: None };
        for (line, of_all, of_once) in [
            ("y", PermissionOutcome::Allowed, PermissionOutcome::Allowed),
            (
                "YES",
                PermissionOutcome::Allowed,
                PermissionOutcome::Allowed,
            ),
            ("s", PermissionOutcome::AllowedForSession, rejected()),
            ("a", PermissionOutcome::AllowedAlways, rejected()),
            ("always", PermissionOutcome::AllowedAlways, rejected()),
            (
                "never",
                PermissionOutcome::RejectedAlways { feedback: None },
                rejected(),
            ),
            ("n", rejected(), rejected()),
            ("", rejected(), rejected()),
            ("sure", rejected(), rejected()),
        ] {
            assert_eq!(outcome(line, &all), of_all, "{line}");
            assert_eq!(outcome(line, &once), of_once, "{line}");
        }
    }
}

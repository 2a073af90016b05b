//! The standard error of servers: to the log, and the end of it kept for messages.
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::BufReader;
use tokio::process::ChildStderr;
use tracing::info;

use crate::result::cut;
use crate::signals::{Pace, lock};
use crate::stdio::{Line, read_line};

/// Bytes of one line; what is longer counts as several.
pub(crate) const MAX_STDERR_LINE: usize = 4 * 1024;

/// Lines that are kept.
pub(crate) const MAX_KEPT_LINES: usize = 10;

/// Bytes of each line in a message.
const SHOWN_BYTES: usize = 300;

/// The last lines of a server's standard error.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tail(Arc<Mutex<VecDeque<String>>>);

impl Tail {
    /// The lines as the end of a sentence, empty if there are none.
    pub(crate) fn quoted(&self) -> String {
        let lines = lock(&self.0);
        if lines.is_empty() {
            return String::new();
        }
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        format!(" Its last words were:\n{}", lines.join("\n"))
    }

    fn push(&self, line: &str) {
        let mut lines = lock(&self.0);
        if lines.len() == MAX_KEPT_LINES {
            lines.pop_front();
        }
        lines.push_back(cut(line, SHOWN_BYTES));
    }
}

/// Reads until the end, so that the server is never held up by what nobody reads.
/// Values of secret variables are not repeated.
pub(crate) async fn drain(server: String, stderr: ChildStderr, tail: Tail, secrets: Vec<String>) {
    let mut read = BufReader::new(stderr);
    let mut line = Vec::new();
    let mut pace = Pace::default();
    while let Ok(end) = read_line(&mut read, &mut line, MAX_STDERR_LINE).await {
        // A line that is too long comes in pieces of the buffer's length.
        let text = String::from_utf8_lossy(&line);
        let text = without(text.trim(), &secrets);
        if !text.is_empty() {
            tail.push(&text);
            if pace.allows() {
                info!(server, "{text}");
            }
        }
        line.clear();
        if end == Line::End {
            return;
        }
    }
}

fn without(text: &str, secrets: &[String]) -> String {
    secrets.iter().fold(text.to_owned(), |text, secret| {
        text.replace(secret.as_str(), "[secret]")
    })
}

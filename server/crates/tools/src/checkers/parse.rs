//! Reading what checkers print. A line that is not understood is left out, never an error.
mod cargo;
mod lines;
mod ruff;
mod tsc;

use std::collections::HashSet;

use aside_agent::world::Diagnostic;

/// How many diagnostics of one checker are read.
pub(crate) const MAX_READ: usize = 10_000;
/// How many bytes of one message are kept.
const MAX_MESSAGE_BYTES: usize = 8 * 1024;

/// What a checker printed, in whichever way it writes; paths as they are written.
pub(crate) fn parse(printed: &str) -> Vec<Diagnostic> {
    if let Some(found) = ruff::parse(printed) {
        return found;
    }
    let mut found: Vec<Diagnostic> = Vec::new();
    for line in printed.lines() {
        if found.len() >= MAX_READ {
            break;
        }
        let line = line.trim_end();
        if line.starts_with('{') {
            found.extend(cargo::parse(line));
        } else if line.starts_with([' ', '\t']) {
            // What tsc goes on with; all else that is indented is a quotation.
            if let Some(last) = found.last_mut().filter(|last| tsc::is_of(last)) {
                add(&mut last.message, line.trim());
            }
        } else {
            found.extend(tsc::parse(line).or_else(|| lines::parse(line)));
        }
    }
    found
}

fn add(message: &mut String, more: &str) {
    if message.len() + more.len() < MAX_MESSAGE_BYTES {
        message.push(' ');
        message.push_str(more);
    }
}

/// Each once, in order: a file that is in two targets is checked twice.
pub(crate) fn without_doubles(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut seen = HashSet::new();
    found.retain(|one| seen.insert(one.clone()));
    found
}

/// A number of a line as it is written, from 1, as it is counted here.
fn from_one(line: u64) -> u32 {
    u32::try_from(line.saturating_sub(1)).unwrap_or(u32::MAX)
}

fn cut(message: &str) -> String {
    crate::text::cut(message, MAX_MESSAGE_BYTES).to_owned()
}

#[cfg(test)]
mod tests;

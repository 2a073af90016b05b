//! Whole files of plain answers: what must not be lost where a model writes them lazily.
use aside_edit::whole::{cut, elision, in_place_of};

use super::refused::Refused;
use crate::text;

/// What the file is to be, with what is its own kept; `content` is what the answer gives.
pub(crate) fn make(path: &str, old: &str, content: &str) -> Result<String, Box<Refused>> {
    if content.trim().is_empty() && !old.trim().is_empty() {
        let message = format!(
            "{path} is unchanged: the answer gives it no lines. Write the whole file, or leave it \
             out of the answer."
        );
        return Err(Refused::of("emptied", path, message));
    }
    if let Some(found) = elision(old, content) {
        let message = format!(
            "{path} is unchanged: line {} of what you wrote, `{}`, stands for lines that you left \
             out, and they would be lost. Write the whole file again, with all of its lines.",
            found.line,
            text::title(found.text)
        );
        return Err(Refused::of("elided", path, message));
    }
    if let Some(lines) = cut(old, content) {
        let message = format!(
            "{path} is unchanged: lines {}-{} of it are not in what you wrote, and they would be \
             lost. Write the whole file again, with all of its lines. If they are to go, write the \
             file without them and change nothing else.",
            lines.start(),
            lines.end()
        );
        return Err(Refused::of("shortened", path, message));
    }
    Ok(in_place_of(old, content))
}

/// Why a file is not written that the model knows nothing of.
pub(super) fn unseen(path: &str) -> Box<Refused> {
    let message = format!(
        "{path} is unchanged: it is there already, and you have not seen all of it, so what you \
         would write in its place is a guess. Ask the user to attach it."
    );
    Refused::of("unseen", path, message)
}

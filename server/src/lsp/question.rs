//! What a message box says of a question. Nothing is allowed there that is not shown there.
use aside_agent::host::PermissionRequest;
use aside_agent::item::ItemBody;
use aside_agent::permission::{Effect, MAX_NAMED_BYTES, MAX_NAMED_EFFECTS, whole};

/// How much a message box says of what a call would do, in bytes.
pub const MAX_TOLD_BYTES: usize = 8_000;

/// How much of a diff a message box is given, in bytes. What it changes can be reviewed afterwards.
pub const MAX_DIFF_BYTES: usize = 2_000;

/// How much of the diffs of all files it is given, in bytes.
const MAX_DIFFS_BYTES: usize = 16_000;

/// The end of a line within one.
const NEW_LINE: &str = " ⏎ ";

/// Says so where that is not enough.
const TOO_MUCH: &str = "This is more than a message can show, so that it can only be refused here. Allow it \
     by a rule (`aside permission add`), or in an editor with a client for Aside.";

/// The text of a question.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    /// What is shown.
    pub text: String,
    /// Whether all that the call would do is in it.
    pub is_whole: bool,
}

/// What a message box says.
pub fn told(request: &PermissionRequest) -> Told {
    let mut text = request.reason.clone();
    let mut lines: Vec<String> = Vec::new();
    for effect in &request.effects {
        // One line for each, whatever is in its name; where one ends in it, another command may begin.
        let line = whole(effect).replace("\r\n", "\n");
        let line = line.replace(['\n', '\r'], NEW_LINE);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let is_named = |line: &String| line.len() <= MAX_NAMED_BYTES;
    let is_plain = |line: &String| !line.contains(NEW_LINE);
    // Else the sentence has all of it.
    if lines.len() > MAX_NAMED_EFFECTS || !lines.iter().all(|it| is_named(it) && is_plain(it)) {
        text.push_str("\nAll of it:");
        for line in &lines {
            text.push_str("\n- ");
            text.push_str(line);
        }
    }
    let is_mcp = |effect: &Effect| matches!(effect, Effect::McpTool { .. });
    if let ItemBody::ToolCall(call) = &request.item.body
        && request.effects.iter().any(is_mcp)
    {
        let arguments = serde_json::Value::Object(call.arguments.clone());
        text.push_str(&format!("\nArguments: {arguments}"));
    }
    let mut text = visible(&text);
    let is_whole = text.len() <= MAX_TOLD_BYTES;
    if !is_whole {
        text = format!("{}…\n{TOO_MUCH}", &text[..end(&text, MAX_TOLD_BYTES)]);
    }
    let start = text.len();
    for (at, change) in request.preview.iter().enumerate() {
        if text.len() - start >= MAX_DIFFS_BYTES {
            let more = request.preview.len() - at;
            text.push_str(&format!("\n… and changes of {more} files more"));
            break;
        }
        let diff = visible(&crate::wire::unified_diff(change));
        let end = end(&diff, MAX_DIFF_BYTES);
        text.push('\n');
        text.push_str(&diff[..end]);
        if end < diff.len() {
            text.push_str(&format!("\n… and {} bytes more", diff.len() - end));
        }
    }
    Told { text, is_whole }
}

/// Names what could make a text look like another: characters that turn the direction of writing,
/// that are not seen, or that move the cursor of a terminal.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let is_hidden = matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
        match c {
            '\n' | '\t' => shown.push(c),
            c if c.is_control() || is_hidden => {
                shown.push_str(&format!("<U+{:04X}>", u32::from(c)))
            }
            c => shown.push(c),
        }
    }
    shown
}

/// Where a text of at most so many bytes ends.
fn end(text: &str, limit: usize) -> usize {
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

#[cfg(test)]
mod tests;

//! A session's title from its first message.
use crate::item::ContentBlock;

/// How many characters a title has at most.
pub const MAX_TITLE_CHARS: usize = 60;

/// The title of a session whose first message says nothing.
pub const NO_TITLE: &str = "New session";

/// The first line that says something, without Markdown's marks, at most
/// [`MAX_TITLE_CHARS`] characters, cut between words.
pub fn title_from(content: &[ContentBlock]) -> String {
    let title = content.iter().find_map(|block| match block {
        ContentBlock::Text { text } => text.lines().find_map(line_title),
        ContentBlock::Image { .. } | ContentBlock::Resource { .. } => None,
    });
    title.unwrap_or_else(|| NO_TITLE.to_owned())
}

fn line_title(line: &str) -> Option<String> {
    let line = line.trim();
    if line.starts_with("```") || line.starts_with("~~~") {
        return None;
    }
    let body = line.trim_start_matches(['#', '>', '-', '*', '+', '`', ' ', '\t']);
    // Only what a title can ever show is looked at: a line may be megabytes long.
    let plain = body
        .chars()
        .take(MAX_TITLE_CHARS * 4)
        .filter(|c| !matches!(c, '`' | '*'))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect::<String>();
    let mut words = plain.split_whitespace();
    let mut title = words.next()?.to_owned();
    let mut whole = true;
    for word in words {
        if title.chars().count() + 1 + word.chars().count() > MAX_TITLE_CHARS - 1 {
            whole = false;
            break;
        }
        title.push(' ');
        title.push_str(word);
    }
    if title.chars().count() > MAX_TITLE_CHARS {
        title = title.chars().take(MAX_TITLE_CHARS - 1).collect();
        whole = false;
    }
    if !whole || body.chars().nth(MAX_TITLE_CHARS * 4).is_some() {
        title = title.trim_end_matches([',', ';', ':', '.', '-']).to_owned();
        title.push('…');
    }
    // A line of marks alone, such as a rule, says nothing.
    title.chars().any(char::is_alphanumeric).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::{MAX_TITLE_CHARS, title_from};
    use crate::item::ContentBlock;

    fn check(text: &str, title: &str) {
        assert_eq!(title_from(&[ContentBlock::text(text)]), title);
        assert!(title.chars().count() <= MAX_TITLE_CHARS);
    }

    #[test]
    fn the_first_line_that_says_something() {
        check("Fix the bug", "Fix the bug");
        check("\n\n  # Fix **the** `bug`  \nmore", "Fix the bug");
        check("```rust\nfn main() {}\n```", "fn main() {}");
        check("---\n> - quoted\ttext", "quoted text");
        check("snake_case stays", "snake_case stays");
        check("日本語の題", "日本語の題");
    }

    #[test]
    fn long_lines_are_cut_between_words() {
        check(
            "Please rename the configuration loader, and then update every caller of it",
            "Please rename the configuration loader, and then update…",
        );
        check(&"é".repeat(1000), &format!("{}…", "é".repeat(59)));
    }

    #[test]
    fn nothing_said_is_a_new_session() {
        check("", "New session");
        check(" \n\t\n", "New session");
        check("***", "New session");
        assert_eq!(title_from(&[]), "New session");
        let image = ContentBlock::Image {
            mime_type: "image/png".to_owned(),
            data: String::new(),
        };
        assert_eq!(title_from(&[image]), "New session");
    }
}

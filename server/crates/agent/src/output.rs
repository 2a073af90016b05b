//! Cutting long text without breaking characters.
use std::borrow::Cow;

/// The largest index up to `limit` that is on a character boundary of `text`.
pub(crate) fn floor_boundary(text: &str, limit: usize) -> usize {
    text.floor_char_boundary(limit)
}

/// The beginning of `text`, at most `limit` bytes, with a mark where something is missing.
pub(crate) fn quote(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}…", &text[..floor_boundary(text, limit)]))
}

/// A text as a fenced block of Markdown, whatever backticks it holds.
pub(crate) fn fenced(text: &str) -> String {
    let fence = "`".repeat(longest_backtick_run(text).max(2) + 1);
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("{fence}\n{text}{end}{fence}")
}

fn longest_backtick_run(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for byte in text.bytes() {
        run = if byte == b'`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Cuts the middle out of a text longer than `limit` bytes, at line ends where they are near,
/// with a line that says how much is missing. The result is at most a line longer than `limit`.
pub(crate) fn cut_middle(text: String, limit: usize) -> String {
    if text.len() <= limit {
        return text;
    }
    let half = limit / 2;
    let head_end = floor_boundary(&text, half);
    let head = match text[..head_end].rfind('\n') {
        // A line end in the last quarter of the half is near enough.
        Some(at) if at + 1 >= half / 4 * 3 => &text[..=at],
        Some(_) | None => &text[..head_end],
    };
    let tail_start = text.ceil_char_boundary(text.len() - half);
    let tail = match text[tail_start..].find('\n') {
        Some(at) if at <= half / 4 => &text[tail_start + at + 1..],
        Some(_) | None => &text[tail_start..],
    };
    let missing = text.len() - head.len() - tail.len();
    let gap = if head.ends_with('\n') { "" } else { "\n" };
    format!(
        "{head}{gap}[… {missing} bytes cut here. Ask for less at a time to see them: a range of lines, a narrower search …]\n{tail}"
    )
}

#[cfg(test)]
mod tests {
    use super::{cut_middle, quote};

    #[test]
    fn short_text_stays() {
        assert_eq!(cut_middle("abc".to_owned(), 3), "abc");
        assert_eq!(quote("abc", 3), "abc");
    }

    #[test]
    fn long_text_loses_its_middle_and_says_how_much() {
        let text = (0..100).map(|n| format!("line {n}\n")).collect::<String>();
        let cut = cut_middle(text.clone(), 100);
        expect_test::expect![[r#"
            line 0
            line 1
            line 2
            line 3
            line 4
            line 5
            line 6
            [… 693 bytes cut here. Ask for less at a time to see them: a range of lines, a narrower search …]
            line 94
            line 95
            line 96
            line 97
            line 98
            line 99
        "#]]
        .assert_eq(&cut);
    }

    #[test]
    fn characters_are_never_broken() {
        for limit in 0..40 {
            let text = "aé€😀".repeat(20);
            assert!(cut_middle(text.clone(), limit).contains("bytes cut"));
            assert!(quote(&text, limit).len() <= limit + '…'.len_utf8());
        }
    }
}

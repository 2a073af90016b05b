//! Reasoning that a server leaves in the text, between `<think>` and `</think>`, as models write
//! it: local servers do so where nobody told them which model they run.
use crate::wire::collector::Collector;

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";
/// Bytes of white space before the opening tag.
const MAX_WHITE: usize = 64;

/// Tells such reasoning from text. Only an answer that begins with the tag has any.
#[derive(Debug)]
pub(super) enum ThinkTags {
    /// White space and the beginning of a tag, which may go on.
    Start(String),
    /// Behind the opening tag, with what may be the beginning of the closing one.
    Inside(String),
    /// Behind the closing tag, before the text.
    Behind,
    /// All is text.
    Text,
}

impl Default for ThinkTags {
    fn default() -> Self {
        Self::Start(String::new())
    }
}

impl ThinkTags {
    /// More text.
    pub(super) fn text(&mut self, text: &str, out: &mut Collector) {
        match self {
            Self::Start(held) => {
                held.push_str(text);
                let begun = held.trim_start();
                if held.len() - begun.len() > MAX_WHITE {
                    self.flush(out);
                } else if let Some(inside) = begun.strip_prefix(OPEN) {
                    let inside = inside.to_owned();
                    *self = Self::Inside(String::new());
                    self.text(&inside, out);
                } else if !OPEN.starts_with(begun) {
                    self.flush(out);
                }
            }
            Self::Inside(held) => {
                held.push_str(text);
                if let Some((inside, behind)) = held.split_once(CLOSE) {
                    out.reasoning(inside);
                    let behind = behind.to_owned();
                    *self = Self::Behind;
                    self.text(&behind, out);
                    return;
                }
                let begun = (1..CLOSE.len()).rfind(|length| held.ends_with(&CLOSE[..*length]));
                let tail = held.split_off(held.len() - begun.unwrap_or_default());
                out.reasoning(held);
                *held = tail;
            }
            Self::Behind => {
                let text = text.trim_start();
                if !text.is_empty() {
                    *self = Self::Text;
                    out.text(text);
                }
            }
            Self::Text => out.text(text),
        }
    }

    /// Something else comes, or nothing more: what was held back is given out.
    pub(super) fn flush(&mut self, out: &mut Collector) {
        match std::mem::replace(self, Self::Text) {
            Self::Start(held) => out.text(&held),
            Self::Inside(held) => out.reasoning(&held),
            Self::Behind | Self::Text => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::testkit::collector;
    use crate::{Chunk, Wire};

    fn said(pieces: &[&str]) -> (String, String) {
        let mut out = collector(Wire::Chat);
        let mut tags = ThinkTags::default();
        for piece in pieces {
            tags.text(piece, &mut out);
        }
        tags.flush(&mut out);
        let (mut reasoning, mut text) = (String::new(), String::new());
        for chunk in out.take_chunks() {
            match chunk {
                Chunk::Reasoning(more) => reasoning.push_str(&more),
                Chunk::Text(more) => text.push_str(&more),
                other => panic!("{other:?}"),
            }
        }
        (reasoning, text)
    }

    /// Checks reasoning and text of an answer that comes whole, byte by byte and in two pieces.
    fn check(answer: &str, reasoning: &str, text: &str) {
        let expected = (reasoning.to_owned(), text.to_owned());
        assert_eq!(said(&[answer]), expected, "{answer}");
        let letters: Vec<String> = answer.chars().map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        assert_eq!(said(&letters), expected, "{answer}");
        for (at, _) in answer.char_indices() {
            let (first, second) = answer.split_at(at);
            assert_eq!(said(&[first, "", second]), expected, "{answer} {at}");
        }
    }

    #[test]
    fn an_answer_that_begins_with_the_tag_begins_with_reasoning() {
        check(
            "<think>\nh\u{e9}m\n</think>\n\nYes.",
            "\nh\u{e9}m\n",
            "Yes.",
        );
        check(
            "\n\n<think>a</think>b</think><think>c",
            "a",
            "b</think><think>c",
        );
        check("<think></think>b", "", "b");
        check("<think>a", "a", "");
        check("<think>a</thin", "a</thin", "");
        check("<think>a<</think", "a<</think", "");
        check("<think>a</</think>b", "a</", "b");
    }

    #[test]
    fn other_text_stays_text() {
        for text in [
            "",
            "Yes.",
            "<",
            "<thin",
            " <thinking>a</thinking>",
            "Use <think>a</think>.",
            "</think>a",
            "\n\n",
            "\n\n<b",
            "\u{1F980}<think>",
            &format!("{}<think>far</think>", " ".repeat(MAX_WHITE + 1)),
        ] {
            check(text, "", text);
        }
        let white = " ".repeat(MAX_WHITE);
        check(&format!("{white}<think>near</think>"), "near", "");
    }
}

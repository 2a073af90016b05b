//! The words of a page without its layout: what is left for pages that no tree is made of.
use std::cell::{Cell, RefCell};
use std::time::Instant;

use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::Converted;
use super::main_content::MAX_TITLE;

/// Bytes given to the reader between two looks at the clock.
const PIECE: usize = 1024;

/// Takes the words as they come, so that time and memory grow with the page and no more.
#[derive(Default)]
struct Words {
    text: RefCell<String>,
    title: RefCell<String>,
    place: Cell<Place>,
}

/// Where the reader is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Text,
    Title,
    /// In what is there for browsers.
    Hidden,
}

/// The words of the page, as far as they are read in time.
pub(crate) fn text(html: &str, until: Instant) -> Converted {
    let reader = Tokenizer::new(Words::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    let mut rest = html;
    // Each turn leaves less of the rest.
    while !rest.is_empty() && Instant::now() <= until {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE.min(rest.len())));
        rest = after;
        queue.push_back(StrTendril::from_slice(piece));
        let _ = reader.feed(&queue);
    }
    reader.end();
    let title = reader.sink.title.take();
    let title: Vec<&str> = title.split_whitespace().collect();
    let title: String = title.join(" ").chars().take(MAX_TITLE).collect();
    let mut markdown = lines(&reader.sink.text.take());
    if !rest.is_empty() {
        markdown.push_str("\n\n[The rest of this page takes too long to read.]");
    }
    Converted {
        title: (!title.is_empty()).then_some(title),
        markdown,
    }
}

/// Lines with single spaces, and no empty ones.
fn lines(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    for line in text.lines() {
        let mut is_first = true;
        for word in line.split_whitespace() {
            lines.push_str(if is_first { "" } else { " " });
            lines.push_str(word);
            is_first = false;
        }
        if !is_first {
            lines.push('\n');
        }
    }
    lines.truncate(lines.trim_end().len());
    lines
}

impl Words {
    fn tag(&self, tag: &Tag) -> TokenSinkResult<()> {
        let name = tag.name.as_ref();
        let is_start = tag.kind == TagKind::StartTag;
        match name {
            "title" => {
                // Only the first one is the page's.
                let is_title = is_start && self.title.borrow().is_empty();
                self.place.set(match is_title {
                    true => Place::Title,
                    false => Place::Text,
                });
                if is_start {
                    return TokenSinkResult::RawData(RawKind::Rcdata);
                }
            }
            "script" | "style" => {
                self.place.set(match is_start {
                    true => Place::Hidden,
                    false => Place::Text,
                });
                if is_start {
                    return TokenSinkResult::RawData(match name {
                        "script" => RawKind::ScriptData,
                        _ => RawKind::Rawtext,
                    });
                }
            }
            // These stand within a line.
            "a" | "abbr" | "b" | "cite" | "code" | "em" | "font" | "i" | "kbd" | "mark" | "q"
            | "s" | "small" | "span" | "strong" | "sub" | "sup" | "tt" | "u" | "var" => {}
            "td" | "th" => self.text.borrow_mut().push(' '),
            _ => self.text.borrow_mut().push('\n'),
        }
        TokenSinkResult::Continue
    }
}

impl TokenSink for Words {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::CharacterTokens(text) => match self.place.get() {
                Place::Text => self.text.borrow_mut().push_str(&text),
                Place::Title => self.title.borrow_mut().push_str(&text),
                Place::Hidden => {}
            },
            Token::TagToken(tag) => return self.tag(&tag),
            Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

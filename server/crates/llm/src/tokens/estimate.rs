//! How many tokens a text has, without any tables: by the kinds of its characters, within about
//! a fifth for prose and code.

/// Letters of a word that one token has; what a longer word has beyond costs by [`LETTERS`].
const SHORT_WORD: u64 = 7;
/// Letters of a token within long words.
const LETTERS: u64 = 4;
/// Digits of a token.
const DIGITS: u64 = 3;
/// Letters of a token in alphabets other than the Latin one without marks.
const OTHER_LETTERS: u64 = 3;
/// Punctuation of a token.
const SIGNS: u64 = 3;
/// Spaces of a token, in runs: the indentation of code.
const SPACES: u64 = 16;

/// A kind of characters that make tokens together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    OtherLetter,
    Digit,
    Sign,
    Space,
    LineEnd,
    /// A character that is nearly a token of its own: Chinese, Japanese, Korean.
    Character,
    /// A picture, of two tokens.
    Picture,
}

/// Roughly how many tokens a text has, at any model.
#[must_use]
pub fn estimate(text: &str) -> u64 {
    let mut tokens = 0;
    let mut run: Option<(Kind, u64)> = None;
    for c in text.chars() {
        let kind = kind(c);
        run = match run {
            // A word that goes on with a capital is two: camelCase.
            Some((Kind::Letter, length)) if kind == Kind::Letter && is_new_word(c, length) => {
                tokens += cost(Kind::Letter, length);
                Some((kind, 1))
            }
            Some((same, length)) if same == kind => Some((kind, length + 1)),
            Some((other, length)) => {
                tokens += cost(other, length);
                Some((kind, 1))
            }
            None => Some((kind, 1)),
        };
    }
    tokens + run.map_or(0, |(kind, length)| cost(kind, length))
}

fn is_new_word(c: char, length: u64) -> bool {
    c.is_ascii_uppercase() && length > 2
}

fn kind(c: char) -> Kind {
    match c {
        '\n' | '\r' => Kind::LineEnd,
        'a'..='z' | 'A'..='Z' => Kind::Letter,
        '0'..='9' => Kind::Digit,
        // Hangul, kana, ideographs and their forms of full width.
        '\u{1100}'..='\u{11ff}'
        | '\u{2e80}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ffef}'
        | '\u{20000}'..='\u{3ffff}' => Kind::Character,
        c if c.is_whitespace() => Kind::Space,
        c if c.is_ascii() || ('\u{2010}'..='\u{2027}').contains(&c) => Kind::Sign,
        c if c.is_alphanumeric() => Kind::OtherLetter,
        _ => Kind::Picture,
    }
}

/// The tokens of a run of one kind.
fn cost(kind: Kind, length: u64) -> u64 {
    match kind {
        Kind::Letter if length <= SHORT_WORD => 1,
        Kind::Letter => 1 + (length - SHORT_WORD).div_ceil(LETTERS),
        Kind::OtherLetter => length.div_ceil(OTHER_LETTERS),
        Kind::Digit => length.div_ceil(DIGITS),
        Kind::Sign => length.div_ceil(SIGNS),
        // One space belongs to the word after it.
        Kind::Space => (length - 1).div_ceil(SPACES),
        Kind::LineEnd => 1,
        Kind::Character => (4 * length).div_ceil(5),
        Kind::Picture => 2 * length,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tokenizer;
    use crate::tokens::Counter;

    #[test]
    fn estimates_are_near() {
        let counter = Counter::new(Tokenizer::O200k);
        let check = |what: &str, text: &str| {
            let exact = counter.count(text);
            let off = estimate(text) * 100 / exact as u64;
            assert!((75..=135).contains(&off), "{what}: {off} % of {exact}");
        };
        check("Rust", include_str!("exact.rs"));
        check("TOML", include_str!("../../catalog/openai.toml"));
        check("a manifest", include_str!("../../Cargo.toml"));
        check(
            "English",
            "It was late in the evening when the last of the visitors left the library, and the \
             keeper, who had waited patiently for an hour, began to put out the lamps one by one.",
        );
        check(
            "German",
            "Die Katze sitzt auf dem Fensterbrett und schaut hinaus in den Garten, während der \
             Regen gegen die Scheiben schlägt und die Kinder im Zimmer spielen.",
        );
        check(
            "Russian",
            "Вечером мы долго гуляли по берегу реки и говорили о новой книге.",
        );
        check(
            "Japanese",
            "昨日は友達と一緒に図書館へ行って、夜まで静かに本を読みました。",
        );
        check("Chinese", "昨天晚上我们一起去图书馆看书，然后在河边散步。");
        check(
            "JSON",
            r#"{"name":"read_file","arguments":{"path":"src/main.rs","limit":200}}"#,
        );
    }

    #[test]
    fn any_text_has_an_estimate() {
        assert_eq!(estimate(""), 0);
        assert_eq!(estimate(" "), 0);
        assert_eq!(estimate("word"), 1);
        for part in ["a", "A", " ", "\n", "é", "日", "🦀", "!", "0", "\u{0}"] {
            let text = part.repeat(100_000);
            let tokens = estimate(&text);
            assert!(tokens > 0 && tokens <= 2 * 100_000, "{part:?}: {tokens}");
        }
    }
}

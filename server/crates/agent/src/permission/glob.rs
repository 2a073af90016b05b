//! Patterns: of one word, and of paths. Small and bounded, so that a rule of anybody's and a path
//! of a model's cost next to nothing to compare.

/// The longest pattern of a rule, in bytes.
pub const MAX_PATTERN_BYTES: usize = 1024;

/// How many parts a path may have to be compared with patterns.
pub const MAX_PATH_PARTS: usize = 256;

/// What stands between the parts of a pattern that any number of parts may take.
pub(super) const ANY_DEPTH: &str = "**";

/// Whether a word fits a pattern: `*` is any text, `?` any character, and a backslash takes the
/// meaning from what follows it.
pub(super) fn fits(pattern: &str, word: &str) -> bool {
    let tokens = tokens(pattern);
    let word: Vec<char> = word.chars().collect();
    let (mut at, mut taken) = (0, 0);
    // Where to go on if a later part does not fit: after the last `*`, with one character more.
    let mut retry: Option<(usize, usize)> = None;
    while taken < word.len() {
        match tokens.get(at) {
            Some(Token::Any) => {
                retry = Some((at + 1, taken));
                at += 1;
                continue;
            }
            Some(Token::One) => {
                at += 1;
                taken += 1;
                continue;
            }
            Some(Token::Char(c)) if *c == word[taken] => {
                at += 1;
                taken += 1;
                continue;
            }
            Some(Token::Char(_)) | None => {}
        }
        let Some((after, from)) = retry else {
            return false;
        };
        retry = Some((after, from + 1));
        at = after;
        taken = from + 1;
    }
    tokens[at..].iter().all(|token| *token == Token::Any)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Any,
    One,
    Char(char),
}

fn tokens(pattern: &str) -> Vec<Token> {
    let mut chars = pattern.chars();
    let mut tokens = Vec::new();
    while let Some(c) = chars.next() {
        tokens.push(match c {
            '*' => Token::Any,
            '?' => Token::One,
            '\\' => Token::Char(chars.next().unwrap_or('\\')),
            c => Token::Char(c),
        });
    }
    tokens
}

/// A word as a pattern that it alone fits.
pub(super) fn literal(word: &str) -> String {
    let mut pattern = String::new();
    for c in word.chars() {
        if matches!(c, '*' | '?' | '\\') || c.is_whitespace() {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// The words of a pattern: white space parts them, unless a backslash is before it.
pub(super) fn words(pattern: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            word.push(c);
            word.extend(chars.next());
        } else if !c.is_whitespace() {
            word.push(c);
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Which paths an effect is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// One path.
    At,
    /// A path, and any beneath it.
    Beneath,
}

/// How much of what an effect is about fits a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cover {
    /// Nothing.
    None,
    /// Some, or what is not known.
    Part,
    /// All.
    All,
}

/// How much of the paths fits a pattern of parts, of which `**` takes any number of parts.
pub(super) fn cover(pattern: &[String], path: &[String], extent: Extent) -> Cover {
    if path.len() > MAX_PATH_PARTS {
        return Cover::Part;
    }
    // The places in the pattern that the path can have led to so far.
    let mut places = vec![false; pattern.len() + 1];
    places[0] = true;
    skip_depths(pattern, &mut places);
    for part in path {
        let mut next = vec![false; pattern.len() + 1];
        for (at, wanted) in pattern.iter().enumerate() {
            if !places[at] {
                continue;
            }
            if wanted == ANY_DEPTH {
                next[at] = true;
            } else if fits(wanted, part) {
                next[at + 1] = true;
            }
        }
        places = next;
        skip_depths(pattern, &mut places);
    }
    let is_met = places[pattern.len()];
    match extent {
        Extent::At if is_met => Cover::All,
        Extent::At => Cover::None,
        Extent::Beneath if is_met && pattern.last().is_some_and(|last| last == ANY_DEPTH) => {
            Cover::All
        }
        Extent::Beneath if places.contains(&true) => Cover::Part,
        Extent::Beneath => Cover::None,
    }
}

/// `**` may also take nothing.
fn skip_depths(pattern: &[String], places: &mut [bool]) {
    for (at, wanted) in pattern.iter().enumerate() {
        if places[at] && wanted == ANY_DEPTH {
            places[at + 1] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fit_patterns() {
        for (pattern, word, expected) in [
            ("git", "git", true),
            ("git", "gi", false),
            ("git", "gitk", false),
            ("*", "", true),
            ("*", "anything", true),
            ("*.rs", "a.rs", true),
            ("*.rs", ".rs", true),
            ("*.rs", "a.rs.bak", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("?", "ä", true),
            ("?", "", false),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("\\", "\\", true),
            ("", "", true),
            ("", "a", false),
            ("**", "a", true),
        ] {
            assert_eq!(fits(pattern, word), expected, "{pattern} {word}");
        }
    }

    #[test]
    fn a_pattern_that_goes_back_often_is_quick() {
        assert!(!fits(&"*a".repeat(500), &"a".repeat(400)));
    }

    #[test]
    fn a_literal_fits_its_word_alone() {
        for word in ["a", "a b", "*", "?", "\\", "a\\*b", "ä\n", ""] {
            let pattern = literal(word);
            assert!(fits(&pattern, word), "{word:?}");
            if !word.is_empty() {
                assert_eq!(words(&pattern), std::slice::from_ref(&pattern), "{word:?}");
            }
        }
        assert!(!fits(&literal("*"), "a"));
    }

    #[test]
    fn paths_fit_patterns() {
        use Cover::{All, None, Part};
        use Extent::{At, Beneath};
        let parts = |text: &str| -> Vec<String> {
            let parts = text.split('/').filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect()
        };
        for (pattern, path, extent, expected) in [
            ("/w/**", "/w", At, All),
            ("/w/**", "/w/a/b", At, All),
            ("/w/**", "/x/a", At, None),
            ("/w/*", "/w/a", At, All),
            ("/w/*", "/w/a/b", At, None),
            ("/w/*", "/w", At, None),
            ("/w/**/b", "/w/b", At, All),
            ("/w/**/b", "/w/a/a/b", At, All),
            ("/w/**/b", "/w/a/b/c", At, None),
            ("/w/**/b/**", "/w/a/b/c", At, All),
            ("/**", "/", At, All),
            ("/", "/", At, All),
            ("/**", "/", Beneath, All),
            ("/w/**", "/w", Beneath, All),
            ("/w/**", "/w/a", Beneath, All),
            ("/w/**", "/", Beneath, Part),
            ("/w/*", "/w", Beneath, Part),
            ("/w/*", "/w/a", Beneath, Part),
            ("/w/a", "/w/a", Beneath, Part),
            ("/w/*", "/w/a/b", Beneath, None),
            ("/w/**/.env", "/w/src", Beneath, Part),
            ("/w/**/.env", "/v", Beneath, None),
        ] {
            let found = cover(&parts(pattern), &parts(path), extent);
            assert_eq!(found, expected, "{pattern} {path} {extent:?}");
        }
        let deep = vec!["a".to_owned(); MAX_PATH_PARTS + 1];
        assert_eq!(cover(&parts("/**"), &deep, At), Part);
    }
}

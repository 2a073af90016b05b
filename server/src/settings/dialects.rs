//! Which models edit in which dialect: the setting `edits.dialects`.
use aside_agent::editing::EditDialect;

/// The dialects by name.
pub const WORDS: [&str; 4] = ["editFile", "applyPatch", "searchReplace", "wholeFile"];

/// How many patterns there may be.
pub const MAX_PATTERNS: usize = 64;

/// Patterns of models with their dialects, the first that fits first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dialects(Vec<(String, EditDialect)>);

impl Dialects {
    /// The dialect of a model, given as `provider/model`.
    pub fn of(&self, model: &str) -> EditDialect {
        let found = self.0.iter().find(|(pattern, _)| fits(pattern, model));
        found.map_or_else(EditDialect::default, |(_, dialect)| *dialect)
    }
}

/// Reads `pattern=dialect pattern=dialect`; `None` where it is anything else.
pub fn parse(text: &str) -> Option<Dialects> {
    let mut table = Vec::new();
    for entry in text.split([' ', ',']).filter(|entry| !entry.is_empty()) {
        let (pattern, word) = entry.rsplit_once('=')?;
        if pattern.is_empty() || table.len() == MAX_PATTERNS {
            return None;
        }
        let dialect = match word {
            "editFile" => EditDialect::EditFile,
            "applyPatch" => EditDialect::ApplyPatch,
            "searchReplace" => EditDialect::SearchReplace,
            "wholeFile" => EditDialect::WholeFile,
            _ => return None,
        };
        table.push((pattern.to_owned(), dialect));
    }
    Some(Dialects(table))
}

/// Whether a text is what the pattern says, in which `*` stands for any text.
pub fn fits(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(head) else {
        return false;
    };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        // The first place leaves the most for the parts that follow.
        let Some(at) = text.find(part) else {
            return false;
        };
        text = &text[at + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{EditDialect, fits, parse};

    #[test]
    fn a_star_stands_for_anything() {
        fn check(pattern: &str, text: &str, expect: bool) {
            assert_eq!(fits(pattern, text), expect, "{pattern} {text}");
        }
        check("openai/gpt-5", "openai/gpt-5", true);
        check("openai/gpt-5", "openai/gpt-5-mini", false);
        check("openai/gpt-5*", "openai/gpt-5-mini", true);
        check("*codex*", "openai/gpt-5-codex", true);
        check("*codex*", "openai/gpt-5", false);
        check("a*b*b", "ab", false);
        check("a*b*b", "axbyb", true);
        check("*", "", true);
        check("a**", "a", true);
    }

    #[test]
    fn the_first_pattern_that_fits_counts() {
        let table = parse("x/a*=searchReplace, x/*=applyPatch z/*=wholeFile").unwrap();
        assert_eq!(table.of("x/abc"), EditDialect::SearchReplace);
        assert_eq!(table.of("x/bc"), EditDialect::ApplyPatch);
        assert_eq!(table.of("y/a"), EditDialect::EditFile);
        assert_eq!(table.of("z/a"), EditDialect::WholeFile);
        for wrong in ["a", "=editFile", "a=", "a=b", "a=editFile b"] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }
}

//! How well a name fits what somebody has typed of it.

/// A name made ready to be compared: in small letters, with the place where its last part begins.
#[derive(Debug, Clone)]
pub struct Name {
    folded: String,
    last: usize,
}

/// What is looked for, in small letters.
#[derive(Debug, Clone)]
pub struct Wanted(String);

impl Wanted {
    /// Case and blanks around it make no difference.
    pub fn new(query: &str) -> Self {
        Self(query.trim().to_lowercase())
    }
}

impl Name {
    /// A path with `/` between its parts, or another name.
    pub fn new(name: &str) -> Self {
        let folded = name.to_lowercase();
        let last = folded.trim_end_matches('/').rfind('/');
        Self {
            last: last.map_or(0, |at| at + 1),
            folded,
        }
    }

    /// The greater the better; `None` where the letters are not in it in their order. What is
    /// typed in one piece counts more than letters far apart, the last part of a path more than
    /// the folders above it, and a beginning more than a middle.
    pub fn score(&self, wanted: &Wanted) -> Option<u32> {
        let wanted = wanted.0.as_str();
        let last = &self.folded[self.last..];
        if wanted.is_empty() {
            return Some(0);
        }
        if last.trim_end_matches('/') == wanted {
            return Some(1_000);
        }
        if last.starts_with(wanted) {
            return Some(900);
        }
        if let Some(at) = last.find(wanted) {
            return Some(if is_start(last, at) { 800 } else { 700 });
        }
        if let Some(at) = self.folded.find(wanted) {
            return Some(if is_start(&self.folded, at) { 650 } else { 600 });
        }
        if let Some(gaps) = gaps(last, wanted) {
            return Some(500_u32.saturating_sub(gaps).max(401));
        }
        let gaps = gaps(&self.folded, wanted)?;
        Some(400_u32.saturating_sub(gaps).max(1))
    }
}

/// Whether a word or a part of a path begins there.
fn is_start(text: &str, at: usize) -> bool {
    text[..at]
        .chars()
        .next_back()
        .is_none_or(|before| !before.is_alphanumeric())
}

/// How many letters lie between those that are wanted, if all of them are there in their order.
fn gaps(text: &str, wanted: &str) -> Option<u32> {
    let mut gaps = 0_u32;
    let mut letters = text.chars();
    let mut is_first = true;
    for letter in wanted.chars().filter(|letter| !letter.is_whitespace()) {
        let skipped = letters.by_ref().position(|other| other == letter)?;
        if !is_first {
            gaps = gaps.saturating_add(u32::try_from(skipped).unwrap_or(u32::MAX));
        }
        is_first = false;
    }
    Some(gaps)
}

#[cfg(test)]
mod tests {
    use super::{Name, Wanted};

    #[track_caller]
    fn check(query: &str, names: &[&str], expected: &[&str]) {
        let wanted = Wanted::new(query);
        let scored = names.iter().filter_map(|name| {
            let score = Name::new(name).score(&wanted)?;
            Some((std::cmp::Reverse(score), *name))
        });
        let mut scored: Vec<_> = scored.collect();
        scored.sort_by_key(|(score, _)| *score);
        let found: Vec<&str> = scored.into_iter().map(|(_, name)| name).collect();
        assert_eq!(found, expected, "{query:?}");
    }

    #[test]
    fn the_best_comes_first() {
        let names = [
            "server/src/main.rs",
            "docs/domain.md",
            "main/readme.md",
            "src/my_main.rs",
            "src/m/a/i/n/x.txt",
            "Main.RS",
            "other.txt",
        ];
        check(
            "main",
            &names,
            &[
                "server/src/main.rs",
                "Main.RS",
                "src/my_main.rs",
                "docs/domain.md",
                "main/readme.md",
                "src/m/a/i/n/x.txt",
            ],
        );
        check(
            "main.rs",
            &names[..4],
            &["server/src/main.rs", "src/my_main.rs"],
        );
        check("SRC/MY", &names, &["src/my_main.rs"]);
        check("srvmain", &names, &["server/src/main.rs"]);
        check("zzz", &names, &[]);
        check(" ", &names[..2], &names[..2]);
    }

    #[test]
    fn any_text_may_be_compared() {
        check("é", &["É.txt", "src/", "日本/語.txt", ""], &["É.txt"]);
        check("語", &["日本/語.txt"], &["日本/語.txt"]);
        check("本語", &["日本/語.txt"], &["日本/語.txt"]);
        check("src", &["a/src/", "src/b"], &["a/src/", "src/b"]);
        check("İ", &["i\u{307}x", "İx"], &["i\u{307}x", "İx"]);
        check("/", &["a/", "/"], &["/", "a/"]);
    }
}

//! Keeping a file's dashes, quotes and spaces where a model writes their ASCII likes.
use crate::align::changed;

/// What becomes of `file`, for which the model wrote `old` with other characters of the same
/// looks, where it changes `old` into `new`: what it does not change stays as it is in the file.
///
/// `file` and `old` have equally many characters, each alike.
pub(super) fn carry(file: &str, old: &str, new: &str) -> String {
    let (old_words, new_words) = (words(old), words(new));
    let mut chars = file.chars();
    let file_words = old_words
        .iter()
        .map(|word| chars.by_ref().take(word.chars().count()).collect())
        .collect::<Vec<String>>();

    let mut out = String::with_capacity(new.len());
    let (mut old_at, mut new_at) = (0, 0);
    let end = (
        old_words.len()..old_words.len(),
        new_words.len()..new_words.len(),
    );
    let ranges = match old_words == new_words {
        true => Vec::new(),
        false => changed(&old_words, &new_words),
    };
    for (old_range, new_range) in ranges.into_iter().chain([end]) {
        let kept = old_at..old_range.start;
        // A lone sign between two changes may have nothing to do with the one in the file.
        let is_at_end = kept.start == 0 || kept.end == old_words.len();
        let is_telling = kept.len() > 1 || is_at_end;
        match is_telling {
            true => out.extend(file_words[kept].iter().map(String::as_str)),
            false => out.extend(new_words[new_at..new_range.start].iter().copied()),
        }
        out.extend(new_words[new_range.clone()].iter().copied());
        (old_at, new_at) = (old_range.end, new_range.end);
    }
    out
}

/// Runs of letters and digits, and single other characters.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let len = match first.is_alphanumeric() {
            true => rest
                .find(|char: char| !char.is_alphanumeric())
                .unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (word, after) = rest.split_at(len);
        words.push(word);
        rest = after;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::carry;

    #[test]
    fn what_is_not_changed_stays_as_it_is_in_the_file() {
        fn check(file: &str, old: &str, new: &str, expect: &str) {
            assert_eq!(carry(file, old, new), expect);
        }
        check("“a” – b", "\"a\" - b", "\"a\" - c", "“a” – c");
        check("“hi” – b", "\"hi\" - b", "\"hi you\" - b", "“hi you” – b");
        check("‘a’, ‘b’", "'a', 'b'", "'c', 'd'", "‘c’, ‘d’");
        check("a – b", "a - b", "x - y", "x – y");
        check("a–b–c", "a-b-c", "x-b+y-z", "x–b+y-z");
        check("“a”", "\"a\"", "", "");
        check("“a”", "\"a\"", "\"a\"", "“a”");
        // What the model writes newly is as it writes it.
        check("“a”", "\"a\"", "\"a\" or \"b\"", "“a” or \"b\"");
    }
}

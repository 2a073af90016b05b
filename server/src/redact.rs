//! Secrets, kept out of logs and messages.
//!
//! Two nets: the values that the program knows to be secret ([`register`]), and what looks like
//! a secret (`sk-…`, `Bearer …`, `api_key=…`). A text with none of them is returned as it is.
use std::borrow::Cow;
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

/// What stands in the place of a secret.
pub const REDACTED: &str = "[redacted]";

/// A shorter value is not looked for: it would be found in innocent words.
pub const MIN_SECRET_BYTES: usize = 8;

/// How many values are looked for, escaped forms counted.
pub const MAX_SECRETS: usize = 64;

/// The shortest value after `Bearer` or a name such as `api_key` that counts as a secret.
const MIN_VALUE_BYTES: usize = 6;

/// How far behind a `:` or `=` the end of its name may lie.
const MAX_NAME_GAP: usize = 8;

static SECRETS: RwLock<Vec<Box<str>>> = RwLock::new(Vec::new());

/// How keys of well-known services begin, and how many letters, digits, `-`, `_` or `.` follow
/// at least.
const PREFIXES: [(&str, usize); 16] = [
    ("sk-", 12),
    ("sk_live_", 12),
    ("sk_test_", 12),
    ("ghp_", 16),
    ("gho_", 16),
    ("ghu_", 16),
    ("ghs_", 16),
    ("ghr_", 16),
    ("github_pat_", 16),
    ("glpat-", 16),
    ("hf_", 16),
    ("AIza", 20),
    ("AKIA", 16),
    ("xoxb-", 12),
    ("xoxp-", 12),
    ("eyJ", 24),
];

/// Names whose value is a secret, in lower case with `_`; a longer name that ends so counts too.
const NAMES: [&[u8]; 11] = [
    b"api_key",
    b"apikey",
    b"access_token",
    b"auth_token",
    b"refresh_token",
    b"client_secret",
    b"secret_key",
    b"private_key",
    b"password",
    b"passwd",
    b"authorization",
];

/// Looks for this value from now on, as it is and as it stands in JSON and in JSON within JSON.
/// One of fewer than [`MIN_SECRET_BYTES`] bytes, or beyond [`MAX_SECRETS`], is not looked for.
pub fn register(secret: &str) {
    let secret = secret.trim();
    if secret.len() < MIN_SECRET_BYTES {
        return;
    }
    let once = escaped(secret);
    let twice = escaped(&once);
    let mut secrets = SECRETS.write().unwrap_or_else(PoisonError::into_inner);
    for form in [secret, &once, &twice] {
        let is_known = secrets.iter().any(|known| **known == *form);
        if !is_known && secrets.len() < MAX_SECRETS {
            secrets.push(Box::from(form));
        }
    }
}

/// Whether a value of this name is a secret, whatever it is.
pub fn names_secret(name: &str) -> bool {
    NAMES
        .iter()
        .any(|secret| ends_with_name(name.as_bytes(), secret))
}

/// The URL without what may be secret in it: a user name and a password, and the query.
pub fn url(url: &str) -> String {
    let (url, query) = match url.find(['?', '#']) {
        Some(at) => (&url[..at], format!("?{REDACTED}")),
        None => (url, String::new()),
    };
    let start = url.find("://").map_or(0, |at| at + "://".len());
    let (scheme, rest) = url.split_at(start);
    let host = rest.split(['/', '\\']).next().unwrap_or(rest);
    let rest = match host.rfind('@') {
        Some(at) => format!("{REDACTED}{}", &rest[at..]),
        None => rest.to_owned(),
    };
    format!("{scheme}{rest}{query}")
}

/// The text with each secret replaced by [`REDACTED`].
pub fn redact(text: &str) -> Cow<'_, str> {
    let secrets = SECRETS.read().unwrap_or_else(PoisonError::into_inner);
    redact_with(text, &secrets)
}

fn redact_with<'a>(text: &'a str, secrets: &[Box<str>]) -> Cow<'a, str> {
    let mut found = looks_secret(text.as_bytes());
    for secret in secrets {
        let all = text.match_indices(&**secret);
        found.extend(all.map(|(at, secret)| at..at + secret.len()));
    }
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    found.sort_by_key(|span| span.start);
    let mut redacted = String::with_capacity(text.len());
    let mut done = 0;
    for span in found {
        if span.start >= done {
            redacted.push_str(&text[done..span.start]);
            redacted.push_str(REDACTED);
        }
        done = done.max(span.end);
    }
    redacted.push_str(&text[done..]);
    Cow::Owned(redacted)
}

/// The text as it stands between the quotes of a JSON string.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// Where something looks like a secret. All bounds lie beside ASCII, so they cut no character.
fn looks_secret(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let span = match byte {
            b's' | b'g' | b'h' | b'A' | b'x' | b'e' => known_prefix(text, at),
            b'B' | b'b' => bearer(text, at),
            b':' | b'=' => named_value(text, at),
            _ => None,
        };
        match span {
            Some(span) => {
                at = span.end;
                found.push(span);
            }
            None => at += 1,
        }
    }
    found
}

fn known_prefix(text: &[u8], at: usize) -> Option<Range<usize>> {
    if !starts_word(text, at) {
        return None;
    }
    let rest = &text[at..];
    let (prefix, least) = PREFIXES
        .iter()
        .find(|(prefix, _)| rest.starts_with(prefix.as_bytes()))?;
    let length = run(&rest[prefix.len()..], is_token);
    (length >= *least).then(|| at..at + prefix.len() + length)
}

/// `Bearer` and its token, of which only the token is secret.
fn bearer(text: &[u8], at: usize) -> Option<Range<usize>> {
    const NAME: &[u8] = b"bearer ";
    let name = text.get(at..at + NAME.len())?;
    if !starts_word(text, at) || !name.eq_ignore_ascii_case(NAME) {
        return None;
    }
    let start = at + NAME.len();
    let start = start + run(&text[start..], |byte| byte == b' ');
    let length = run(&text[start..], |byte| {
        is_token(byte) || b"+/=~".contains(&byte)
    });
    (length >= MIN_VALUE_BYTES).then(|| start..start + length)
}

/// The value behind `api_key=`, `"api_key": "`, `\"api_key\": \"` and the like; `at` is that of
/// the `=` or `:`.
fn named_value(text: &[u8], at: usize) -> Option<Range<usize>> {
    let before = &text[at.saturating_sub(MAX_NAME_GAP)..at];
    let gap = before
        .iter()
        .rev()
        .take_while(|&&byte| is_filler(byte))
        .count();
    let name = &text[..at - gap];
    let secret = NAMES.iter().find(|secret| ends_with_name(name, secret))?;
    let start = at + 1 + run(&text[at + 1..], is_filler);
    let length = if *secret == b"authorization" {
        // A scheme and what belongs to it.
        run(&text[start..], |byte| !is_end(byte) || byte == b' ')
    } else {
        run(&text[start..], |byte| !is_end(byte))
    };
    (length >= MIN_VALUE_BYTES).then(|| start..start + length)
}

fn ends_with_name(text: &[u8], name: &[u8]) -> bool {
    let Some(start) = text.len().checked_sub(name.len()) else {
        return false;
    };
    text[start..].iter().zip(name).all(|(byte, expect)| {
        let byte = if *byte == b'-' {
            b'_'
        } else {
            byte.to_ascii_lowercase()
        };
        byte == *expect
    })
}

fn run(text: &[u8], is_in: impl Fn(u8) -> bool) -> usize {
    text.iter().take_while(|&&byte| is_in(byte)).count()
}

fn starts_word(text: &[u8], at: usize) -> bool {
    // A letter right after a backslash belongs to an escape such as \n, not to a word.
    let is_word = |at: usize| {
        text.get(at)
            .is_some_and(|byte| byte.is_ascii_alphanumeric())
    };
    match at.checked_sub(1) {
        None => true,
        Some(before) if !is_word(before) => true,
        Some(before) => before.checked_sub(1).and_then(|at| text.get(at)) == Some(&b'\\'),
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)
}

/// What may stand between a name, its `:` or `=`, and its value.
fn is_filler(byte: u8) -> bool {
    b" \t\"'\\".contains(&byte)
}

/// What ends a value.
fn is_end(byte: u8) -> bool {
    b" \t\r\n\"'\\,;&<>(){}[]".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(redact_with(text, &[]), expect);
    }

    fn check_kept(text: &str) {
        let kept = redact_with(text, &[]);
        assert!(matches!(kept, Cow::Borrowed(_)), "{kept}");
    }

    #[test]
    fn keys_of_services() {
        check("key sk-test-4f1c9a27e0b84d55 end", "key [redacted] end");
        check("(sk-proj-abcDEF_123-456789)", "([redacted])");
        check("ghp_0123456789abcdefghij,x", "[redacted],x");
        check("github_pat_0123456789abcdefghij", "[redacted]");
        check("AIzaSyA-0123456789_abcdefghij", "[redacted]");
        check("a\\nsk-0123456789abcdef", "a\\n[redacted]");
        check("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_", "[redacted]");
        check("é sk-0123456789abcdef é", "é [redacted] é");
        check(
            "sk-0123456789abcdef sk-0123456789abcdef",
            "[redacted] [redacted]",
        );
    }

    #[test]
    fn headers_and_named_values() {
        check(
            "Authorization: Bearer abcdef123",
            "Authorization: [redacted]",
        );
        check("use bearer abcdef+/12=", "use bearer [redacted]");
        check("authorization=Basic YTpi", "authorization=[redacted]");
        check(
            r#"{"authorization":"Basic YTpi","x":1}"#,
            r#"{"authorization":"[redacted]","x":1}"#,
        );
        check("api_key=abcdef&x=1", "api_key=[redacted]&x=1");
        check("X-Api-Key: abcdef\r\n", "X-Api-Key: [redacted]\r\n");
        check(r#"{"apiKey": "abcdef"}"#, r#"{"apiKey": "[redacted]"}"#);
        check(
            r#""{\"api_key\": \"abcdef\"}""#,
            r#""{\"api_key\": \"[redacted]\"}""#,
        );
        check("OPENAI_API_KEY='abcdefgh'", "OPENAI_API_KEY='[redacted]'");
        check("password = hünter2", "password = [redacted]");
        check(
            "https://h/?access_token=abcdef#f",
            "https://h/?access_token=[redacted]",
        );
    }

    #[test]
    fn urls_show_where_they_lead_and_no_more() {
        for (given, shown) in [
            ("https://h:1/v1", "https://h:1/v1"),
            ("https://h/@cf/x@y", "https://h/@cf/x@y"),
            (
                "http://u:p@h/v1?key=k#f",
                "http://[redacted]@h/v1?[redacted]",
            ),
            ("http://u:p@w@h", "http://[redacted]@h"),
            ("u:p@h", "[redacted]@h"),
            ("http://h#k", "http://h?[redacted]"),
            ("", ""),
        ] {
            assert_eq!(url(given), shown);
        }
    }

    #[test]
    fn innocent_text_is_not_even_copied() {
        for text in [
            "",
            "a task-force-of-many-people, risk-averse-as-they-are",
            "sk-short",
            "the bearer of it",
            "max_tokens: 1234567",
            "api_key",
            "api_key=",
            "api_key: \"\"",
            "set the API key: it is missing",
            "token usage = 123456",
            "time 2026-01-01T00:00:00Z",
            "é😀:=\"\\",
            "eyJ short",
        ] {
            check_kept(text);
        }
    }

    #[test]
    fn known_values_in_every_form() {
        let secret = "pass\"word\\with\nbreak";
        register(secret);
        register("  trimmed-value\n");
        register("short");
        let once = serde_json::json!({ "x": format!("a {secret} b") }).to_string();
        let twice = serde_json::json!({ "x": once.clone() }).to_string();
        assert_eq!(redact(secret), REDACTED);
        assert_eq!(redact(&once), r#"{"x":"a [redacted] b"}"#);
        assert_eq!(redact(&twice), r#"{"x":"{\"x\":\"a [redacted] b\"}"}"#);
        assert_eq!(redact("a trimmed-value b"), "a [redacted] b");
        assert_eq!(redact("short"), "short");
    }

    #[test]
    fn overlapping_finds_are_one() {
        let secrets = [Box::from("abcdefgh"), Box::from("efghijkl")];
        assert_eq!(redact_with("-abcdefghijkl-", &secrets), "-[redacted]-");
        assert_eq!(
            redact_with("api_key=abcdefgh1 ", &secrets),
            "api_key=[redacted] "
        );
    }

    #[test]
    fn no_input_makes_it_panic_and_twice_is_as_good_as_once() {
        // Every text of up to four of these pieces, at whose ends all look-ahead runs out.
        let pieces = [
            "sk-", "Bearer ", "api_key", "=", ":", "\\", "\"", "é", "abcdef", " ", "😀",
        ];
        let mut texts = vec![String::new()];
        for _ in 0..4 {
            let longer: Vec<String> = texts
                .iter()
                .flat_map(|text| pieces.map(|piece| format!("{text}{piece}")))
                .collect();
            for text in &longer {
                let once = redact_with(text, &[]).into_owned();
                assert_eq!(redact_with(&once, &[]), once, "{text}");
            }
            texts = longer;
        }
    }
}

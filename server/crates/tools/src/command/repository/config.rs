//! The settings that a file of Git's holds.
//! Syntax: <https://git-scm.com/docs/git-config#_syntax>

/// One setting. Section and key are in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) section: String,
    pub(super) subsection: String,
    pub(super) key: String,
    pub(super) value: String,
}

impl Setting {
    /// Its whole name, as people write it.
    pub(super) fn name(&self) -> String {
        match self.subsection.as_str() {
            "" => format!("{}.{}", self.section, self.key),
            subsection => format!("{}.{subsection}.{}", self.section, self.key),
        }
    }
}

/// All settings in a text; `None` where it is not one that Git would take.
pub(super) fn settings(text: &str) -> Option<Vec<Setting>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rest = text.chars().peekable();
    let mut section: Option<(String, String)> = None;
    let mut settings = Vec::new();
    while let Some(c) = rest.next() {
        match c {
            c if c.is_ascii_whitespace() => {}
            '#' | ';' => while rest.next().is_some_and(|c| c != '\n') {},
            '[' => section = Some(header(&mut rest)?),
            c if c.is_ascii_alphabetic() => {
                let (section, subsection) = section.clone()?;
                let mut key = c.to_ascii_lowercase().to_string();
                while let Some(c) = rest.next_if(|c| c.is_ascii_alphanumeric() || *c == '-') {
                    key.push(c.to_ascii_lowercase());
                }
                settings.push(Setting {
                    section,
                    subsection,
                    key,
                    value: value(&mut rest)?,
                });
            }
            _ => return None,
        }
    }
    Some(settings)
}

type Chars<'t> = std::iter::Peekable<std::str::Chars<'t>>;

/// What is behind `[`: a section, and what is in quotes or behind a dot.
fn header(rest: &mut Chars<'_>) -> Option<(String, String)> {
    let mut name = String::new();
    while let Some(c) = rest.next_if(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')) {
        name.push(c.to_ascii_lowercase());
    }
    while rest.next_if(|c| matches!(c, ' ' | '\t')).is_some() {}
    match rest.next()? {
        ']' => {
            let (section, subsection) = name.split_once('.').unwrap_or((&name, ""));
            Some((section.to_owned(), subsection.to_owned()))
        }
        '"' => {
            let mut subsection = String::new();
            loop {
                match rest.next()? {
                    '"' => break,
                    '\n' => return None,
                    '\\' => subsection.push(rest.next()?),
                    c => subsection.push(c),
                }
            }
            (rest.next()? == ']').then_some((name, subsection))
        }
        _ => None,
    }
}

/// What is behind a key: nothing, or an equals sign and a value that may go on in further lines.
fn value(rest: &mut Chars<'_>) -> Option<String> {
    while rest.next_if(|c| matches!(c, ' ' | '\t' | '\r')).is_some() {}
    match rest.next() {
        None | Some('\n') => return Some(String::new()),
        Some('=') => {}
        Some(_) => return None,
    }
    let mut value = String::new();
    let (mut is_quoted, mut end) = (false, 0);
    while let Some(c) = rest.next() {
        match c {
            '\n' if is_quoted => return None,
            '\n' => break,
            '#' | ';' if !is_quoted => {
                while rest.next().is_some_and(|c| c != '\n') {}
                break;
            }
            '"' => {
                is_quoted = !is_quoted;
                end = value.len();
            }
            '\\' => {
                match rest.next()? {
                    '\n' => continue,
                    '\r' if rest.next_if_eq(&'\n').is_some() => continue,
                    'n' => value.push('\n'),
                    't' => value.push('\t'),
                    'b' => value.push('\u{8}'),
                    c @ ('\\' | '"') => value.push(c),
                    _ => return None,
                }
                end = value.len();
            }
            c if value.is_empty() && !is_quoted && c.is_ascii_whitespace() => {}
            c => {
                value.push(c);
                if is_quoted || !c.is_ascii_whitespace() {
                    end = value.len();
                }
            }
        }
    }
    value.truncate(end);
    (!is_quoted).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::settings;

    fn check(text: &str, expect: Option<&[&str]>) {
        let found = settings(text).map(|settings| {
            let shown = settings.iter();
            let shown = shown.map(|setting| format!("{}={}", setting.name(), setting.value));
            shown.collect::<Vec<_>>()
        });
        let expect = expect.map(|lines| lines.iter().map(|line| (*line).to_owned()).collect());
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn settings_are_found_however_they_are_written() {
        check("", Some(&[]));
        check("# a\n ; b", Some(&[]));
        check(
            "[core]\n\tbare = false\n\tfileMode",
            Some(&["core.bare=false", "core.filemode="]),
        );
        check(
            "[Diff \"X\"]TextConv=a b # c\n",
            Some(&["diff.X.textconv=a b"]),
        );
        check(
            "[diff.x]\nexternal= \"a # b\" \n",
            Some(&["diff.x.external=a # b"]),
        );
        check("[a]\nb = c\\\n  d\n", Some(&["a.b=c  d"]));
        check("[a]\r\nb = c\\\r\nd\r\n", Some(&["a.b=cd"]));
        check(
            "[a \"b\\\"]c\"]\nd = \"\\\"e\\\\\"",
            Some(&["a.b\"]c.d=\"e\\"]),
        );
        check("\u{feff}[a]\nb=\n", Some(&["a.b="]));
    }

    #[test]
    fn what_git_would_not_take_is_not_understood() {
        for text in [
            "a = b",
            "[a",
            "[a \"b",
            "[a \"b\" c]",
            "[a]\nb c",
            "[a]\nb = \"c\nd\"",
            "[a]\nb = \"c",
            "[a]\nb = \\x",
            "[a]\n= b",
            "[a]\nb = c\\",
            "[a b]",
        ] {
            check(text, None);
        }
    }
}

//! Matching across line endings, and writing those that are there.
use std::borrow::Cow;
use std::ops::Range;

use crate::align::changed;
use crate::lines::{Breaks, Endings, content, ending, lines, with_endings};

/// How far from a place the ending is looked for that its lines get. Longer lines have that of
/// most lines, so that many places in one take no more time.
const MAX_NEAR_BYTES: usize = 8 * 1024;

/// A text with all its line endings as LF.
pub(super) fn normalized(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\r', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for line in lines(text) {
        let content = content(line);
        out.push_str(content);
        if content.len() < line.len() {
            out.push('\n');
        }
    }
    Cow::Owned(out)
}

/// A text as it is searched.
pub(super) struct View<'a> {
    body: &'a str,
    kind: Kind,
}

enum Kind {
    /// No line ending plays a part, so bytes are compared.
    Verbatim,
    /// All endings are the same, so those of the needle are changed.
    Uniform(&'static str),
    /// Endings differ, so both sides are compared with LF.
    Mixed {
        /// The body with LF.
        hay: String,
        /// Where in `hay` a LF stands for two bytes.
        pairs: Vec<usize>,
        /// The ending that most lines have.
        most: &'static str,
    },
}

impl<'a> View<'a> {
    /// Looks at the body's endings only if one of `parts`, what is searched and what replaces
    /// it, has any.
    pub(super) fn new(body: &'a str, parts: &[&str]) -> Self {
        let has_breaks = parts.iter().any(|part| part.contains(['\n', '\r']));
        let kind = match has_breaks {
            false => Kind::Verbatim,
            true => match Endings::of(body) {
                Endings::None => Kind::Verbatim,
                Endings::Uniform(ending) => Kind::Uniform(ending),
                Endings::Mixed(most) => mixed(body, most),
            },
        };
        Self { body, kind }
    }

    /// The text itself.
    pub(super) fn body(&self) -> &'a str {
        self.body
    }

    /// What is searched.
    pub(super) fn hay(&self) -> &str {
        match &self.kind {
            Kind::Verbatim | Kind::Uniform(_) => self.body,
            Kind::Mixed { hay, .. } => hay,
        }
    }

    /// What is searched for.
    pub(super) fn needle<'n>(&self, old: &'n str) -> Cow<'n, str> {
        match &self.kind {
            Kind::Verbatim => Cow::Borrowed(old),
            Kind::Uniform("\n") | Kind::Mixed { .. } => normalized(old),
            Kind::Uniform(ending) => Cow::Owned(normalized(old).replace('\n', ending)),
        }
    }

    /// A range of `hay` as a range of the body.
    pub(super) fn range(&self, range: Range<usize>) -> Range<usize> {
        match &self.kind {
            Kind::Verbatim | Kind::Uniform(_) => range,
            Kind::Mixed { pairs, .. } => {
                let before = |at: usize| at + pairs.partition_point(|pair| *pair < at);
                before(range.start)..before(range.end)
            }
        }
    }

    /// Writes what replaces a range of the body.
    pub(super) fn write(&self, new: &str, range: Range<usize>, out: &mut String) {
        match &self.kind {
            Kind::Verbatim => out.push_str(new),
            Kind::Uniform(ending) => out.push_str(&with_endings(new, ending)),
            Kind::Mixed { most, .. } => {
                let near = self.ending_near(&range).unwrap_or(most);
                write_mixed(&self.body[range], new, near, out);
            }
        }
    }

    /// The ending of the line that the range ends on, else of the one before it.
    fn ending_near(&self, range: &Range<usize>) -> Option<&'static str> {
        let near = self.body.floor_char_boundary(range.end + MAX_NEAR_BYTES);
        // CR LF is not cut in two.
        let near = near + usize::from(self.body.as_bytes().get(near) == Some(&b'\n'));
        let far = range.start.saturating_sub(MAX_NEAR_BYTES);
        let far = self.body.ceil_char_boundary(far).min(range.start);
        let own = lines(&self.body[range.clone()]).next();
        let next = lines(&self.body[range.end..near]).next();
        let last = Breaks::Lsp.last_start(&self.body.as_bytes()[far..range.start]);
        let before = Some(&self.body[far + last..range.start]);
        [own, next, before]
            .into_iter()
            .flatten()
            .map(|line| ending(line.as_bytes()))
            .find(|ending| !ending.is_empty())
    }
}

fn mixed(body: &str, most: &'static str) -> Kind {
    let mut hay = String::with_capacity(body.len());
    let mut pairs = Vec::new();
    for line in lines(body) {
        let content = content(line);
        hay.push_str(content);
        if line.len() == content.len() + 2 {
            pairs.push(hay.len());
        }
        if line.len() > content.len() {
            hay.push('\n');
        }
    }
    Kind::Mixed { hay, pairs, most }
}

/// Writes `new` in place of `old`: lines that stay keep their endings, a line that changes gets
/// the ending of the one it replaces, and a further one that of the line before it, or `near`.
fn write_mixed(old: &str, new: &str, near: &'static str, out: &mut String) {
    let old_lines = lines(old).collect::<Vec<_>>();
    let new_lines = Breaks::Lf.lines(new).map(parts).collect::<Vec<_>>();
    let olds = old_lines
        .iter()
        .map(|line| content(line))
        .collect::<Vec<_>>();
    let news = new_lines.iter().map(|line| line.0).collect::<Vec<_>>();

    // Which old line each new one stands for.
    let mut stands_for = vec![None; news.len()];
    let (mut old_at, mut new_at) = (0, 0);
    let end = (olds.len()..olds.len(), news.len()..news.len());
    let ranges = match olds == news {
        true => Vec::new(),
        false => changed(&olds, &news),
    };
    for (old_range, new_range) in ranges.into_iter().chain([end]) {
        // What lies between two changes is equal, and so are its lengths.
        for (slot, old) in stands_for[new_at..new_range.start].iter_mut().zip(old_at..) {
            *slot = Some(old);
        }
        for (slot, old) in stands_for[new_range.clone()]
            .iter_mut()
            .zip(old_range.clone())
        {
            *slot = Some(old);
        }
        (old_at, new_at) = (old_range.end, new_range.end);
    }

    let mut last = near;
    for ((content, ends), old) in new_lines.into_iter().zip(stands_for) {
        out.push_str(content);
        let own = old.map_or("", |old| ending(old_lines[old].as_bytes()));
        if !own.is_empty() {
            last = own;
        }
        if ends {
            out.push_str(last);
        }
    }
}

/// A line's content, and whether it has an ending. A CR alone is content.
fn parts(line: &str) -> (&str, bool) {
    match line.strip_suffix('\n') {
        None => (line, false),
        Some(line) => (line.strip_suffix('\r').unwrap_or(line), true),
    }
}

//! Which indentation in the file a model's indentation stands for.
use std::collections::HashMap;

/// How many lines are looked at for a file's own indentation.
const MAX_UNIT_LINES: usize = 400;
/// Wider levels are no levels.
const MAX_UNIT: usize = 8;

/// Lines that differ by more may differ by two levels.
const MAX_SURE_WIDTH: usize = 4;

/// What a line begins with, and the rest.
pub(super) fn split(line: &str) -> (&str, &str) {
    line.split_at(line.len() - line.trim_start().len())
}

/// What a file indents its lines with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// No line is indented.
    Unknown,
    Tab,
    Spaces(usize),
}

impl Unit {
    /// Looks at some lines.
    pub(super) fn of<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let (mut tabs, mut spaces) = (0, 0);
        let mut steps: HashMap<usize, usize> = HashMap::new();
        let mut last = 0;
        for line in lines
            .filter(|line| !line.trim().is_empty())
            .take(MAX_UNIT_LINES)
        {
            let indent = split(line).0;
            match Kind::of(indent) {
                Kind::Tab => tabs += 1,
                Kind::Space => spaces += 1,
                Kind::Empty | Kind::Mixed => {}
            }
            let step = indent.len().saturating_sub(last);
            if (2..=MAX_UNIT).contains(&step) {
                *steps.entry(step).or_default() += 1;
            }
            last = indent.len();
        }
        match (tabs, spaces) {
            (0, 0) => Self::Unknown,
            _ if tabs >= spaces => Self::Tab,
            _ => steps
                .into_iter()
                .max_by_key(|(step, count)| (*count, usize::MAX - step))
                .map_or(Self::Unknown, |(step, _)| Self::Spaces(step)),
        }
    }

    fn kind(self) -> Kind {
        match self {
            Self::Unknown => Kind::Empty,
            Self::Tab => Kind::Tab,
            Self::Spaces(_) => Kind::Space,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Empty,
    Space,
    Tab,
    Mixed,
}

impl Kind {
    fn of(indent: &str) -> Self {
        match indent.as_bytes() {
            [] => Self::Empty,
            [b' ', rest @ ..] if rest.iter().all(|byte| *byte == b' ') => Self::Space,
            [b'\t', rest @ ..] if rest.iter().all(|byte| *byte == b'\t') => Self::Tab,
            _ => Self::Mixed,
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Empty, kind) | (kind, Self::Empty) => kind,
            (one, other) if one == other => one,
            (_, _) => Self::Mixed,
        }
    }
}

/// Turns a model's indentation into the file's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reindent {
    table: Table,
    convert: Convert,
    /// What the first line, whose indentation the model left out, is indented by.
    first: FirstLine,
}

/// How the first line of the model's text is indented.
#[derive(Debug, Clone, PartialEq, Eq)]
enum FirstLine {
    /// As the other lines.
    Same,
    /// The model began after the line's indentation, which is this.
    Lacks(String),
}

/// How white space beyond an indentation that is known is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Convert {
    /// As the model writes it.
    Keep,
    /// So many spaces are a tab.
    ToTabs(usize),
    /// A tab is so many spaces.
    ToSpaces(usize),
    /// The second number of spaces is the first one.
    Scale(usize, usize),
    /// That is not known.
    Unknown,
}

impl Convert {
    fn apply(self, extra: &str) -> Option<String> {
        if extra.is_empty() {
            return Some(String::new());
        }
        match (self, Kind::of(extra)) {
            (Self::Keep, _) => Some(extra.to_owned()),
            (Self::ToTabs(width), Kind::Space) => {
                let (tabs, rest) = (extra.len() / width, extra.len() % width);
                // An odd rest is alignment; any other one tells that a level is not that wide.
                (rest == 0 || rest % 2 == 1)
                    .then(|| format!("{}{}", "\t".repeat(tabs), " ".repeat(rest)))
            }
            (Self::ToTabs(_), Kind::Tab) => Some(extra.to_owned()),
            (Self::ToSpaces(width), Kind::Tab) => Some(" ".repeat(width * extra.len())),
            (Self::ToSpaces(_), Kind::Space) => Some(extra.to_owned()),
            (Self::Scale(to, from), Kind::Space) => {
                let wide = extra.len() * to;
                wide.is_multiple_of(from).then(|| " ".repeat(wide / from))
            }
            (Self::ToTabs(_) | Self::ToSpaces(_) | Self::Scale(_, _) | Self::Unknown, _) => None,
        }
    }
}

impl Reindent {
    /// Indentation stays as the model writes it.
    pub(super) fn keep() -> Self {
        Self {
            table: Table(Vec::new()),
            convert: Convert::Keep,
            first: FirstLine::Same,
        }
    }

    /// Learns from lines of which the model's and the file's indentation are known, in order;
    /// `news` is what the replacement's lines are indented by. None if the model's lines are
    /// not all shifted alike, or what the replacement needs cannot be known.
    pub(super) fn learn(pairs: &[(&str, &str)], news: &[&str], unit: Unit) -> Option<Self> {
        let all = Table::of(pairs);
        let (first, rest) = match pairs.split_first() {
            Some((("", first), rest)) if !first.is_empty() && !rest.is_empty() => {
                (FirstLine::Lacks((*first).to_owned()), Table::of(rest))
            }
            Some(_) | None => (FirstLine::Same, None),
        };
        let with = |table: &Option<Table>, first: &FirstLine, only_keep: bool| {
            let table = table.as_ref()?;
            let convert = table.convert(news, unit);
            let is_fit = table.is_uniform(convert)
                && (!only_keep || convert == Convert::Keep)
                && (*first == FirstLine::Same || table.is_unshifted(convert));
            let reindent = || Self {
                table: table.clone(),
                convert,
                first: first.clone(),
            };
            is_fit.then(reindent).filter(|fit| fit.knows(news))
        };
        with(&all, &FirstLine::Same, true)
            .or_else(|| with(&rest, &first, true))
            .or_else(|| with(&all, &FirstLine::Same, false))
            .or_else(|| with(&rest, &first, false))
            .or_else(|| {
                let table = all.filter(Table::keeps_order)?;
                let known = Self {
                    table,
                    convert: Convert::Unknown,
                    first: FirstLine::Same,
                };
                known.knows(news).then_some(known)
            })
    }

    /// Whether it can tell all that the replacement needs.
    fn knows(&self, news: &[&str]) -> bool {
        let mut news = news.iter();
        news.next()
            .is_none_or(|indent| self.first(indent).is_some())
            && news.all(|indent| self.map(indent).is_some())
    }

    /// What a line of the replacement is indented by.
    pub(super) fn map(&self, indent: &str) -> Option<String> {
        self.table.map(indent, self.convert)
    }

    /// As [`Self::map`], for the first line of the replacement that has text.
    pub(super) fn first(&self, indent: &str) -> Option<String> {
        match &self.first {
            FirstLine::Lacks(own) if indent.is_empty() => Some(own.clone()),
            FirstLine::Lacks(_) | FirstLine::Same => self.map(indent),
        }
    }
}

/// The model's indentations and the file's, the shortest first.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Table(Vec<(String, String)>);

impl Table {
    /// None if one indentation stands for two.
    fn of(pairs: &[(&str, &str)]) -> Option<Self> {
        let mut seen: HashMap<&str, &str> = HashMap::new();
        for (model, file) in pairs {
            if seen.insert(model, file).is_some_and(|other| other != *file) {
                return None;
            }
        }
        let mut table = seen
            .into_iter()
            .map(|(model, file)| (model.to_owned(), file.to_owned()))
            .collect::<Vec<_>>();
        table.sort_by_key(|(model, _)| model.len());
        Some(Self(table))
    }

    /// The only conversion that may be meant.
    fn convert(&self, news: &[&str], unit: Unit) -> Convert {
        let news = news.iter().copied();
        let models = self.0.iter().map(|(model, _)| model.as_str()).chain(news);
        let kind = models.clone().map(Kind::of).fold(Kind::Empty, Kind::and);
        let values = self.0.iter().map(|(_, file)| Kind::of(file));
        let file_kind = match values.fold(Kind::Empty, Kind::and) {
            Kind::Empty => unit.kind(),
            known @ (Kind::Space | Kind::Tab | Kind::Mixed) => known,
        };
        // How much deeper the second line is: for the model, and in the file.
        let step = match self.0.as_slice() {
            [one, two, ..] if two.1.len() > one.1.len() => {
                Some((two.0.len() - one.0.len(), two.1.len() - one.1.len()))
            }
            _ => None,
        };
        let only = self
            .0
            .first()
            .map(|(model, file)| (model.len(), file.len()));
        // How wide a level is for the model, as far as its lines differ.
        let least = models.clone().map(str::len).min().unwrap_or(0);
        let width = models.map(|model| model.len() - least).fold(0, gcd);
        match (kind, file_kind) {
            (Kind::Space, Kind::Space) => match (step, only, unit) {
                (Some((model, file)), _, _) if model == file => Convert::Keep,
                (Some((model, file)), _, _) => Convert::Scale(file, model),
                (None, Some((model, file)), Unit::Spaces(own))
                    if width > 1 && width < own && model > 0 && file * width == model * own =>
                {
                    Convert::Scale(own, width)
                }
                (None, _, _) => Convert::Keep,
            },
            (Kind::Space, Kind::Tab) => match (step, only) {
                (Some((model, file)), _) if model % file == 0 => Convert::ToTabs(model / file),
                (Some(_), _) => Convert::Unknown,
                (None, Some((model, file)))
                    if (width == 0 || width > MAX_SURE_WIDTH)
                        && file > 0
                        && model > file
                        && model % file == 0
                        && width % (model / file) == 0 =>
                {
                    Convert::ToTabs(model / file)
                }
                (None, _) if (2..=MAX_UNIT).contains(&width) => Convert::ToTabs(width),
                (None, _) => Convert::Unknown,
            },
            (Kind::Tab, Kind::Space) => match (step.or(only), unit) {
                (Some((model, file)), _) if model > 0 && file > 0 && file % model == 0 => {
                    Convert::ToSpaces(file / model)
                }
                (_, Unit::Spaces(own)) => Convert::ToSpaces(own),
                (_, Unit::Unknown | Unit::Tab) => Convert::Unknown,
            },
            (Kind::Empty | Kind::Tab | Kind::Mixed, _)
            | (Kind::Space, Kind::Empty | Kind::Mixed) => Convert::Keep,
        }
    }

    /// Whether each indentation follows from the one before.
    fn is_uniform(&self, convert: Convert) -> bool {
        self.0.windows(2).all(|pair| match pair {
            [(model, file), (next_model, next_file)] => next_model
                .strip_prefix(model.as_str())
                .and_then(|extra| convert.apply(extra))
                .is_some_and(|extra| next_file.strip_prefix(file.as_str()) == Some(&extra)),
            _ => true,
        })
    }

    /// Whether the model's lines are as deep as the file's.
    fn is_unshifted(&self, convert: Convert) -> bool {
        let is_same = |(model, file): &(String, String)| {
            convert.apply(model).as_deref() == Some(file.as_str())
        };
        self.0.iter().all(is_same)
    }

    /// Whether what is deeper for the model is deeper in the file.
    fn keeps_order(&self) -> bool {
        let deeper = |one: &str, two: &str| two.len() > one.len() && two.starts_with(one);
        self.0.windows(2).all(|pair| match pair {
            [one, two] => deeper(&one.0, &two.0) && deeper(&one.1, &two.1),
            _ => true,
        })
    }

    fn map(&self, indent: &str, convert: Convert) -> Option<String> {
        let shallower =
            self.0.iter().rev().find_map(|(model, file)| {
                Some((indent.strip_prefix(model.as_str())?, file.as_str()))
            });
        if let Some((extra, file)) = shallower {
            return Some(format!("{file}{}", convert.apply(extra)?));
        }
        let Some((model, file)) = self.0.first() else {
            return convert.apply(indent);
        };
        let missing = convert.apply(model.strip_prefix(indent)?)?;
        Some(file.strip_suffix(&missing)?.to_owned())
    }
}

fn gcd(one: usize, other: usize) -> usize {
    let (mut one, mut other) = (one, other);
    while other > 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
#[path = "indent_tests.rs"]
mod tests;

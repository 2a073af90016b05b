//! Changes to a file of servers that leave all else in it as it is, down to comments and blanks.
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::ConfigError;
use super::jsonc::plain;
use super::read::MAX_FILE_BYTES;

/// Blanks before what lies one level deeper, where a file does not show its own.
const INDENT: &str = "  ";

/// The text with this server in place of one of its name, or added at the end. `entry` has the
/// fields that [`super::read`] reads.
///
/// # Errors
/// The text is no JSON object, or too long.
pub fn add(text: &str, origin: &str, name: &str, entry: &Value) -> Result<String, ConfigError> {
    if text.trim().is_empty() {
        let file = format!("{{\n{INDENT}\"mcpServers\": {{}}\n}}\n");
        return add(&file, origin, name, entry);
    }
    let file = File::new(text, origin)?;
    let root = file.root()?;
    let Some(group) = file.group(&root)? else {
        let mut servers = serde_json::Map::new();
        servers.insert(name.to_owned(), entry.clone());
        return file.with(&root, "mcpServers", &Value::Object(servers));
    };
    file.with(&group, name, entry)
}

/// The text without this server; nothing if there is none of its name.
///
/// # Errors
/// The text is no JSON object, or too long.
pub fn remove(text: &str, origin: &str, name: &str) -> Result<Option<String>, ConfigError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let file = File::new(text, origin)?;
    let root = file.root()?;
    match file.group(&root)? {
        Some(group) => file.without(&group, name),
        None => Ok(None),
    }
}

struct File<'a> {
    text: &'a str,
    /// The same without comments and trailing commas, each place as it is in the text.
    plain: String,
    origin: &'a str,
}

/// An object in the text.
struct Object {
    place: Range<usize>,
    members: Vec<Member>,
}

struct Member {
    name: String,
    /// Where the name begins, with its quotation mark.
    begin: usize,
    value: Range<usize>,
}

impl<'a> File<'a> {
    fn new(text: &'a str, origin: &'a str) -> Result<Self, ConfigError> {
        if text.len() > MAX_FILE_BYTES {
            return Err(ConfigError::TooLong {
                origin: origin.to_owned(),
                limit: MAX_FILE_BYTES,
                unit: "bytes",
            });
        }
        Ok(Self {
            text,
            plain: plain(text),
            origin,
        })
    }

    fn root(&self) -> Result<Object, ConfigError> {
        let begin = self.plain.len() - self.plain.trim_start().len();
        self.object(begin..self.plain.trim_end().len())
    }

    /// The object with the servers, if there is one.
    fn group(&self, root: &Object) -> Result<Option<Object>, ConfigError> {
        let of = |key: &str| root.members.iter().rfind(|member| member.name == key);
        match of("mcpServers").or_else(|| of("servers")) {
            Some(member) => self.object(member.value.clone()).map(Some),
            None => Ok(None),
        }
    }

    /// Reads the object that is at this place.
    fn object(&self, place: Range<usize>) -> Result<Object, ConfigError> {
        let text = self.plain.get(place.clone()).unwrap_or_default();
        let members: Members<'_> =
            serde_json::from_str(text).map_err(|error| ConfigError::Syntax {
                origin: self.origin.to_owned(),
                reason: format!(
                    "an object is expected at line {}",
                    self.line(place.start) + error.line() - 1
                ),
            })?;
        let mut members_found = Vec::new();
        let mut end = place.start + 1;
        for (name, value) in members.0 {
            let value = value.get();
            // A part of the same text, so its place shows where it is.
            let begin = value.as_ptr() as usize - text.as_ptr() as usize + place.start;
            let between = self.plain.get(end..begin).unwrap_or_default();
            members_found.push(Member {
                name,
                begin: end + between.find('"').unwrap_or(0),
                value: begin..begin + value.len(),
            });
            end = begin + value.len();
        }
        Ok(Object {
            place,
            members: members_found,
        })
    }

    fn line(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or_default();
        before.matches('\n').count() + 1
    }

    /// The blanks at the beginning of the line of this place.
    fn indent(&self, at: usize) -> &str {
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let blanks = line.len() - line.trim_start().len();
        line.get(..blanks).unwrap_or_default()
    }

    fn with(&self, object: &Object, name: &str, value: &Value) -> Result<String, ConfigError> {
        if let Some(member) = object.members.iter().rfind(|member| member.name == name) {
            let indent = self.indent(member.begin);
            return self.replaced(member.value.clone(), &pretty(value, indent));
        }
        let name = Value::String(name.to_owned());
        if let Some(last) = object.members.last() {
            let indent = self.indent(last.begin);
            let added = format!(",\n{indent}{name}: {}", pretty(value, indent));
            return self.replaced(last.value.end..last.value.end, &added);
        }
        let outer = self.indent(object.place.start);
        let indent = format!("{outer}{INDENT}");
        let begin = object.place.start + 1;
        let inner = self.text.get(begin..object.place.end - 1);
        let added = format!("\n{indent}{name}: {}", pretty(value, &indent));
        if inner.is_some_and(|inner| inner.trim().is_empty()) {
            return self.replaced(begin..object.place.end - 1, &format!("{added}\n{outer}"));
        }
        // There is a comment, which stays.
        self.replaced(begin..begin, &added)
    }

    fn without(&self, object: &Object, name: &str) -> Result<Option<String>, ConfigError> {
        let is_it = |member: &Member| member.name == name;
        let Some(index) = object.members.iter().rposition(is_it) else {
            return Ok(None);
        };
        let Some(member) = object.members.get(index) else {
            return Ok(None);
        };
        let before = index.checked_sub(1).and_then(|at| object.members.get(at));
        let place = match (object.members.get(index + 1), before) {
            (Some(next), _) => member.begin..next.begin,
            (None, Some(before)) => before.value.end..member.value.end,
            (None, None) => object.place.start + 1..object.place.end - 1,
        };
        self.replaced(place, "").map(Some)
    }

    /// The text with this at this place. What comes out can be read.
    fn replaced(&self, place: Range<usize>, by: &str) -> Result<String, ConfigError> {
        let mut text = self.text.to_owned();
        text.replace_range(place, by);
        let read = serde_json::from_str::<serde::de::IgnoredAny>(&plain(&text));
        match read {
            Ok(_) => Ok(text),
            Err(error) => Err(ConfigError::Syntax {
                origin: self.origin.to_owned(),
                reason: format!("line {}, column {}", error.line(), error.column()),
            }),
        }
    }
}

/// A value over several lines, all but the first of which begin with these blanks.
fn pretty(value: &Value, indent: &str) -> String {
    let lines = format!("{value:#}");
    lines.replace('\n', &format!("\n{indent}"))
}

/// The members of an object in their order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        from.deserialize_map(Object)
    }
}

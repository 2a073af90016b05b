//! The lists of a server: its tools, prompts and resources, read leniently. One bad entry does
//! not lose the others.
use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value};
use tracing::warn;

use crate::config::ToolFilter;
use crate::names::wire_name;
use crate::result::{cut, label, object};
use crate::schema;
use crate::status::{PromptArgument, PromptInfo, ResourceInfo, ToolInfo};

/// Entries of one list of a server.
pub(crate) const MAX_ENTRIES: usize = 1000;

/// Pages of one list.
pub(crate) const MAX_PAGES: usize = 100;

/// Bytes of the name of a tool or prompt.
pub(crate) const MAX_NAME_BYTES: usize = 256;

/// Bytes of the description of a tool, prompt, argument or resource.
pub(crate) const MAX_DESCRIPTION_BYTES: usize = 16 * 1024;

/// Arguments of one prompt.
pub(crate) const MAX_ARGUMENTS: usize = 64;

/// Which of the lists of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListKind {
    Tools,
    Prompts,
    Resources,
}

impl ListKind {
    pub(crate) fn method(self) -> &'static str {
        match self {
            Self::Tools => "tools/list",
            Self::Prompts => "prompts/list",
            Self::Resources => "resources/list",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Prompts => "prompts",
            Self::Resources => "resources",
        }
    }
}

/// Puts the pages of one list together.
#[derive(Debug)]
pub(crate) struct Pages {
    server: String,
    kind: ListKind,
    entries: Vec<Map<String, Value>>,
    cursors: HashSet<String>,
    is_cut: bool,
}

impl Pages {
    pub(crate) fn new(server: &str, kind: ListKind) -> Self {
        Self {
            server: server.to_owned(),
            kind,
            entries: Vec::new(),
            cursors: HashSet::new(),
            is_cut: false,
        }
    }

    /// Takes a page, and gives the cursor of the next if there is one that leads further.
    pub(crate) fn add(&mut self, page: Value) -> Result<Option<String>, String> {
        let mut page = object(page)?;
        let Some(Value::Array(given)) = page.remove(self.kind.key()) else {
            return Err(format!("It has no list of `{}`.", self.kind.key()));
        };
        for entry in given {
            if self.entries.len() == MAX_ENTRIES {
                self.is_cut = true;
                break;
            }
            match entry {
                Value::Object(entry) => self.entries.push(entry),
                _ => self.warn("an entry of its list is not an object and is left out"),
            }
        }
        let next = match page.remove("nextCursor") {
            Some(Value::String(cursor)) if !cursor.is_empty() => cursor,
            _ => return Ok(None),
        };
        // The cursor that came before, or so many pages, would go on for ever.
        if self.is_cut || self.cursors.len() + 1 == MAX_PAGES || !self.cursors.insert(next.clone())
        {
            self.warn("its list does not end, or is too long, and is cut");
            return Ok(None);
        }
        Ok(Some(next))
    }

    pub(crate) fn tools(self, filter: &ToolFilter) -> Arc<[ToolInfo]> {
        let mut names = HashSet::new();
        let (server, kind) = (self.server.clone(), self.kind);
        let warn = |what: &str| warn_of(&server, kind, what);
        let tools = self.entries.into_iter().filter_map(|entry| {
            let tool = tool(&server, entry).map_err(|what| warn(&what)).ok()?;
            if !filter.allows(&tool.name) {
                return None;
            }
            // The first of two wins, by either name.
            if !names.insert(tool.wire_name.clone()) {
                warn(&format!("the tool `{}` is there twice", tool.name));
                return None;
            }
            Some(tool)
        });
        tools.collect()
    }

    pub(crate) fn prompts(self) -> Arc<[PromptInfo]> {
        let mut names = HashSet::new();
        let prompts = self.entries.into_iter().filter_map(prompt);
        prompts
            .filter(|prompt| names.insert(prompt.name.clone()))
            .collect()
    }

    pub(crate) fn resources(self) -> Arc<[ResourceInfo]> {
        let mut uris = HashSet::new();
        let resources = self.entries.into_iter().filter_map(resource);
        resources
            .filter(|resource| uris.insert(resource.uri.clone()))
            .collect()
    }

    fn warn(&self, what: &str) {
        warn_of(&self.server, self.kind, what);
    }
}

fn warn_of(server: &str, kind: ListKind, what: &str) {
    warn!(server, method = kind.method(), "{what}");
}

fn tool(server: &str, mut entry: Map<String, Value>) -> Result<ToolInfo, String> {
    let name = name(&mut entry).ok_or("a tool without a usable name is left out")?;
    let given = entry.remove("inputSchema").unwrap_or_default();
    let (input_schema, fault) = schema::usable(given);
    if let Some(fault) = fault {
        warn_of(
            server,
            ListKind::Tools,
            &format!("the schema of `{name}` is replaced by one that takes anything: {fault}"),
        );
    }
    let annotations = match entry.remove("annotations") {
        Some(Value::Object(annotations)) => annotations,
        _ => Map::new(),
    };
    let hint = |key: &str| annotations.get(key).and_then(Value::as_bool);
    let read_only = hint("readOnlyHint") == Some(true);
    let of_annotations = annotations.get("title").and_then(Value::as_str);
    let title = label(&mut entry, "title").or_else(|| of_annotations.map(|text| cut(text, 256)));
    Ok(ToolInfo {
        wire_name: wire_name(server, &name),
        name,
        title,
        description: description(&mut entry),
        input_schema,
        output_schema: entry.remove("outputSchema").and_then(schema::output),
        read_only,
        // The specification's default is that a tool that changes something may destroy.
        destructive: !read_only && hint("destructiveHint") != Some(false),
    })
}

fn prompt(mut entry: Map<String, Value>) -> Option<PromptInfo> {
    let arguments = match entry.remove("arguments") {
        Some(Value::Array(arguments)) => arguments,
        _ => Vec::new(),
    };
    let arguments = arguments.into_iter().filter_map(|argument| {
        let mut argument = object(argument).ok()?;
        Some(PromptArgument {
            name: name(&mut argument)?,
            description: description(&mut argument),
            required: argument.get("required").and_then(Value::as_bool) == Some(true),
        })
    });
    Some(PromptInfo {
        arguments: arguments.take(MAX_ARGUMENTS).collect(),
        name: name(&mut entry)?,
        title: label(&mut entry, "title"),
        description: description(&mut entry),
    })
}

fn resource(mut entry: Map<String, Value>) -> Option<ResourceInfo> {
    let uri = label(&mut entry, "uri")?;
    Some(ResourceInfo {
        name: label(&mut entry, "name").unwrap_or_else(|| uri.clone()),
        uri,
        title: label(&mut entry, "title"),
        description: description(&mut entry),
        mime_type: label(&mut entry, "mimeType"),
        size: entry.get("size").and_then(Value::as_u64),
    })
}

/// A name is what requests are made with, so one that is too long cannot be cut.
fn name(entry: &mut Map<String, Value>) -> Option<String> {
    match entry.remove("name") {
        Some(Value::String(name)) if !name.is_empty() && name.len() <= MAX_NAME_BYTES => Some(name),
        _ => None,
    }
}

fn description(entry: &mut Map<String, Value>) -> String {
    match entry.remove("description") {
        Some(Value::String(text)) => cut(&text, MAX_DESCRIPTION_BYTES),
        _ => String::new(),
    }
}

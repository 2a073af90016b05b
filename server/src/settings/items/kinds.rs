//! What the entries are, and how each is read.
use std::fmt;

use aside_agent::permission;
use aside_llm::Secret;
use serde_json::{Map, Value as Json};

use super::super::source::Variables;
use super::super::value::quoted;
use super::fields::{Fields, is_text};
use super::{
    Found, HOOK_SECONDS, Item, MAX_HOOK_SECONDS, MAX_JSON_BYTES, MAX_NAME_BYTES, MAX_TOOL_SECONDS,
    wrong,
};

/// Whose entry it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The user's own files.
    User,
    /// The workspace, which the user trusts. What comes from there asks
    /// [`crate::trust::Guard::holds`] before it acts.
    Workspace,
}

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookEvent {
    /// Before the first turn of a session in this server.
    SessionStart,
    /// When a session ends in this server.
    SessionEnd,
    /// Before a turn begins.
    TurnStart,
    /// After a turn ended.
    TurnEnd,
    /// Before a tool acts.
    BeforeTool,
    /// After a tool acted.
    AfterTool,
}

impl HookEvent {
    /// All of them, by the word in settings and in what a hook is told.
    pub const WORDS: [(&'static str, Self); 6] = [
        ("session_start", Self::SessionStart),
        ("session_end", Self::SessionEnd),
        ("turn_start", Self::TurnStart),
        ("turn_end", Self::TurnEnd),
        ("before_tool", Self::BeforeTool),
        ("after_tool", Self::AfterTool),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        let mut all = Self::WORDS.iter();
        all.find(|(_, event)| *event == self)
            .map_or("", |(word, _)| word)
    }
}

/// A program of the user's that runs at a moment of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// When.
    pub event: HookEvent,
    /// Of which tools: a pattern of the tool's name in which `*` stands for anything.
    pub matcher: String,
    /// For the shell.
    pub command: String,
    /// In seconds.
    pub timeout_s: u64,
    /// What follows where it fails.
    pub on_failure: OnFailure,
    /// Whose it is.
    pub place: Place,
}

/// What follows where a hook fails: it cannot be started, is too slow, or ends in another way than
/// one that means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// It counts as one that has nothing against it.
    Allow,
    /// It counts as one that says no.
    Block,
}

impl Hook {
    /// On one line.
    pub fn shown(&self) -> String {
        match self.matcher.as_str() {
            "*" => format!("{}: {}", self.event.word(), self.command),
            matcher => format!("{} {matcher}: {}", self.event.word(), self.command),
        }
    }
}

/// A tool that is a command.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandTool {
    /// What the model calls it.
    pub name: String,
    /// What the model is told.
    pub description: String,
    /// For the shell; the arguments are JSON on standard input.
    pub command: String,
    /// The JSON schema of its arguments: an object.
    pub parameters: Map<String, Json>,
    /// In seconds; the setting of all tools where nothing is said.
    pub timeout_s: Option<u64>,
    /// Whether it changes nothing.
    pub read_only: bool,
    /// Whose it is.
    pub place: Place,
}

/// A database whose schema can be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// Its name for the model.
    pub name: String,
    /// Where it is; may hold a password.
    pub url: Secret,
    /// The URL as it was written, before variables were put in.
    pub written: String,
    /// Whose it is.
    pub place: Place,
}

/// An MCP server, as it was written.
#[derive(Clone, PartialEq)]
pub struct McpServer {
    /// Its name.
    pub name: String,
    /// Its table.
    pub json: Map<String, Json>,
    /// Whose it is.
    pub place: Place,
}

impl fmt::Debug for McpServer {
    /// Without the table, which may hold secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("McpServer");
        shown.field("name", &self.name).field("place", &self.place);
        shown.finish_non_exhaustive()
    }
}

impl McpServer {
    /// What is started or called, on one line, with the names of what it is given and where it is
    /// started: both can make a harmless program do something else.
    pub fn shown(&self) -> String {
        let given = ["env", "headers"].into_iter().filter_map(|field| {
            let names = self.json.get(field)?.as_object()?.keys();
            let names: Vec<&str> = names.map(String::as_str).collect();
            (!names.is_empty()).then(|| format!("{field}: {}", names.join(", ")))
        });
        let cwd = self.json.get("cwd").and_then(Json::as_str);
        let more: Vec<String> = given.chain(cwd.map(|cwd| format!("cwd: {cwd}"))).collect();
        match more.is_empty() {
            true => self.called(),
            false => format!("{} ({})", self.called(), more.join("; ")),
        }
    }

    fn called(&self) -> String {
        if let Some(url) = self.json.get("url").and_then(Json::as_str) {
            return crate::redact::url(url);
        }
        let command = self.json.get("command").and_then(Json::as_str);
        let arguments = self.json.get("args").and_then(Json::as_array);
        let arguments = arguments.into_iter().flatten().filter_map(Json::as_str);
        let words: Vec<&str> = command.into_iter().chain(arguments).collect();
        words.join(" ")
    }
}

/// What a rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleDecision {
    /// Do it.
    Allow,
    /// Ask.
    Ask,
    /// Do not.
    Deny,
}

impl RuleDecision {
    const WORDS: [&'static str; 3] = ["allow", "ask", "deny"];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Ask => "ask",
            Self::Deny => "deny",
        }
    }
}

/// A rule of permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The kind of effect.
    pub effect: String,
    /// What of it.
    pub pattern: String,
    /// What is done.
    pub decision: RuleDecision,
    /// Whose it is.
    pub place: Place,
}

/// What checks files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checker {
    /// A language or a pattern of file names.
    pub files: String,
    /// For the shell.
    pub command: String,
    /// Whose it is.
    pub place: Place,
}

pub(super) fn hook(mut fields: Fields<'_>, place: Place) -> Vec<Found> {
    let word = fields.word("event", &HookEvent::WORDS.map(|(word, _)| word));
    let mut events = HookEvent::WORDS.iter();
    let event = events.find(|(name, _)| *name == word);
    let item = Hook {
        event: event.map_or(HookEvent::SessionStart, |(_, event)| *event),
        matcher: fields
            .text_if_any("matcher")
            .unwrap_or_else(|| "*".to_owned()),
        command: fields.text("command"),
        timeout_s: fields
            .number("timeout_s", 1, MAX_HOOK_SECONDS)
            .unwrap_or(HOOK_SECONDS),
        on_failure: match fields.word_if_any("on_failure", &["allow", "block"]) {
            Some("block") => OnFailure::Block,
            Some(_) | None => OnFailure::Allow,
        },
        place,
    };
    if item.matcher != "*" && !matches!(item.event, HookEvent::BeforeTool | HookEvent::AfterTool) {
        fields.wrong(
            "matcher",
            "is only for before_tool and after_tool".to_owned(),
        );
    }
    fields.finish(Item::Hook(item))
}

pub(super) fn rule(mut fields: Fields<'_>, place: Place) -> Vec<Found> {
    let item = Rule {
        effect: fields.text("effect"),
        pattern: fields.text("pattern"),
        decision: match fields.word("decision", &RuleDecision::WORDS) {
            "allow" => RuleDecision::Allow,
            "deny" => RuleDecision::Deny,
            _ => RuleDecision::Ask,
        },
        place,
    };
    // A field that is missing or no text was found wrong already.
    if !item.effect.is_empty()
        && !item.pattern.is_empty()
        && let Err(error) = permission::Rule::read(
            &item.effect,
            &item.pattern,
            permission::RuleDecision::Deny,
            permission::RuleScope::User,
        )
    {
        fields.wrong(error.field, error.message);
    }
    fields.finish(Item::Rule(item))
}

pub(super) fn tool(mut fields: Fields<'_>, name: &str, place: Place) -> Vec<Found> {
    let parameters = match fields.json("parameters") {
        None => Map::new(),
        Some(Json::Object(schema)) if is_small(schema) => schema.clone(),
        Some(Json::Object(_)) => {
            let reason = format!("must be at most {MAX_JSON_BYTES} bytes of JSON");
            fields.wrong("parameters", reason);
            Map::new()
        }
        Some(_) => {
            let reason = "must be a table: a JSON schema of an object".to_owned();
            fields.wrong("parameters", reason);
            Map::new()
        }
    };
    let item = CommandTool {
        name: name.to_owned(),
        description: fields.text("description"),
        command: fields.text("command"),
        parameters,
        timeout_s: fields.number("timeout_s", 1, MAX_TOOL_SECONDS),
        read_only: fields.switch("read_only"),
        place,
    };
    fields.finish(Item::Tool(item))
}

pub(super) fn database(
    mut fields: Fields<'_>,
    name: &str,
    place: Place,
    variables: &Variables,
) -> Vec<Found> {
    let written = fields.text("url");
    let url = match variables.expand(&written) {
        Ok(url) => Secret::new(&url),
        Err(reason) => {
            fields.wrong("url", reason);
            None
        }
    };
    let Some(url) = url else {
        return fields.fail("url", "is empty");
    };
    fields.finish(Item::Database(Database {
        name: name.to_owned(),
        url,
        written,
        place,
    }))
}

/// Its fields are read by the part that starts servers, in whose shape they are.
pub(super) fn server(mut fields: Fields<'_>, name: &str, place: Place) -> Vec<Found> {
    let json = fields.table();
    if !is_small(json) {
        let reason = format!("must be at most {MAX_JSON_BYTES} bytes of JSON");
        fields.wrong("*", reason);
    } else if !json.contains_key("command") && !json.contains_key("url") {
        fields.wrong("command", "is missing, and so is `url`".to_owned());
    }
    let item = McpServer {
        name: name.to_owned(),
        json: json.clone(),
        place,
    };
    fields.finish_unread(Item::Server(item))
}

pub(super) fn checker(name: &str, files: &str, json: &Json, place: Place) -> Vec<Found> {
    if files.is_empty() || files.len() > MAX_NAME_BYTES || !is_text(files) {
        return wrong(
            &quoted(name),
            "must be named by a language or a pattern of files",
        );
    }
    match json {
        Json::String(command) if is_text(command) => {
            let item = Checker {
                files: files.to_owned(),
                command: command.trim().to_owned(),
                place,
            };
            vec![Ok((name.to_owned(), Item::Checker(item)))]
        }
        _ => wrong(name, "must be a command"),
    }
}

fn is_small(map: &Map<String, Json>) -> bool {
    serde_json::to_string(map).is_ok_and(|text| text.len() <= MAX_JSON_BYTES)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{McpServer, Place};

    #[test]
    fn a_server_is_shown_with_all_that_changes_what_it_does() {
        let check = |json: Value, expected: &str| {
            let server = McpServer {
                name: "x".to_owned(),
                json: json.as_object().cloned().unwrap_or_default(),
                place: Place::Workspace,
            };
            assert_eq!(server.shown(), expected);
        };
        check(
            json!({"command": "npx", "args": ["-y", "a"], "env": {}}),
            "npx -y a",
        );
        check(
            json!({"command": "npx", "env": {"NODE_OPTIONS": "--require ./x"}, "cwd": "sub"}),
            "npx (env: NODE_OPTIONS; cwd: sub)",
        );
        check(
            json!({"url": "https://me:word@h/mcp", "headers": {"Authorization": "Bearer k"}}),
            "https://[redacted]@h/mcp (headers: Authorization)",
        );
    }
}

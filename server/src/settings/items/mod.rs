//! Settings that are more than one value: hooks, command tools, databases, MCP servers, rules of
//! permission, checkers. Each is read whole or left out with a word about why.
mod fields;
mod kinds;

use serde_json::{Map, Value as Json};

pub use kinds::{
    Checker, CommandTool, Database, Hook, HookEvent, McpServer, OnFailure, Place, Rule,
    RuleDecision,
};

use super::source::Variables;
use fields::Fields;

/// How many entries one source may have of each family.
pub const MAX_ITEMS: usize = 64;
/// How many rules of permission one source may have.
pub const MAX_RULES: usize = 1000;
/// The longest time limit of a hook, in seconds.
pub const MAX_HOOK_SECONDS: u64 = 3600;
/// The time limit of a hook that names none, in seconds.
pub const HOOK_SECONDS: u64 = 60;
/// The longest time limit of a command tool, in seconds.
pub const MAX_TOOL_SECONDS: u64 = 24 * 3600;
/// The longest name of an entry, in bytes.
pub const MAX_NAME_BYTES: usize = 64;
/// The largest description of an MCP server or of a tool's parameters, in bytes of JSON.
pub const MAX_JSON_BYTES: usize = 64 * 1024;

/// A kind of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// `hooks`: a list.
    Hooks,
    /// `tools.NAME`.
    Tools,
    /// `databases.NAME`.
    Databases,
    /// `mcpServers.NAME`.
    Servers,
    /// `permission.rules`: a list.
    Rules,
    /// `checkers`: patterns of files with commands.
    Checkers,
}

/// All of them, by the key that holds each.
pub const FAMILIES: [(&str, Family); 6] = [
    ("hooks", Family::Hooks),
    ("tools", Family::Tools),
    ("databases", Family::Databases),
    ("mcpServers", Family::Servers),
    ("permission.rules", Family::Rules),
    ("checkers", Family::Checkers),
];

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A program run at a moment of a session.
    Hook(Hook),
    /// A tool that is a command.
    Tool(CommandTool),
    /// A database.
    Database(Database),
    /// An MCP server.
    Server(McpServer),
    /// A rule of permission.
    Rule(Rule),
    /// What checks files.
    Checker(Checker),
}

/// An entry by its name, or what of it is wrong: `tools.x.command` and a sentence's end.
pub type Found = Result<(String, Item), (String, String)>;

impl Family {
    /// The family that this key holds.
    pub fn find(key: &str) -> Option<Self> {
        let mut all = FAMILIES.iter();
        all.find(|(name, _)| *name == key)
            .map(|(_, family)| *family)
    }

    /// Reads all entries of it.
    pub fn read(self, key: &str, json: &Json, place: Place, variables: &Variables) -> Vec<Found> {
        match (self, json) {
            (Self::Hooks | Self::Rules, Json::Array(list)) => self.read_list(key, list, place),
            (
                Self::Tools | Self::Databases | Self::Servers | Self::Checkers,
                Json::Object(table),
            ) => self.read_table(key, table, place, variables),
            (Self::Hooks | Self::Rules, _) => wrong(key, "must be a list of tables"),
            (Self::Tools | Self::Databases | Self::Servers | Self::Checkers, _) => {
                wrong(key, "must be a table")
            }
        }
    }

    fn read_list(self, key: &str, list: &[Json], place: Place) -> Vec<Found> {
        let limit = match self {
            Self::Rules => MAX_RULES,
            _ => MAX_ITEMS,
        };
        if list.len() > limit {
            return wrong(key, &format!("has more than {limit} entries"));
        }
        let read = |(at, json): (usize, &Json)| {
            let name = format!("{key}[{at}]");
            let Json::Object(table) = json else {
                return wrong(&name, "must be a table");
            };
            let fields = Fields::new(&name, table);
            match self {
                Self::Hooks => kinds::hook(fields, place),
                _ => kinds::rule(fields, place),
            }
        };
        list.iter().enumerate().flat_map(read).collect()
    }

    fn read_table(
        self,
        key: &str,
        table: &Map<String, Json>,
        place: Place,
        variables: &Variables,
    ) -> Vec<Found> {
        if table.len() > MAX_ITEMS {
            return wrong(key, &format!("has more than {MAX_ITEMS} entries"));
        }
        let read = |(id, json): (&String, &Json)| {
            let name = format!("{key}.{id}");
            if self == Self::Checkers {
                return kinds::checker(&name, id, json, place);
            }
            if !is_name(id) {
                let name = super::value::quoted(&name);
                return wrong(
                    &name,
                    "must have a name of letters, digits, dashes and underscores",
                );
            }
            let Json::Object(table) = json else {
                return wrong(&name, "must be a table");
            };
            let fields = Fields::new(&name, table);
            match self {
                Self::Tools => kinds::tool(fields, id, place),
                Self::Databases => kinds::database(fields, id, place, variables),
                _ => kinds::server(fields, id, place),
            }
        };
        table.iter().flat_map(read).collect()
    }

    /// What its entries are for, in a sentence.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Hooks => "Runs at this moment of a session.",
            Self::Tools => "A tool for the model that is a command.",
            Self::Databases => "A database whose schema the model may fetch.",
            Self::Servers => "An MCP server, whose tools the model may call.",
            Self::Rules => "What is allowed, asked about or refused.",
            Self::Checkers => "What checks files of this kind.",
        }
    }

    /// Whether an entry of the same name in a later source takes the place of an earlier one;
    /// else both count.
    pub fn is_named(self) -> bool {
        match self {
            Self::Tools | Self::Databases | Self::Servers | Self::Checkers => true,
            Self::Hooks | Self::Rules => false,
        }
    }
}

impl Item {
    /// What it is one of.
    pub fn family(&self) -> Family {
        match self {
            Self::Hook(_) => Family::Hooks,
            Self::Tool(_) => Family::Tools,
            Self::Database(_) => Family::Databases,
            Self::Server(_) => Family::Servers,
            Self::Rule(_) => Family::Rules,
            Self::Checker(_) => Family::Checkers,
        }
    }

    /// For people, on one line, without what looks like a secret.
    pub fn shown(&self) -> String {
        let text = match self {
            Self::Hook(hook) => hook.shown(),
            Self::Tool(tool) => tool.command.clone(),
            Self::Database(database) => crate::redact::url(&database.written),
            Self::Server(server) => server.shown(),
            Self::Rule(rule) => {
                format!("{} {} {}", rule.decision.word(), rule.effect, rule.pattern)
            }
            Self::Checker(checker) => checker.command.clone(),
        };
        let line: Vec<&str> = text.split_whitespace().collect();
        crate::redact::redact(&line.join(" ")).into_owned()
    }
}

/// A name that can be a part of a tool's name.
fn is_name(name: &str) -> bool {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    !name.is_empty() && name.len() <= MAX_NAME_BYTES && name.bytes().all(is_fine)
}

fn wrong(name: &str, reason: &str) -> Vec<Found> {
    vec![Err((name.to_owned(), reason.to_owned()))]
}

//! The tools of a session, by name.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use aside_llm::ToolDef;

use crate::editing::EditDialect;
use crate::item::{ItemBody, ItemRecord, ToolKind, ToolSource};
use crate::tool::{Tool, ToolSpec};

/// The tool that replaces texts in a file.
pub const EDIT_FILE: &str = "edit_file";
/// The tool that writes a whole file.
pub const WRITE_FILE: &str = "write_file";
/// The tool that applies a patch.
pub const APPLY_PATCH: &str = "apply_patch";

/// What the turn machine must know of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolFacts {
    /// What sort of thing it does.
    pub kind: ToolKind,
    /// Where it comes from.
    pub source: ToolSource,
}

/// What the names of tools of MCP servers begin with: `mcp__server__tool`.
pub const MCP_PREFIX: &str = "mcp__";
/// What parts a server's name from its tool's.
const MCP_DIVIDER: &str = "__";

/// What is known of a tool, by its name alone where it is an MCP server's: those need not have
/// started.
pub fn tool_facts(tools: &BTreeMap<String, ToolFacts>, name: &str) -> Option<ToolFacts> {
    if let Some(facts) = tools.get(name) {
        return Some(facts.clone());
    }
    let (server, tool) = name.strip_prefix(MCP_PREFIX)?.split_once(MCP_DIVIDER)?;
    let is_whole = !server.is_empty() && !tool.is_empty();
    is_whole.then(|| ToolFacts {
        kind: ToolKind::Other,
        source: ToolSource::Mcp {
            server: server.to_owned(),
        },
    })
}

/// Tools that come and go, such as those of MCP servers.
pub trait MoreTools: Send + Sync {
    /// The tool of this name, which need not be offered; it may find only when it is called that
    /// there is none.
    fn get(&self, name: &str) -> Option<Arc<dyn Tool>>;
}

/// Which tools a session offers beside those that all do, in the order in which they came. Clones
/// are the same list.
#[derive(Debug, Clone, Default)]
pub struct Offered {
    names: Arc<Mutex<Vec<String>>>,
}

/// How many tools a session offers beside those that all do; the oldest go first.
pub const MAX_OFFERED: usize = 64;

impl Offered {
    /// Offers tools from the next request on.
    pub fn add(&self, names: impl IntoIterator<Item = String>) {
        let mut list = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        for name in names {
            if !list.contains(&name) {
                list.push(name);
            }
        }
        let surplus = list.len().saturating_sub(MAX_OFFERED);
        list.drain(..surplus);
    }

    /// Offers what the session has called before and no request offers by itself.
    pub(crate) fn note_called(&self, tools: &Toolbox, history: &[ItemRecord]) {
        let called = history.iter().filter_map(|record| match &record.item.body {
            ItemBody::ToolCall(call) => Some(&call.name),
            ItemBody::UserMessage { .. }
            | ItemBody::AssistantMessage { .. }
            | ItemBody::Reasoning { .. }
            | ItemBody::Compaction { .. } => None,
        });
        let called = called.filter(|name| tools.is_on_demand(name));
        self.add(called.cloned().collect::<Vec<_>>());
    }

    fn names(&self) -> Vec<String> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.clone()
    }
}

/// Tools by name. Cloning it is cheap.
#[derive(Clone)]
pub struct Toolbox {
    tools: Arc<BTreeMap<String, Arc<dyn Tool>>>,
    more: Option<Arc<dyn MoreTools>>,
    on_demand: Arc<BTreeSet<String>>,
    /// All but what the other way of editing offers.
    edit_file_defs: Arc<[ToolDef]>,
    apply_patch_defs: Arc<[ToolDef]>,
    no_defs: Arc<[ToolDef]>,
    facts: Arc<BTreeMap<String, ToolFacts>>,
}

impl Toolbox {
    /// Of two tools with one name the first stays, so that nothing added later can take the
    /// place of a built-in tool.
    pub fn new(tools: Vec<Arc<dyn Tool>>) -> Self {
        Self::with_on_demand(tools, &[])
    }

    /// A toolbox in which the tools named in `on_demand` are not offered by themselves.
    pub fn with_on_demand(tools: Vec<Arc<dyn Tool>>, on_demand: &[&str]) -> Self {
        let mut by_name: BTreeMap<String, Arc<dyn Tool>> = BTreeMap::new();
        let mut defs = Vec::with_capacity(tools.len());
        for tool in tools {
            let name = tool.spec().name.to_string();
            if by_name.contains_key(&name) {
                tracing::warn!(tool = name, "a second tool of this name is left out");
                continue;
            }
            if !on_demand.contains(&name.as_str()) {
                defs.push(definition(tool.spec()));
            }
            by_name.insert(name, tool);
        }
        let facts = by_name.iter().map(|(name, tool)| {
            let spec = tool.spec();
            let facts = ToolFacts {
                kind: spec.kind,
                source: spec.source.clone(),
            };
            (name.clone(), facts)
        });
        let without = |left_out: &[&str]| {
            let defs = defs.iter();
            let offered = defs.filter(|def| !left_out.contains(&def.name.as_str()));
            offered.cloned().collect::<Arc<[_]>>()
        };
        Self {
            edit_file_defs: without(&[APPLY_PATCH]),
            apply_patch_defs: without(&[EDIT_FILE, WRITE_FILE]),
            no_defs: Arc::default(),
            facts: Arc::new(facts.collect()),
            on_demand: Arc::new(on_demand.iter().map(|name| (*name).to_owned()).collect()),
            more: None,
            tools: Arc::new(by_name),
        }
    }

    /// The same with tools that come and go.
    #[must_use]
    pub fn with_more(self, more: Arc<dyn MoreTools>) -> Self {
        let more = Some(more);
        Self { more, ..self }
    }

    /// The tool that a model calls by this name, offered or not.
    pub fn get(&self, name: &str) -> Option<Arc<dyn Tool>> {
        let own = self.tools.get(name).cloned();
        own.or_else(|| self.more.as_ref()?.get(name))
    }

    /// Whether a tool is offered only where it was asked for.
    fn is_on_demand(&self, name: &str) -> bool {
        self.on_demand.contains(name) || !self.tools.contains_key(name)
    }

    /// All own tools, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Tool>> {
        self.tools.values()
    }

    /// The tools as a model that edits in this way is told of them by themselves, in the order
    /// given: small models reach for what comes first, and requests share their prefix as long as
    /// the order stays.
    pub fn defs(&self, dialect: EditDialect) -> Arc<[ToolDef]> {
        Arc::clone(match dialect {
            EditDialect::EditFile => &self.edit_file_defs,
            EditDialect::ApplyPatch => &self.apply_patch_defs,
            EditDialect::SearchReplace | EditDialect::WholeFile => &self.no_defs,
        })
    }

    /// The same, and behind them what the session offers beside.
    pub fn offers(&self, dialect: EditDialect, offered: &Offered) -> Arc<[ToolDef]> {
        let defs = self.defs(dialect);
        let names = offered.names();
        if names.is_empty() || defs.is_empty() {
            return defs;
        }
        let more = names.iter().filter_map(|name| self.get(name));
        let more = more.map(|tool| definition(tool.spec()));
        let more = more.filter(|def| defs.iter().all(|other| other.name != def.name));
        defs.iter().cloned().chain(more).collect()
    }

    /// The tools as the machine knows them.
    pub fn facts(&self) -> Arc<BTreeMap<String, ToolFacts>> {
        Arc::clone(&self.facts)
    }
}

fn definition(spec: &ToolSpec) -> ToolDef {
    ToolDef {
        name: spec.name.to_string(),
        description: spec.description.trim_end().to_owned(),
        input_schema: spec.input_schema.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{APPLY_PATCH, EDIT_FILE, Toolbox, WRITE_FILE};
    use crate::editing::EditDialect;
    use crate::item::ToolKind;
    use crate::testing::FakeTool;
    use crate::tool::{Outcome, Tool, ToolOutput};

    fn tool(name: &'static str, kind: ToolKind) -> Arc<dyn Tool> {
        Arc::new(FakeTool::new(name, kind, |_, _| async {
            Ok(Outcome::Done(ToolOutput::default()))
        }))
    }

    fn names(tools: &Toolbox, dialect: EditDialect) -> Vec<String> {
        let defs = tools.defs(dialect);
        defs.iter().map(|def| def.name.clone()).collect()
    }

    #[test]
    fn each_way_of_editing_has_its_tools() {
        let all = ["read_file", APPLY_PATCH, EDIT_FILE, "bash", WRITE_FILE];
        let tools = Toolbox::new(all.map(|name| tool(name, ToolKind::Edit)).to_vec());
        assert_eq!(
            names(&tools, EditDialect::EditFile),
            ["read_file", EDIT_FILE, "bash", WRITE_FILE]
        );
        assert_eq!(
            names(&tools, EditDialect::ApplyPatch),
            ["read_file", APPLY_PATCH, "bash"]
        );
        assert!(names(&tools, EditDialect::SearchReplace).is_empty());
        assert!(names(&tools, EditDialect::WholeFile).is_empty());
        assert!(all.iter().all(|name| tools.get(name).is_some()));
    }

    #[test]
    fn tools_keep_their_order_and_the_first_of_a_name_stays() {
        let tools = Toolbox::new(vec![
            tool("b", ToolKind::Read),
            tool("a", ToolKind::Edit),
            tool("b", ToolKind::Execute),
        ]);
        assert_eq!(names(&tools, EditDialect::EditFile), ["b", "a"]);
        assert_eq!(tools.iter().count(), 2);
        assert_eq!(tools.facts()["b"].kind, ToolKind::Read);
        assert!(tools.get("b").is_some() && tools.get("c").is_none());
    }
}

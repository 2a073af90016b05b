//! The tools of a session, by name.
use std::collections::BTreeMap;
use std::sync::Arc;

use aside_llm::ToolDef;

use crate::editing::EditDialect;
use crate::item::{ToolKind, ToolSource};
use crate::tool::Tool;

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

/// Tools by name. Cloning it is cheap.
#[derive(Clone)]
pub struct Toolbox {
    tools: Arc<BTreeMap<String, Arc<dyn Tool>>>,
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
        let mut by_name: BTreeMap<String, Arc<dyn Tool>> = BTreeMap::new();
        let mut defs = Vec::with_capacity(tools.len());
        for tool in tools {
            let name = tool.spec().name.to_owned();
            if by_name.contains_key(&name) {
                tracing::warn!(tool = name, "a second tool of this name is left out");
                continue;
            }
            let spec = tool.spec();
            defs.push(ToolDef {
                name: name.clone(),
                description: spec.description.trim_end().to_owned(),
                input_schema: spec.input_schema.clone(),
            });
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
            tools: Arc::new(by_name),
        }
    }

    /// The tool that a model calls by this name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Tool>> {
        self.tools.get(name)
    }

    /// All tools, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Tool>> {
        self.tools.values()
    }

    /// The tools as a model that edits in this way is told of them, in the order given: small
    /// models reach for what comes first, and requests share their prefix as long as the order
    /// stays.
    pub fn defs(&self, dialect: EditDialect) -> Arc<[ToolDef]> {
        Arc::clone(match dialect {
            EditDialect::EditFile => &self.edit_file_defs,
            EditDialect::ApplyPatch => &self.apply_patch_defs,
            EditDialect::SearchReplace => &self.no_defs,
        })
    }

    /// The tools as the machine knows them.
    pub fn facts(&self) -> Arc<BTreeMap<String, ToolFacts>> {
        Arc::clone(&self.facts)
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

//! The tools that other agents are offered, and how they are told of them.
use std::sync::Arc;

use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolError, ToolSpec};
use aside_tools::Services;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

/// Which, in the order in which they are listed. Other agents have their own means to run
/// programs and to talk to the user.
const NAMES: &[&str] = &[
    "read_file",
    "list_directory",
    "glob",
    "grep",
    "edit_file",
    "write_file",
    "apply_patch",
    "delete_file",
    "move_file",
    "diagnostics",
    "definition",
    "references",
    "document_symbols",
];

/// The tools.
pub fn offered(services: &Services) -> Vec<Arc<dyn Tool>> {
    let all = aside_tools::builtin(services);
    let named = |name: &&str| all.iter().find(|tool| tool.spec().name == *name).cloned();
    NAMES.iter().filter_map(named).collect()
}

/// As `tools/list` lists it.
pub fn listed(spec: &ToolSpec) -> Value {
    let (is_read_only, is_destructive) = match spec.kind {
        ToolKind::Read | ToolKind::Search | ToolKind::Fetch | ToolKind::Think => (true, false),
        ToolKind::Move => (false, false),
        ToolKind::Edit | ToolKind::Delete | ToolKind::Execute | ToolKind::Other => (false, true),
    };
    json!({
        "name": spec.name,
        "description": spec.description.trim_end(),
        "inputSchema": spec.input_schema,
        "annotations": {
            "readOnlyHint": is_read_only,
            "destructiveHint": is_destructive,
            "openWorldHint": false,
        },
    })
}

/// A tool whose calls say for people which agent makes them.
pub struct GuestTool {
    /// The tool.
    pub inner: Arc<dyn Tool>,
    /// Who calls it.
    pub agent: String,
}

impl Tool for GuestTool {
    fn spec(&self) -> &ToolSpec {
        self.inner.spec()
    }

    fn title(&self, arguments: &Arguments) -> String {
        format!("{}: {}", self.agent, self.inner.title(arguments))
    }

    fn effects(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<Vec<Effect>, ToolError> {
        self.inner.effects(arguments, context)
    }

    fn caution(&self, arguments: &Arguments) -> Option<String> {
        self.inner.caution(arguments)
    }

    fn call(
        &self,
        arguments: Arguments,
        context: ToolContext,
    ) -> BoxFuture<'static, Result<Outcome, ToolError>> {
        self.inner.call(arguments, context)
    }
}

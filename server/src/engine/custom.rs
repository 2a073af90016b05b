//! The tools that the settings make of commands. Those of a workspace work while its files are
//! the ones that the user trusts.
use std::sync::Arc;
use std::time::Duration;

use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolError, ToolSpec};
use aside_tools::{CustomSpec, CustomTool, Services};
use futures_util::future::BoxFuture;

use crate::settings::Settings;
use crate::settings::items::Place;
use crate::trust::Guard;

/// The tools that the settings make of commands.
pub fn custom_tools(settings: &Settings, services: &Services) -> Vec<Arc<dyn Tool>> {
    let tools = settings.tools.iter().map(|tool| {
        let spec = CustomSpec {
            name: tool.name.clone(),
            description: tool.description.clone(),
            command: tool.command.clone(),
            parameters: tool.parameters.clone(),
            timeout: tool.timeout_s.map(Duration::from_secs),
            read_only: tool.read_only,
        };
        let custom = CustomTool::new(spec, services);
        match tool.place {
            Place::User => Arc::new(custom) as Arc<dyn Tool>,
            Place::Workspace => Arc::new(OfWorkspace {
                tool: custom,
                guard: settings.trust.clone(),
            }),
        }
    });
    tools.collect()
}

/// A tool that a workspace brings along.
struct OfWorkspace {
    tool: CustomTool,
    /// None where the workspace is not trusted.
    guard: Option<Guard>,
}

impl OfWorkspace {
    fn check(&self) -> Result<(), ToolError> {
        match self.guard.as_ref().is_some_and(Guard::holds) {
            true => Ok(()),
            false => Err(ToolError(
                "The tool was not run: it comes from this workspace, whose files changed since the user trusted them. Tell the user, who can look at them with `aside trust`.".to_owned(),
            )),
        }
    }
}

impl Tool for OfWorkspace {
    fn spec(&self) -> &ToolSpec {
        self.tool.spec()
    }

    fn title(&self, arguments: &Arguments) -> String {
        self.tool.title(arguments)
    }

    fn effects(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<Vec<Effect>, ToolError> {
        self.check()?;
        self.tool.effects(arguments, context)
    }

    fn caution(&self, arguments: &Arguments) -> Option<String> {
        self.tool.caution(arguments)
    }

    fn call(
        &self,
        arguments: Arguments,
        context: ToolContext,
    ) -> BoxFuture<'static, Result<Outcome, ToolError>> {
        // The question for permission may have taken a while.
        match self.check() {
            Ok(()) => self.tool.call(arguments, context),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }
}

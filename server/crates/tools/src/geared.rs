//! What a built-in tool with something to work with has of its own, and what all tools do alike.
use std::sync::Arc;

use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolError, ToolSpec};
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;

use crate::arguments;

/// A tool with arguments of a type of its own, and something that it works with.
pub(crate) trait Geared: Send + Sync + Sized + 'static {
    /// Its arguments, as the schema says.
    type Args: DeserializeOwned + Send + 'static;
    /// What it works with.
    type Gear: Clone + Send + Sync + 'static;

    /// As [`Tool::title`].
    fn title(arguments: &Arguments) -> String;

    /// As [`Tool::effects`].
    fn effects(
        gear: &Self::Gear,
        args: &Self::Args,
        context: &ToolContext,
    ) -> Result<Vec<Effect>, ToolError>;

    /// As [`Tool::caution`], for arguments that fit.
    fn caution(gear: &Self::Gear, args: &Self::Args) -> Option<String> {
        let _ = (gear, args);
        None
    }

    /// As [`Tool::call`].
    fn run(
        gear: Self::Gear,
        args: Self::Args,
        context: ToolContext,
    ) -> impl Future<Output = Result<Outcome, ToolError>> + Send + 'static;
}

/// The tool that a [`Geared`] makes: it reads the arguments and tells what is wrong with them.
struct Typed<G: Geared> {
    spec: ToolSpec,
    gear: G::Gear,
}

/// A tool, ready to be called.
pub(crate) fn tool<G: Geared>(spec: ToolSpec, gear: G::Gear) -> Arc<dyn Tool> {
    Arc::new(Typed::<G> { spec, gear })
}

impl<G: Geared> Tool for Typed<G> {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn title(&self, arguments: &Arguments) -> String {
        G::title(arguments)
    }

    fn effects(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<Vec<Effect>, ToolError> {
        let args = arguments::parse(&self.spec.input_schema, arguments.clone())?;
        G::effects(&self.gear, &args, context)
    }

    fn caution(&self, arguments: &Arguments) -> Option<String> {
        let args = arguments::parse(&self.spec.input_schema, arguments.clone());
        G::caution(&self.gear, &args.ok()?)
    }

    fn call(
        &self,
        arguments: Arguments,
        context: ToolContext,
    ) -> BoxFuture<'static, Result<Outcome, ToolError>> {
        let args = arguments::parse(&self.spec.input_schema, arguments);
        let gear = self.gear.clone();
        Box::pin(async move { G::run(gear, args?, context).await })
    }
}

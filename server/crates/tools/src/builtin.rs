//! What a built-in tool that needs nothing but its context has of its own.
use std::marker::PhantomData;
use std::sync::Arc;

use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolError};
use serde::de::DeserializeOwned;

use crate::definition;
use crate::geared::{self, Geared};

/// A built-in tool with arguments of a type of its own.
pub(crate) trait Builtin: Send + Sync + 'static {
    /// Its arguments, as the schema says.
    type Args: DeserializeOwned + Send + 'static;
    /// The name that models call.
    const NAME: &'static str;
    /// What sort of thing it does.
    const KIND: ToolKind;
    /// Markdown for the model.
    const DESCRIPTION: &'static str;
    /// JSON schema of the arguments.
    const SCHEMA: &'static str;

    /// As [`Tool::title`].
    fn title(arguments: &Arguments) -> String;

    /// As [`Tool::effects`].
    fn effects(args: &Self::Args, context: &ToolContext) -> Result<Vec<Effect>, ToolError>;

    /// As [`Tool::call`].
    fn run(
        args: Self::Args,
        context: ToolContext,
    ) -> impl Future<Output = Result<Outcome, ToolError>> + Send + 'static;
}

/// A [`Builtin`] works with nothing but its context.
struct Bare<B>(PhantomData<fn() -> B>);

/// A built-in tool, ready to be called.
pub(crate) fn tool<B: Builtin>() -> Arc<dyn Tool> {
    let spec = definition::spec(B::NAME, B::KIND, B::DESCRIPTION, B::SCHEMA);
    geared::tool::<Bare<B>>(spec, ())
}

impl<B: Builtin> Geared for Bare<B> {
    type Args = B::Args;
    type Gear = ();

    fn title(arguments: &Arguments) -> String {
        B::title(arguments)
    }

    fn effects((): &(), args: &B::Args, context: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        B::effects(args, context)
    }

    fn run(
        (): (),
        args: B::Args,
        context: ToolContext,
    ) -> impl Future<Output = Result<Outcome, ToolError>> + Send + 'static {
        B::run(args, context)
    }
}

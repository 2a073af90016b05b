//! What a built-in tool has of its own, and what all of them do alike.
use std::marker::PhantomData;
use std::sync::Arc;

use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolError, ToolSpec};
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;

use crate::{arguments, definition};

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

/// The tool that a [`Builtin`] makes: it reads the arguments and tells what is wrong with them.
struct Typed<B> {
    spec: ToolSpec,
    builtin: PhantomData<fn() -> B>,
}

/// A built-in tool, ready to be called.
pub(crate) fn tool<B: Builtin>() -> Arc<dyn Tool> {
    Arc::new(Typed::<B> {
        spec: definition::spec(B::NAME, B::KIND, B::DESCRIPTION, B::SCHEMA),
        builtin: PhantomData,
    })
}

impl<B: Builtin> Tool for Typed<B> {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn title(&self, arguments: &Arguments) -> String {
        B::title(arguments)
    }

    fn effects(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<Vec<Effect>, ToolError> {
        let args = arguments::parse(&self.spec.input_schema, arguments.clone())?;
        B::effects(&args, context)
    }

    fn call(
        &self,
        arguments: Arguments,
        context: ToolContext,
    ) -> BoxFuture<'static, Result<Outcome, ToolError>> {
        let args = arguments::parse(&self.spec.input_schema, arguments);
        Box::pin(async move { B::run(args?, context).await })
    }
}

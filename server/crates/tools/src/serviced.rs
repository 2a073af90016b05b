//! What a built-in tool that runs programs has of its own, and what all of them do alike.
use std::marker::PhantomData;
use std::sync::Arc;

use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolError, ToolSpec};
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;

use crate::services::Services;
use crate::{arguments, definition};

/// As [`crate::builtin::Builtin`], with the services that programs are run by.
pub(crate) trait Serviced: Send + Sync + 'static {
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
    fn effects(
        services: &Services,
        args: &Self::Args,
        context: &ToolContext,
    ) -> Result<Vec<Effect>, ToolError>;

    /// As [`Tool::caution`], for arguments that fit.
    fn caution(services: &Services, args: &Self::Args) -> Option<String>;

    /// As [`Tool::call`].
    fn run(
        services: Services,
        args: Self::Args,
        context: ToolContext,
    ) -> impl Future<Output = Result<Outcome, ToolError>> + Send + 'static;
}

/// The tool that a [`Serviced`] makes: it reads the arguments and tells what is wrong with them.
struct Typed<S> {
    spec: ToolSpec,
    services: Services,
    serviced: PhantomData<fn() -> S>,
}

/// A built-in tool, ready to be called.
pub(crate) fn tool<S: Serviced>(services: &Services) -> Arc<dyn Tool> {
    Arc::new(Typed::<S> {
        spec: definition::spec(S::NAME, S::KIND, S::DESCRIPTION, S::SCHEMA),
        services: services.clone(),
        serviced: PhantomData,
    })
}

impl<S: Serviced> Tool for Typed<S> {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn title(&self, arguments: &Arguments) -> String {
        S::title(arguments)
    }

    fn effects(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<Vec<Effect>, ToolError> {
        let args = arguments::parse(&self.spec.input_schema, arguments.clone())?;
        S::effects(&self.services, &args, context)
    }

    fn caution(&self, arguments: &Arguments) -> Option<String> {
        let args = arguments::parse(&self.spec.input_schema, arguments.clone());
        S::caution(&self.services, &args.ok()?)
    }

    fn call(
        &self,
        arguments: Arguments,
        context: ToolContext,
    ) -> BoxFuture<'static, Result<Outcome, ToolError>> {
        let args = arguments::parse(&self.spec.input_schema, arguments);
        let services = self.services.clone();
        Box::pin(async move { S::run(services, args?, context).await })
    }
}

//! The built-in tools that run programs.
use std::sync::Arc;

use aside_agent::item::ToolKind;
use aside_agent::tool::Tool;

use crate::definition;
use crate::geared::{self, Geared};
use crate::services::Services;

/// A built-in tool that works with the services that programs are run by.
pub(crate) trait Serviced: Geared<Gear = Services> {
    /// The name that models call.
    const NAME: &'static str;
    /// What sort of thing it does.
    const KIND: ToolKind;
    /// Markdown for the model.
    const DESCRIPTION: &'static str;
    /// JSON schema of the arguments.
    const SCHEMA: &'static str;
}

/// A built-in tool, ready to be called.
pub(crate) fn tool<S: Serviced>(services: &Services) -> Arc<dyn Tool> {
    let spec = definition::spec(S::NAME, S::KIND, S::DESCRIPTION, S::SCHEMA);
    geared::tool::<S>(spec, services.clone())
}

//! `schema_fetch`: what tables a database has.
use std::sync::Arc;

use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolError, ToolOutput};
use aside_database::{Limits, fetch_schema};
use serde::Deserialize;

use super::Geared;
use crate::definition;

/// How many bytes of a schema the model is given.
pub(crate) const MAX_SCHEMA_BYTES: usize = 48 * 1024;

/// A database that settings name. Its URL may hold a password, so it is never shown.
#[derive(Clone)]
pub struct NamedDatabase {
    /// Its name for the model.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// The host that is talked to; none for a file.
    pub host: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Args {
    database: String,
    table: Option<String>,
}

struct SchemaFetch;

/// The tool; none where settings name no database.
pub fn schema_fetch(databases: Vec<NamedDatabase>) -> Option<Arc<dyn Tool>> {
    if databases.is_empty() {
        return None;
    }
    let mut spec = definition::spec(
        "schema_fetch",
        ToolKind::Read,
        include_str!("../../descriptions/schema_fetch.md"),
        include_str!("../../descriptions/schema_fetch.json"),
    );
    let names = databases.iter().map(|database| database.name.as_str());
    let names = names.collect::<Vec<_>>().join(", ");
    spec.description = format!("{} Databases: {names}.", spec.description).into();
    Some(super::tool::<SchemaFetch>(spec, Arc::from(databases)))
}

fn find<'a>(databases: &'a [NamedDatabase], name: &str) -> Result<&'a NamedDatabase, ToolError> {
    let found = databases.iter().find(|database| database.name == name);
    found.ok_or_else(|| {
        let names = databases.iter().map(|database| database.name.as_str());
        ToolError(format!(
            "There is no database `{name}`. There are: {}.",
            names.collect::<Vec<_>>().join(", ")
        ))
    })
}

impl Geared for SchemaFetch {
    type Args = Args;
    type Gear = Arc<[NamedDatabase]>;

    fn title(arguments: &Arguments) -> String {
        super::title("Read the schema of", arguments, "database")
    }

    fn effects(databases: &Self::Gear, args: &Args) -> Result<Vec<Effect>, ToolError> {
        let host = find(databases, &args.database)?.host.clone();
        Ok(host
            .map(|host| Effect::Network { host })
            .into_iter()
            .collect())
    }

    async fn run(
        databases: Self::Gear,
        args: Args,
        context: ToolContext,
    ) -> Result<Outcome, ToolError> {
        let database = find(&databases, &args.database)?;
        let limits = Limits::default();
        let schema = tokio::select! {
            schema = fetch_schema(&database.url, args.table.as_deref(), &limits) => schema,
            () = context.cancel.cancelled() => return Err(crate::blocking::cancelled()),
        };
        let schema = schema.map_err(|error| ToolError(error.to_string()))?;
        Ok(Outcome::Done(ToolOutput {
            text: schema.to_markdown(MAX_SCHEMA_BYTES),
            ..ToolOutput::default()
        }))
    }
}

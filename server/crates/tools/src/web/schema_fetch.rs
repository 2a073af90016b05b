//! `schema_fetch`: what tables a database has.
use std::sync::Arc;

use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolError, ToolOutput};
use aside_database::{Limits, Reached, fetch_schema, reached};
use serde::Deserialize;

use crate::definition;
use crate::geared::{self, Geared};

/// How many bytes of a schema the model is given.
pub(crate) const MAX_SCHEMA_BYTES: usize = 48 * 1024;

/// A database that settings name. Its URL may hold a password, so it is never shown.
#[derive(Clone)]
pub struct NamedDatabase {
    /// Its name for the model.
    pub name: String,
    /// Where it is.
    pub url: String,
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
    Some(geared::tool::<SchemaFetch>(spec, Arc::from(databases)))
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

/// The server that is talked to, or the file that is read.
fn effect(databases: &[NamedDatabase], args: &Args) -> Result<Effect, ToolError> {
    let url = &find(databases, &args.database)?.url;
    let reached = reached(url).map_err(|error| ToolError(error.to_string()))?;
    Ok(match reached {
        Reached::Host(host) => Effect::Network { host },
        Reached::File(path) => Effect::ReadPath {
            path: std::path::absolute(&path)
                .unwrap_or(path)
                .to_string_lossy()
                .into_owned(),
        },
    })
}

impl Geared for SchemaFetch {
    type Args = Args;
    type Gear = Arc<[NamedDatabase]>;

    fn title(arguments: &Arguments) -> String {
        super::title("Read the schema of", arguments, "database")
    }

    fn effects(
        databases: &Self::Gear,
        args: &Args,
        _: &ToolContext,
    ) -> Result<Vec<Effect>, ToolError> {
        Ok(vec![effect(databases, args)?])
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

#[cfg(test)]
mod tests {
    use aside_agent::permission::Effect;

    use super::{Args, NamedDatabase, effect};

    #[test]
    fn files_are_read_and_hosts_talked_to() {
        let check = |url: &str, expected: Option<Effect>| {
            let databases = [NamedDatabase {
                name: "main".to_owned(),
                url: url.to_owned(),
            }];
            let args = Args {
                database: "main".to_owned(),
                table: None,
            };
            assert_eq!(effect(&databases, &args).ok(), expected, "{url}");
        };
        let read = |path: &str| {
            let path = path.to_owned();
            Some(Effect::ReadPath { path })
        };
        check("sqlite:/elsewhere/x.db", read("/elsewhere/x.db"));
        check("sqlite:///project/x.db?mode=rwc", read("/project/x.db"));
        let host = "other.org".to_owned();
        check(
            "postgres://me@good.org/x?host=other.org",
            Some(Effect::Network { host }),
        );
        check("nonsense", None);
    }
}

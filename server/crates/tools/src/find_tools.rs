//! `find_tools`: tools that are seldom needed and those of MCP servers, offered when a model looks
//! for them. Each request is the smaller for it.
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolError, ToolOutput, ToolSpec};
use futures_util::future::BoxFuture;
use serde::Deserialize;

use crate::{arguments, definition, text};

/// How many tools one call finds.
pub(crate) const MAX_FOUND: usize = 8;
/// How many bytes of a tool's description and schema are shown.
pub(crate) const MAX_SHOWN_BYTES: usize = 6 * 1024;
/// How many bytes of a query are looked at.
pub(crate) const MAX_QUERY_BYTES: usize = 1024;
/// How many bytes of names the description tells.
pub(crate) const MAX_NAMED_BYTES: usize = 1024;
/// What a word counts in a tool's name; in its description it counts 1.
const NAME_WEIGHT: usize = 3;

const NAME: &str = "find_tools";
const DESCRIPTION: &str = include_str!("../descriptions/find_tools.md");
const SCHEMA: &str = include_str!("../descriptions/find_tools.json");

/// A tool that can be found.
#[derive(Debug, Clone)]
pub struct Findable {
    /// The name by which it is called.
    pub name: String,
    /// Markdown for the model.
    pub description: String,
    /// JSON schema of the arguments.
    pub input_schema: serde_json::Value,
}

impl From<&ToolSpec> for Findable {
    fn from(spec: &ToolSpec) -> Self {
        Self {
            name: spec.name.to_string(),
            description: spec.description.to_string(),
            input_schema: spec.input_schema.clone(),
        }
    }
}

/// What there is to find, and what could not be looked at.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The tools.
    pub tools: Vec<Findable>,
    /// Sentences, such as that a server did not start.
    pub troubles: Vec<String>,
}

/// Where tools are found. It may take a while: servers are started for it.
pub trait ToolIndex: Send + Sync + 'static {
    /// All tools that a session may use and is not offered by itself.
    fn all(&self, session_id: &str) -> BoxFuture<'static, Found>;
}

#[derive(Debug, Deserialize)]
struct Args {
    query: String,
}

struct FindTools {
    spec: ToolSpec,
    index: Arc<dyn ToolIndex>,
}

/// The tool; `named` are tools and servers that models are told of before they look.
pub fn find_tools(index: Arc<dyn ToolIndex>, named: &[String]) -> Arc<dyn Tool> {
    let names = text::cut(&named.join(", "), MAX_NAMED_BYTES).to_owned();
    let mut spec = definition::spec(NAME, ToolKind::Think, DESCRIPTION, SCHEMA);
    if !names.is_empty() {
        spec.description = format!("{} There are: {names}.", spec.description).into();
    }
    Arc::new(FindTools { spec, index })
}

impl Tool for FindTools {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn title(&self, arguments: &Arguments) -> String {
        let query = definition::word(arguments, "query").unwrap_or_default();
        text::title(&format!("Find tools for `{query}`"))
    }

    fn effects(&self, _: &Arguments, _: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        Ok(Vec::new())
    }

    fn call(
        &self,
        arguments: Arguments,
        context: ToolContext,
    ) -> BoxFuture<'static, Result<Outcome, ToolError>> {
        let args = arguments::parse::<Args>(&self.spec.input_schema, arguments);
        let index = Arc::clone(&self.index);
        Box::pin(async move {
            let query = args?.query;
            let found = index.all(&context.session_id).await;
            Ok(Outcome::Done(show(&query, found)))
        })
    }
}

fn show(query: &str, found: Found) -> ToolOutput {
    let all = found.tools.len();
    let chosen = rank(query, found.tools);
    let mut out = String::new();
    for tool in &chosen {
        let shown = format!("{}\n{}", tool.description.trim_end(), tool.input_schema);
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "## {}\n{}\n",
            tool.name,
            text::cut(&shown, MAX_SHOWN_BYTES)
        );
    }
    match chosen.len() {
        0 if all == 0 => out.push_str("There are no further tools."),
        0 => {
            let _ = write!(
                out,
                "No tool fits `{query}`. Try other words; there are {all} tools."
            );
        }
        _ => out.push_str("You can call these tools now, by these names."),
    }
    for trouble in &found.troubles {
        let _ = write!(out, "\n{trouble}");
    }
    ToolOutput {
        text: out,
        offers: chosen.into_iter().map(|tool| tool.name).collect(),
        ..ToolOutput::default()
    }
}

/// Those that fit best, the best first. A name alone finds its tool; no words find all.
fn rank(query: &str, tools: Vec<Findable>) -> Vec<Findable> {
    let query = text::cut(query, MAX_QUERY_BYTES);
    let wanted = words(query);
    let score = |tool: &Findable| {
        if tool.name == query.trim() {
            return usize::MAX;
        }
        let (name, description) = (words(&tool.name), words(&tool.description));
        let in_name = wanted.intersection(&name).count();
        let in_description = wanted.intersection(&description).count();
        in_name * NAME_WEIGHT + in_description
    };
    let scored = tools.into_iter().map(|tool| (score(&tool), tool));
    let mut scored = scored
        .filter(|(score, _)| *score > 0 || wanted.is_empty())
        .collect::<Vec<_>>();
    scored.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.name.cmp(&other.name)));
    scored.truncate(MAX_FOUND);
    scored.into_iter().map(|(_, tool)| tool).collect()
}

/// The words of a text in lower case, without a plural's s; parts of a name are words.
fn words(text: &str) -> BTreeSet<String> {
    let parts = text.split(|char: char| !char.is_alphanumeric());
    let words = parts.filter(|word| word.len() > 1).map(str::to_lowercase);
    words
        .map(|word| match word.strip_suffix('s') {
            Some(stem) if stem.len() > 2 => stem.to_owned(),
            Some(_) | None => word,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::{Findable, Found, show};

    fn check(query: &str, expected: Expect) {
        let tool = |name: &str, description: &str| Findable {
            name: name.to_owned(),
            description: description.to_owned(),
            input_schema: json!({"type": "object"}),
        };
        let found = Found {
            tools: vec![
                tool("job_stop", "End a background job."),
                tool("mcp__time__convert", "Convert times between zones."),
                tool("mcp__time__now", "The time now."),
            ],
            troubles: vec!["The MCP server git did not start.".to_owned()],
        };
        let output = show(query, found);
        expected.assert_eq(&format!("{}\n{:?}", output.text, output.offers));
    }

    #[test]
    fn tools_are_found_by_name_and_by_words() {
        check(
            "time zone",
            expect![[r#"
                ## mcp__time__convert
                Convert times between zones.
                {"type":"object"}

                ## mcp__time__now
                The time now.
                {"type":"object"}

                You can call these tools now, by these names.
                The MCP server git did not start.
                ["mcp__time__convert", "mcp__time__now"]"#]],
        );
        check(
            "job_stop",
            expect![[r#"
                ## job_stop
                End a background job.
                {"type":"object"}

                You can call these tools now, by these names.
                The MCP server git did not start.
                ["job_stop"]"#]],
        );
        check(
            "weather",
            expect![[r#"
                No tool fits `weather`. Try other words; there are 3 tools.
                The MCP server git did not start.
                []"#]],
        );
    }
}

//! The pages of docs/tools: one for each built-in tool, made from what models are told of it.
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use aside_agent::item::ToolKind;
use aside_agent::tool::Tool;
use aside_tools::{NamedDatabase, WebGear, schema_fetch, web_fetch, web_search};
use aside_web::{FetchOptions, SearchProvider, Web, WebSettings};
use expect_test::expect_file;
use serde_json::Value;

use super::{ON_DEMAND, finder};
use crate::engine::Workspace;
use crate::engine::programs;
use crate::settings::{Dirs, Layers};

/// All built-in tools, those too that settings switch on.
fn all() -> Vec<Arc<dyn Tool>> {
    let dirs = Dirs::new(&Default::default());
    let workspace = Workspace::new(Path::new("/project"), &dirs);
    let settings = Layers::default().resolve().settings;
    let services = programs::services(&workspace, &settings);
    let mut tools = aside_tools::builtin(&services);
    let gear = WebGear {
        web: Arc::new(Web::new(WebSettings::default())),
        options: FetchOptions::default(),
        search: Some(SearchProvider::SearXng {
            base_url: "http://localhost:8080".to_owned(),
        }),
    };
    tools.push(web_fetch(&gear));
    tools.extend(web_search(&gear));
    tools.extend(schema_fetch(vec![NamedDatabase {
        name: "NAME".to_owned(),
        url: "sqlite:/project/x.db".to_owned(),
    }]));
    tools.push(finder(&tools, &settings, None));
    tools
}

fn page(tool: &dyn Tool) -> String {
    let spec = tool.spec();
    let mut out = format!("# {}\n\n{}\n\n", spec.name, spec.description.trim_end());
    let offered = match ON_DEMAND.contains(&&*spec.name) {
        true => {
            "Offered when a model looks for it with [find_tools](find_tools.md), or calls it by name."
        }
        false => "Offered with every request.",
    };
    let _ = writeln!(out, "{offered} {}\n", asks(spec.kind));
    let properties = spec.input_schema["properties"].as_object();
    let required = spec.input_schema["required"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    out.push_str("| argument | type | | |\n| --- | --- | --- | --- |\n");
    for (name, schema) in properties.into_iter().flatten() {
        let needed = match required.contains(&Value::from(name.as_str())) {
            true => "required",
            false => "",
        };
        let about = schema["description"].as_str().unwrap_or_default();
        let _ = writeln!(
            out,
            "| `{name}` | {} | {needed} | {about} |",
            type_of(schema)
        );
    }
    let schema = serde_json::to_string_pretty(&spec.input_schema).expect("JSON");
    let _ = write!(
        out,
        "\nThe schema as models see it:\n\n```json\n{schema}\n```\n"
    );
    out
}

fn asks(kind: ToolKind) -> &'static str {
    match kind {
        ToolKind::Read | ToolKind::Search => {
            "It only reads: nothing is asked inside the workspace."
        }
        ToolKind::Edit | ToolKind::Delete | ToolKind::Move => {
            "It changes files in the workspace: the user is shown the change and asked, unless the permission mode or a rule says otherwise."
        }
        ToolKind::Execute => {
            "It runs programs in the sandbox: the user is asked about what they do beyond reading, unless the permission mode or a rule says otherwise."
        }
        ToolKind::Fetch => {
            "It talks to a host: the user is asked, unless the permission mode or a rule says otherwise."
        }
        ToolKind::Think | ToolKind::Other => "It needs no permission.",
    }
}

fn type_of(schema: &Value) -> String {
    if let Some(words) = schema["enum"].as_array() {
        let words = words
            .iter()
            .filter_map(Value::as_str)
            .map(|word| format!("`{word}`"));
        return words.collect::<Vec<_>>().join(", ");
    }
    match (schema["type"].as_str(), &schema["items"]) {
        (Some("array"), Value::Object(items)) => {
            format!("list of {}", type_of(&Value::Object(items.clone())))
        }
        (Some(word), _) => word.to_owned(),
        (None, _) => "anything".to_owned(),
    }
}

#[test]
fn each_tool_has_a_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/tools");
    let mut index = String::from(INDEX);
    let tools = all();
    for tool in &tools {
        let name = tool.spec().name.to_string();
        let path = folder.join(format!("{name}.md"));
        expect_file![path].assert_eq(&page(tool.as_ref()));
        let first = tool
            .spec()
            .description
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        let _ = writeln!(index, "| [{name}]({name}.md) | {first} |");
    }
    expect_file![folder.join("README.md")].assert_eq(&index);
    let pages = std::fs::read_dir(&folder).expect("the folder").count();
    assert_eq!(pages, tools.len() + 1, "a page of a tool that is no more");
}

const INDEX: &str = "\
# The built-in tools

One page for each, made from what models are told of it. Tools of MCP servers are called
`mcp__server__tool`; tools of your own are commands in the settings, see
[settings](../settings.md).

| tool | |
| --- | --- |
";

/// What a request says of all tools that it offers, as Chat Completions writes them.
#[test]
fn what_every_request_offers_is_small() {
    let tools = all();
    let offered = tools
        .iter()
        .filter(|tool| !ON_DEMAND.contains(&&*tool.spec().name));
    let definitions = offered.map(|tool| {
        let spec = tool.spec();
        serde_json::json!({"type": "function", "function": {
            "name": spec.name,
            "description": spec.description,
            "parameters": spec.input_schema,
        }})
    });
    let bytes = Value::Array(definitions.collect()).to_string().len();
    assert!(bytes < 8 * 1024, "{bytes} bytes");
}

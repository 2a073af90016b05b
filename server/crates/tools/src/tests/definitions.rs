//! What models are told: schemas that fit the code, and few words.
use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::workspace::{Workspace, object, services, tool};
use crate::{
    apply_patch, ask_user, bash, builtin, code_interpreter, delete_file, edit_file, editor,
    generate_document, glob, grep, job_tools, list_directory, move_file, read_file, update_plan,
    write_file,
};

/// All tools that a model is offered together may take this much of a request.
const MAX_DEFINITIONS_BYTES: usize = 7500;

#[test]
fn the_tools_are_those_of_the_design() {
    let names = builtin(&services())
        .iter()
        .map(|tool| tool.spec().name.to_string())
        .collect::<Vec<_>>();
    assert_eq!(
        names,
        [
            "read_file",
            "list_directory",
            "glob",
            "grep",
            "edit_file",
            "write_file",
            "apply_patch",
            "bash",
            "delete_file",
            "move_file",
            "diagnostics",
            "definition",
            "references",
            "document_symbols",
            "update_plan",
            "ask_user",
            "generate_document",
            "code_interpreter",
            "job_output",
            "job_stop",
        ]
    );
}

#[test]
fn definitions_are_small() {
    let tools = builtin(&services());
    for (dialect, left_out) in [
        ("edit_file", &["apply_patch"][..]),
        ("apply_patch", &["edit_file", "write_file"]),
    ] {
        let specs = tools.iter().map(|tool| tool.spec());
        let specs = specs.filter(|spec| !left_out.contains(&&*spec.name));
        let definitions = specs.map(|spec| {
            json!({"type": "function", "function": {
                "name": spec.name,
                "description": spec.description,
                "parameters": spec.input_schema,
            }})
        });
        let bytes = Value::Array(definitions.collect()).to_string().len();
        assert!(bytes <= MAX_DEFINITIONS_BYTES, "{dialect}: {bytes} bytes");
    }
}

/// The schema's fields are those of the struct, and those it requires are those without which
/// the struct cannot be read.
fn check<T: Default + Serialize + DeserializeOwned>(schema: &Value) {
    let properties = schema["properties"].as_object().expect("properties");
    let fields = object(serde_json::to_value(T::default()).expect("fields"));
    assert_eq!(
        properties.keys().collect::<BTreeSet<_>>(),
        fields.keys().collect::<BTreeSet<_>>()
    );
    let sample = |schema: &Value| match schema["type"].as_str() {
        Some("string") => json!("x"),
        Some("integer") => json!(3),
        Some("boolean") => json!(true),
        Some("array") => json!([]),
        other => panic!("unknown type {other:?}"),
    };
    let full = properties
        .iter()
        .map(|(name, schema)| (name.clone(), sample(schema)))
        .collect::<Map<_, _>>();
    let read = serde_json::from_value::<T>(Value::Object(full.clone())).expect("all fields fit");
    assert_eq!(serde_json::to_value(read).expect("fields"), json!(full));

    let required = schema["required"].as_array().cloned().unwrap_or_default();
    for name in properties.keys() {
        let mut without = full.clone();
        without.remove(name);
        let read = serde_json::from_value::<T>(Value::Object(without));
        assert_eq!(read.is_err(), required.contains(&json!(name)), "{name}");
    }
}

#[test]
fn schemas_agree_with_what_is_read() {
    let schema = |name| tool(name).spec().input_schema.clone();
    check::<read_file::Args>(&schema("read_file"));
    check::<list_directory::Args>(&schema("list_directory"));
    check::<glob::Args>(&schema("glob"));
    check::<grep::Args>(&schema("grep"));
    check::<write_file::Args>(&schema("write_file"));
    check::<apply_patch::Args>(&schema("apply_patch"));
    check::<delete_file::Args>(&schema("delete_file"));
    check::<move_file::Args>(&schema("move_file"));
    check::<editor::DiagnosticsArgs>(&schema("diagnostics"));
    check::<editor::PlaceArgs>(&schema("definition"));
    check::<editor::PlaceArgs>(&schema("references"));
    check::<editor::SymbolsArgs>(&schema("document_symbols"));
    check::<update_plan::Args>(&schema("update_plan"));
    check::<ask_user::Args>(&schema("ask_user"));
    check::<generate_document::Args>(&schema("generate_document"));
    check::<bash::Args>(&schema("bash"));
    check::<job_tools::Args>(&schema("job_output"));
    check::<job_tools::Args>(&schema("job_stop"));
    check::<code_interpreter::Args>(&schema("code_interpreter"));
    let edit = schema("edit_file");
    check::<edit_file::Args>(&edit);
    check::<edit_file::EditArgs>(&edit["properties"]["edits"]["items"]);
}

#[test]
fn titles_are_one_short_line_for_any_arguments() {
    fn check(name: &str, arguments: Value, expect: &str) {
        assert_eq!(tool(name).title(&object(arguments)), expect);
    }
    check(
        "read_file",
        json!({"path": "src/main.rs"}),
        "Read src/main.rs",
    );
    check("read_file", json!({"path": 7}), "Read a file");
    check("edit_file", json!({"path": "a\nb"}), "Edit a b");
    check("write_file", json!({}), "Write a file");
    check("list_directory", json!({}), "List the workspace");
    check("list_directory", json!({"path": "src"}), "List src");
    check("glob", json!({"pattern": "*.rs"}), "Find files `*.rs`");
    check(
        "grep",
        json!({"pattern": "foo", "path": "src"}),
        "Search for `foo` in src",
    );
    check("grep", json!({"pattern": ["x"]}), "Search for ``");
    check(
        "bash",
        json!({"command": "\n make test\nmake all"}),
        "make test",
    );
    check("bash", json!({"command": 5}), "Run a command");
    check("job_stop", json!({"job_id": "job-1"}), "Stop job-1");
    check(
        "code_interpreter",
        json!({"language": "python"}),
        "Run Python",
    );
    let long = tool("read_file").title(&object(json!({"path": "é".repeat(1_000_000)})));
    assert!(long.len() < 130 && long.ends_with('…'), "{long}");
}

#[test]
fn effects_are_reads_and_writes_inside_the_workspace() {
    let workspace = Workspace::new(&[]);
    let effects = |name, arguments| workspace.effects(name, arguments);
    let edits = json!([{"old_text": "a", "new_text": "b"}]);
    let path = workspace.root().join("new/x.txt").display().to_string();
    let write = serde_json::to_value(
        effects("write_file", json!({"path": "new/x.txt", "content": ""})).expect("effects"),
    );
    assert_eq!(
        write.expect("effects"),
        json!([{"type": "writePath", "path": path}])
    );
    assert_eq!(
        effects("edit_file", json!({"path": "x", "edits": edits})).map(|effects| effects.len()),
        Ok(1)
    );
    for (name, arguments, read) in [
        ("read_file", json!({"path": "x"}), "x"),
        ("list_directory", json!({"path": "sub"}), "sub"),
        ("grep", json!({"pattern": "x", "path": "sub"}), "sub"),
    ] {
        let path = workspace.root().join(read).display().to_string();
        let expect = vec![aside_agent::permission::Effect::ReadPath { path }];
        assert_eq!(effects(name, arguments), Ok(expect), "{name}");
    }
    for (name, arguments) in [
        ("glob", json!({"pattern": "*"})),
        ("grep", json!({"pattern": "x"})),
    ] {
        assert_eq!(effects(name, arguments), Ok(Vec::new()), "{name}");
    }
    for (name, arguments) in [
        ("read_file", json!({"path": "../x"})),
        ("list_directory", json!({"path": "/"})),
        ("glob", json!({"pattern": "*", "path": ".."})),
        ("grep", json!({"pattern": "x", "path": "/etc"})),
        ("edit_file", json!({"path": "/etc/passwd", "edits": edits})),
        ("write_file", json!({"path": "a/../../x", "content": ""})),
    ] {
        let error = effects(name, arguments).expect_err("the path is outside");
        assert!(
            error.ends_with("is outside the workspace"),
            "{name}: {error}"
        );
    }
}

#[tokio::test]
async fn paths_outside_are_refused_when_called_too() {
    let workspace = Workspace::new(&[]);
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("secret"), "secret").expect("a file");
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path(), workspace.root().join("link")).expect("a link");
    let edits = json!([{"old_text": "secret", "new_text": "b"}]);
    for path in ["../x", "/etc/passwd", "link/secret", "link"] {
        for (name, arguments) in [
            ("read_file", json!({"path": path})),
            ("list_directory", json!({"path": path})),
            ("glob", json!({"pattern": "*", "path": path})),
            ("grep", json!({"pattern": "secret", "path": path})),
            ("edit_file", json!({"path": path, "edits": edits})),
            ("write_file", json!({"path": path, "content": "x"})),
        ] {
            let error = workspace.call(name, arguments).await.expect_err("refused");
            assert_eq!(error, format!("{path} is outside the workspace"), "{name}");
        }
    }
    // Nor do searches get there.
    let found = workspace.text("grep", json!({"pattern": "secret"})).await;
    assert!(found.starts_with("[No line matches"), "{found}");
    let found = workspace
        .text("glob", json!({"pattern": "**/secret"}))
        .await;
    assert!(found.starts_with("[No file matches"), "{found}");
}

//! Files of servers, good and bad.
use std::collections::BTreeMap;

use expect_test::{Expect, expect};

use crate::config::{Environment, Servers, Transport, read};

const SECRET: &str = "hush-hush";

fn servers(text: &str) -> Servers {
    let variables = BTreeMap::from([("KEY".to_owned(), SECRET.to_owned())]);
    let environment = Environment::new(variables, "/project");
    read(text, "mcp.json", &environment).expect("it can be read")
}

/// What is read, a line for each server and fault.
fn check(text: &str, expected: &Expect) {
    let servers = servers(text);
    let mut lines = String::new();
    for server in &servers.servers {
        let transport = match &server.transport {
            Transport::Stdio(stdio) => format!("{stdio:?}"),
            Transport::Http(http) => format!("{http:?}"),
        };
        let limits = (
            server.start_timeout,
            server.call_timeout,
            server.total_timeout,
        );
        lines.push_str(&format!(
            "{}: enabled {}, {transport}, {limits:?}, {:?}, {:?}\n",
            server.name, server.enabled, server.tool_timeouts, server.tools
        ));
    }
    for fault in &servers.faults {
        lines.push_str(&format!("fault of {}: {}\n", fault.server, fault.error));
    }
    assert!(!lines.contains(SECRET), "{lines}");
    expected.assert_eq(&lines);
}

#[test]
fn the_usual_forms_are_read() {
    check(
        r#"{
            // As many write it.
            "mcpServers": {
                "files": {"command": "npx", "args": ["-y", "files"], "env": {"K": "${KEY}", "N": 1}},
                "web": {"type": "http", "url": "https://example.org/mcp?key=${KEY}",
                        "headers": {"Authorization": "Bearer ${KEY}"}},
                "old": {"type": "sse", "url": "http://localhost:1/sse", "disabled": true},
                "off": {"command": "a", "enabled": false, "cwd": "/srv"},
                "in": {"command": "a", "cwd": "sub"},
                "slow": {"command": "a", "startTimeout": 5, "timeout": 0.5, "totalTimeout": 60,
                         "toolTimeouts": {"t": 9}, "includeTools": ["t"], "excludeTools": ["u"]},
            },
        }"#,
        &expect![[r#"
            files: enabled true, Stdio { command: "npx", args: 2, env: ["K", "N"], cwd: Some("/project") }, (60s, 120s, 3600s), {}, ToolFilter { allow: [], deny: [] }
            in: enabled true, Stdio { command: "a", args: 0, env: [], cwd: Some("/project/sub") }, (60s, 120s, 3600s), {}, ToolFilter { allow: [], deny: [] }
            off: enabled false, Stdio { command: "a", args: 0, env: [], cwd: Some("/srv") }, (60s, 120s, 3600s), {}, ToolFilter { allow: [], deny: [] }
            old: enabled false, Http { host: Some("localhost"), headers: [] }, (60s, 120s, 3600s), {}, ToolFilter { allow: [], deny: [] }
            slow: enabled true, Stdio { command: "a", args: 0, env: [], cwd: Some("/project") }, (5s, 500ms, 60s), {"t": 9s}, ToolFilter { allow: ["t"], deny: ["u"] }
            web: enabled true, Http { host: Some("example.org"), headers: ["Authorization"] }, (60s, 120s, 3600s), {}, ToolFilter { allow: [], deny: [] }
        "#]],
    );
}

#[test]
fn the_key_of_another_editor_is_read() {
    check(
        r#"{"inputs": [], "servers": {"a": {"type": "stdio", "command": "a"}}}"#,
        &expect![[r#"
            a: enabled true, Stdio { command: "a", args: 0, env: [], cwd: Some("/project") }, (60s, 120s, 3600s), {}, ToolFilter { allow: [], deny: [] }
        "#]],
    );
}

#[test]
fn a_bad_entry_leaves_the_others() {
    check(
        r#"{"mcpServers": {
            "good": {"command": "a"},
            "list": [],
            "nothing": {},
            "number": {"command": 7},
            "empty": {"command": ""},
            "args": {"command": "a", "args": "b"},
            "arg": {"command": "a", "args": ["b", 2]},
            "env": {"command": "a", "env": {"A": []}},
            "name": {"command": "a", "env": {"A=B": "c"}},
            "zero": {"command": "a", "env": {"A": "\u0000"}},
            "missing": {"command": "a", "env": {"A": "${NOT_SET}"}},
            "input": {"command": "a", "env": {"A": "${input:a}"}},
            "kind": {"type": "pipe", "command": "a"},
            "url": {"url": "file:///etc/passwd"},
            "relative": {"type": "http", "url": "mcp"},
            "header": {"url": "https://example.org", "headers": {"a b": "c"}},
            "value": {"url": "https://example.org", "headers": {"a": "b\nc"}},
            "time": {"command": "a", "timeout": -1},
            "long": {"command": "a", "timeout": 1e99},
            "tool": {"command": "a", "toolTimeouts": {"t": "5"}},
            "flag": {"command": "a", "enabled": "yes"},
            "": {"command": "a"},
            "a\nb": {"command": "a"}
        }}"#,
        &expect![[r#"
            good: enabled true, Stdio { command: "a", args: 0, env: [], cwd: Some("/project") }, (60s, 120s, 3600s), {}, ToolFilter { allow: [], deny: [] }
            fault of : mcp.json: `mcpServers.` must be named by 1 to 64 characters that can be seen
            fault of a
            b: mcp.json: `mcpServers.a\nb` must be named by 1 to 64 characters that can be seen
            fault of arg: mcp.json: `mcpServers.arg.args[1]` must be a string
            fault of args: mcp.json: `mcpServers.args.args` must be a list of at most 256 strings
            fault of empty: mcp.json: `mcpServers.empty.command` must be the program to start
            fault of env: mcp.json: `mcpServers.env.env.A` must be a string
            fault of flag: mcp.json: `mcpServers.flag.enabled` must be true or false
            fault of header: mcp.json: `mcpServers.header.headers.a b` cannot be a header
            fault of input: mcp.json: `mcpServers.input.env.A` asks for an input, which is not done here. Refer to an environment variable: ${env:NAME}.
            fault of kind: mcp.json: `mcpServers.kind.type` must be `stdio` or `http`
            fault of list: mcp.json: `mcpServers.list` must be an object
            fault of long: mcp.json: `mcpServers.long.timeout` must be a number of seconds, more than 0 and at most a week
            fault of missing: mcp.json: `mcpServers.missing.env.A` refers to the environment variable `NOT_SET`, which is not set. Set it, or write ${NOT_SET:-default}.
            fault of name: mcp.json: `mcpServers.name.env.A=B` cannot be given to a program
            fault of nothing: mcp.json: `mcpServers.nothing.command` must be the program to start
            fault of number: mcp.json: `mcpServers.number.command` must be a string
            fault of relative: mcp.json: `mcpServers.relative.url` must be a URL that begins with https:// or http://
            fault of time: mcp.json: `mcpServers.time.timeout` must be a number of seconds, more than 0 and at most a week
            fault of tool: mcp.json: `mcpServers.tool.toolTimeouts.t` must be a number of seconds, more than 0 and at most a week
            fault of url: mcp.json: `mcpServers.url.url` must be a URL that begins with https:// or http://
            fault of value: mcp.json: `mcpServers.value.headers.a` cannot be a header
            fault of zero: mcp.json: `mcpServers.zero.env.A` cannot be given to a program
        "#]],
    );
}

#[test]
fn what_is_no_file_of_servers_is_an_error() {
    let check = |text: &str, expected: &str| {
        let error = read(text, "mcp.json", &Environment::default()).expect_err(text);
        assert_eq!(error.to_string(), expected);
    };
    check("{", "mcp.json is not JSON: line 1, column 1");
    check(
        "[]",
        "mcp.json: `mcpServers` is missing: the file is not an object",
    );
    check("{\"servers\": 3}", "mcp.json: `servers` must be an object");
    let many: Vec<String> = (0..101).map(|index| format!("\"{index}\":{{}}")).collect();
    let many = format!("{{\"mcpServers\":{{{}}}}}", many.join(","));
    check(&many, "mcp.json is too long. It may hold 100 servers.");
    let long = " ".repeat(1024 * 1024 + 1);
    check(&long, "mcp.json is too long. It may hold 1048576 bytes.");
}

#[test]
fn nothing_is_no_server() {
    for text in ["", " \n", "{}", "{\"mcpServers\": {}}", "\u{feff}{}"] {
        assert_eq!(servers(text), Servers::default(), "{text:?}");
    }
}

#[test]
fn later_places_win() {
    let first =
        servers(r#"{"mcpServers": {"a": {"command": "1"}, "b": {"command": "1"}, "c": 1}}"#);
    let second =
        servers(r#"{"mcpServers": {"a": {"command": "2"}, "c": {"command": "2"}, "b": 2}}"#);
    let merged = first.merged(second);
    let names: Vec<&str> = merged.servers.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["a", "c"]);
    assert_eq!(merged.faults.len(), 1);
}

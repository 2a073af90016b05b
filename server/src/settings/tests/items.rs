//! Settings of several values, and what a trusted workspace may say.
use expect_test::expect;
use serde_json::json;

use super::super::items::{HookEvent, MAX_ITEMS, OnFailure, Place, RuleDecision};
use super::*;

const ALL: &str = "
[[hooks]]
event = 'before_tool'
matcher = 'edit_*'
command = '''
./check
./again'''
timeout_s = 5
on_failure = 'block'
[[hooks]]
event = 'session_end'
command = 'notify'
[tools.word-count]
description = 'Counts words.'
command = 'wc -w'
read_only = true
parameters = { type = 'object' }
[databases.main]
url = 'postgres://u:${DB_PASSWORD}@h/db?sslmode=${MODE:-require}'
[mcpServers.fetch]
command = 'uvx'
args = ['mcp-server-fetch']
env = { TOKEN = '${TOKEN}' }
[mcpServers.web]
url = 'https://example.com/mcp?key=hidden'
[[permission.rules]]
effect = 'runProgram'
pattern = 'cargo *'
decision = 'allow'
[checkers]
rust = 'cargo check'
'*.py' = 'ruff check'
";

#[test]
fn a_file_says_all_of_them() {
    let world = World::new()
        .user(ALL)
        .environment("DB_PASSWORD", "hidden-password");
    let settings = world.check(expect![[r#"
        checkers.*.py = ruff check  (CONFIG/config.toml)
        checkers.rust = cargo check  (CONFIG/config.toml)
        databases.main = postgres://[redacted]@h/db?[redacted]  (CONFIG/config.toml)
        hooks[0] = before_tool edit_*: ./check ./again  (CONFIG/config.toml)
        hooks[1] = session_end: notify  (CONFIG/config.toml)
        mcpServers.fetch = uvx mcp-server-fetch (env: TOKEN)  (CONFIG/config.toml)
        mcpServers.web = https://example.com/mcp?[redacted]  (CONFIG/config.toml)
        permission.rules[0] = allow runProgram cargo *  (CONFIG/config.toml)
        tools.word-count = wc -w  (CONFIG/config.toml)
    "#]]);
    let [first, second] = settings.hooks.as_slice() else {
        panic!("{:?}", settings.hooks);
    };
    assert_eq!(first.event, HookEvent::BeforeTool);
    assert_eq!((first.timeout_s, second.timeout_s), (5, 60));
    assert_eq!(first.on_failure, OnFailure::Block);
    assert_eq!(second.on_failure, OnFailure::Allow);
    assert_eq!((first.place, second.matcher.as_str()), (Place::User, "*"));
    assert!(settings.tools[0].read_only);
    let url = settings.databases[0].url.expose();
    assert_eq!(url, "postgres://u:hidden-password@h/db?sslmode=require");
    // What starts servers puts the variables in.
    let server = &settings.mcp_servers[0];
    assert_eq!(server.json["env"]["TOKEN"], "${TOKEN}");
    assert_eq!(settings.rules[0].decision, RuleDecision::Allow);
    assert!(!format!("{settings:?}").contains("hidden-password"));
    let table = world.resolve().table();
    assert!(!table.contains("hidden-password") && !table.contains("key=hidden"));
}

#[test]
fn what_is_wrong_with_an_entry_is_named_and_the_entry_left_out() {
    let settings = World::new()
        .user(
            "hooks = [{ event = 'never', command = 'x' }, { event = 'turn_end' }, 3,\n\
             { event = 'turn_start', command = 'x', matcher = 'bash' },\n\
             { event = 'turn_start', command = 'x', timeout = 5 },\n\
             { event = 'turn_start', command = \"a\\u0007b\", timeout_s = 0 }]\n\
             checkers = { rust = 5 }\n\
             [tools]\na = 1\n'b c' = {}\n\
             [tools.d]\ndescription = ''\ncommand = 'x'\nread_only = 'yes'\nparameters = []\n\
             [databases.x]\nurl = '${NOT_SET_ANYWHERE}'\n\
             [databases.y]\nurl = ''\n\
             [mcpServers.z]\nargs = []\n\
             [[permission.rules]]\neffect = 'runProgram'\npattern = 'x'\ndecision = 'maybe'\n\
             [[permission.rules]]\neffect = 'run'\npattern = 'x'\ndecision = 'ask'\n\
             [[permission.rules]]\neffect = 'network'\npattern = 'a/b'\ndecision = 'ask'\n\
             [permission]\ntimeout_s = 7",
        )
        .check(expect![[r#"
            permission.timeout_s = 7 s  (CONFIG/config.toml)
            ! CONFIG/config.toml: checkers.rust must be a command; it is ignored
            ! CONFIG/config.toml: databases.x.url refers to the variable "NOT_SET_ANYWHERE" of the environment, which is not set; it is ignored
            ! CONFIG/config.toml: databases.y.url must be a text of at most 4096 bytes without control characters, not ""; it is ignored
            ! CONFIG/config.toml: hooks[0].event must be one of session_start, session_end, turn_start, turn_end, before_tool, after_tool, not "never"; it is ignored
            ! CONFIG/config.toml: hooks[1].command is missing; it is ignored
            ! CONFIG/config.toml: hooks[2] must be a table; it is ignored
            ! CONFIG/config.toml: hooks[3].matcher is only for before_tool and after_tool; it is ignored
            ! CONFIG/config.toml: "hooks[4].timeout" is no setting of such an entry; it is ignored
            ! CONFIG/config.toml: hooks[5].command must be a text of at most 4096 bytes without control characters, not "a\u{7}b"; it is ignored
            ! CONFIG/config.toml: hooks[5].timeout_s must be a whole number from 1 to 3600; it is ignored
            ! CONFIG/config.toml: mcpServers.z.command is missing, and so is `url`; it is ignored
            ! CONFIG/config.toml: permission.rules[0].decision must be one of allow, ask, deny, not "maybe"; it is ignored
            ! CONFIG/config.toml: permission.rules[1].effect must be one of `readPath`, `writePath`, `runProgram`, `network`, `mcpTool`, `*`; it is ignored
            ! CONFIG/config.toml: permission.rules[2].pattern must be a host's name such as `example.org` or `*.example.org`; it is ignored
            ! CONFIG/config.toml: tools.a must be a table; it is ignored
            ! CONFIG/config.toml: "tools.b c" must have a name of letters, digits, dashes and underscores; it is ignored
            ! CONFIG/config.toml: tools.d.parameters must be a table: a JSON schema of an object; it is ignored
            ! CONFIG/config.toml: tools.d.description must be a text of at most 4096 bytes without control characters, not ""; it is ignored
            ! CONFIG/config.toml: tools.d.read_only must be true or false; it is ignored
        "#]]);
    assert_eq!(settings.hooks, []);
    World::new()
        .user("hooks = {}\ntools = []\n[permission]\nrules = 'x'\ntimeout_s = 7")
        .check(expect![[r#"
            permission.timeout_s = 7 s  (CONFIG/config.toml)
            ! CONFIG/config.toml: hooks must be a list of tables; it is ignored
            ! CONFIG/config.toml: permission.rules must be a list of tables; it is ignored
            ! CONFIG/config.toml: tools must be a table; it is ignored
        "#]]);
}

#[test]
fn there_is_a_bound_on_entries() {
    let hook = "[[hooks]]\nevent = 'turn_end'\ncommand = 'x'\n";
    let text = hook.repeat(MAX_ITEMS);
    assert_eq!(
        World::new().user(&text).resolve().settings.hooks.len(),
        MAX_ITEMS
    );
    let resolved = World::new().user(&(text + hook)).resolve();
    assert_eq!(resolved.settings.hooks, []);
    assert!(resolved.warnings[0].contains("hooks has more than 64 entries"));
}

#[test]
fn no_editor_says_what_runs() {
    let settings = World::new()
        .editor(json!({
            "hooks": [{"event": "turn_end", "command": "x"}],
            "mcpServers": {"x": {"command": "x"}},
            "permission": {"rules": [{"effect": "runProgram", "pattern": "*", "decision": "allow"}]},
            "web": {"allow_hosts": ["localhost"]},
            "providers": {"openai": {"base_url": "http://127.0.0.1/${HOME}"}},
        }))
        .environment("HOME", "not-to-be-put-in")
        .check(expect![[r#"
            providers.openai.base_url = http://127.0.0.1/${HOME}  (editor)
            ! editor: hooks is not applied, because an editor may take it from the folder that is open; set it in the config.toml of your own
            ! editor: mcpServers is not applied, because an editor may take it from the folder that is open; set it in the config.toml of your own
            ! editor: permission.rules is not applied, because an editor may take it from the folder that is open; set it in the config.toml of your own
            ! editor: web.allow_hosts is not applied, because an editor may take it from the folder that is open; set it in the config.toml of your own
        "#]]);
    assert_eq!(settings.hooks, []);
}

#[test]
fn variables_are_put_in_where_secrets_and_addresses_stand() {
    let settings = World::new()
        .environment("A_KEY", "hidden-value")
        .environment("EMPTY", "")
        .user(
            "model = 'a/${A_KEY}'\n[providers.openai]\napi_key = '${A_KEY}'\n\
             base_url = 'http://${HOST:-h}/v1'\n[providers.groq]\napi_key = '${EMPTY}'\n\
             base_url = 'http://h/${'",
        )
        .check(expect![[r#"
            model = a/${A_KEY}  (CONFIG/config.toml)
            providers.groq.base_url = http://h/${  (CONFIG/config.toml)
            providers.openai.api_key = set  (CONFIG/config.toml)
            providers.openai.base_url = http://h/v1  (CONFIG/config.toml)
            ! CONFIG/config.toml: providers.groq.api_key refers to the variable "EMPTY" of the environment, which is not set; it is ignored
        "#]]);
    let key = settings.providers.own["openai"].key.clone();
    assert_eq!(key.unwrap().expose(), "hidden-value");
}

#[test]
fn a_trusted_workspace_comes_after_the_user_and_before_the_editor() {
    let user = "model = 'user/m'\npermission_mode = 'readOnly'\n\
                [[hooks]]\nevent = 'turn_end'\ncommand = 'mine'\n\
                [mcpServers.a]\ncommand = 'mine'";
    let workspace = "model = 'workspace/m'\npermission_mode = 'acceptEdits'\n\
                     [turn]\nmax_queued = 3\n\
                     [[hooks]]\nevent = 'turn_end'\ncommand = 'theirs'\n\
                     [mcpServers.a]\ncommand = 'theirs'";
    let world = World::new().user(user).workspace(workspace);
    world.trust();
    let settings = world.check(expect![[r#"
        model = workspace/m  (WORKSPACE/.aside/config.toml)
        permission_mode = acceptEdits  (WORKSPACE/.aside/config.toml)
        turn.max_queued = 3 prompts  (WORKSPACE/.aside/config.toml)
        hooks[0] = turn_end: mine  (CONFIG/config.toml)
        hooks[0] = turn_end: theirs  (WORKSPACE/.aside/config.toml)
        mcpServers.a = theirs  (WORKSPACE/.aside/config.toml)
    "#]]);
    assert!(settings.trust.as_ref().unwrap().holds());
    let places: Vec<Place> = settings.hooks.iter().map(|hook| hook.place).collect();
    assert_eq!(places, [Place::User, Place::Workspace]);
    let world = world.editor(json!({"model": "editor/m"}));
    assert_eq!(world.resolve().settings.model, "editor/m");
    // Any change takes the trust away, at once for what runs.
    put(&world.workspace.path().join(".mcp.json"), "{}");
    assert!(!settings.trust.unwrap().holds());
    let settings = world.check(expect![[r#"
        model = editor/m  (editor)
        permission_mode = readOnly  (CONFIG/config.toml)
        hooks[0] = turn_end: mine  (CONFIG/config.toml)
        mcpServers.a = mine  (CONFIG/config.toml)
        > WORKSPACE: .mcp.json changed since you trusted the settings of this workspace, so none of them is active; `aside trust` shows them and asks.
    "#]]);
    assert_eq!(settings.trust, None);
}

#[test]
fn no_workspace_says_where_keys_go_and_what_is_written() {
    let world = World::new()
        .workspace(
            "[providers]\nproxy = 'http://evil'\nca_file = 'x.pem'\nconnect_timeout_s = 3\n\
             [providers.openai]\nbase_url = 'http://evil'\napi_key = 'x'\nlocation = 'evil/'\n\
             headers = { x = 'y' }\n\
             [providers.openai.models.m]\neffort = 'low'\n\
             [usage]\nledger = 'x'\n[keys]\nstore = 'file'\n[log]\nlevel = 'off'\n\
             [storage]\nbusy_timeout_ms = 1\n\
             [web]\nallow_hosts = 'localhost'\nmax_mb = 3\n\
             [web.search]\nprovider = 'searxng'\nurl = 'http://evil'\nbrave_key = 'x'",
        )
        .environment("OPENAI_API_KEY", "hidden-value");
    world.trust();
    world.check(expect![[r#"
        providers.connect_timeout_s = 3 s  (WORKSPACE/.aside/config.toml)
        web.search.provider = searxng  (WORKSPACE/.aside/config.toml)
        web.max_mb = 3 MB  (WORKSPACE/.aside/config.toml)
        providers.openai.api_key = set  (OPENAI_API_KEY)
        providers.openai.models.m.effort = low  (WORKSPACE/.aside/config.toml)
        ! WORKSPACE/.aside/config.toml: keys.store is not applied, because no workspace may say where keys go, whom to trust and where to write; set it in the config.toml of your own
        ! WORKSPACE/.aside/config.toml: log.level is not applied, because no workspace may say where keys go, whom to trust and where to write; set it in the config.toml of your own
        ! WORKSPACE/.aside/config.toml: providers.ca_file is not applied, because no workspace may say where keys go, whom to trust and where to write; set it in the config.toml of your own
        ! WORKSPACE/.aside/config.toml: providers.openai.api_key is not applied, because no workspace may say where keys go, whom to trust and where to write; set it in the config.toml of your own
        ! WORKSPACE/.aside/config.toml: providers.openai.base_url is not applied, because no workspace may say where keys go, whom to trust and where to write; set it in the config.toml of your own
        ! WORKSPACE/.aside/config.toml: providers.openai.headers.x is not applied, because no workspace may say where keys go, whom to trust and where to write; set it in the config.toml of your own
        ! WORKSPACE/.aside/config.toml: providers.openai.location is not applied, because no workspace may say where keys go, whom to trust and where to write; set it in the config.toml of your own
        ! WORKSPACE/.aside/config.toml: providers.proxy is not applied, because no workspace may say where keys go, whom to trust and where to write; set it in the config.toml of your own
        ! WORKSPACE/.aside/config.toml: storage.busy_timeout_ms is not applied, because no workspace may say where keys go, whom to trust and where to write; set it in the config.toml of your own
        ! WORKSPACE/.aside/config.toml: usage.ledger is not applied, because no workspace may say where keys go, whom to trust and where to write; set it in the config.toml of your own
        ! WORKSPACE/.aside/config.toml: web.allow_hosts is not applied, because no workspace may say where keys go, whom to trust and where to write; set it in the config.toml of your own
        ! WORKSPACE/.aside/config.toml: web.search.brave_key is not applied, because no workspace may say where keys go, whom to trust and where to write; set it in the config.toml of your own
        ! WORKSPACE/.aside/config.toml: web.search.url is not applied, because no workspace may say where keys go, whom to trust and where to write; set it in the config.toml of your own
    "#]]);
}

#[test]
fn servers_come_from_four_files() {
    let world = World::new()
        .user("[mcpServers.b]\ncommand = 'config'")
        .workspace("[mcpServers.d]\ncommand = 'config'");
    let server = |name: &str| json!({"command": name});
    let mine = json!({"mcpServers": {"a": server("mine"), "b": server("mine")}, "other": 1});
    put(&world.config.path().join("mcp.json"), &mine.to_string());
    let theirs = json!({"mcpServers": {"c": server("theirs"), "d": server("theirs")}});
    put(
        &world.workspace.path().join(".mcp.json"),
        &theirs.to_string(),
    );
    world.check(expect![[r#"
        mcpServers.a = mine  (CONFIG/mcp.json)
        mcpServers.b = config  (CONFIG/config.toml)
        > WORKSPACE brings settings of its own (.aside/config.toml, .mcp.json). They are not active, because you did not say that you trust them; `aside trust` shows them and asks.
    "#]]);
    world.trust();
    world.check(expect![[r#"
        mcpServers.a = mine  (CONFIG/mcp.json)
        mcpServers.b = config  (CONFIG/config.toml)
        mcpServers.c = theirs  (WORKSPACE/.mcp.json)
        mcpServers.d = config  (WORKSPACE/.aside/config.toml)
    "#]]);
}

//! Settings of providers and models.
use aside_llm::{Effort, Wire};
use aside_protocol::PermissionMode;
use expect_test::expect;
use serde_json::json;

use super::super::families::Key;
use super::super::families::variables;
use super::*;

#[test]
fn every_variable_of_the_environment_is_a_setting() {
    let mut seen = Vec::new();
    for (variable, name) in variables() {
        assert!(Key::find(&name).is_some(), "{variable}: {name}");
        assert!(!seen.contains(&variable), "{variable} means two things");
        seen.push(variable);
    }
    for fixed in SETTINGS.iter().filter_map(|spec| spec.env) {
        assert!(!seen.contains(&fixed), "{fixed} means two things");
    }
}

#[test]
fn a_file_speaks_of_providers_and_models() {
    let world = World::new().user(
        "[providers.openai]\napi_key = 'hidden-value'\norganization = 'o'\n\
         [providers.openai.models.'gpt-5.1-mini']\neffort = 'low'\nvision = false\n\
         input_price = 1\noutput_price = 2.5\n\
         [providers.own-1]\nbase_url = 'http://h:1/v1/'\nwire = 'messages'\n\
         [providers.own-1.headers]\nx-team = 'hidden-header'\n\
         [providers.own-1.models.'a/b']\ncontext_window = 4096\nthinking_budget = 2000",
    );
    let settings = world.check(expect![[r#"
        providers.openai.api_key = set  (CONFIG/config.toml)
        providers.openai.models.gpt-5.1-mini.effort = low  (CONFIG/config.toml)
        providers.openai.models.gpt-5.1-mini.input_price = 1 USD  (CONFIG/config.toml)
        providers.openai.models.gpt-5.1-mini.output_price = 2.5 USD  (CONFIG/config.toml)
        providers.openai.models.gpt-5.1-mini.vision = false  (CONFIG/config.toml)
        providers.openai.organization = o  (CONFIG/config.toml)
        providers.own-1.base_url = http://h:1/v1  (CONFIG/config.toml)
        providers.own-1.headers.x-team = set  (CONFIG/config.toml)
        providers.own-1.models.a/b.context_window = 4096 tokens  (CONFIG/config.toml)
        providers.own-1.models.a/b.thinking_budget = 2000 tokens  (CONFIG/config.toml)
        providers.own-1.wire = messages  (CONFIG/config.toml)
    "#]]);
    let own = &settings.providers.own;
    let openai = &own["openai"];
    assert_eq!(openai.key.as_ref().unwrap().expose(), "hidden-value");
    assert_eq!(openai.organization.as_deref(), Some("o"));
    let model = &openai.models["gpt-5.1-mini"];
    assert_eq!(
        (model.effort, model.vision),
        (Some(Effort::Low), Some(false))
    );
    assert_eq!(
        (model.input_price, model.output_price),
        (Some(1.0), Some(2.5))
    );
    let mine = &own["own-1"];
    assert_eq!(mine.wire, Some(Wire::Messages));
    assert_eq!(mine.headers["x-team"].expose(), "hidden-header");
    assert_eq!(mine.models["a/b"].context_window, Some(4096));
    assert_eq!(mine.models["a/b"].thinking_budget, Some(2000));
    assert_eq!(
        crate::redact::redact("hidden-header"),
        crate::redact::REDACTED
    );
}

#[test]
fn an_editor_says_the_same_in_one_name() {
    World::new()
        .editor(json!({
            "providers.anthropic.base_url": "http://h",
            "providers": {"anthropic": {"models": {"c.d": {"tools": true, "effort": null}}}},
        }))
        .check(expect![[r#"
            providers.anthropic.base_url = http://h  (editor)
            providers.anthropic.models.c.d.tools = true  (editor)
        "#]]);
}

#[test]
fn of_two_variables_for_one_setting_the_first_counts() {
    let keys: Vec<&str> = variables()
        .filter(|(_, name)| name == "providers.gemini.api_key")
        .map(|(variable, _)| variable)
        .collect();
    let mut world = World::new();
    for (at, variable) in keys.iter().enumerate() {
        world = world.environment(variable, &format!("value-number-{at}"));
    }
    let settings = world.resolve().settings;
    let key = settings.providers.own["gemini"].key.clone();
    assert_eq!(key.unwrap().expose(), "value-number-0");
}

#[test]
fn of_a_key_and_a_token_the_later_counts() {
    World::new()
        .user("[providers.anthropic]\napi_key = 'of-the-file'")
        .environment("ANTHROPIC_AUTH_TOKEN", "hidden-value")
        .check(expect![[r#"
            providers.anthropic.token = set  (ANTHROPIC_AUTH_TOKEN)
        "#]]);
    World::new()
        .user("[providers.anthropic]\ntoken = 'of-the-file'")
        .editor(json!({"providers": {"anthropic": {"api_key": "hidden-value"}}}))
        .check(expect![[r#"
            providers.anthropic.api_key = set  (editor)
        "#]]);
    // What is empty takes nothing's place, and what is said together stays together.
    World::new()
        .user("[providers.anthropic]\ntoken = 'of-the-file'")
        .editor(json!({"providers": {"anthropic": {"api_key": ""}}}))
        .check(expect![[r#"
            providers.anthropic.token = set  (CONFIG/config.toml)
        "#]]);
    World::new()
        .environment("ANTHROPIC_AUTH_TOKEN", "hidden-value")
        .environment("ANTHROPIC_API_KEY", "hidden-value")
        .check(expect![[r#"
            providers.anthropic.api_key = set  (ANTHROPIC_API_KEY)
            providers.anthropic.token = set  (ANTHROPIC_AUTH_TOKEN)
        "#]]);
}

#[test]
fn what_is_wrong_with_providers_is_named() {
    World::new()
        .user(
            "[providers.openai]\nkey = 'x'\nwire = 'telegraph'\nheaders = 'x'\n\
             [providers.openai.models]\nx = 3\n[providers.openai.models.y]\nvision = 'maybe'\n\
             input_price = -1\nbogus = 1\n[providers.nobody]\napi_key = 'x'\n\
             [providers.'Bad Name']\nbase_url = 'http://h'",
        )
        .check(expect![[r#"
            providers.nobody.api_key = set  (CONFIG/config.toml)
            ! CONFIG/config.toml: there is no setting "providers.Bad Name", so it is ignored
            ! CONFIG/config.toml: providers.openai.headers must be a table
            ! CONFIG/config.toml: there is no setting "providers.openai.key", so it is ignored
            ! CONFIG/config.toml: providers.openai.models.x must be a table
            ! CONFIG/config.toml: there is no setting "providers.openai.models.y.bogus", so it is ignored
            ! CONFIG/config.toml: providers.openai.models.y.input_price must be a price in US dollars for a million tokens, not -1; it is ignored
            ! CONFIG/config.toml: providers.openai.models.y.vision must be true or false, not "maybe"; it is ignored
            ! CONFIG/config.toml: providers.openai.wire must be one of chat, responses, messages, gemini, not "telegraph"; it is ignored
            ! providers.nobody: Aside knows no provider of that name; correct it (`aside models --providers` lists them), or set providers.nobody.base_url
        "#]]);
}

#[test]
fn a_key_does_not_go_where_an_editor_says() {
    let editor = |url: &str| {
        World::new()
            .environment("OPENAI_API_KEY", "kept-by-the-user")
            .editor(json!({"providers": {"openai": {"base_url": url}}}))
    };
    let settings = editor("https://elsewhere.example/v1").check(expect![[r#"
        providers.openai.base_url = https://elsewhere.example/v1  (editor)
        ! providers.openai.api_key (from OPENAI_API_KEY) is not sent to the address that the editor gave, which may come from the folder that is open; set that address in the config.toml of your own, or the key in the editor
    "#]]);
    assert_eq!(settings.providers.own["openai"].key, None);
    assert!(settings.providers.strange.contains("openai"));

    for url in [
        "http://127.0.0.1:8080/v1",
        "http://localhost:1/v1",
        "http://[::1]:1",
    ] {
        let settings = editor(url).resolve().settings;
        assert!(settings.providers.own["openai"].key.is_some(), "{url}");
        assert!(settings.providers.strange.is_empty(), "{url}");
    }
    // Who gives the address gives the key too, or says both in a place of the user's own.
    let both = World::new().editor(json!({"providers": {"openai": {
        "base_url": "https://elsewhere.example/v1", "api_key": "given-by-the-editor",
    }}}));
    let settings = both.resolve().settings;
    assert!(settings.providers.own["openai"].key.is_some());
    let own = editor("https://elsewhere.example/v1")
        .environment("OPENAI_BASE_URL", "https://gateway.example/v1");
    let settings = own.resolve().settings;
    assert!(settings.providers.own["openai"].key.is_some());
    assert!(settings.providers.strange.is_empty());
}

#[test]
fn an_editor_allows_everything_only_in_a_workspace_that_is_trusted() {
    let full = || World::new().editor(json!({"permission_mode": "full"}));
    let warning = "editor: permission_mode = full is not applied";
    let check = |world: World, mode: PermissionMode, is_warned: bool| {
        let resolved = world.resolve();
        assert_eq!(resolved.settings.permission_mode, mode);
        let mut warnings = resolved.warnings.iter();
        assert_eq!(warnings.any(|said| said.starts_with(warning)), is_warned);
    };
    check(full(), PermissionMode::Ask, true);
    let brought = || full().workspace("turn.max_queued = 1");
    check(brought(), PermissionMode::Ask, true);
    let trusted = brought();
    trusted.trust();
    check(trusted, PermissionMode::Full, false);
    // The user's own word counts, in the file and in the environment.
    let own = full().user("permission_mode = 'full'");
    check(own, PermissionMode::Full, false);
    let own = full().user("permission_mode = 'readOnly'");
    check(own, PermissionMode::ReadOnly, true);
    let own = full().environment("ASIDE_PERMISSION_MODE", "full");
    check(own, PermissionMode::Full, false);
    for (name, mode) in [
        ("ask", PermissionMode::Ask),
        ("acceptEdits", PermissionMode::AcceptEdits),
        ("readOnly", PermissionMode::ReadOnly),
    ] {
        let said = World::new().editor(json!({"permission_mode": name}));
        check(said, mode, false);
    }
}

#[test]
fn nothing_that_runs_programs_or_loosens_the_sandbox_is_an_editors_to_say() {
    let settings = json!({
        "hooks": [{"on": "sessionStart", "run": "touch x"}],
        "mcpServers": {"a": {"command": "touch"}},
        "tools": [{"name": "a", "run": "touch x"}],
        "checkers": [{"name": "a", "run": "touch x"}],
        "databases": {"a": {"url": "sqlite:x"}},
        "permission": {"rules": [{"effect": "*", "pattern": "*", "decision": "allow"}]},
        "sandbox": {"backend": "none", "network": true, "container": {"image": "x"}},
        "web": {"allow_hosts": ["*"]},
    });
    let trusted = World::new().workspace("turn.max_queued = 1");
    trusted.trust();
    for world in [World::new(), trusted] {
        let resolved = world.editor(settings.clone()).resolve();
        assert!(resolved.items.is_empty());
        let of_editor = resolved
            .entries
            .values()
            .filter(|entry| entry.origin == "editor");
        assert_eq!(of_editor.count(), 0);
        assert!(resolved.warnings.len() >= 8, "{:?}", resolved.warnings);
    }
}

#[test]
fn an_editor_does_not_say_whom_to_trust_nor_what_to_write() {
    World::new()
        .editor(json!({
            "providers": {
                "proxy": "http://elsewhere.example",
                "ca_file": "/project/ca.pem",
                "openai": {"headers": {"x-team": "a"}, "api_key": ""},
            },
            "usage": {"ledger": "/project/.bashrc"},
        }))
        .check(expect![[r#"
            ! editor: providers.ca_file is not applied, because an editor may take it from the folder that is open; set it in the config.toml of your own
            ! editor: providers.openai.headers.x-team is not applied, because an editor may take it from the folder that is open; set it in the config.toml of your own
            ! editor: providers.proxy is not applied, because an editor may take it from the folder that is open; set it in the config.toml of your own
            ! editor: usage.ledger is not applied, because an editor may take it from the folder that is open; set it in the config.toml of your own
        "#]]);
}

//! Layers, warnings and renderings, over real files.
mod families;
mod items;
mod shown;

use std::io::Write;

use aside_agent::editing::EditDialect;
use expect_test::{Expect, expect};
use serde_json::json;
use tempfile::TempDir;

use super::table::{Kind, SETTINGS, find};
use super::*;

/// A configuration directory and a workspace.
struct World {
    config: TempDir,
    workspace: TempDir,
    environment: BTreeMap<String, String>,
    flags: BTreeMap<String, String>,
    editor: Option<Json>,
}

impl World {
    fn new() -> Self {
        Self {
            config: tempfile::tempdir().unwrap(),
            workspace: tempfile::tempdir().unwrap(),
            environment: BTreeMap::new(),
            flags: BTreeMap::new(),
            editor: None,
        }
    }

    fn user(self, text: &str) -> Self {
        put(&self.config.path().join(FILE), text);
        self
    }

    fn workspace(self, text: &str) -> Self {
        let folder = self.workspace.path().join(".aside");
        std::fs::create_dir(&folder).unwrap();
        put(&folder.join(FILE), text);
        self
    }

    fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    fn flag(mut self, key: &str, value: &str) -> Self {
        self.flags.insert(key.to_owned(), value.to_owned());
        self
    }

    fn editor(mut self, settings: Json) -> Self {
        self.editor = Some(settings);
        self
    }

    /// The user trusts the workspace as it is.
    fn trust(&self) {
        let (root, data) = (self.workspace.path(), self.config.path());
        let crate::trust::Standing::Untrusted(survey) = crate::trust::look(root, data) else {
            panic!("there is nothing to trust");
        };
        crate::trust::trust(root, data, &survey.hash).unwrap();
    }

    fn resolve(&self) -> Resolved {
        let dirs = Dirs {
            config: self.config.path().to_owned(),
            data: self.config.path().to_owned(),
        };
        let workspace = Some(self.workspace.path());
        let mut layers = Layers::load(&dirs, workspace, self.environment.clone());
        layers.set_flags(&self.flags);
        if let Some(editor) = &self.editor {
            layers.set_editor(editor.clone());
        }
        layers.resolve()
    }

    /// What was set, and the warnings.
    fn check(&self, expect: Expect) -> Settings {
        let resolved = self.resolve();
        let mut lines = resolved.changed();
        lines.extend(
            resolved
                .warnings
                .iter()
                .map(|warning| format!("! {warning}")),
        );
        lines.extend(resolved.notice.iter().map(|notice| format!("> {notice}")));
        let text = lines
            .iter()
            .fold(String::new(), |text, line| text + line + "\n");
        let text = text.replace(&self.config.path().display().to_string(), "CONFIG");
        expect.assert_eq(&text.replace(&self.workspace.path().display().to_string(), "WORKSPACE"));
        resolved.settings
    }
}

fn put(path: &Path, text: &str) {
    let mut file = std::fs::File::create_new(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

#[test]
fn with_nothing_said_the_defaults_are_in_force() {
    let settings = World::new().check(expect![[""]]);
    assert_eq!(settings, Settings::default());
    expect![[r#"
        Settings {
            model: "openai/gpt-5-mini",
            fallback_models: [],
            effort: None,
            permission_mode: Ask,
            providers: Providers {
                own: {},
                strange: {},
                connect_timeout_s: 10,
                first_byte_timeout_s: 120,
                idle_timeout_s: 120,
                total_timeout_s: 1800,
                min_interval_ms: 0,
                retry: RetryPolicy {
                    max_retries: 5,
                    base: 500ms,
                    cap: 60s,
                },
                network: Network {
                    proxy: None,
                    ca_file: None,
                },
            },
            keys: Auto,
            usage: Usage {
                ledger: None,
            },
            permission: Permission {
                timeout_s: 600,
            },
            editor: Editor {
                request_timeout_s: 10,
                edit_confirm_timeout_ms: 2000,
                diagnostics_wait_ms: 1000,
            },
            turn: Turn {
                max_iterations: 50,
                max_output_tokens: None,
                max_parallel_reads: 4,
                repeat_limit: 3,
                max_queued: 16,
                context_window: 128000,
                tool_timeout_s: 600,
            },
            edits: Edits {
                mode: Apply,
                confirm: false,
                dialects: Dialects(
                    [
                        (
                            "*codex*",
                            ApplyPatch,
                        ),
                    ],
                ),
            },
            files: Files {
                max_read_mb: 10,
            },
            web: Web {
                search_provider: None,
                search_url: None,
                tavily_key: None,
                brave_key: None,
                allow_hosts: [],
                timeout_s: 30,
                max_mb: 5,
            },
            commands: Commands {
                backend: "auto",
                container: Container {
                    image: "",
                    socket: None,
                    pulls: false,
                    pool: 1,
                    idle_s: 600,
                },
                has_network: false,
                memory_mb: 8192,
                processes: 1024,
                environment: [],
                timeout_s: 3600,
                background_after_s: 120,
                max_output_kb: 32,
                max_jobs: 8,
            },
            transport: Transport {
                max_message_mb: 32,
            },
            storage: Storage {
                busy_timeout_ms: 5000,
            },
            log: Log {
                level: "info",
                max_file_mb: 5,
                files: 3,
            },
            hooks: [],
            tools: [],
            databases: [],
            mcp_servers: [],
            rules: [],
            checkers: [],
            trust: None,
        }
    "#]]
    .assert_debug_eq(&settings);
}

#[test]
fn the_table_and_the_settings_agree() {
    for spec in SETTINGS {
        // A value that is neither the default nor what a missing value would be read as.
        let (text, is_seen): (String, fn(&Settings, &str) -> bool) = match &spec.kind {
            Kind::Integer { min, max, .. } => {
                let default: u64 = match spec.default {
                    "" => *min,
                    text => text.parse().unwrap(),
                };
                assert!((min..=max).contains(&&default), "{}", spec.key);
                let other = if default == *max { *min } else { default + 1 };
                (other.to_string(), |settings, text| {
                    let shown = format!("{settings:?}");
                    let in_time = [": ", "(", ": 0."].map(|start| format!("{start}{text}"));
                    in_time.iter().any(|text| shown.contains(text))
                })
            }
            Kind::Choice(words) => {
                let is_default = spec.default.is_empty() || words.contains(&spec.default);
                assert!(is_default, "{}", spec.key);
                let other = words.iter().find(|word| **word != spec.default);
                (other.unwrap().to_string(), |settings, _| {
                    *settings != Settings::default()
                })
            }
            Kind::Secret => ("other-secret-value".to_owned(), |settings, text| {
                let web = &settings.web;
                let proxy = &settings.providers.network.proxy;
                let all = [proxy, &web.tavily_key, &web.brave_key];
                all.into_iter()
                    .flatten()
                    .any(|secret| secret.expose() == text)
            }),
            Kind::Dialects => ("x=searchReplace".to_owned(), |settings, _| {
                settings.edits.dialects.of("x") == EditDialect::SearchReplace
            }),
            Kind::Switch | Kind::Dollars | Kind::Decimal(_) => {
                panic!("{}: only models have these", spec.key)
            }
            Kind::Text | Kind::Model | Kind::Models | Kind::Words | Kind::Url => {
                assert!(spec.default.is_empty() || value::from_text(spec, spec.default).is_ok());
                ("http://other/x".to_owned(), |settings, text| {
                    format!("{settings:?}").contains(text)
                })
            }
        };
        let world = World::new().flag(spec.key, &text);
        let resolved = world.resolve();
        assert_eq!(resolved.warnings, Vec::<String>::new());
        assert_ne!(
            resolved.settings,
            Settings::default(),
            "{} is not read",
            spec.key
        );
        assert!(
            is_seen(&resolved.settings, &text),
            "{} is not read",
            spec.key
        );
        let changed = resolved.changed();
        assert!(matches!(changed.as_slice(), [line] if line.ends_with("  (flag)")));
        assert!(spec.doc.ends_with('.'), "{}", spec.key);
    }
    let mut keys: Vec<&str> = SETTINGS.iter().map(|spec| spec.key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), SETTINGS.len());
}

#[test]
fn each_mode_is_read_as_what_it_is() {
    let Kind::Choice(words) = find("permission_mode").unwrap().kind else {
        panic!("the mode is a choice");
    };
    for word in words {
        let mode = World::new()
            .flag("permission_mode", word)
            .resolve()
            .settings
            .permission_mode;
        assert_eq!(serde_json::to_value(mode).unwrap(), json!(word));
    }
}

#[test]
fn later_layers_win() {
    let world = World::new()
        .user("model = 'user/m'\n[turn]\nmax_queued = 1\nrepeat_limit = 1\n[log]\nfiles = 9")
        .editor(json!({ "model": "editor/m", "turn": { "max_queued": 2, "repeat_limit": 2 } }));
    world.check(expect![[r#"
        model = editor/m  (editor)
        turn.repeat_limit = 2 calls  (editor)
        turn.max_queued = 2 prompts  (editor)
        log.files = 9 files  (CONFIG/config.toml)
    "#]]);
    let world = world
        .environment("ASIDE_MODEL", "env/m")
        .flag("turn.max_queued", "4");
    let settings = world.check(expect![[r#"
        model = env/m  (ASIDE_MODEL)
        turn.repeat_limit = 2 calls  (editor)
        turn.max_queued = 4 prompts  (flag)
        log.files = 9 files  (CONFIG/config.toml)
    "#]]);
    assert_eq!(
        (settings.model.as_str(), settings.turn.max_queued),
        ("env/m", 4)
    );
    world.flag("model", "flag/m").check(expect![[r#"
        model = flag/m  (flag)
        turn.repeat_limit = 2 calls  (editor)
        turn.max_queued = 4 prompts  (flag)
        log.files = 9 files  (CONFIG/config.toml)
    "#]]);
}

#[test]
fn the_environment() {
    let secret = "not-a-pattern-but-secret";
    let settings = World::new()
        .environment("OPENAI_API_KEY", &format!(" {secret}\n"))
        .environment("OPENAI_BASE_URL", "http://127.0.0.1:8080/v1/")
        .environment("ASIDE_PERMISSION_MODE", "full")
        .environment("ASIDE_LOG", "aside=debug,warn")
        .environment("ASIDE_MODEL", "")
        .check(expect![[r#"
            permission_mode = full  (ASIDE_PERMISSION_MODE)
            log.level = aside=debug,warn  (ASIDE_LOG)
            providers.openai.api_key = set  (OPENAI_API_KEY)
            providers.openai.base_url = http://127.0.0.1:8080/v1  (OPENAI_BASE_URL)
        "#]]);
    let key = settings.providers.own["openai"].key.clone();
    assert_eq!(key.unwrap().expose(), secret);
    assert_eq!(crate::redact::redact(secret), crate::redact::REDACTED);
    World::new()
        .environment("ASIDE_MODEL", "gpt")
        .environment("OPENAI_BASE_URL", "http://u:p@localhost")
        .check(expect![[r#"
            providers.openai.base_url = http://[redacted]@localhost  (OPENAI_BASE_URL)
            ! ASIDE_MODEL must be a model as provider/model, not "gpt"; it is ignored
        "#]]);
}

#[test]
fn what_is_wrong_is_named_and_the_rest_counts() {
    World::new()
        .user(
            "modle = 'x'\nmodel = 3\npermission_mode = 'yolo'\nturn = 7\n\
             [log]\nfiles = 0\nmax_file_mb = 7\n[mcp.servers.x]\ncommand = 'y'\n\
             [providers.openai]\napi_key = ['secret']\nbase_url = 1979-05-27T07:32:00Z\n\
             [storage]\nbusy_timeout_ms = nan",
        )
        .check(expect![[r#"
            log.max_file_mb = 7 MB  (CONFIG/config.toml)
            ! CONFIG/config.toml: log.files must be a whole number from 1 to 100 (files), not 0; it is ignored
            ! CONFIG/config.toml: there is no setting "mcp", so it is ignored
            ! CONFIG/config.toml: model must be a model as provider/model, not 3; it is ignored
            ! CONFIG/config.toml: there is no setting "modle", so it is ignored
            ! CONFIG/config.toml: permission_mode must be one of ask, acceptEdits, readOnly, full, not "yolo"; it is ignored
            ! CONFIG/config.toml: providers.openai.api_key must be a text of one line; it is ignored
            ! CONFIG/config.toml: providers.openai.base_url must be an http or https URL without a user name, not a table; it is ignored
            ! CONFIG/config.toml: storage.busy_timeout_ms must be a whole number from 1 to 600000 (ms), not that; it is ignored
            ! CONFIG/config.toml: turn must be a table
        "#]]);
    World::new().user("model = 'a/b'\nx = [").check(expect![[r#"
            ! CONFIG/config.toml:2: unclosed array, expected `]`; the whole file is ignored
        "#]]);
    World::new()
        .flag("no.such", "x")
        .flag("turn.max_queued", "many")
        .check(expect![[r#"
            ! flag: there is no setting "no.such"
            ! flag: turn.max_queued must be a whole number from 1 to 1000 (prompts), not "many"; it is ignored
        "#]]);
}

#[test]
fn warnings_do_not_flood() {
    let text: String = (0..1000).map(|number| format!("x{number} = 1\n")).collect();
    let warnings = World::new().user(&text).resolve().warnings;
    assert_eq!(warnings.len(), layer::MAX_WARNINGS + 1);
    let last = warnings.last().unwrap();
    assert_eq!(last, "980 more warnings of this kind are left out");
}

#[test]
fn a_workspace_is_not_trusted() {
    let settings = World::new()
        .workspace(
            "permission_mode = 'full'\nmodel = 'evil/m'\nx = 1\n\
             [providers.openai]\nbase_url = 'http://evil'",
        )
        .check(expect![[r#"
            ! WORKSPACE/.aside/config.toml: providers.openai.base_url is not applied, because no workspace may say where keys go, whom to trust and where to write; set it in the config.toml of your own
            ! WORKSPACE/.aside/config.toml: there is no setting "x", so it is ignored
            > WORKSPACE brings settings of its own (.aside/config.toml). They are not active, because you did not say that you trust them; `aside trust` shows them and asks.
        "#]]);
    assert_eq!(settings, Settings::default());
    World::new()
        .workspace("model = 'evil/m'")
        .check(expect![[r#"
            > WORKSPACE brings settings of its own (.aside/config.toml). They are not active, because you did not say that you trust them; `aside trust` shows them and asks.
        "#]]);
    World::new().workspace("= broken").check(expect![[r#"
        ! WORKSPACE/.aside/config.toml:1: unquoted keys cannot be empty, expected letters, numbers, `-`, `_`; the whole file is ignored
        > WORKSPACE brings settings of its own (.aside/config.toml). They are not active, because you did not say that you trust them; `aside trust` shows them and asks.
    "#]]);
}

#[test]
fn editors_send_all_kinds_of_things() {
    World::new()
        .editor(json!({
            "model": null,
            "trace": { "server": "verbose" },
            "server.path": "/usr/bin/aside",
            "permission.timeout_s": 5,
            "turn": { "max_queued": "7", "max_iterations": 1e3 },
            "editor": null,
            "unknown": { "a": 1 },
        }))
        .check(expect![[r#"
            permission.timeout_s = 5 s  (editor)
            turn.max_iterations = 1000 requests  (editor)
            ! editor: turn.max_queued must be a whole number from 1 to 1000 (prompts), not "7"; it is ignored
            ! editor: there is no setting "unknown", so it is ignored
        "#]]);
    for odd in [json!([1]), json!("x"), json!(1), json!(true)] {
        World::new().editor(odd).check(expect![[r#"
            ! editor: the settings are not an object
        "#]]);
    }
    for none in [Json::Null, json!({})] {
        World::new().editor(none).check(expect![[""]]);
    }
}

#[test]
fn an_editors_new_settings_replace_its_old_ones() {
    let mut layers = Layers::default();
    layers.set_editor(json!({ "model": "a/b", "turn": { "max_queued": 1 } }));
    layers.set_editor(json!({ "model": "c/d" }));
    let settings = layers.resolve().settings;
    assert_eq!(settings.model, "c/d");
    assert_eq!(settings.turn, Settings::default().turn);
}

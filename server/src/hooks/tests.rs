//! Which hooks run when, and what they are told. How they run is tested with the built program.
use std::path::Path;

use serde_json::json;

use super::{HookEnd, MAX_BEGUN, MAX_INPUT_BYTES, Runner, Told, fitting};
use crate::settings::Settings;
use crate::settings::items::{Hook, HookEvent, OnFailure, Place};

fn hook(event: HookEvent, matcher: &str, command: &str) -> Hook {
    Hook {
        event,
        matcher: matcher.to_owned(),
        command: command.to_owned(),
        timeout_s: 60,
        on_failure: OnFailure::Allow,
        place: Place::User,
    }
}

#[test]
fn a_hook_is_for_its_moment_and_its_tools() {
    let settings = Settings {
        hooks: vec![
            hook(HookEvent::BeforeTool, "edit_*", "a"),
            hook(HookEvent::BeforeTool, "*", "b"),
            hook(HookEvent::AfterTool, "bash", "c"),
            hook(HookEvent::TurnStart, "*", "d"),
        ],
        ..Settings::default()
    };
    let check = |event, tool: &str, expect: &str| {
        let commands: Vec<&str> = fitting(&settings, event, tool)
            .map(|hook| hook.command.as_str())
            .collect();
        assert_eq!(commands.concat(), expect, "{event:?} {tool}");
    };
    check(HookEvent::BeforeTool, "edit_file", "ab");
    check(HookEvent::BeforeTool, "bash", "b");
    check(HookEvent::AfterTool, "bash", "c");
    check(HookEvent::AfterTool, "bash2", "");
    check(HookEvent::TurnStart, "", "d");
    check(HookEvent::TurnEnd, "", "");
}

#[test]
fn what_hooks_are_told() {
    let check = |told: Told<'_>, expect: serde_json::Value| {
        let told: serde_json::Value = serde_json::from_str(&crate::wire::to_json(&told)).unwrap();
        assert_eq!(told, expect);
    };
    let workspace = Path::new("/project");
    let arguments = json!({"path": "a"}).as_object().cloned().unwrap();
    check(
        Told::new(HookEvent::SessionEnd, workspace, "s"),
        json!({"version": 1, "event": "session_end", "workspace": "/project", "sessionId": "s"}),
    );
    let turn = |event| Told::new(event, workspace, "s").turn("t");
    check(
        turn(HookEvent::BeforeTool).call("read_file", &arguments),
        json!({
            "version": 1, "event": "before_tool", "workspace": "/project", "sessionId": "s",
            "turnId": "t", "tool": {"name": "read_file", "arguments": {"path": "a"}},
        }),
    );
    check(
        turn(HookEvent::AfterTool).result("read_file", &arguments, "text"),
        json!({
            "version": 1, "event": "after_tool", "workspace": "/project", "sessionId": "s",
            "turnId": "t",
            "tool": {"name": "read_file", "arguments": {"path": "a"}, "output": "text"},
        }),
    );
    check(
        turn(HookEvent::TurnStart).prompt("Do it."),
        json!({
            "version": 1, "event": "turn_start", "workspace": "/project", "sessionId": "s",
            "turnId": "t", "prompt": "Do it.",
        }),
    );
    check(
        turn(HookEvent::TurnEnd).stopped("endTurn"),
        json!({
            "version": 1, "event": "turn_end", "workspace": "/project", "sessionId": "s",
            "turnId": "t", "stopReason": "endTurn",
        }),
    );
}

#[test]
fn a_session_that_is_not_noted_begins_again() {
    let runner = Runner::new(Path::new("/project"), Path::new("/data"));
    assert!(!runner.has_begun("s"));
    runner.note_begun("s");
    assert!(runner.has_begun("s") && !runner.has_begun("t"));
    for number in 0..MAX_BEGUN {
        runner.note_begun(&number.to_string());
    }
    // The last one found no room, and its hooks go on being asked.
    assert!(!runner.has_begun(&(MAX_BEGUN - 1).to_string()));
}

#[tokio::test]
async fn too_much_to_tell_gets_past_no_hook() {
    let runner = Runner::new(Path::new("/project"), Path::new("/data"));
    let text = "x".repeat(MAX_INPUT_BYTES);
    let arguments = json!({"content": text}).as_object().cloned().unwrap();
    for (event, is_blocked) in [(HookEvent::BeforeTool, true), (HookEvent::AfterTool, false)] {
        let told = Told::new(event, Path::new("/project"), "s").call("write_file", &arguments);
        let hook = hook(event, "*", "exit 0");
        let end = runner.run(&hook, &Settings::default(), &told).await;
        assert_eq!(matches!(end, HookEnd::Blocked(_)), is_blocked, "{end:?}");
    }
}

#[tokio::test]
async fn a_hook_that_must_not_fail_blocks_where_it_does() {
    let data = tempfile::tempdir().unwrap();
    // What is a file cannot be the folder for its scratch, so that nothing can be started.
    let file = data.path().join("scratch");
    std::fs::File::create_new(&file).unwrap();
    let runner = Runner::new(Path::new("/project"), data.path());
    let told = Told::new(HookEvent::BeforeTool, Path::new("/project"), "s");
    for (on_failure, is_blocked) in [(OnFailure::Allow, false), (OnFailure::Block, true)] {
        let hook = Hook {
            on_failure,
            ..hook(HookEvent::BeforeTool, "*", "exit 0")
        };
        let end = runner.run(&hook, &Settings::default(), &told).await;
        assert_eq!(matches!(end, HookEnd::Blocked(_)), is_blocked, "{end:?}");
        assert_eq!(matches!(end, HookEnd::Failed(_)), !is_blocked, "{end:?}");
    }
    // Of a workspace whose files changed it does nothing at all.
    let strange = Hook {
        on_failure: OnFailure::Block,
        place: Place::Workspace,
        ..hook(HookEvent::BeforeTool, "*", "exit 2")
    };
    let end = runner.run(&strange, &Settings::default(), &told).await;
    assert!(matches!(end, HookEnd::Failed(_)), "{end:?}");
}

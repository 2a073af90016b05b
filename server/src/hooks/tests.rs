//! Which hooks run when, and what they are told. How they run is tested with the built program.
use std::path::Path;

use serde_json::json;

use super::{Told, fitting};
use crate::settings::Settings;
use crate::settings::items::{Hook, HookEvent, Place};

fn hook(event: HookEvent, matcher: &str, command: &str) -> Hook {
    Hook {
        event,
        matcher: matcher.to_owned(),
        command: command.to_owned(),
        timeout_s: 60,
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

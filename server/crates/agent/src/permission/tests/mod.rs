//! What is decided of which effect.
mod choices;
mod denials;
mod order;
mod patterns;

use super::{Decision, Effect, PermissionMode, Places, Rule, RuleDecision, RuleScope, decide};

/// A workspace with two folders, in a home folder.
fn places() -> Places {
    Places {
        roots: vec!["/home/me/project".into(), "/srv/more".into()],
        home: Some("/home/me".into()),
        own: vec!["/home/me/.local/share/aside".into()],
        scratch: vec!["/home/me/.local/share/aside/scratch/s".into()],
        folds_case: false,
    }
}

/// An effect as it is written in these tests: `read PATH`, `write PATH`, `run WORDS`, `net HOST`,
/// `call SERVER/TOOL`, and `look SERVER/TOOL` for one that only reads.
fn effect(text: &str) -> Effect {
    let (kind, rest) = text.split_once(' ').unwrap();
    let own = str::to_owned;
    match kind {
        "read" => Effect::ReadPath { path: own(rest) },
        "write" => Effect::WritePath { path: own(rest) },
        "net" => Effect::Network { host: own(rest) },
        "run" => {
            let mut words = rest.split(' ').map(own);
            Effect::RunProgram {
                program: words.next().unwrap(),
                arguments: words.collect(),
            }
        }
        "call" | "look" => {
            let (server, tool) = rest.split_once('/').unwrap();
            Effect::McpTool {
                server: own(server),
                tool: own(tool),
                read_only: kind == "look",
            }
        }
        other => panic!("{other}"),
    }
}

/// A rule as it is written in these tests: `[SCOPE] DECISION EFFECT PATTERN`.
fn rule(text: &str) -> Rule {
    let of = |name: &str| RuleScope::WORDS.iter().find(|(word, _)| *word == name);
    let (scope, text) = match text.split_once(' ') {
        Some((first, rest)) if of(first).is_some() => (of(first).unwrap().1, rest),
        _ => (RuleScope::Workspace, text),
    };
    let mut words = text.splitn(3, ' ');
    let decision = words.next().unwrap();
    let mut decisions = RuleDecision::WORDS.iter();
    let decision = decisions.find(|(word, _)| *word == decision).unwrap().1;
    Rule::read(
        words.next().unwrap(),
        words.next().unwrap(),
        decision,
        scope,
    )
    .unwrap()
}

fn judged(text: &str, rules: &[&str], mode: PermissionMode) -> super::Judged {
    let rules: Vec<Rule> = rules.iter().map(|text| rule(text)).collect();
    decide(&effect(text), &places(), &rules, mode)
}

fn word(decision: &Decision) -> &'static str {
    match decision {
        Decision::Allow => "allow",
        Decision::Ask(_) => "ask",
        Decision::Deny(_) => "deny",
    }
}

#[track_caller]
fn check(text: &str, rules: &[&str], mode: PermissionMode, expected: &str) {
    let judged = judged(text, rules, mode);
    assert_eq!(
        word(&judged.decision),
        expected,
        "{text} with {rules:?} in {mode:?}: {judged:?}"
    );
    assert!(judged.reason.ends_with('.'), "{judged:?}");
    if let Decision::Deny(reason) = &judged.decision {
        assert!(reason.ends_with('.') && reason.contains(' '), "{reason}");
    }
}

//! Which effects a rule speaks of, and which rules there cannot be.
use super::super::PermissionMode::{Ask, Full};
use super::super::{
    MAX_PATTERN_BYTES, MAX_PATTERN_WORDS, Places, Rule, RuleDecision, RuleScope, decide,
};
use super::{check, effect, rule, word};

/// What a rule with this effect and pattern allows, then what a rule that refuses refuses.
#[track_caller]
fn fits(pattern: &str, effect: &str, is_allowed: bool, is_refused: bool) {
    let allow = format!("allow {pattern}");
    let deny = format!("deny {pattern}");
    check(
        effect,
        &[&allow],
        Ask,
        if is_allowed { "allow" } else { "ask" },
    );
    check(
        effect,
        &[&deny],
        Ask,
        if is_refused { "deny" } else { "ask" },
    );
}

#[test]
fn commands() {
    for (pattern, effect, is_allowed, is_refused) in [
        ("git push *", "run git push", true, true),
        ("git push *", "run git push origin main", true, true),
        ("git push *", "run /usr/bin/git push", true, true),
        ("git push *", "run git pull", false, false),
        ("git push *", "run git", false, false),
        ("git push *", "run gitk push", false, false),
        // Options between: what allows is read narrowly, what refuses widely.
        ("git push *", "run git -C /x push", false, true),
        ("git push *", "run git --no-pager push", false, true),
        ("git push *", "run git commit -m push", false, false),
        // A program that an agent could have put there is not the one of that name.
        ("git push *", "run /home/me/project/git push", false, true),
        ("git push *", "run /tmp/git push", false, true),
        ("git *", "run git", true, true),
        ("git", "run git", true, true),
        ("git", "run git push", false, false),
        ("make", "run make -j4", false, true),
        ("cargo t*t", "run cargo test", true, true),
        ("cargo * --all", "run cargo fmt --all", true, true),
        ("cargo * --all", "run cargo fmt", false, false),
        ("python -c print(1)", "run python -c print(1)", true, true),
        ("python -c print(1)", "run python -c print(2)", false, false),
        ("*", "run anything at all", true, true),
        ("*", "run /home/me/project/a.sh", true, true),
        (
            "tools/*.sh *",
            "run /home/me/project/tools/a.sh -x",
            true,
            true,
        ),
        ("tools/*.sh *", "run a.sh -x", false, false),
        (
            "/home/me/project/a.sh",
            "run /home/me/project/a.sh",
            true,
            true,
        ),
        ("~/bin/x", "run /home/me/bin/x", true, true),
    ] {
        fits(
            &format!("runProgram {pattern}"),
            effect,
            is_allowed,
            is_refused,
        );
    }
}

#[test]
fn a_program_of_the_workspace_is_no_program_of_the_system() {
    let places = Places {
        roots: vec!["/usr/src/app".into(), "/opt/project".into()],
        ..Places::default()
    };
    let rules = [rule("allow runProgram git status *")];
    for (command, expected) in [
        ("run /usr/bin/git status", "allow"),
        ("run /usr/src/git status", "allow"),
        ("run /usr/src/app/git status", "ask"),
        ("run /opt/project/bin/git status", "ask"),
    ] {
        let judged = decide(&effect(command), &places, &rules, Ask);
        assert_eq!(word(&judged.decision), expected, "{command}");
    }
}

#[test]
fn an_argument_that_is_not_known_is_asked_about_whatever_rules_say() {
    for rules in [
        &["allow runProgram git push *"][..],
        &[
            "allow runProgram git push *",
            "deny runProgram git push --force *",
        ],
    ] {
        check("run git push ?$X", rules, Ask, "ask");
        check("run git push origin", rules, Ask, "allow");
    }
    let refused = &["deny runProgram git push --force *"];
    check("run git push ?$X", refused, Full, "ask");
}

#[test]
fn paths() {
    for (pattern, path, is_met) in [
        ("**", "/home/me/project/a/b", true),
        ("**", "/srv/more/a", true),
        ("**", "/opt/a", false),
        ("src/**", "/home/me/project/src/a/b.rs", true),
        ("src/**", "/home/me/project/src", true),
        ("./src/**", "/home/me/project/src/a", true),
        ("*.rs", "/home/me/project/a.rs", true),
        ("*.rs", "/home/me/project/src/a.rs", false),
        ("**/*.rs", "/home/me/project/src/a.rs", true),
        ("/opt/**", "/opt/a", true),
        ("~/notes/*", "/home/me/notes/a", true),
        ("~", "/home/me", true),
        ("~me/**", "/home/me/notes/a", false),
        ("/**", "/opt/a", true),
    ] {
        let rules = [&*format!("deny readPath {pattern}")];
        let text = format!("read {path}");
        let judged = super::judged(&text, &rules, super::super::PermissionMode::Full);
        assert_eq!(
            super::word(&judged.decision) == "deny",
            is_met,
            "{pattern} {path}"
        );
    }
    fits("writePath **", "write /home/me/project/a", true, true);
    fits("readPath **", "write /home/me/project/a", false, false);
    fits("readPath /opt/**", "read /opt/a", true, true);
}

#[test]
fn hosts_and_servers() {
    for (pattern, effect, is_met) in [
        ("network example.org", "net example.org", true),
        ("network example.org", "net EXAMPLE.org.", true),
        ("network example.org", "net www.example.org", false),
        ("network *.example.org", "net www.example.org", true),
        ("network *.example.org", "net a.b.example.org", true),
        ("network *.example.org", "net example.org", false),
        ("network *.example.org", "net badexample.org", false),
        ("network *", "net 10.0.0.1", true),
        ("mcpTool files/*", "call files/write", true),
        ("mcpTool files", "call files/write", true),
        ("mcpTool files/read*", "call files/write", false),
        ("mcpTool */write", "call files/write", true),
        ("mcpTool other/*", "call files/write", false),
        ("* *", "net example.org", true),
        ("* *", "call files/write", true),
    ] {
        fits(pattern, effect, is_met, is_met);
    }
}

#[test]
fn rules_that_there_cannot_be() {
    let long = "x".repeat(MAX_PATTERN_BYTES + 1);
    let wordy = "x ".repeat(MAX_PATTERN_WORDS + 1);
    for (effect, pattern, field) in [
        ("writepath", "**", "effect"),
        ("", "**", "effect"),
        ("writePath", "", "pattern"),
        ("writePath", " ", "pattern"),
        ("writePath", "a/../b", "pattern"),
        ("readPath", "a\nb", "pattern"),
        ("runProgram", "a\0", "pattern"),
        ("runProgram", &*long, "pattern"),
        ("runProgram", &*wordy, "pattern"),
        ("network", "https://example.org", "pattern"),
        ("network", "a b", "pattern"),
        ("mcpTool", "a/b/c", "pattern"),
        ("*", "**", "pattern"),
    ] {
        let read = Rule::read(effect, pattern, RuleDecision::Deny, RuleScope::User);
        let error = read.unwrap_err();
        assert_eq!(error.field, field, "{effect} {pattern}");
        assert!(error.to_string().starts_with(&format!("`{field}` ")));
    }
}

#[test]
fn odd_patterns_and_paths_do_no_harm() {
    let patterns = [
        "\\", "**/**/**", "a\\", "?", "\\*", "~~", "//", "***", "~/**/x",
    ];
    let paths = [
        "", "/", "//", "/**", "a", "/\u{0}", "/..", "?", "/**/**", "\\",
    ];
    for pattern in patterns {
        for kind in ["readPath", "writePath", "runProgram"] {
            let rule = format!("deny {kind} {pattern}");
            for path in paths {
                for text in [
                    format!("read {path}"),
                    format!("write {path}"),
                    format!("run {path}"),
                ] {
                    super::judged(&text, &[&rule], Ask);
                }
            }
        }
    }
}

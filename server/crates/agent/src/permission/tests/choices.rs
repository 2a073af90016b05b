//! What the user can answer, and the rules of each answer.
use expect_test::{Expect, expect};

use super::super::PermissionMode::Ask;
use super::super::{Answer, Decision, Effect, choices, decide, question, rules_of};
use super::{effect, places, rule};

fn show(effects: &[&str]) -> String {
    let effects: Vec<Effect> = effects.iter().map(|text| effect(text)).collect();
    let mut shown = question(&effects, [], None);
    for choice in choices(&effects, &places()) {
        shown.push_str(&format!("\n{}", choice.label));
        for rule in rules_of(choice.answer, &effects, &places()) {
            shown.push_str(&format!("\n  {} {rule}", rule.scope.word()));
        }
    }
    shown
}

fn check(effects: &[&str], expect: Expect) {
    expect.assert_eq(&show(effects));
}

#[test]
fn of_a_command() {
    check(
        &["run git push origin"],
        expect![[r#"
        Aside wants to run git push origin.
        Allow once
        Allow for this session: run `git push *`
          session allow runProgram git push *
        Always allow in this workspace: run `git push *`
          workspace allow runProgram git push *
        Reject
        Always reject in this workspace: run `git push *`
          workspace deny runProgram git push *"#]],
    );
    check(
        &["run make"],
        expect![[r#"
        Aside wants to run make.
        Allow once
        Allow for this session: run `make`
          session allow runProgram make
        Always allow in this workspace: run `make`
          workspace allow runProgram make
        Reject
        Always reject in this workspace: run `make`
          workspace deny runProgram make"#]],
    );
    check(
        &["run python -c print(1)*"],
        expect![[r#"
        Aside wants to run python -c print(1)*.
        Allow once
        Allow for this session: run `python -c print(1)\*`
          session allow runProgram python -c print(1)\*
        Always allow in this workspace: run `python -c print(1)\*`
          workspace allow runProgram python -c print(1)\*
        Reject
        Always reject in this workspace: run `python -c print(1)\*`
          workspace deny runProgram python -c print(1)\*"#]],
    );
    check(
        &["run ?$X"],
        expect![[r#"
        Aside wants to run ?$X.
        Allow once
        Reject"#]],
    );
}

#[test]
fn of_paths() {
    check(
        &["write /home/me/project/a b.rs", "write /srv/more/c"],
        expect![[r#"
            Aside wants to write /home/me/project/a b.rs and write /srv/more/c.
            Allow once
            Allow for this session: write any file in the workspace
              session allow writePath **
            Always allow in this workspace: write any file in the workspace
              workspace allow writePath **
            Reject
            Always reject in this workspace: write `a\ b.rs` and write `c`
              workspace deny writePath a\ b.rs
              workspace deny writePath c"#]],
    );
    check(
        &[
            "read /usr/include/stdio.h",
            "read /etc/hosts",
            "read /home/me/x",
            "read /opt/**",
        ],
        expect![[r#"
            Aside wants to read /usr/include/stdio.h, read /etc/hosts, read /home/me/x and read /opt/**.
            Allow once
            Allow for this session: read `/usr/include/**`, read `/etc/hosts`, read `/home/me/x` and read `/opt/**`
              session allow readPath /usr/include/**
              session allow readPath /etc/hosts
              session allow readPath /home/me/x
              session allow readPath /opt/**
            Always allow in this workspace: read `/usr/include/**`, read `/etc/hosts`, read `/home/me/x` and read `/opt/**`
              workspace allow readPath /usr/include/**
              workspace allow readPath /etc/hosts
              workspace allow readPath /home/me/x
              workspace allow readPath /opt/**
            Reject
            Always reject in this workspace: read `/usr/include/stdio.h`, read `/etc/hosts`, read `/home/me/x` and read `/opt/**`
              workspace deny readPath /usr/include/stdio.h
              workspace deny readPath /etc/hosts
              workspace deny readPath /home/me/x
              workspace deny readPath /opt/**"#]],
    );
}

#[test]
fn of_hosts_and_servers() {
    check(
        &["net example.org", "call files/write"],
        expect![[r#"
        Aside wants to talk to example.org and call write of files.
        Allow once
        Allow for this session: talk to `example.org` and call `files/write`
          session allow network example.org
          session allow mcpTool files/write
        Always allow in this workspace: talk to `example.org` and call `files/write`
          workspace allow network example.org
          workspace allow mcpTool files/write
        Reject
        Always reject in this workspace: talk to `example.org` and call `files/write`
          workspace deny network example.org
          workspace deny mcpTool files/write"#]],
    );
}

#[test]
fn of_more_than_one_answer_should_settle() {
    let many: Vec<String> = (0..9).map(|n| format!("net {n}.example.org")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    check(
        &many,
        expect![[r#"
        Aside wants to talk to 0.example.org, talk to 1.example.org, talk to 2.example.org, talk to 3.example.org, talk to 4.example.org, talk to 5.example.org, talk to 6.example.org, talk to 7.example.org and do 1 more things of this kind.
        Allow once
        Reject"#]],
    );
}

/// Whatever is asked, an answer that lasts settles it, and one that rejects refuses it.
#[test]
fn an_answer_settles_what_was_asked() {
    for text in [
        "run git push origin",
        "run make",
        "run python -c print(1)*",
        "run cat a\\b",
        "run /home/me/project/a.sh x",
        "run /usr/bin/env",
        "write /home/me/project/a",
        "write /home/me/project/[a]*?",
        "write /srv/more/**",
        "read /opt/x/y",
        "read /opt/**",
        "net example.org",
        "call files/wr*te",
    ] {
        let effects = [effect(text)];
        for (answer, expected) in [
            (Answer::AllowSession, "allow"),
            (Answer::AllowAlways, "allow"),
            (Answer::RejectAlways, "deny"),
        ] {
            let rules = rules_of(answer, &effects, &places());
            assert_eq!(rules.len(), 1, "{text}");
            let judged = decide(&effects[0], &places(), &rules, Ask);
            assert_eq!(super::word(&judged.decision), expected, "{text} {rules:?}");
            // What an answer writes can be read again.
            for made in &rules {
                assert_eq!(rule(&format!("{} {made}", made.scope.word())), *made);
            }
        }
    }
}

#[test]
fn an_answer_allows_no_more_than_it_says() {
    let rules = rules_of(
        Answer::AllowAlways,
        &[effect("run git push origin"), effect("read /opt/x/y")],
        &places(),
    );
    for text in [
        "run git pull",
        "run git -C x push",
        "read /opt/y",
        "write /opt/x/y",
    ] {
        let judged = decide(&effect(text), &places(), &rules, Ask);
        assert_ne!(judged.decision, Decision::Allow, "{text}");
    }
}

#[test]
fn a_question_is_bounded() {
    let effects: Vec<Effect> = (0..1000)
        .map(|n| effect(&format!("run x{n} {}", "y ".repeat(500))))
        .collect();
    let reasons: Vec<String> = (0..100).map(|n| format!("Reason {n}.")).collect();
    let text = question(
        &effects,
        reasons.iter().map(String::as_str),
        Some("Nothing confines it."),
    );
    assert!(text.len() < 8 * 1024, "{}", text.len());
    assert!(text.contains("992 more things") && text.contains("Nothing confines it."));
    let text = question(&[effect("run a\nb\u{1b}[2J")], [], None);
    assert_eq!(text, "Aside wants to run a b [2J.");
}

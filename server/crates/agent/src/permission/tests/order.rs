//! Who decides before whom.
use super::super::PermissionMode::{AcceptEdits, Ask, Full, ReadOnly};
use super::super::{Decider, Decision};
use super::{check, judged};

#[test]
fn with_no_rule_the_mode_decides() {
    for (effect, expected) in [
        (
            "read /home/me/project/a",
            ["allow", "allow", "allow", "allow"],
        ),
        ("read /srv/more/**", ["allow", "allow", "allow", "allow"]),
        ("read /usr/include/stdio.h", ["ask", "ask", "ask", "allow"]),
        ("read ?$FILE", ["ask", "ask", "ask", "allow"]),
        (
            "write /home/me/project/a",
            ["ask", "allow", "deny", "allow"],
        ),
        ("write /srv/more/**", ["ask", "allow", "deny", "allow"]),
        ("write ?$FILE", ["ask", "ask", "deny", "allow"]),
        ("run make test", ["ask", "ask", "deny", "allow"]),
        ("run ?$PROGRAM", ["ask", "ask", "deny", "allow"]),
        ("net example.org", ["ask", "ask", "deny", "allow"]),
        ("call files/write", ["ask", "ask", "deny", "allow"]),
        ("look files/read", ["allow", "allow", "allow", "allow"]),
        ("write /dev/null", ["allow", "allow", "deny", "allow"]),
        ("read /dev/zero", ["allow", "allow", "allow", "allow"]),
    ] {
        for (mode, expected) in [Ask, AcceptEdits, ReadOnly, Full].into_iter().zip(expected) {
            check(effect, &[], mode, expected);
        }
    }
}

#[test]
fn deny_goes_before_ask_and_ask_before_allow_and_all_before_the_mode() {
    let (deny, ask, allow) = (
        "deny runProgram git push *",
        "ask runProgram git *",
        "allow runProgram *",
    );
    for mode in [Ask, AcceptEdits, Full] {
        check("run git push", &[allow, ask, deny], mode, "deny");
        check("run git pull", &[allow, ask, deny], mode, "ask");
        check("run make", &[allow, ask, deny], mode, "allow");
        check("run git push", &[allow], mode, "allow");
    }
    check("run git push", &[allow, ask, deny], ReadOnly, "deny");
    check("run git pull", &[allow, ask], ReadOnly, "ask");
    check("run make", &[allow], ReadOnly, "allow");
}

#[test]
fn the_scope_of_a_rule_does_not_change_the_order() {
    for (first, second) in [
        ("user", "session"),
        ("session", "user"),
        ("workspace", "user"),
    ] {
        let rules = [
            format!("{first} allow network *"),
            format!("{second} deny network example.org"),
        ];
        let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
        check("net example.org", &rules, Full, "deny");
        check("net example.com", &rules, Ask, "allow");
    }
}

#[test]
fn a_read_only_session_writes_nothing_and_forgets_what_it_was_allowed() {
    let rules = ["user allow * *", "workspace allow writePath **"];
    check("write /home/me/project/a", &rules, ReadOnly, "deny");
    check(
        "write /home/me/project/a",
        &["ask writePath **"],
        ReadOnly,
        "deny",
    );
    check(
        "run make",
        &["session allow runProgram *"],
        ReadOnly,
        "deny",
    );
    check("run make", &["session allow runProgram *"], Ask, "allow");
    check("run make", &["user allow runProgram *"], ReadOnly, "allow");
}

#[test]
fn what_is_not_known_is_asked_about_whatever_rules_allow() {
    let all = ["allow * *", "allow runProgram *", "allow writePath /**"];
    for effect in [
        "run ?$X",
        "run rm ?$X",
        "write ?$X",
        "read ?$X",
        "net ?$HOST",
    ] {
        check(effect, &all, Ask, "ask");
        check(effect, &all, AcceptEdits, "ask");
        check(effect, &[], Full, "allow");
    }
    // A rule that refuses may be meant, so that even the mode `full` asks.
    check("read ?$X", &["deny readPath **/.env"], Full, "ask");
    check("write ?$X", &["deny writePath docs/**"], Full, "ask");
    check("run ?$X", &["deny runProgram git *"], Full, "ask");
    check("net ?$X", &["deny network evil.org"], Full, "ask");
    check("net ?$X", &["deny runProgram git"], Full, "allow");
}

#[test]
fn a_part_that_is_refused_is_asked_about() {
    let rules = ["deny readPath **/.env", "allow readPath **"];
    check("read /home/me/project/.env", &rules, Full, "deny");
    check("read /home/me/project/src/.env", &rules, Full, "deny");
    check("read /home/me/project/**", &rules, Full, "ask");
    check("read /home/me/project/a", &rules, Full, "allow");
    let rules = ["deny writePath docs/**"];
    check("write /home/me/project/**", &rules, Full, "ask");
    check("write /home/me/project/docs/**", &rules, Full, "deny");
    check("write /srv/more/docs/a", &rules, Full, "deny");
    check("write /home/me/project/src/**", &rules, Full, "allow");
    // A rule that allows a part allows nothing of it.
    check(
        "write /home/me/project/**",
        &["allow writePath docs/**"],
        Ask,
        "ask",
    );
    check(
        "write /home/me/project/docs/**",
        &["allow writePath docs/**"],
        Ask,
        "allow",
    );
}

#[test]
fn who_decided_is_named() {
    let by = |text, rules: &[&str], mode| judged(text, rules, mode).by;
    assert_eq!(by("run make", &[], Ask), Decider::Mode(Ask));
    assert_eq!(by("read /home/me/.ssh/id", &[], Full), Decider::BuiltIn);
    let rule = "allow runProgram make *";
    let judged = judged("run make test", &["ask runProgram git *", rule], Ask);
    assert_eq!(judged.by, Decider::Rule(super::rule(rule)));
    assert_eq!(
        judged.reason,
        "The rule `allow runProgram make *` of this workspace allows it."
    );
}

#[test]
fn the_mode_alone_gives_no_reason_to_a_question() {
    for (text, reason) in [
        ("run make", ""),
        ("write /srv/more/a", ""),
        ("run ?$X", "Part of it is known only when it runs."),
        ("read /etc/hosts", "/etc/hosts lies outside the workspace."),
    ] {
        let decision = judged(text, &[], Ask).decision;
        assert_eq!(decision, Decision::Ask(reason.to_owned()), "{text}");
    }
}

//! Whether calls may be made: the mode, and the user.
use expect_test::expect;

use super::super::{Input, Judgement};
use super::running::calls;
use super::{Bench, check, done, edits, examined, runs};
use crate::host::PermissionOutcome;
use crate::limits::Limits;
use crate::permission::Decision;
use crate::permission::PermissionMode::{Ask, ReadOnly};
use crate::testing::change;

#[test]
fn the_user_is_asked_and_allows() {
    check(
        calls(
            &[("sh", "{\"command\":\"ls\"}")],
            vec![
                examined(0, Ask, vec![runs("ls")]),
                Input::Answered {
                    call: 0,
                    outcome: PermissionOutcome::Allowed,
                },
                done(0, "a b"),
                Input::Cancel,
            ],
        ),
        expect![[r#"
            => request the model

            started #1 call sh Pending
            delta #1 arguments "{\"command\":\"ls\"}"

            => examine 0: sh {"command":"ls"}

            updated #1 call title 0 Waiting
            question #2 #1 call title 0 Waiting
            => ask 0: #2 Aside wants to run ls. (run ls, 0 previewed)

            answer #2 allowed #1 call title 0 Pending
            running #1 call title 0 Running changes []
            => run 0: sh {"command":"ls"}

            completed #1 call title 0 Completed "a b" 10 ms
            => request the model

            => stop work
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
}

#[test]
fn every_other_answer_keeps_the_call_from_running() {
    let outcomes = [
        PermissionOutcome::Rejected { feedback: None },
        PermissionOutcome::Rejected {
            feedback: Some(" Use make. ".to_owned()),
        },
        PermissionOutcome::RejectedAlways { feedback: None },
        PermissionOutcome::Denied("A rule denies it.".to_owned()),
        PermissionOutcome::Expired,
        PermissionOutcome::Unavailable("Use --permission-mode full.".to_owned()),
        PermissionOutcome::Cancelled,
    ];
    let mut shown = String::new();
    for outcome in outcomes {
        let mut bench = Bench::new(Limits::default());
        for input in calls(&[("sh", "{}")], vec![examined(0, Ask, vec![runs("ls")])]) {
            bench.take(input);
        }
        bench.shown.clear();
        bench.take(Input::Answered { call: 0, outcome });
        shown.push_str(&bench.shown);
        bench.take(Input::Cancel);
        assert!(!bench.shown.contains("=> run"));
        bench.check_end();
    }
    expect![[r#"
        answer #2 rejected #1 call title 0 Rejected
        completed #1 call title 0 Rejected "The user refused this call. Do not try it again; find another way, or ask what the user wants instead."
        => request the model

        answer #2 rejected #1 call title 0 Rejected
        completed #1 call title 0 Rejected "The user refused this call and says: Use make."
        => request the model

        answer #2 rejected always #1 call title 0 Rejected
        completed #1 call title 0 Rejected "The user refused this call. Do not try it again; find another way, or ask what the user wants instead."
        => request the model

        answer #2 denied #1 call title 0 Rejected
        completed #1 call title 0 Rejected "This call was not permitted. A rule denies it."
        => request the model

        answer #2 expired #1 call title 0 Rejected
        completed #1 call title 0 Rejected "This call was not made: nobody answered the question for permission in time. Go on without it, or say what you need permission for."
        => request the model

        answer #2 unavailable #1 call title 0 Rejected
        completed #1 call title 0 Rejected "This call was not made: it needs permission, and there is nobody to ask. Use --permission-mode full."
        => request the model

        => stop work
        answer #2 cancelled #1 call title 0 Waiting
        completed #1 call title 0 Cancelled "The user cancelled before this call was made."
        => finish: cancelled, 0 in, 0 out

    "#]].assert_eq(&shown);
}

#[test]
fn the_mode_or_an_earlier_answer_decides_unasked() {
    check(
        calls(
            &[("sh", "{\"n\":1}"), ("sh", "{\"n\":2}"), ("read", "{}")],
            vec![
                examined(0, ReadOnly, vec![runs("ls")]),
                Input::Examined {
                    call: 1,
                    title: "title 1".to_owned(),
                    effects: Ok(vec![runs("ls")]),
                    caution: Some("Not asked, not said.".to_owned()),
                    judgement: Judgement {
                        decisions: vec![Decision::Allow],
                    },
                },
                done(1, "a"),
                Input::Examined {
                    call: 2,
                    title: "title 2".to_owned(),
                    effects: Err("The path leaves the workspace.".to_owned()),
                    caution: None,
                    judgement: Judgement::default(),
                },
                Input::Cancel,
            ],
        ),
        expect![[r#"
            => request the model

            started #1 call sh Pending
            delta #1 arguments "{\"n\":1}"
            started #2 call sh Pending
            delta #2 arguments "{\"n\":2}"
            started #3 call read Pending
            delta #3 arguments "{}"

            => examine 0: sh {"n":1}

            completed #1 call title 0 Rejected "This call was not permitted. This session is read-only, so it may not run ls. Change its permission mode to allow it."
            => examine 1: sh {"n":2}

            running #2 call title 1 Running changes []
            => run 1: sh {"n":2}

            completed #2 call title 1 Completed "a" 10 ms
            => examine 2: read {}

            completed #3 call title 2 Failed "The path leaves the workspace."
            => request the model

            => stop work
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
}

#[test]
fn only_what_is_not_allowed_yet_is_asked_about_with_all_reasons_and_the_caution() {
    let effects = vec![runs("ls"), runs("make"), runs("git"), runs("make")];
    check(
        calls(
            &[("sh", "{}")],
            vec![
                Input::Examined {
                    call: 0,
                    title: "title".to_owned(),
                    effects: Ok(effects),
                    caution: Some("Nothing confines it.".to_owned()),
                    judgement: Judgement {
                        decisions: vec![
                            Decision::Allow,
                            Decision::Ask("A rule says to ask.".to_owned()),
                            Decision::Ask(String::new()),
                            Decision::Ask("A rule says to ask.".to_owned()),
                        ],
                    },
                },
                Input::Answered {
                    call: 0,
                    outcome: PermissionOutcome::AllowedAlways,
                },
                // What was granted is not asked about again with the edits that came of it.
                edits(0, vec![change("a", "1", "2")]),
                Input::Cancel,
            ],
        ),
        expect![[r#"
            => request the model

            started #1 call sh Pending
            delta #1 arguments "{}"

            => examine 0: sh {}

            updated #1 call title Waiting
            question #2 #1 call title Waiting
            => ask 0: #2 Aside wants to run make and run git. A rule says to ask. Nothing confines it. (run make, run git, 0 previewed)

            answer #2 allowed always #1 call title Pending
            running #1 call title Running changes []
            => run 0: sh {}

            => judge 0: write /w/a

            => stop work
            completed #1 call title Cancelled "The user cancelled before this call was made." 20 ms
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
}

#[test]
fn one_denial_denies_the_call_and_a_decision_that_is_missing_allows_nothing() {
    let mut shown = String::new();
    let deny = || Decision::Deny("A rule denies it.".to_owned());
    let ask = || Decision::Ask("Why.".to_owned());
    for decisions in [
        vec![Decision::Allow, deny()],
        vec![ask(), deny()],
        vec![deny(), ask()],
        vec![Decision::Allow],
        Vec::new(),
    ] {
        let mut bench = Bench::new(Limits::default());
        for input in calls(&[("sh", "{}")], Vec::new()) {
            bench.take(input);
        }
        bench.shown.clear();
        bench.take(Input::Examined {
            call: 0,
            title: "title".to_owned(),
            effects: Ok(vec![runs("ls"), runs("make")]),
            caution: None,
            judgement: Judgement { decisions },
        });
        shown.push_str(&bench.shown);
        bench.take(Input::Cancel);
        assert!(!bench.shown.contains("=> run"));
        bench.check_end();
    }
    expect![[r#"
        completed #1 call title Rejected "This call was not permitted. A rule denies it."
        => request the model

        completed #1 call title Rejected "This call was not permitted. A rule denies it."
        => request the model

        completed #1 call title Rejected "This call was not permitted. A rule denies it."
        => request the model

        updated #1 call title Waiting
        question #2 #1 call title Waiting
        => ask 0: #2 Aside wants to run make. (run make, 0 previewed)

        updated #1 call title Waiting
        question #2 #1 call title Waiting
        => ask 0: #2 Aside wants to run ls and run make. (run ls, run make, 0 previewed)

    "#]]
    .assert_eq(&shown);
}

#[test]
fn a_tool_that_edits_unasked_for_is_asked_about_its_edits() {
    check(
        calls(
            &[("sh", "{}")],
            vec![
                examined(0, Ask, Vec::new()),
                edits(0, vec![change("a", "1", "2")]),
                Input::Judged {
                    call: 0,
                    judgement: super::says_of_edits(Ask),
                },
                Input::Answered {
                    call: 0,
                    outcome: PermissionOutcome::Rejected { feedback: None },
                },
                Input::Cancel,
            ],
        ),
        expect![[r#"
            => request the model

            started #1 call sh Pending
            delta #1 arguments "{}"

            => examine 0: sh {}

            running #1 call title 0 Running changes []
            => run 0: sh {}

            => judge 0: write /w/a

            updated #1 call title 0 Waiting
            question #2 #1 call title 0 Waiting
            => ask 0: #2 Aside wants to write /w/a. (write /w/a, 1 previewed)

            answer #2 rejected #1 call title 0 Rejected
            completed #1 call title 0 Rejected "The user refused this call. Do not try it again; find another way, or ask what the user wants instead." 30 ms
            => request the model

            => stop work
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
}

//! Edits as blocks in plain answers.
use aside_llm::{Chunk, ModelErrorKind, StopReason};
use expect_test::{Expect, expect};

use super::super::{Action, Input};
use super::{Bench, at_once, edits, examined, says_of_edits, writes};
use crate::editing::{EditDialect, EditMode};
use crate::item::ToolKind;
use crate::limits::{Limits, MAX_ANSWER_CALLS};
use crate::permission::PermissionMode::{Full, ReadOnly};
use crate::testing::{
    call, change, check_history, end, facts, model_error, no_retries, show_messages, text,
};
use crate::toolbox::EDIT_FILE;

fn block(path: &str, search: &str, replace: &str) -> String {
    format!("{path}.rs\n<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE\n")
}

fn bench(limits: Limits) -> Bench {
    let mut bench = Bench::new(limits);
    bench.state.setup.dialect = EditDialect::SearchReplace;
    bench.state.setup.tools = facts(&[(EDIT_FILE, ToolKind::Edit)]).into();
    bench
}

/// The actions of a turn, which must end, and the conversation after it.
fn check(inputs: Vec<Input>, expect: Expect, messages: Expect) {
    let mut bench = bench(no_retries());
    bench.take(Input::Start);
    for input in inputs {
        bench.take(input);
    }
    bench.check_end();
    expect.assert_eq(&bench.shown);
    let mut history = vec![bench.state.prompt().unwrap().clone()];
    history.extend(bench.state.records().to_vec());
    messages.assert_eq(&show_messages(&check_history(&history)));
}

fn answer(text: &str) -> Vec<Input> {
    at_once(vec![Chunk::Text(text.to_owned()), end()])
}

/// A call is allowed and computes one change of a file.
fn edited(call: usize, name: &str) -> Vec<Input> {
    vec![
        examined(call, Full, vec![writes(&format!("/w/{name}"))]),
        edits(call, vec![change(name, "1\n", "2\n")]),
        Input::Judged {
            call,
            judgement: says_of_edits(Full),
        },
        Input::Applied {
            call,
            end: super::super::ApplyEnd::Made(crate::host::AppliedChange::default()),
        },
    ]
}

fn failed(call: usize) -> Vec<Input> {
    vec![
        examined(call, Full, vec![writes("/w/b")]),
        Input::Returned {
            call,
            result: Err("b is unchanged.".to_owned()),
            attempts: Vec::new(),
        },
    ]
}

#[test]
fn blocks_become_a_call_for_each_file_and_end_the_turn() {
    let said = format!(
        "I edit.\n\n{}{}{}Done.",
        block("a", "1", "2"),
        block("b", "1", "2"),
        block("a", "3", "4")
    );
    let inputs = [answer(&said), edited(0, "a"), edited(1, "b")].concat();
    check(
        inputs,
        expect![[r#"
        => request the model

        started #1 text InProgress ""
        delta #1 text "I edit.\n\na.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\nb.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\na.rs\n<<<<<<< SEARCH\n3\n=======\n4\n>>>>>>> REPLACE\nDone."

        completed #1 text Completed "I edit.\n\na.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\nb.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\na.rs\n<<<<<<< SEARCH\n3\n=======\n4\n>>>>>>> REPLACE\nDone."
        started #2 call edit_file Pending
        delta #2 arguments "{\"edits\":[{\"new_text\":\"2\\n\",\"old_text\":\"1\\n\"},{\"new_text\":\"4\\n\",\"old_text\":\"3\\n\"}],\"path\":\"a.rs\"}"
        started #3 call edit_file Pending
        delta #3 arguments "{\"edits\":[{\"new_text\":\"2\\n\",\"old_text\":\"1\\n\"}],\"path\":\"b.rs\"}"
        => examine 0: edit_file {"edits":[{"new_text":"2\n","old_text":"1\n"},{"new_text":"4\n","old_text":"3\n"}],"path":"a.rs"}

        => run 0: edit_file {"edits":[{"new_text":"2\n","old_text":"1\n"},{"new_text":"4\n","old_text":"3\n"}],"path":"a.rs"}

        => judge 0: write /w/a

        running #2 call title 0 Running edits #4 changes [a]
        => apply 0: a: "1\n" -> "2\n"

        edit #4 applied
        => note seen: a "2\n"
        completed #2 call title 0 Completed "Edited." edits #4 10 ms
        => examine 1: edit_file {"edits":[{"new_text":"2\n","old_text":"1\n"}],"path":"b.rs"}

        => run 1: edit_file {"edits":[{"new_text":"2\n","old_text":"1\n"}],"path":"b.rs"}

        => judge 1: write /w/b

        running #3 call title 1 Running edits #5 changes [b]
        => apply 1: b: "1\n" -> "2\n"

        edit #5 applied
        => note seen: b "2\n"
        completed #3 call title 1 Completed "Edited." edits #5 10 ms
        => stop work
        => finish: end of turn, 0 in, 0 out

    "#]],
        expect![[r#"
        user: Do it.
        assistant:
          "I edit.\n\na.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\nb.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\na.rs\n<<<<<<< SEARCH\n3\n=======\n4\n>>>>>>> REPLACE\nDone."
        user: [Aside: what came of the edits in your answer]

        Edited.

        Edited.
    "#]],
    );
}

#[test]
fn a_refused_block_is_told_and_the_model_goes_on() {
    let said = format!("{}{}", block("a", "1", "2"), block("b", "x", "y"));
    let inputs = [
        answer(&said),
        edited(0, "a"),
        failed(1),
        answer("I cannot do that."),
    ];
    check(
        inputs.concat(),
        expect![[r#"
        => request the model

        started #1 text InProgress ""
        delta #1 text "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\nb.rs\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n"

        completed #1 text Completed "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\nb.rs\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n"
        started #2 call edit_file Pending
        delta #2 arguments "{\"edits\":[{\"new_text\":\"2\\n\",\"old_text\":\"1\\n\"}],\"path\":\"a.rs\"}"
        started #3 call edit_file Pending
        delta #3 arguments "{\"edits\":[{\"new_text\":\"y\\n\",\"old_text\":\"x\\n\"}],\"path\":\"b.rs\"}"
        => examine 0: edit_file {"edits":[{"new_text":"2\n","old_text":"1\n"}],"path":"a.rs"}

        => run 0: edit_file {"edits":[{"new_text":"2\n","old_text":"1\n"}],"path":"a.rs"}

        => judge 0: write /w/a

        running #2 call title 0 Running edits #4 changes [a]
        => apply 0: a: "1\n" -> "2\n"

        edit #4 applied
        => note seen: a "2\n"
        completed #2 call title 0 Completed "Edited." edits #4 10 ms
        => examine 1: edit_file {"edits":[{"new_text":"y\n","old_text":"x\n"}],"path":"b.rs"}

        => run 1: edit_file {"edits":[{"new_text":"y\n","old_text":"x\n"}],"path":"b.rs"}

        completed #3 call title 1 Failed "b is unchanged."
        => request the model

        started #5 text InProgress ""
        delta #5 text "I cannot do that."

        completed #5 text Completed "I cannot do that."
        => stop work
        => finish: end of turn, 0 in, 0 out

    "#]],
        expect![[r#"
        user: Do it.
        assistant:
          "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\nb.rs\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n"
        user: [Aside: what came of the edits in your answer]

        Edited.

        b is unchanged.
        assistant:
          "I cannot do that."
    "#]],
    );
}

#[test]
fn what_is_no_block_is_told() {
    let broken = format!("{}b.rs\n<<<<<<< SEARCH\n1\n", block("a", "1", "2"));
    let inputs = [answer(&broken), answer("Well.")];
    check(
        inputs.concat(),
        expect![[r#"
        => request the model

        started #1 text InProgress ""
        delta #1 text "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\nb.rs\n<<<<<<< SEARCH\n1\n"

        completed #1 text Completed "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\nb.rs\n<<<<<<< SEARCH\n1\n"
        started #2 call edit_file Pending
        completed #2 call edit_file Failed "The block that begins at line 8 does not end. Close it with `>>>>>>> REPLACE`. No edit of this answer was made, so that none is made by halves. Write all of its blocks again."
        => request the model

        started #3 text InProgress ""
        delta #3 text "Well."

        completed #3 text Completed "Well."
        => stop work
        => finish: end of turn, 0 in, 0 out

    "#]],
        expect![[r#"
        user: Do it.
        assistant:
          "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\nb.rs\n<<<<<<< SEARCH\n1\n"
        user: [Aside: what came of the edits in your answer]

        The block that begins at line 8 does not end. Close it with `>>>>>>> REPLACE`. No edit of this answer was made, so that none is made by halves. Write all of its blocks again.
        assistant:
          "Well."
    "#]],
    );
}

#[test]
fn an_answer_without_blocks_ends_the_turn() {
    let inputs = answer("The answer is 4.");
    check(
        inputs,
        expect![[r#"
        => request the model

        started #1 text InProgress ""
        delta #1 text "The answer is 4."

        completed #1 text Completed "The answer is 4."
        => stop work
        => finish: end of turn, 0 in, 0 out

    "#]],
        expect![[r#"
        user: Do it.
        assistant:
          "The answer is 4."
    "#]],
    );
}

#[test]
fn blocks_of_an_answer_that_is_not_whole_are_not_made() {
    let said = || text(&block("a", "1", "2"));
    check(
        at_once(vec![said(), Chunk::Stop(StopReason::MaxTokens)]),
        expect![[r#"
            => request the model

            started #1 text InProgress ""
            delta #1 text "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\n"

            completed #1 text Completed "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\n"
            started #2 call edit_file Pending
            delta #2 arguments "{\"edits\":[{\"new_text\":\"2\\n\",\"old_text\":\"1\\n\"}],\"path\":\"a.rs\"}"
            => stop work
            completed #2 call edit_file Failed "This call was not made: the answer reached its length limit before it was complete. Make shorter calls, one at a time."
            => finish: max tokens, 0 in, 0 out

        "#]],
        expect![[r#"
            user: Do it.
            assistant:
              "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\n"
            user: [Aside: what came of the edits in your answer]

            This call was not made: the answer reached its length limit before it was complete. Make shorter calls, one at a time.
        "#]],
    );
    check(
        vec![
            Input::Chunks(vec![said()]),
            Input::AnswerFailed(model_error(ModelErrorKind::Network)),
        ],
        expect![[r#"
            => request the model

            started #1 text InProgress ""
            delta #1 text "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\n"

            completed #1 text Interrupted "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\n"
            started #2 call edit_file Pending
            delta #2 arguments "{\"edits\":[{\"new_text\":\"2\\n\",\"old_text\":\"1\\n\"}],\"path\":\"a.rs\"}"
            => stop work
            completed #2 call edit_file Failed "This call was not made: the answer broke off before it was complete."
            => finish: error provider (retryable: true) The model failed., 0 in, 0 out

        "#]],
        expect![[r#"
            user: Do it.
            assistant:
              "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\n"
            user: [Aside: what came of the edits in your answer]

            This call was not made: the answer broke off before it was complete.
        "#]],
    );
    check(
        vec![Input::Chunks(vec![said()]), Input::Cancel],
        expect![[r#"
            => request the model

            started #1 text InProgress ""
            delta #1 text "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\n"

            completed #1 text Interrupted "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\n"
            started #2 call edit_file Pending
            delta #2 arguments "{\"edits\":[{\"new_text\":\"2\\n\",\"old_text\":\"1\\n\"}],\"path\":\"a.rs\"}"
            => stop work
            completed #2 call edit_file Cancelled "The user cancelled before this call was made."
            => finish: cancelled, 0 in, 0 out

        "#]],
        expect![[r#"
            user: Do it.
            assistant:
              "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\n"
            user: [Aside: what came of the edits in your answer]

            The user cancelled before this call was made.
        "#]],
    );
}

#[test]
fn a_session_that_may_not_write_says_so() {
    let inputs = [
        answer(&block("a", "1", "2")),
        vec![examined(0, ReadOnly, vec![writes("/w/a")])],
        answer("Then not."),
    ];
    check(
        inputs.concat(),
        expect![[r#"
        => request the model

        started #1 text InProgress ""
        delta #1 text "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\n"

        completed #1 text Completed "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\n"
        started #2 call edit_file Pending
        delta #2 arguments "{\"edits\":[{\"new_text\":\"2\\n\",\"old_text\":\"1\\n\"}],\"path\":\"a.rs\"}"
        => examine 0: edit_file {"edits":[{"new_text":"2\n","old_text":"1\n"}],"path":"a.rs"}

        completed #2 call title 0 Rejected "This call was not permitted. This session is read-only, so it may not write /w/a. Change its permission mode to allow it."
        => request the model

        started #3 text InProgress ""
        delta #3 text "Then not."

        completed #3 text Completed "Then not."
        => stop work
        => finish: end of turn, 0 in, 0 out

    "#]],
        expect![[r#"
        user: Do it.
        assistant:
          "a.rs\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\n"
        user: [Aside: what came of the edits in your answer]

        This call was not permitted. This session is read-only, so it may not write /w/a. Change its permission mode to allow it.
        assistant:
          "Then not."
    "#]],
    );
}

#[test]
fn proposed_blocks_end_the_turn() {
    let mut bench = bench(no_retries());
    bench.state.setup.edit_mode = EditMode::Propose;
    bench.take(Input::Start);
    let mut inputs = [answer(&block("a", "1", "2")), edited(0, "a")].concat();
    inputs.pop();
    for input in inputs {
        bench.take(input);
    }
    bench.check_end();
    assert!(bench.shown.contains("proposed"), "{}", bench.shown);
    assert!(bench.shown.contains("=> finish: end of turn"));
}

#[test]
fn blocks_beside_calls_are_told_not_to_be_made() {
    let check = |said: &str, told: bool| {
        let mut bench = bench(no_retries());
        bench.take(Input::Start);
        for input in at_once(vec![text(said), call(0, "nope", "{}"), end()]) {
            bench.take(input);
        }
        bench.take(Input::Cancel);
        bench.check_end();
        let is_told = bench.shown.contains("because it also calls tools");
        assert_eq!(is_told, told, "{}", bench.shown);
        assert_eq!(bench.shown.contains("call edit_file"), told);
        assert!(!bench.shown.contains("old_text"), "{}", bench.shown);
    };
    check(&block("a", "1", "2"), true);
    check("Let me look.", false);
}

#[test]
fn the_files_of_one_answer_are_bounded() {
    for (files, kept) in [
        (MAX_ANSWER_CALLS, MAX_ANSWER_CALLS),
        (MAX_ANSWER_CALLS + 1, MAX_ANSWER_CALLS - 1),
    ] {
        let mut bench = bench(no_retries());
        bench.take(Input::Start);
        let blocks = (0..files).map(|n| block(&format!("f{n}"), "1", "2"));
        let mut call = 0;
        let mut examine = 0;
        let mut actions = Vec::new();
        for input in answer(&blocks.collect::<String>()) {
            actions = bench.take(input);
        }
        while actions
            .iter()
            .any(|action| matches!(action, Action::Examine { .. }))
        {
            examine += 1;
            bench.take(examined(call, Full, Vec::new()));
            let result = Err("no".to_owned());
            let attempts = Vec::new();
            actions = bench.take(Input::Returned {
                call,
                result,
                attempts,
            });
            call += 1;
        }
        assert_eq!(examine, kept);
        assert_eq!(bench.shown.contains("only the first 63"), kept < files);
        bench.take(Input::Cancel);
        bench.check_end();
    }
}

#[test]
fn the_same_blocks_again_and_again_end_the_turn() {
    let mut bench = bench(no_retries());
    bench.take(Input::Start);
    let mut answers = 0;
    while bench.finished == 0 {
        answers += 1;
        assert!(answers < 10, "{}", bench.shown);
        for input in answer(&block("b", "x", "y")).into_iter().chain(failed(0)) {
            if bench.finished == 0 {
                bench.take(input);
            }
        }
    }
    bench.check_end();
    assert!(bench.shown.contains("over and over"), "{}", bench.shown);
}

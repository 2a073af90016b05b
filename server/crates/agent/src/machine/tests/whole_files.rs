//! Whole files in plain answers.
use aside_llm::{Chunk, StopReason};

use super::super::{ApplyEnd, Input};
use super::{Bench, at_once, edits, examined, says_of_edits, writes};
use crate::editing::EditDialect;
use crate::host::AppliedChange;
use crate::item::{ContentBlock, ItemBody, ToolKind};
use crate::limits::MAX_ANSWER_CALLS;
use crate::permission::PermissionMode::Full;
use crate::testing::{call, change, end, facts, no_retries, text};
use crate::toolbox::{EDIT_FILE, WRITE_FILE};

const ATTACHED: &str = "def a():\n    return 1\n";

fn bench() -> Bench {
    let mut bench = Bench::new(no_retries());
    bench.state.setup.dialect = EditDialect::WholeFile;
    let tools = [(EDIT_FILE, ToolKind::Edit), (WRITE_FILE, ToolKind::Edit)];
    bench.state.setup.tools = facts(&tools).into();
    let prompt = bench.state.setup.prompt.as_mut().unwrap();
    if let ItemBody::UserMessage { content, .. } = &mut prompt.item.body {
        content.push(ContentBlock::Resource {
            uri: "file:///w/a.py".to_owned(),
            lines: None,
            text: Some(ATTACHED.to_owned()),
        });
    }
    bench.take(Input::Start);
    bench
}

/// What becomes of an answer that nothing else follows: parts that are shown, and that are not.
fn check(chunks: Vec<Chunk>, there: &[&str], absent: &[&str]) {
    let mut bench = bench();
    for input in at_once(chunks) {
        bench.take(input);
    }
    bench.take(Input::Cancel);
    bench.check_end();
    for part in there {
        assert!(bench.shown.contains(part), "{part:?} in {}", bench.shown);
    }
    for part in absent {
        assert!(!bench.shown.contains(part), "{part:?} in {}", bench.shown);
    }
}

fn whole(path: &str, body: &str) -> String {
    format!("{path}\n```\n{body}```\n")
}

#[test]
fn a_file_becomes_a_call_and_ends_the_turn() {
    let mut bench = bench();
    let said = format!("I mend it.\n\n{}Done.", whole("a.py", "x = 1\n"));
    let inputs = [
        at_once(vec![text(&said), end()]),
        vec![
            examined(0, Full, vec![writes("/w/a.py")]),
            edits(0, vec![change("a.py", "1\n", "2\n")]),
            Input::Judged {
                call: 0,
                judgement: says_of_edits(Full),
            },
            Input::Applied {
                call: 0,
                end: ApplyEnd::Made(AppliedChange::default()),
            },
        ],
    ];
    for input in inputs.concat() {
        bench.take(input);
    }
    bench.check_end();
    let call = r#"=> run 0: write_file {"content":"x = 1\n","path":"a.py"}"#;
    assert!(bench.shown.contains(call), "{}", bench.shown);
    assert!(
        bench.shown.contains("=> finish: end of turn"),
        "{}",
        bench.shown
    );
}

#[test]
fn each_file_has_its_call_and_the_last_of_a_path_counts() {
    let said = [("a.py", "1\n"), ("b.py", "2\n"), ("a.py", "3\n")];
    let said = said.map(|(path, body)| whole(path, body)).concat();
    check(
        vec![text(&said), end()],
        &[r#"{\"content\":\"2\\n\",\"path\":\"b.py\"}"#, r#"\"3\\n\""#],
        &[r#"{\"content\":\"1\\n\""#, "edit_file"],
    );
    let many = (0..=MAX_ANSWER_CALLS).map(|n| whole(&format!("{n}.py"), "x\n"));
    let dropped = format!("This answer edits {} files", MAX_ANSWER_CALLS + 1);
    let mut bench = bench();
    for input in at_once(vec![text(&many.collect::<String>()), end()]) {
        bench.take(input);
    }
    let flaws = bench
        .state
        .calls
        .iter()
        .filter_map(|call| call.arguments.as_ref().err())
        .collect::<Vec<_>>();
    assert!(flaws.last().is_some_and(|flaw| flaw.starts_with(&dropped)));
}

#[test]
fn blocks_come_before_files() {
    let block = "a.py\n```\n<<<<<<< SEARCH\n1\n=======\n2\n>>>>>>> REPLACE\n```\n";
    check(
        vec![text(block), end()],
        &["call edit_file", "old_text"],
        &["write_file"],
    );
    check(
        vec![text("a.py\n```\n<<<<<<< SEARCH\n1\n```\n"), end()],
        &["does not end"],
        &["content"],
    );
}

#[test]
fn what_is_no_file_is_told_where_it_means_one() {
    let bare = format!("Now:\n```\n{ATTACHED}```\n");
    let sentence = format!("Here is `a.py`:\n```\n{}    x\n```\n", "def a():\n");
    for said in [&bare, &sentence] {
        check(
            vec![text(said), end()],
            &["no path stands above"],
            &["=> run"],
        );
    }
    for said in [
        "Done.",
        "Run it:\n```\npython a.py\n```\n",
        "a.py is fine.\n```\nls\n",
    ] {
        check(
            vec![text(said), end()],
            &["=> finish: end of turn"],
            &["write_file"],
        );
    }
    check(
        vec![text("a.py\n```\nx = 1\n"), end()],
        &["The fence that begins at line 2 does not end"],
        &["=> run"],
    );
}

#[test]
fn files_of_a_cut_answer_and_beside_calls_are_not_written() {
    let said = whole("a.py", "x = 1\n");
    check(
        vec![text(&said), Chunk::Stop(StopReason::MaxTokens)],
        &["reached its length limit", "=> finish: max tokens"],
        &["=> examine"],
    );
    check(
        vec![text(&said), call(0, "nope", "{}"), end()],
        &["because it also calls tools"],
        &["=> run", "content"],
    );
}

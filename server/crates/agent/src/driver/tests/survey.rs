//! What an editor reports before and after edits.
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use expect_test::{Expect, expect};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::worlds::put;
use super::{World, check_files};
use crate::driver::MAX_TOLD;
use crate::host::{FileChange, WorkspacePath};
use crate::item::{Location, ToolKind};
use crate::testing::{FakeTool, Reply, call, calls_end, change, check_events, end, text};
use crate::tool::{Outcome, ToolOutput};
use crate::world::{Diagnostic, Editor, EditorError, Place, Severity, Symbol};

/// What an editor answers; the last one again and again.
#[derive(Clone, Debug)]
enum Says {
    Errors(Vec<u32>),
    Nothing,
    Fails,
    Panics,
    Hangs,
    HangsAndCancels,
}

use Says::{Errors, Fails, Hangs, HangsAndCancels, Nothing, Panics};

struct FakeEditor {
    script: Mutex<VecDeque<Says>>,
    asked: Mutex<usize>,
    cancel: CancellationToken,
}

impl FakeEditor {
    fn next(&self) -> Says {
        *self.asked.lock().unwrap() += 1;
        let mut script = self.script.lock().unwrap();
        match script.len() {
            1 => script[0].clone(),
            _ => script.pop_front().unwrap(),
        }
    }
}

fn unasked<T: Send + 'static>() -> BoxFuture<'static, Result<T, EditorError>> {
    std::future::ready(Err(EditorError::Failed("not asked".to_owned()))).boxed()
}

impl Editor for FakeEditor {
    fn reports(&self, _: Option<&WorkspacePath>) -> bool {
        true
    }

    fn diagnostics<'a>(
        &'a self,
        path: Option<&'a WorkspacePath>,
    ) -> BoxFuture<'a, Result<Vec<Diagnostic>, EditorError>> {
        let path = path.unwrap().absolute().to_owned();
        match self.next() {
            Errors(lines) => {
                let errors = lines.into_iter().map(|line| error(&path, line));
                std::future::ready(Ok(errors.collect())).boxed()
            }
            Nothing => {
                let nothing = EditorError::Unavailable("nothing".to_owned());
                std::future::ready(Err(nothing)).boxed()
            }
            Fails => unasked(),
            Panics => panic!("on purpose"),
            Hangs => std::future::pending().boxed(),
            HangsAndCancels => {
                self.cancel.cancel();
                std::future::pending().boxed()
            }
        }
    }

    fn definition<'a>(&'a self, _: &'a Place) -> BoxFuture<'a, Result<Vec<Location>, EditorError>> {
        unasked()
    }

    fn references<'a>(&'a self, _: &'a Place) -> BoxFuture<'a, Result<Vec<Location>, EditorError>> {
        unasked()
    }

    fn document_symbols<'a>(
        &'a self,
        _: &'a WorkspacePath,
    ) -> BoxFuture<'a, Result<Vec<Symbol>, EditorError>> {
        unasked()
    }
}

fn error(path: &std::path::Path, line: u32) -> Diagnostic {
    Diagnostic {
        path: PathBuf::from(path),
        line,
        end_line: line + 1,
        severity: Severity::Error,
        message: format!("bad {line}"),
        source: None,
        code: None,
    }
}

/// One call that makes these changes, beside an editor: what the model is told and how the turn
/// ends.
async fn check_changes(wait_ms: u64, changes: Vec<FileChange>, says: Vec<Says>, expect: Expect) {
    let made = changes.clone();
    let mut world = World::new(vec![
        Reply::chunks(vec![call(0, "edit", "{}"), calls_end()]),
        Reply::chunks(vec![text("Done."), end()]),
    ])
    .tool(FakeTool::new("edit", ToolKind::Edit, move |_, _| {
        let changes = made.clone();
        async {
            Ok(Outcome::Edit {
                changes,
                output: ToolOutput {
                    text: "Edited.".to_owned(),
                    ..ToolOutput::default()
                },
            })
        }
    }));
    for change in &changes {
        put(&world, change.base.path.display(), &change.base.text);
    }
    let editor = Arc::new(FakeEditor {
        script: Mutex::new(says.into()),
        asked: Mutex::default(),
        cancel: world.cancel.clone(),
    });
    world.editor = Arc::clone(&editor) as _;
    world.limits.diagnostics_wait = Duration::from_millis(wait_ms);
    let files = Arc::clone(&world.files);
    let played = world.play().await;
    check_events(&played.events);
    check_files(&files, &played.events);
    let shown = played.shown();
    let result = shown.lines().filter(|line| line.contains("completed #1"));
    let result = result.collect::<Vec<_>>().join("\n");
    // How long it took, and the ids of edits, say nothing here.
    let end = result.rfind('"').map_or(0, |at| at + 1);
    let result = &result[..end];
    let stop = shown.lines().last().unwrap_or_default();
    let is_asked = *editor.asked.lock().unwrap() > 0;
    expect.assert_eq(&format!("{result}\n{stop}, asked: {is_asked}\n"));
}

/// As [`check_changes`], with one file whose second of three lines is rewritten.
async fn check(wait_ms: u64, says: Vec<Says>, expect: Expect) {
    let changes = vec![change("a", "1\nold\n3\n", "1\nnew\n3\n")];
    check_changes(wait_ms, changes, says, expect).await;
}

/// Longer than any answer takes; only what settles ends before.
const LONG: u64 = 25_000;
/// The clock of these tests stands still until all wait for it, so no answer comes late.
const SHORT: u64 = 150;

#[tokio::test(start_paused = true)]
async fn the_model_is_told_what_an_edit_did() {
    let says = vec![Errors(vec![0, 1]), Errors(vec![0, 2])];
    check(LONG, says, expect![[r#"
        completed #1 call edit {} Completed "Edited.\n\nNew: a:3: error: bad 2\nCured: a:2: error: bad 1"
        => end of turn, asked: true
    "#]]).await;
    // At first the editor reports what it reported before, then a part, then all.
    let says = vec![
        Errors(vec![0]),
        Errors(vec![0]),
        Errors(vec![0]),
        Errors(vec![0, 1]),
        Errors(vec![0, 1, 2]),
    ];
    check(LONG, says, expect![[r#"
        completed #1 call edit {} Completed "Edited.\n\nNew: a:2: error: bad 1\nNew: a:3: error: bad 2"
        => end of turn, asked: true
    "#]]).await;
}

#[tokio::test(start_paused = true)]
async fn nothing_new_is_not_told() {
    check(
        SHORT,
        vec![Errors(vec![0])],
        expect![[r#"
        completed #1 call edit {} Completed "Edited."
        => end of turn, asked: true
    "#]],
    )
    .await;
    check(
        SHORT,
        vec![Errors(Vec::new())],
        expect![[r#"
        completed #1 call edit {} Completed "Edited."
        => end of turn, asked: true
    "#]],
    )
    .await;
    check(
        0,
        vec![Errors(vec![0]), Errors(vec![1])],
        expect![[r#"
        completed #1 call edit {} Completed "Edited."
        => end of turn, asked: false
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn editors_that_do_not_answer_hold_nothing_up() {
    check(
        LONG,
        vec![Nothing],
        expect![[r#"
        completed #1 call edit {} Completed "Edited."
        => end of turn, asked: true
    "#]],
    )
    .await;
    check(
        LONG,
        vec![Fails],
        expect![[r#"
        completed #1 call edit {} Completed "Edited."
        => end of turn, asked: true
    "#]],
    )
    .await;
    check(
        LONG,
        vec![Panics],
        expect![[r#"
        completed #1 call edit {} Completed "Edited."
        => end of turn, asked: true
    "#]],
    )
    .await;
    check(
        LONG,
        vec![Hangs],
        expect![[r#"
        completed #1 call edit {} Completed "Edited."
        => end of turn, asked: true
    "#]],
    )
    .await;
    check(
        LONG,
        vec![Errors(vec![0]), Fails],
        expect![[r#"
        completed #1 call edit {} Completed "Edited."
        => end of turn, asked: true
    "#]],
    )
    .await;
    check(
        LONG,
        vec![Errors(vec![0]), Panics],
        expect![[r#"
        completed #1 call edit {} Completed "Edited."
        => end of turn, asked: true
    "#]],
    )
    .await;
    check(
        SHORT,
        vec![Errors(vec![0]), Nothing],
        expect![[r#"
        completed #1 call edit {} Completed "Edited."
        => end of turn, asked: true
    "#]],
    )
    .await;
    check(
        SHORT,
        vec![Errors(vec![0]), Hangs],
        expect![[r#"
        completed #1 call edit {} Completed "Edited."
        => end of turn, asked: true
    "#]],
    )
    .await;
    // What was said last counts where the time is over.
    let says = vec![Errors(vec![0]), Errors(vec![1]), Hangs];
    check(SHORT, says, expect![[r#"
        completed #1 call edit {} Completed "Edited.\n\nNew: a:2: error: bad 1\nCured: a:1: error: bad 0"
        => end of turn, asked: true
    "#]]).await;
}

#[tokio::test(start_paused = true)]
async fn a_cancel_does_not_wait_for_the_editor() {
    check(
        LONG,
        vec![HangsAndCancels],
        expect![[r#"
        completed #1 call edit {} Cancelled "The user cancelled before this call was made."
        => cancelled, asked: true
    "#]],
    )
    .await;
    let says = vec![Errors(vec![0]), HangsAndCancels];
    check(
        LONG,
        says,
        expect![[r#"
        completed #1 call edit {} Completed "Edited."
        => cancelled, asked: true
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn files_of_one_call_are_told_of_together() {
    let changes = vec![change("a", "1\n", "2\n"), change("b", "1\n", "2\n")];
    let says = vec![
        Errors(vec![]),
        Errors(vec![0]),
        Errors(vec![0]),
        Errors(vec![]),
        Errors(vec![0]),
        Errors(vec![]),
        Errors(vec![]),
    ];
    check_changes(LONG, changes, says, expect![[r#"
        completed #1 call edit {} Completed "Edited.\n\nNew: a:1: error: bad 0\nCured: b:1: error: bad 0"
        => end of turn, asked: true
    "#]]).await;
}

#[tokio::test(start_paused = true)]
async fn more_than_the_bound_is_counted() {
    let many = u32::try_from(MAX_TOLD).unwrap() + 5;
    let says = vec![Errors(vec![]), Errors((0..many).collect())];
    check(LONG, says, expect![[r#"
        completed #1 call edit {} Completed "Edited.\n\nNew: a:1: error: bad 0\nNew: a:2: error: bad 1\nNew: a:3: error: bad 2\nNew: a:4: error: bad 3\nNew: a:5: error: bad 4\nNew: a:6: error: bad 5\nNew: a:7: error: bad 6\nNew: a:8: error: bad 7\nNew: a:9: error: bad 8\nNew: a:10: error: bad 9\nNew: a:11: error: bad 10\nNew: a:12: error: bad 11\nNew: a:13: error: bad 12\nNew: a:14: error: bad 13\nNew: a:15: error: bad 14\nNew: a:16: error: bad 15\nNew: a:17: error: bad 16\nNew: a:18: error: bad 17\nNew: a:19: error: bad 18\nNew: a:20: error: bad 19\n[5 more are not shown.]"
        => end of turn, asked: true
    "#]]).await;
}

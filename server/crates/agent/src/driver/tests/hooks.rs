//! Hooks before and after calls.
use std::sync::Arc;

use expect_test::{Expect, expect};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::worlds::put;
use super::{Log, World, done, log};
use crate::hooks::{HookCall, Hooks};
use crate::item::ToolKind;
use crate::testing::{FakeTool, Reply, call, calls_end, change, end, text};
use crate::tool::{Outcome, ToolOutput};

/// What hooks do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Do {
    Nothing,
    Refuse,
    Add,
    PanicBefore,
    PanicAfter,
    HangBefore,
    HangAfter,
}

struct FakeHooks {
    what: Do,
    asked: Log,
    cancel: CancellationToken,
}

impl Hooks for FakeHooks {
    fn before_tool<'a>(&'a self, call: &'a HookCall) -> BoxFuture<'a, Result<(), String>> {
        log(
            &self.asked,
            &format!("before {} {:?}", call.name, call.arguments),
        );
        match self.what {
            Do::Refuse => async { Err("Not on my watch.".to_owned()) }.boxed(),
            Do::PanicBefore => panic!("on purpose"),
            Do::HangBefore => {
                self.cancel.cancel();
                std::future::pending().boxed()
            }
            Do::Nothing | Do::Add | Do::PanicAfter | Do::HangAfter => async { Ok(()) }.boxed(),
        }
    }

    fn after_tool<'a>(
        &'a self,
        call: &'a HookCall,
        output: &'a str,
    ) -> BoxFuture<'a, Option<String>> {
        log(&self.asked, &format!("after {} {output:?}", call.name));
        match self.what {
            Do::Add => async { Some("The linter is happy.".to_owned()) }.boxed(),
            Do::PanicAfter => panic!("on purpose"),
            Do::HangAfter => {
                self.cancel.cancel();
                std::future::pending().boxed()
            }
            Do::Nothing | Do::Refuse | Do::PanicBefore | Do::HangBefore => async { None }.boxed(),
        }
    }
}

/// A call that runs and one that edits, with hooks around them: what was asked and done, and what
/// came of both calls.
async fn check(what: Do, expect: Expect) {
    let asked = Log::default();
    let (run, edit) = (Arc::clone(&asked), Arc::clone(&asked));
    let mut world = World::new(vec![
        Reply::chunks(vec![call(0, "run", "{\"a\":1}"), calls_end()]),
        Reply::chunks(vec![call(0, "edit", "{}"), calls_end()]),
        Reply::chunks(vec![text("Done."), end()]),
    ])
    .tool(FakeTool::new("run", ToolKind::Execute, move |_, _| {
        log(&run, "ran");
        async { Ok(done("Ran.")) }
    }))
    .tool(FakeTool::new("edit", ToolKind::Edit, move |_, _| {
        log(&edit, "edited");
        async {
            Ok(Outcome::Edit {
                changes: vec![change("a", "old", "new")],
                output: ToolOutput {
                    text: "Edited.".to_owned(),
                    ..ToolOutput::default()
                },
            })
        }
    }));
    put(&world, "a", "old");
    let files = Arc::clone(&world.files);
    world.hooks = Some(Arc::new(FakeHooks {
        what,
        asked: Arc::clone(&asked),
        cancel: world.cancel.clone(),
    }));
    let played = world.play().await;
    let lines = asked.lock().unwrap().join("\n");
    let file = files.texts.lock().unwrap()["a"].clone();
    let last = played.last_request();
    let stop = played.shown();
    let stop = stop.lines().last().unwrap_or_default();
    expect.assert_eq(&format!("{lines}\na is {file:?}\n{last}\n{stop}\n"));
}

#[tokio::test]
async fn hooks_see_what_is_done_and_say_nothing() {
    check(
        Do::Nothing,
        expect![[r#"
        before run {"a": Number(1)}
        ran
        after run "Ran."
        before edit {}
        edited
        after edit "Edited."
        a is "new"
        user: Do it.
        assistant:
          call c0 run {"a":1}
        tool c0 run: Ran.
        assistant:
          call c0 edit {}
        tool c0 edit: Edited.

        => end of turn
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_refused_call_is_not_made() {
    check(
        Do::Refuse,
        expect![[r#"
        before run {"a": Number(1)}
        before edit {}
        a is "old"
        user: Do it.
        assistant:
          call c0 run {"a":1}
        tool c0 run failed: Not on my watch.
        assistant:
          call c0 edit {}
        tool c0 edit failed: Not on my watch.

        => end of turn
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_hooks_say_the_model_reads() {
    check(
        Do::Add,
        expect![[r#"
        before run {"a": Number(1)}
        ran
        after run "Ran."
        before edit {}
        edited
        after edit "Edited."
        a is "new"
        user: Do it.
        assistant:
          call c0 run {"a":1}
        tool c0 run: Ran.

        The linter is happy.
        assistant:
          call c0 edit {}
        tool c0 edit: Edited.

        The linter is happy.

        => end of turn
    "#]],
    )
    .await;
}

#[tokio::test]
async fn hooks_that_fail_inside_let_nothing_be_done_and_undo_nothing() {
    check(Do::PanicBefore, expect![[r#"
        before run {"a": Number(1)}
        before edit {}
        a is "old"
        user: Do it.
        assistant:
          call c0 run {"a":1}
        tool c0 run failed: Aside failed inside while it asked the user's hooks about this call, so it was not made.
        assistant:
          call c0 edit {}
        tool c0 edit failed: Aside failed inside while it asked the user's hooks about this call, so it was not made.

        => end of turn
    "#]]).await;
    check(
        Do::PanicAfter,
        expect![[r#"
        before run {"a": Number(1)}
        ran
        after run "Ran."
        before edit {}
        edited
        after edit "Edited."
        a is "new"
        user: Do it.
        assistant:
          call c0 run {"a":1}
        tool c0 run: Ran.
        assistant:
          call c0 edit {}
        tool c0 edit: Edited.

        => end of turn
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_cancel_does_not_wait_for_hooks() {
    check(
        Do::HangBefore,
        expect![[r#"
        before run {"a": Number(1)}
        a is "old"
        user: Do it.

        => cancelled
    "#]],
    )
    .await;
    check(
        Do::HangAfter,
        expect![[r#"
        before run {"a": Number(1)}
        ran
        after run "Ran."
        a is "old"
        user: Do it.

        => cancelled
    "#]],
    )
    .await;
}

#[tokio::test]
async fn an_edit_whose_hook_is_cancelled_is_made_all_the_same() {
    let mut world = World::new(vec![
        Reply::chunks(vec![call(0, "edit", "{}"), calls_end()]),
        Reply::chunks(vec![text("Done."), end()]),
    ])
    .tool(FakeTool::new("edit", ToolKind::Edit, move |_, _| async {
        Ok(Outcome::Edit {
            changes: vec![change("a", "old", "new")],
            output: ToolOutput::default(),
        })
    }));
    put(&world, "a", "old");
    let files = Arc::clone(&world.files);
    world.hooks = Some(Arc::new(FakeHooks {
        what: Do::HangAfter,
        asked: Log::default(),
        cancel: world.cancel.clone(),
    }));
    let played = world.play().await;
    assert_eq!(files.texts.lock().unwrap()["a"], "new");
    expect![[r#"
        started #1 call edit Pending
        delta #1 arguments "{}"
        running #1 call edit {} Running edits #2 changes [a]
        edit #2 applied
        completed #1 call edit {} Completed "" edits #2 0 ms
        => cancelled
    "#]]
    .assert_eq(&played.shown());
}

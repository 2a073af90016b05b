//! Turns in which more happens to edits than that they are made.
use std::sync::Arc;

use super::{Log, World, done, log, whole_script, world};
use crate::editing::{EditDialect, EditMode};
use crate::host::{FileChange, PermissionOutcome};
use crate::item::ToolKind;
use crate::notes::Notes;
use crate::permission::{Effect, PermissionMode};
use crate::testing::{
    FakeApprover, FakeTool, Reply, call, calls_end, change, check_events, end, path, text,
};
use crate::tool::{Outcome, ToolError, ToolOutput};
use crate::toolbox::{EDIT_FILE, WRITE_FILE};

/// A way to make a world, again and again the same.
pub(super) type Make = fn() -> (World, Log);

/// The plain turn, one for each thing that may become of an edit, and one whose models fail.
pub(super) const WORLDS: [(&str, Make); 5] = [
    ("plain", || world(whole_script())),
    ("meddling", meddling),
    ("proposing", proposing),
    ("without tools", without_tools),
    ("failing", super::retries::failing),
];

fn edit(changes: Vec<FileChange>) -> Outcome {
    Outcome::Edit {
        changes,
        output: ToolOutput {
            text: "Edited.".to_owned(),
            ..ToolOutput::default()
        },
    }
}

pub(super) fn put(world: &World, name: &str, text: &str) {
    let mut texts = world.files.texts.lock().unwrap();
    texts.insert(name.to_owned(), text.to_owned());
}

/// The user types while edits are made: one is rebased and then taken back, since the next one
/// conflicts; then it is made alone. Notes come before the turn and during it.
fn meddling() -> (World, Log) {
    const OLD: &str = "1\n2\nold\n";
    const NEW: &str = "1\n2\nnew\n";
    let replies = vec![
        Reply::chunks(vec![call(0, "both", "{}"), calls_end()]),
        Reply::chunks(vec![call(0, "one", "{}"), calls_end()]),
        Reply::chunks(vec![text("Done."), end()]),
    ];
    let edits = Log::default();
    let notes = Notes::default();
    notes.add("The user rejected c.".to_owned());
    let (noting, both, one) = (notes.clone(), edits.clone(), edits.clone());
    let mut world = World::new(replies)
        .tool(FakeTool::new("both", ToolKind::Edit, move |_, _| {
            log(&both, "both");
            noting.add("The user accepted d.".to_owned());
            async {
                tokio::task::yield_now().await;
                Ok(edit(vec![change("a", OLD, NEW), change("b", "old", "new")]))
            }
        }))
        .tool(FakeTool::new("one", ToolKind::Edit, move |_, _| {
            log(&one, "one");
            async { Ok(edit(vec![change("a", OLD, NEW)])) }
        }));
    world.approver = FakeApprover::new(
        PermissionMode::Ask,
        vec![PermissionOutcome::Allowed, PermissionOutcome::Allowed],
    );
    world.notes = notes;
    put(&world, "a", OLD);
    put(&world, "b", "old");
    let typed = [("a", "U\n2\nold\n"), ("b", "mine")];
    let typed = typed.map(|(name, text)| (name.to_owned(), text.to_owned()));
    world.files.typed.lock().unwrap().extend(typed);
    (world, edits)
}

/// The plain turn in a session whose edits wait for the user.
fn proposing() -> (World, Log) {
    let (mut world, log) = world(whole_script());
    world.edit_mode = EditMode::Propose;
    world.notes.add("The user rejected c.".to_owned());
    (world, log)
}

/// Blocks for two files, one of which is new; the second one is refused at first.
fn without_tools() -> (World, Log) {
    let said = "I edit.\n\na.rs\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n\n\
                b.rs\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n";
    let again = "c.rs\n<<<<<<< SEARCH\n=======\nnew\n>>>>>>> REPLACE\n";
    let replies = [said, again].map(|said| Reply::chunks(vec![text(said), end()]));
    let edits = Log::default();
    let (edited, written) = (edits.clone(), edits.clone());
    let writes = |name: &str| Effect::WritePath {
        path: path(name).absolute().display().to_string(),
    };
    let mut world = World::new(replies.into())
        .tool(
            FakeTool::new(EDIT_FILE, ToolKind::Edit, move |arguments, context| {
                assert_eq!(context.dialect, EditDialect::SearchReplace);
                let name = arguments["path"].as_str().unwrap().to_owned();
                log(&edited, &format!("edit {name}"));
                async move {
                    match name.as_str() {
                        "a.rs" => Ok(edit(vec![change("a.rs", "old\n", "new\n")])),
                        name => Err(ToolError(format!("{name} is unchanged."))),
                    }
                }
            })
            .effects(move |arguments| Ok(vec![writes(arguments["path"].as_str().unwrap())])),
        )
        .tool(FakeTool::new(
            WRITE_FILE,
            ToolKind::Edit,
            move |arguments, context| {
                log(&written, &format!("write {}", arguments["path"]));
                async move {
                    let path = context.files.resolve(arguments["path"].as_str().unwrap())?;
                    let content = arguments["content"].as_str().unwrap();
                    let base = crate::host::Document::absent(path);
                    Ok(edit(vec![FileChange::text(
                        base,
                        content.into(),
                        "Create it".to_owned(),
                    )]))
                }
            },
        ));
    world.approver = FakeApprover::new(PermissionMode::AcceptEdits, Vec::new());
    world.dialect = EditDialect::SearchReplace;
    put(&world, "a.rs", "old\n");
    put(&world, "b.rs", "mine\n");
    (world, edits)
}

#[tokio::test]
async fn the_user_types_while_edits_are_made() {
    let (world, log) = meddling();
    let (files, seen) = (Arc::clone(&world.files), Arc::clone(&world.seen));
    let played = world.play().await;
    check_events(&played.events);
    assert_eq!(*log.lock().unwrap(), ["both", "one"]);
    let texts = files.texts.lock().unwrap();
    assert_eq!((&*texts["a"], &*texts["b"]), ("U\n2\nnew\n", "mine"));
    // The model has not seen what the user typed.
    let seen = |name| seen.get(path(name).absolute());
    assert_eq!(seen("a").as_deref(), Some("1\n2\nnew\n"));
    assert_eq!(seen("b"), None);
    expect_test::expect![[r#"
        user: [Aside: The user rejected c.]

        Do it.
        assistant:
          call c0 both {}
        tool c0 both failed: b was not changed: the user has changed the same lines meanwhile, and nothing was overwritten.

        The user's line 1 now:
        ```
        mine
        ```
        This edit wanted there:
        ```
        new
        ```

        Read the file again, and make the edit against its current text so that what the user wrote is kept.
        The changes of one call are made all or none, so nothing was changed: a, b are as before this call.

        [Aside: The user accepted d.]
        assistant:
          call c0 one {}
        tool c0 one: Edited.

        The user changed a meanwhile. This edit was made on top of that, and the user's change is kept.
        The user's lines:
        ```
        1	U
        ```
    "#]].assert_eq(&played.last_request());
}

#[tokio::test]
async fn a_proposal_touches_nothing() {
    let (world, _) = proposing();
    let (files, seen) = (Arc::clone(&world.files), Arc::clone(&world.seen));
    let played = world.play().await;
    check_events(&played.events);
    // The program is asked about, the edit is not.
    assert_eq!(played.questions, 1);
    assert!(
        files
            .texts
            .lock()
            .unwrap()
            .values()
            .all(|text| text == "old")
    );
    assert_eq!(seen.get(path("a").absolute()), None);
    expect_test::expect![[r#"
        user: [Aside: The user rejected c.]

        Do it.
        assistant:
          reasoning "I should look."
          "I look."
          call c0 read {"path":"a"}
          call c1 read {"path":"b"}
        tool c0 read: old
        tool c1 read: old
        assistant:
          "I edit and run."
          call c0 edit {}
          call c1 sh {"command":"ls"}
        tool c0 edit: Proposed to the user, not made yet: a, b. The files are as they were, and stay so until the user accepts; you will be told what the user accepts or rejects. Do not make the same edit again, and do not rely on it.
        tool c1 sh: a b
    "#]].assert_eq(&played.last_request());
}

#[tokio::test]
async fn a_model_without_tools_edits_and_creates() {
    let (world, log) = without_tools();
    let (files, seen) = (Arc::clone(&world.files), Arc::clone(&world.seen));
    let played = world.play().await;
    check_events(&played.events);
    assert_eq!(
        *log.lock().unwrap(),
        ["edit a.rs", "edit b.rs", "write \"c.rs\""]
    );
    let texts = files.texts.lock().unwrap();
    let texts = ["a.rs", "b.rs", "c.rs"].map(|name| texts[name].clone());
    assert_eq!(texts, ["new\n", "mine\n", "new\n"]);
    assert!(seen.get(path("c.rs").absolute()).is_some());
    assert!(
        played
            .requests
            .iter()
            .all(|request| request.tools.is_empty())
    );
    expect_test::expect![[r#"
        user: Do it.
        assistant:
          "I edit.\n\na.rs\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n\nb.rs\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n"
        user: [Aside: what came of the edits in your answer]

        Edited.

        b.rs is unchanged.
    "#]].assert_eq(&played.last_request());
}

#[tokio::test]
async fn a_block_that_looks_for_nothing_overwrites_nothing() {
    let (world, log) = without_tools();
    put(&world, "c.rs", "mine\n");
    let files = Arc::clone(&world.files);
    let mut world = world;
    world
        .replies
        .push(Reply::chunks(vec![text("Well."), end()]));
    let played = world.play().await;
    check_events(&played.events);
    assert_eq!(
        *log.lock().unwrap(),
        ["edit a.rs", "edit b.rs", "edit c.rs"]
    );
    assert_eq!(files.texts.lock().unwrap()["c.rs"], "mine\n");
}

#[tokio::test]
async fn what_a_tool_tried_is_told_however_it_ends() {
    use crate::attempt::{Attempt, Dialect};
    use crate::event::TurnEvent;
    let attempt = || Attempt {
        path: "/w/a".into(),
        dialect: Dialect::V4a,
        stage: None,
        refusal: None,
        base: "".into(),
        result: None,
        request: serde_json::Value::Null,
    };
    let replies = vec![
        Reply::chunks(vec![
            call(0, "panics", "{}"),
            call(1, "fails", "{}"),
            call(2, "hangs", "{}"),
            call(3, "works", "{}"),
            calls_end(),
        ]),
        Reply::chunks(vec![end()]),
    ];
    let mut world = World::new(replies)
        .tool(FakeTool::new(
            "panics",
            ToolKind::Edit,
            move |_, context| {
                context.attempts.note(attempt());
                async { panic!("in the middle") }
            },
        ))
        .tool(FakeTool::new("fails", ToolKind::Edit, move |_, context| {
            context.attempts.note(attempt());
            async { Err(ToolError("No.".to_owned())) }
        }))
        .tool(FakeTool::new("hangs", ToolKind::Edit, move |_, context| {
            context.attempts.note(attempt());
            std::future::pending()
        }))
        .tool(FakeTool::new("works", ToolKind::Edit, move |_, context| {
            context.attempts.note(attempt());
            async { Ok(done("Well.")) }
        }));
    world.limits.tool_timeout = std::time::Duration::from_millis(1);
    let played = world.play().await;
    check_events(&played.events);
    let of = |event: &TurnEvent| matches!(event, TurnEvent::Attempted { .. });
    assert_eq!(played.events.iter().filter(|event| of(event)).count(), 4);
}

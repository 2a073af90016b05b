//! Attempts, and trying them again.
use aside_agent::editing::EditDialect;
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::workspace::Workspace;
use crate::replay::replay;

/// What is noted of a call, and that trying again comes to the same.
async fn check(
    files: &[(&str, &str)],
    dialect: EditDialect,
    tool: &str,
    call: Value,
    expect: Expect,
) {
    let mut workspace = Workspace::new(files);
    workspace.dialect = dialect;
    let _ = workspace.call(tool, call).await;
    let mut out = String::new();
    for attempt in workspace.attempts.take() {
        let root = workspace.root();
        let name = attempt.path.strip_prefix(&root).expect("inside").display();
        let dialect = attempt.dialect.as_str();
        out.push_str(&format!(
            "{name} {dialect} {:?} {:?} {:?} -> {:?}\n  {}\n",
            attempt.stage, attempt.refusal, attempt.base, attempt.result, attempt.request
        ));
        let again = replay(dialect, &attempt.request, &attempt.base);
        match again {
            Ok(again) => {
                assert_eq!(Some(again.text.as_str()), attempt.result.as_deref());
                assert_eq!(again.stage, attempt.stage);
            }
            Err(code) => assert_eq!(attempt.refusal, Some(code.as_str())),
        }
    }
    expect.assert_eq(&out);
}

#[tokio::test]
async fn attempts_are_noted_and_can_be_tried_again() {
    let files = &[("a", "1\n2\n2\n"), ("b", "x\r\n")];
    let edits = |old: &str| json!({"path": "a", "edits": [{"old_text": old, "new_text": "n"}]});
    check(
        files,
        EditDialect::EditFile,
        "edit_file",
        edits("1"),
        expect![[r#"
        a editFile Some("exact") None "1\n2\n2\n" -> Some("n\n2\n2\n")
          {"edits":[{"new_text":"n","old_text":"1"}]}
    "#]],
    )
    .await;
    check(
        files,
        EditDialect::EditFile,
        "edit_file",
        edits("2"),
        expect![[r#"
        a editFile None Some("ambiguous") "1\n2\n2\n" -> None
          {"edits":[{"new_text":"n","old_text":"2"}]}
    "#]],
    )
    .await;
    check(
        files,
        EditDialect::SearchReplace,
        "edit_file",
        edits("1\n"),
        expect![[r#"
        a searchReplace Some("exact") None "1\n2\n2\n" -> Some("n2\n2\n")
          {"edits":[{"new_text":"n","old_text":"1\n"}]}
    "#]],
    )
    .await;
    let write = json!({"path": "b", "content": "new\n"});
    check(
        files,
        EditDialect::EditFile,
        "write_file",
        write,
        expect![[r#"
        b writeFile None None "x\r\n" -> Some("new\r\n")
          {"content":"new\n"}
    "#]],
    )
    .await;
    let patch = |text: &str| json!({"patch": text});
    check(
        files,
        EditDialect::ApplyPatch,
        "apply_patch",
        patch("*** Begin Patch\n*** Update File: a\n@@\n-1\n+one\n*** Delete File: b\n*** Update File: a\n@@\n-gone\n+x\n*** End Patch"),
        expect![[r#"
            a v4a Some("exact") None "1\n2\n2\n" -> Some("one\n2\n2\n")
              {"patch":"*** Begin Patch\n*** Update File: a\n@@\n-1\n+one\n*** End Patch\n","path":"a"}
            b v4a None None "x\r\n" -> Some("")
              {"patch":"*** Begin Patch\n*** Delete File: b\n*** End Patch\n","path":"b"}
            a v4a None Some("notFound") "one\n2\n2\n" -> None
              {"patch":"*** Begin Patch\n*** Update File: a\n@@\n-gone\n+x\n*** End Patch\n","path":"a"}
        "#]],
    )
    .await;
    check(
        files,
        EditDialect::ApplyPatch,
        "apply_patch",
        patch("--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+one\n--- a/b\n+++ b/b\n@@ -1 +1 @@\n-x\n+y\n"),
        expect![[r#"
            a unified Some("exact") None "1\n2\n2\n" -> Some("one\n2\n2\n")
              {"patch":"--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+one\n","path":"a"}
            b unified Some("exact") None "x\r\n" -> Some("y\r\n")
              {"patch":"--- a/b\n+++ b/b\n@@ -1 +1 @@\n-x\n+y\n","path":"b"}
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_or_is_too_large_is_noted_without() {
    let workspace = Workspace::new(&[("a", "1\n")]);
    let _ = workspace
        .call("apply_patch", json!({"patch": "*** Begin Patch\n*** Foo"}))
        .await;
    let large = json!({"path": "a", "content": "x".repeat(1_000_000)});
    let _ = workspace.call("write_file", large).await;
    let attempts = workspace.attempts.take();
    assert_eq!(attempts[0].path, workspace.root());
    assert_eq!(attempts[0].refusal, Some("parse"));
    assert_eq!(attempts[1].request, Value::Null);
    assert_eq!(attempts[1].refusal, None);
}

#[test]
fn nonsense_is_not_tried() {
    fn check(dialect: &str, request: Value, expect: &str) {
        assert_eq!(replay(dialect, &request, "text"), Err(expect.to_owned()));
    }
    check("editFile", Value::Null, "notRecorded");
    check(
        "editFile",
        json!({"edits": [{"old_text": 7}]}),
        "notRecorded",
    );
    check("editFile", json!({"edits": []}), "noEdits");
    check("writeFile", json!({"patch": ""}), "notRecorded");
    check("v4a", json!({"patch": "nonsense"}), "parse");
    check(
        "v4a",
        json!({"patch": "*** Begin Patch\n*** Delete File: a\n*** Delete File: b\n*** End Patch"}),
        "notRecorded",
    );
    check("other", json!({}), "unknownDialect");
}

//! Whole files of plain answers: what is kept, and what is refused.
use std::sync::Arc;

use aside_agent::editing::EditDialect;
use expect_test::{Expect, expect};
use serde_json::json;

use super::workspace::Workspace;
use crate::plan::{IF_DONE, plan_whole};
use crate::replay::replay;

const FILE: &str = "def a():\n    return 1\n\n\ndef b():\n    return 2\n";

/// The model has seen `seen` of the file `a.py`, which is `now`, and writes it.
async fn check(seen: Option<&str>, now: Option<&str>, content: &str, expect: Expect) {
    let files = now.map(|text| ("a.py", text));
    let mut workspace = Workspace::new(files.as_slice());
    workspace.dialect = EditDialect::WholeFile;
    if let Some(seen) = seen {
        let path = workspace.root().join("a.py");
        workspace.seen.note(&path, &Arc::from(seen));
    }
    let write = json!({"path": "a.py", "content": content});
    let made = workspace.edit("write_file", write).await;
    let told = match made {
        Ok(output) => output.text.replace(IF_DONE, ""),
        Err(error) => format!("error: {error}"),
    };
    let mut out = format!("{told}\n---\n{:?}\n", workspace.disk("a.py"));
    for attempt in workspace.attempts.take() {
        let (name, refusal) = (attempt.dialect.as_str(), attempt.refusal);
        out.push_str(&format!("{name} {refusal:?}\n"));
        match replay(name, &attempt.request, &attempt.base) {
            Ok(again) if refusal.is_none() => {
                assert_eq!(Some(&*again.text), attempt.result.as_deref());
            }
            // These are no matter of the texts alone.
            _ if matches!(refusal, Some("unseen" | "conflict")) => {}
            Ok(again) => panic!("{refusal:?}: {again:?}"),
            Err(code) => assert_eq!(refusal, Some(code.as_str())),
        }
    }
    expect.assert_eq(&out);
}

#[tokio::test]
async fn a_file_is_written_and_keeps_its_manner() {
    let fixed = FILE.replace("return 1", "return 3");
    check(
        Some(FILE),
        Some(FILE),
        &fixed,
        expect![[r#"
        Wrote a.py: 6 lines in place of 6.
        ---
        "def a():\n    return 3\n\n\ndef b():\n    return 2\n"
        wholeFile None
    "#]],
    )
    .await;
    // Bytes that a fenced text tells nothing of, and those of an attached text that lost them.
    let windows = format!("\u{feff}{}", FILE.trim_end().replace('\n', "\r\n"));
    check(
        Some(&windows),
        Some(&windows),
        &fixed,
        expect![[r#"
        Wrote a.py: 6 lines in place of 6.
        ---
        "\u{feff}def a():\r\n    return 3\r\n\r\n\r\ndef b():\r\n    return 2"
        wholeFile None
    "#]],
    )
    .await;
    check(
        Some(FILE.trim_end()),
        Some(&windows),
        &fixed,
        expect![[r#"
        Wrote a.py: 6 lines in place of 6.
        ---
        "\u{feff}def a():\r\n    return 3\r\n\r\n\r\ndef b():\r\n    return 2"
        wholeFile None
    "#]],
    )
    .await;
    // The same text is no edit.
    check(
        Some(FILE),
        Some(FILE),
        FILE,
        expect![[r#"
        a.py is unchanged: it already had exactly this text.
        ---
        "def a():\n    return 1\n\n\ndef b():\n    return 2\n"
        wholeFile None
    "#]],
    )
    .await;
    check(
        None,
        None,
        FILE,
        expect![[r#"
        Created a.py with 6 lines.
        ---
        "def a():\n    return 1\n\n\ndef b():\n    return 2\n"
        wholeFile None
    "#]],
    )
    .await;
    check(
        None,
        Some("\n"),
        FILE,
        expect![[r#"
        Wrote a.py: 6 lines in place of 1.
        ---
        "def a():\n    return 1\n\n\ndef b():\n    return 2\n"
        wholeFile None
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_the_user_typed_meanwhile_is_merged() {
    let fixed = FILE.replace("return 1", "return 3");
    let typed = FILE.replace("return 2", "return 4");
    check(
        Some(FILE),
        Some(&typed),
        &fixed,
        expect![[r#"
        Wrote a.py: 6 lines in place of 6.
        The user changed a.py since you read it; that change is kept:
        6	    return 4
        ---
        "def a():\n    return 3\n\n\ndef b():\n    return 4\n"
        wholeFile None
    "#]],
    )
    .await;
    let same_line = FILE.replace("return 1", "return 5");
    check(Some(FILE), Some(&same_line), &fixed, expect![[r#"
        error: a.py was not changed: the user has changed the same lines meanwhile, and nothing was overwritten.

        The user's line 2 now:
        ```
            return 5
        ```
        This edit wanted there:
        ```
            return 3
        ```

        Write the whole file again, with the user's lines as they are here, so that what the user wrote is kept.
        ---
        "def a():\n    return 5\n\n\ndef b():\n    return 2\n"
        wholeFile Some("conflict")
    "#]]).await;
}

#[tokio::test]
async fn a_lazy_answer_changes_nothing() {
    let lazy = "def a():\n    return 3\n\n\n# ... existing code ...\n";
    check(Some(FILE), Some(FILE), lazy, expect![[r#"
        error: a.py is unchanged: line 5 of what you wrote, `# ... existing code ...`, stands for lines that you left out, and they would be lost. Write the whole file again, with all of its lines.
        ---
        "def a():\n    return 1\n\n\ndef b():\n    return 2\n"
        wholeFile Some("elided")
    "#]]).await;
    check(Some(FILE), Some(FILE), "...\n", expect![[r#"
        error: a.py is unchanged: line 1 of what you wrote, `...`, stands for lines that you left out, and they would be lost. Write the whole file again, with all of its lines.
        ---
        "def a():\n    return 1\n\n\ndef b():\n    return 2\n"
        wholeFile Some("elided")
    "#]]).await;
    check(Some(FILE), Some(FILE), "\n", expect![[r#"
        error: a.py is unchanged: the answer gives it no lines. Write the whole file, or leave it out of the answer.
        ---
        "def a():\n    return 1\n\n\ndef b():\n    return 2\n"
        wholeFile Some("emptied")
    "#]]).await;
    let part = "def a():\n    return 3\n";
    check(Some(FILE), Some(FILE), part, expect![[r#"
        error: a.py is unchanged: lines 2-6 of it are not in what you wrote, and they would be lost. Write the whole file again, with all of its lines. If they are to go, write the file without them and change nothing else.
        ---
        "def a():\n    return 1\n\n\ndef b():\n    return 2\n"
        wholeFile Some("shortened")
    "#]]).await;
    // What it has not seen, it cannot write.
    check(None, Some(FILE), "def c():\n    pass\n", expect![[r#"
        error: a.py is unchanged: it is there already, and you have not seen all of it, so what you would write in its place is a guess. Ask the user to attach it.
        ---
        "def a():\n    return 1\n\n\ndef b():\n    return 2\n"
        wholeFile Some("unseen")
    "#]]).await;
}

async fn whole(answer: &str, expect: Expect) {
    let mut workspace = Workspace::new(&[("a.py", "x = 1\r\n"), ("b.py", "y = 1\n")]);
    workspace.dialect = EditDialect::WholeFile;
    let planned = plan_whole(answer, &workspace.context()).await;
    let out = match planned {
        Ok(plan) => plan
            .changes
            .iter()
            .map(|change| format!("{}: {:?}\n", change.new_path().display(), change.new_text()))
            .collect(),
        Err(refused) => format!("{}: {refused}\n", refused.code),
    };
    expect.assert_eq(&out);
}

#[tokio::test]
async fn an_answer_is_planned_as_a_whole() {
    whole(
        "a.py\n```\nx = 2\n```\nb.py:\n```\ny = 1\n```\nc.py\n```\nz = 1\n```\n",
        expect![[r#"
            a.py: "x = 2\r\n"
            c.py: "z = 1\n"
        "#]],
    )
    .await;
    whole(
        "a.py\n```\nx = 2\n```\nb.py\n```\n# ...\n```\n",
        expect![[r#"
            elided: No file was changed. b.py is unchanged: line 1 of what you wrote, `# ...`, stands for lines that you left out, and they would be lost. Write the whole file again, with all of its lines.
        "#]],
    )
    .await;
    whole(
        "a.py\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n",
        expect![[r#"
            a.py: "x = 2\r\n"
        "#]],
    )
    .await;
    whole("a.py\n```\nx = 2\n", expect![[r#"
        parse: No file was changed. The fence that begins at line 2 does not end. Close it with a line ```.
    "#]]).await;
    whole(
        "../a.py\n```\nx = 2\n```\n",
        expect![[r#"
        denied: ../a.py is outside the workspace
    "#]],
    )
    .await;
    whole(
        "Run this:\n```\nls\n```\n",
        expect![[r#"
        noEdits: The answer has no file below its path, so no file was changed.
    "#]],
    )
    .await;
}

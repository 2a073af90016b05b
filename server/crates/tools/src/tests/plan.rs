//! Plans as programs see them.
use aside_agent::editing::EditDialect;
use aside_edit::matching::Edit;
use expect_test::{Expect, expect};
use serde_json::Value;

use super::workspace::Workspace;
use crate::plan::{Plan, Refused, plan_blocks, plan_edits, plan_patch};

fn json(planned: &Result<Plan, Box<Refused>>) -> String {
    let value = match planned {
        Ok(plan) => serde_json::to_value(&plan.files),
        Err(refused) => serde_json::to_value(refused),
    };
    let mut value = value.expect("a value");
    if let Value::Object(fields) = &mut value {
        fields.remove("message");
    }
    serde_json::to_string_pretty(&value).expect("a text")
}

fn edit(old: &str, new: &str) -> Edit {
    Edit {
        old_text: old.to_owned(),
        new_text: new.to_owned(),
        ..Edit::default()
    }
}

#[tokio::test]
async fn refusals_are_told_with_places() {
    let workspace = Workspace::new(&[("a", "fn one() {\n    call(1);\n}\nx\nx\n")]);
    let context = workspace.context();
    let wrong = vec![edit("x\n", "y\n"), edit("    call(2);\n}", "new")];
    let planned = plan_edits("a", wrong, &context).await;
    expect![[r#"
        {
          "code": "ambiguous",
          "edit": 0,
          "lines": [
            4,
            5
          ],
          "path": "a"
        }"#]]
    .assert_eq(&json(&planned));
    let wrong = vec![edit("    call(2);\n}", "new")];
    let planned = plan_edits("a", wrong, &context).await;
    expect![[r#"
        {
          "candidates": [
            {
              "difference": {
                "found": "    call(1);",
                "line": 2,
                "type": "text",
                "wanted": "    call(2);"
              },
              "firstLine": 2,
              "lastLine": 3
            }
          ],
          "code": "notFound",
          "edit": 0,
          "path": "a"
        }"#]]
    .assert_eq(&json(&planned));
    let patch = "*** Begin Patch\n*** Update File: a\n@@\n fn one() {\n-    call(2);\n+    call(3);\n }\n*** End Patch";
    let planned = plan_patch(patch, &context).await;
    expect![[r#"
        {
          "candidates": [
            {
              "difference": {
                "found": "    call(1);",
                "line": 2,
                "type": "text",
                "wanted": "    call(2);"
              },
              "firstLine": 1,
              "lastLine": 3
            }
          ],
          "code": "notFound",
          "edit": 0,
          "patchLine": 3,
          "path": "a"
        }"#]]
    .assert_eq(&json(&planned));
    let planned = plan_patch("--- a/a\n@@", &context).await;
    expect![[r#"
        {
          "code": "parse",
          "patchLine": 1
        }"#]]
    .assert_eq(&json(&planned));
    let planned = plan_edits("../a", vec![edit("a", "b")], &context).await;
    expect![[r#"
        {
          "code": "denied",
          "path": "../a"
        }"#]]
    .assert_eq(&json(&planned));
}

#[tokio::test]
async fn plans_say_where_it_matched() {
    let workspace = Workspace::new(&[("a", "fn one() {\n        call(1);\n    }\n")]);
    let patch = "*** Begin Patch\n*** Update File: a\n*** Move to: b\n@@\n-    call(1);\n+    call(2);\n }\n*** Add File: c\n+x\n*** End Patch";
    let planned = plan_patch(patch, &workspace.context()).await;
    expect![[r#"
        [
          {
            "isMerged": false,
            "kind": "move",
            "matches": [
              {
                "edit": 0,
                "firstLine": 2,
                "isLenient": false,
                "lastLine": 3,
                "stage": "indent"
              }
            ],
            "movedTo": "b",
            "path": "a",
            "stage": "indent"
          },
          {
            "isMerged": false,
            "kind": "create",
            "matches": [],
            "path": "c"
          }
        ]"#]]
    .assert_eq(&json(&planned));
}

async fn blocks(files: &[(&str, &str)], answer: &str, expect: Expect) {
    let workspace = Workspace::new(files);
    let told = match plan_blocks(answer, &workspace.context()).await {
        Ok(plan) => {
            workspace.make(&plan.changes).await.expect("made");
            plan.output.text
        }
        Err(refused) => format!("{}: {refused}", refused.code),
    };
    expect.assert_eq(&format!("{told}\n---\n{}", workspace.tree()));
}

#[tokio::test]
async fn blocks_of_a_plain_answer_are_made() {
    blocks(
        &[("a.py", "x = 1\ny = 2\n")],
        "I do both.\n\na.py\n```python\n<<<<<<< SEARCH\nx = 1\n=======\nx = 3\n>>>>>>> REPLACE\n```\n\nnew.py\n```python\n<<<<<<< SEARCH\n=======\nnew = 1\n>>>>>>> REPLACE\n```\n",
        expect![[r#"
            Edited a.py: 1 place replaced.
            It now reads:
            1	x = 3
            2	y = 2
            Created new.py with 1 line.
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            ---
            a.py: "x = 3\ny = 2\n"
            new.py: "new = 1\n"
        "#]],
    )
    .await;
    blocks(
        &[("a.py", "x = 1\n")],
        "a.py\n```python\n<<<<<<< SEARCH\nz = 1\n=======\nz = 3\n>>>>>>> REPLACE\n```\n",
        expect![[r#"
            notFound: a.py is unchanged. SEARCH is not in the file. Copy SEARCH exactly from the lines that are there.
            These are the lines of the file from line 1 on:
            ```
            x = 1
            ```
            Write the block again. Copy SEARCH exactly from these lines: those that are to be replaced.
            ---
            a.py: "x = 1\n"
        "#]],
    )
    .await;
    blocks(
        &[("a.py", "x = 1\nx = 1\n")],
        "a.py\n<<<<<<< SEARCH\nx = 1\n=======\nx = 3\n>>>>>>> REPLACE\n<<<<<<< SEARCH\n=======\nx = 3\n>>>>>>> REPLACE\n",
        expect![[r#"
            ambiguous: a.py is unchanged. Block 1 of its 2: SEARCH is in the file 2 times, at lines 1, 2. Give more lines around it. None of its blocks was made.
            ---
            a.py: "x = 1\nx = 1\n"
        "#]],
    )
    .await;
    blocks(
        &[("a", "x\n")],
        "Nothing to do.",
        expect![[r#"
        noEdits: The answer has no SEARCH/REPLACE block, so no file was changed.
        ---
        a: "x\n"
    "#]],
    )
    .await;
    blocks(&[("a", "x\n")], "a\n<<<<<<< SEARCH\nx\n", expect![[r#"
        parse: No file was changed. The block that begins at line 2 does not end. Close it with `>>>>>>> REPLACE`.
        ---
        a: "x\n"
    "#]]).await;
}

#[tokio::test]
async fn an_empty_old_text_creates_a_file_only_for_blocks() {
    for (dialect, expect) in [
        (EditDialect::EditFile, Some("missing")),
        (EditDialect::SearchReplace, None),
    ] {
        let mut workspace = Workspace::new(&[]);
        workspace.dialect = dialect;
        let planned = plan_edits("a", vec![edit("", "new\n")], &workspace.context()).await;
        assert_eq!(planned.err().map(|refused| refused.code), expect);
    }
}

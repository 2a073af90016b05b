//! What a model is told of matches that are not exact.
use expect_test::{Expect, expect};
use serde_json::json;

use super::workspace::Workspace;

async fn check(before: &str, old: &str, new: &str, expect: Expect) {
    let workspace = Workspace::new(&[("a", before)]);
    let edits = json!([{"old_text": old, "new_text": new}]);
    let call = json!({"path": "a", "edits": edits});
    let made = workspace.edit("edit_file", call).await;
    let told = made.map_or_else(|error| format!("error: {error}"), |output| output.text);
    let stage = workspace.attempts.take().remove(0).stage;
    expect.assert_eq(&format!("{stage:?}\n{told}"));
}

#[tokio::test]
async fn inexact_matches_are_told() {
    check(
        "fn a() {\n    if b {\n        c();\n    }\n}\n",
        "if b {\n    c();\n}\n",
        "if b {\n    d();\n}\n",
        expect![[r#"
            Some("indent")
            Edited a: 1 place replaced. Not matched exactly: lines 2-4 with other indentation.
            It now reads:
            1	fn a() {
            2	    if b {
            3	        d();
            4	    }
            5	}
            [This needs no check. If nothing is left to do, tell the user now what you changed.]"#]],
    )
    .await;
    check("let a = 1;  \nfoo(bar);\n", "let a = 1;\nfoo(bar);\n", "let a = 2;\nfoo(bar);\n", expect![[r#"
        Some("trailingSpace")
        Edited a: 1 place replaced. Not matched exactly: lines 1-2 with other white space at line ends.
        It now reads:
        1	let a = 2;
        2	foo(bar);
        [This needs no check. If nothing is left to do, tell the user now what you changed.]"#]]).await;
    check(
        "say \u{201c}hello\u{201d}\n",
        "say \"hello\"\n",
        "say \"bye\"\n",
        expect![[r#"
            Some("unicode")
            Edited a: 1 place replaced. Not matched exactly: line 1 with other dashes, quotes or spaces.
            It now reads:
            1	say “bye”
            [This needs no check. If nothing is left to do, tell the user now what you changed.]"#]],
    )
    .await;
}

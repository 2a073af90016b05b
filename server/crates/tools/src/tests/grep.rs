//! `grep` against files and open documents.
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::workspace::Workspace;

async fn check(workspace: &Workspace, arguments: Value, expect: Expect) {
    expect.assert_eq(&workspace.text("grep", arguments).await);
}

fn workspace() -> Workspace {
    Workspace::new(&[
        (".gitignore", "ignored\n"),
        (".git/x", "needle"),
        ("ignored", "needle"),
        ("a.txt", "one\ntwo needle\nthree\nfour\nfive\nsix\nNeedle\n"),
        ("b/c.rs", "let needle = 1;\r\nneedle\r\n"),
        ("b.rs", "nothing\n"),
    ])
}

#[tokio::test]
async fn matches_come_by_path_and_line() {
    let workspace = workspace();
    check(
        &workspace,
        json!({"pattern": "needle"}),
        expect!["a.txt:2:two needle\nb/c.rs:1:let needle = 1;\nb/c.rs:2:needle"],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "^needle$"}),
        expect!["b/c.rs:2:needle"],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "NEEDLE", "ignore_case": true, "glob": "*.txt"}),
        expect!["a.txt:2:two needle\na.txt:7:Needle"],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "needle", "path": "b"}),
        expect!["b/c.rs:1:let needle = 1;\nb/c.rs:2:needle"],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "needle", "path": "b", "glob": "b/*.rs"}),
        expect!["b/c.rs:1:let needle = 1;\nb/c.rs:2:needle"],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "needle", "path": "a.txt", "glob": "*.rs"}),
        expect!["a.txt:2:two needle"],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "needle", "path": "ignored"}),
        expect!["ignored:1:needle"],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "absent"}),
        expect![
            "[No line matches `absent`. Files that git ignores and binary files are not searched.]"
        ],
    )
    .await;
}

#[tokio::test]
async fn context_is_shown_around_matches() {
    let workspace = workspace();
    check(
        &workspace,
        json!({"pattern": "(?i)needle", "context": 1}),
        expect![[r#"
        a.txt-1-one
        a.txt:2:two needle
        a.txt-3-three
        --
        a.txt-6-six
        a.txt:7:Needle
        --
        b/c.rs:1:let needle = 1;
        b/c.rs:2:needle"#]],
    )
    .await;
}

#[tokio::test]
async fn open_documents_are_searched_in_place_of_the_disk() {
    let workspace = workspace();
    workspace.open("a.txt", "\u{feff}unsaved needle\n");
    workspace.open("b/c.rs", "gone\n");
    workspace.open("new/d.txt", "a needle\n");
    check(
        &workspace,
        json!({"pattern": "needle"}),
        expect!["a.txt:1:unsaved needle\nnew/d.txt:1:a needle"],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "^unsaved", "path": "a.txt"}),
        expect!["a.txt:1:unsaved needle"],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "needle", "path": "new"}),
        expect!["new/d.txt:1:a needle"],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "needle", "path": "new/d.txt"}),
        expect!["new/d.txt:1:a needle"],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "needle", "glob": "*.md"}),
        expect![
            "[No line matches `needle`. Files that git ignores and binary files are not searched.]"
        ],
    )
    .await;
}

#[tokio::test]
async fn the_first_matches_are_the_same_each_time() {
    let workspace = Workspace::new(&[]);
    for n in 0..60 {
        workspace.put(&format!("{n:02}/x"), "needle\nneedle\nneedle\n".as_bytes());
    }
    for _ in 0..10 {
        check(
            &workspace,
            json!({"pattern": "needle", "limit": 5}),
            expect![[r#"
            00/x:1:needle
            00/x:2:needle
            00/x:3:needle
            01/x:1:needle
            01/x:2:needle
            [5 matches shown; there may be more. Narrow pattern, path or glob, or raise limit.]"#]],
        )
        .await;
    }
}

#[tokio::test]
async fn long_lines_are_cut_around_the_match() {
    let workspace = Workspace::new(&[]);
    let side = "é".repeat(10_000_000);
    workspace.put("one", format!("{side}needle{side}\n").as_bytes());
    workspace.put("start", format!("needle{side}").as_bytes());
    workspace.put("end", format!("{side}needle").as_bytes());
    let text = workspace.text("grep", json!({"pattern": "needle"})).await;
    let lines = text.lines().collect::<Vec<_>>();
    let [end, one, start] = lines[..] else {
        panic!("{} lines", lines.len())
    };
    assert!(
        end.starts_with("end:1:[…]é") && end.ends_with("éneedle"),
        "{end}"
    );
    assert!(one.contains("éneedleé") && one.ends_with("é[…]"), "{one}");
    assert!(
        start.starts_with("start:1:needleé") && start.ends_with("é[…]"),
        "{start}"
    );
    assert!(text.len() < 1500 && !text.contains('\u{fffd}'));
}

#[tokio::test]
async fn output_is_bounded() {
    let workspace = Workspace::new(&[]);
    workspace.put(
        "a",
        format!("{}\n", "needle ".repeat(40))
            .repeat(1000)
            .as_bytes(),
    );
    let text = workspace
        .text("grep", json!({"pattern": "needle", "limit": 9999}))
        .await;
    assert!(text.len() < 50_000);
    let shown = text.lines().count() - 1;
    assert!(text.ends_with(&format!(
        "[{shown} matches shown; there may be more. Narrow pattern, path or glob, or raise limit.]"
    )));
}

#[tokio::test]
async fn odd_files_do_no_harm() {
    let workspace = workspace();
    workspace.put("binary", b"needle\n\0needle\n");
    workspace.put("latin", b"needle \xe9\n");
    #[cfg(unix)]
    {
        let link = |to: &str, at: &str| {
            std::os::unix::fs::symlink(to, workspace.root().join(at)).expect("a link");
        };
        link("..", "b/loop");
        link("self", "self");
        link("/etc/passwd", "outside");
    }
    check(
        &workspace,
        json!({"pattern": "needle", "glob": "{a.txt,binary,latin,self,outside,loop}"}),
        expect!["a.txt:2:two needle\nlatin:1:needle �"],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "root:", "path": "b"}),
        expect![
            "[No line matches `root:`. Files that git ignores and binary files are not searched.]"
        ],
    )
    .await;
}

#[tokio::test]
async fn wrong_patterns_say_what_to_do() {
    let workspace = workspace();
    let text = workspace.text("grep", json!({"pattern": "foo("})).await;
    assert!(
        text.starts_with("error: pattern: not a valid regular expression: "),
        "{text}"
    );
    assert!(
        text.contains("unclosed group") && text.contains("put a \\ before it"),
        "{text}"
    );
    for pattern in [
        "a{1000}{1000}{1000}",
        "(((((((((((a{99}){99}){99}){99}){99})))))))",
        "x\\ny",
        "\\p{Nope}",
        "(?=x)",
    ] {
        let text = workspace.text("grep", json!({"pattern": pattern})).await;
        assert!(
            text.starts_with("error: pattern: not a valid regular expression: "),
            "{pattern}: {text}"
        );
    }
    let deep = format!("{}a{}", "(".repeat(1500), ")".repeat(1500));
    let text = workspace.text("grep", json!({"pattern": deep})).await;
    assert!(text.starts_with("error: pattern: "), "{text}");
    check(
        &workspace,
        json!({"pattern": ""}),
        expect!["error: pattern: empty, or longer than 4096 bytes. Give a regular expression."],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "x", "path": "c.rs"}),
        expect!["error: c.rs does not exist. Did you mean b/c.rs or b.rs?"],
    )
    .await;
}

#[tokio::test]
async fn a_cancelled_search_ends() {
    let workspace = workspace();
    workspace.cancel.cancel();
    check(
        &workspace,
        json!({"pattern": "needle"}),
        expect!["error: The call was cancelled."],
    )
    .await;
}

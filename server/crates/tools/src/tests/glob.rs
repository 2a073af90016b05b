//! `glob` against files and open documents.
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::workspace::Workspace;

async fn check(workspace: &Workspace, arguments: Value, expect: Expect) {
    expect.assert_eq(&workspace.text("glob", arguments).await);
}

fn workspace() -> Workspace {
    Workspace::new(&[
        (".gitignore", "/target\n"),
        (".git/x.rs", ""),
        ("target/x.rs", ""),
        ("src/main.rs", ""),
        ("src/deep/mod.rs", ""),
        ("src/ünï.rs", ""),
        ("src.rs", ""),
        ("README.md", ""),
    ])
}

#[tokio::test]
async fn patterns_choose_files_in_the_order_of_their_paths() {
    let workspace = workspace();
    let all = "src/deep/mod.rs\nsrc/main.rs\nsrc/ünï.rs\nsrc.rs";
    for pattern in ["*.rs", "**/*.rs", "./**/*.rs"] {
        assert_eq!(
            workspace.text("glob", json!({"pattern": pattern})).await,
            all
        );
    }
    let absolute = format!("{}/**/*.rs", workspace.root().display());
    assert_eq!(
        workspace.text("glob", json!({"pattern": absolute})).await,
        all
    );
    check(
        &workspace,
        json!({"pattern": "src/*.rs"}),
        expect!["src/main.rs\nsrc/ünï.rs"],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "src/main.rs"}),
        expect!["src/main.rs"],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "*.{md,toml}"}),
        expect!["README.md"],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "mod.rs", "path": "src"}),
        expect!["src/deep/mod.rs"],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "src/**/mod.rs", "path": "src"}),
        expect!["src/deep/mod.rs"],
    )
    .await;
}

#[tokio::test]
async fn results_are_bounded() {
    check(
        &workspace(),
        json!({"pattern": "*.rs", "limit": 2}),
        expect![
            "src/deep/mod.rs\nsrc/main.rs\n[2 more not shown. Narrow the pattern, or raise limit.]"
        ],
    )
    .await;
    check(
        &workspace(),
        json!({"pattern": "*.zig"}),
        expect!["[No file matches `*.zig`. Files that git ignores are left out.]"],
    )
    .await;
}

#[tokio::test]
async fn documents_that_are_not_saved_yet_are_found() {
    let workspace = workspace();
    workspace.open("new/x.rs", "");
    workspace.open("src/main.rs", "changed");
    check(
        &workspace,
        json!({"pattern": "**/[mx]*.rs"}),
        expect!["new/x.rs\nsrc/deep/mod.rs\nsrc/main.rs"],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "*", "path": "new"}),
        expect!["new/x.rs"],
    )
    .await;
}

#[tokio::test]
async fn wrong_patterns_and_paths_say_what_to_do() {
    let workspace = workspace();
    check(&workspace, json!({"pattern": "src/[a"}), expect!["error: The pattern `src/[a` is not valid: unclosed character class; missing ']'. Give one such as `**/*.rs`."]).await;
    check(
        &workspace,
        json!({"pattern": ""}),
        expect![
            "error: The pattern is empty or longer than 4096 bytes. Give one such as `**/*.rs`."
        ],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "x".repeat(5000)}),
        expect![
            "error: The pattern is empty or longer than 4096 bytes. Give one such as `**/*.rs`."
        ],
    )
    .await;
    check(
        &workspace,
        json!({"pattern": "*", "path": "scr"}),
        expect!["error: scr does not exist. Did you mean src?"],
    )
    .await;
    let nested = "{a,".repeat(1000);
    let text = workspace.text("glob", json!({"pattern": nested})).await;
    assert!(text.starts_with("error: The pattern `{a,"), "{text}");
}

//! `list_directory` against a folder with everything in it.
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::workspace::Workspace;

async fn check(workspace: &Workspace, arguments: Value, expect: Expect) {
    expect.assert_eq(&workspace.text("list_directory", arguments).await);
}

#[tokio::test]
async fn folders_are_listed_as_git_sees_them() {
    let workspace = Workspace::new(&[
        (".git/config", ""),
        (".github/ci.yml", ""),
        (".gitignore", "target/\n*.log\n"),
        ("target/debug/x", ""),
        ("a.log", ""),
        ("src/b/c/d.rs", ""),
        ("src/a.rs", ""),
        ("src/.gitignore", "hidden.rs\n"),
        ("src/hidden.rs", ""),
        ("src.txt", ""),
    ]);
    check(
        &workspace,
        json!({}),
        expect![".github/\n.gitignore\nsrc/\nsrc.txt"],
    )
    .await;
    check(
        &workspace,
        json!({"path": "", "depth": 2}),
        expect![
            ".github/\n.github/ci.yml\n.gitignore\nsrc/\nsrc/.gitignore\nsrc/a.rs\nsrc/b/\nsrc.txt"
        ],
    )
    .await;
    check(
        &workspace,
        json!({"path": "src", "depth": 99}),
        expect![".gitignore\na.rs\nb/\nb/c/\nb/c/d.rs"],
    )
    .await;
    // An ignored folder that is asked for is shown.
    check(&workspace, json!({"path": "target"}), expect!["debug/"]).await;
}

#[tokio::test]
async fn documents_that_are_not_saved_yet_are_listed() {
    let workspace = Workspace::new(&[("src/a.rs", "")]);
    workspace.open("src/new/b.rs", "");
    workspace.open("src/a.rs", "changed");
    check(&workspace, json!({"path": "src"}), expect!["a.rs\nnew/"]).await;
    check(
        &workspace,
        json!({"path": "src", "depth": 2}),
        expect!["a.rs\nnew/\nnew/b.rs"],
    )
    .await;
    check(&workspace, json!({"path": "src/new"}), expect!["b.rs"]).await;
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_shown_and_not_followed() {
    let workspace = Workspace::new(&[("a/b", "")]);
    std::os::unix::fs::symlink("..", workspace.root().join("a/loop")).expect("a link");
    check(
        &workspace,
        json!({"depth": 9}),
        expect!["a/\na/b\na/loop -> .."],
    )
    .await;
}

#[tokio::test]
async fn long_listings_are_cut() {
    let workspace = Workspace::new(&[("empty/.git/x", "")]);
    for n in 0..=501 {
        workspace.put(&format!("many/{n:03}"), b"");
    }
    let text = workspace
        .text("list_directory", json!({"path": "many"}))
        .await;
    assert_eq!(text.lines().count(), 501);
    assert!(
        text.ends_with("499\n[2 entries not shown. List a subfolder, or use glob.]"),
        "{text}"
    );
    check(
        &workspace,
        json!({"path": "empty"}),
        expect!["[empty is empty.]"],
    )
    .await;
}

#[tokio::test]
async fn what_is_no_folder_says_what_to_do() {
    let workspace = Workspace::new(&[("src/a.rs", "")]);
    check(
        &workspace,
        json!({"path": "src/a.rs"}),
        expect!["error: src/a.rs is a file, not a folder. Use read_file to read it."],
    )
    .await;
    check(
        &workspace,
        json!({"path": "scr"}),
        expect!["error: scr does not exist. Did you mean src?"],
    )
    .await;
    check(
        &workspace,
        json!({"path": "x/y/z"}),
        expect!["error: x/y/z does not exist. Use list_directory on a folder above it, or glob."],
    )
    .await;
}

#[tokio::test]
async fn further_workspace_folders_are_named() {
    let other = tempfile::tempdir().expect("a folder");
    let path = other.path().canonicalize().expect("the folder");
    std::fs::write(path.join("b.rs"), "needle").expect("a file");
    let workspace = Workspace::with_others(&[("a.rs", "needle")], vec![path.clone()]);
    let path = path.display();
    let text = workspace.text("list_directory", json!({})).await;
    assert_eq!(text, format!("a.rs\n[Another workspace folder: {path}]"));
    let text = workspace
        .text("list_directory", json!({"path": path.to_string()}))
        .await;
    assert_eq!(text, "b.rs");
    // Searches go through all folders.
    let text = workspace.text("glob", json!({"pattern": "*.rs"})).await;
    let mut lines = text.lines().collect::<Vec<_>>();
    lines.sort_unstable();
    assert_eq!(lines, [format!("{path}/b.rs"), "a.rs".to_owned()]);
    let text = workspace.text("grep", json!({"pattern": "needle"})).await;
    let mut lines = text.lines().collect::<Vec<_>>();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [format!("{path}/b.rs:1:needle"), "a.rs:1:needle".to_owned()]
    );
}

//! `read_file` against files and open documents.
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::workspace::Workspace;
use aside_agent::tool::Outcome;

async fn check(workspace: &Workspace, arguments: Value, expect: Expect) {
    expect.assert_eq(&workspace.text("read_file", arguments).await);
}

#[tokio::test]
async fn lines_are_numbered() {
    let workspace = Workspace::new(&[
        ("a.txt", "one\n\nthree"),
        ("empty", ""),
        ("bom", "\u{feff}x\r\ny\rz\n"),
    ]);
    check(
        &workspace,
        json!({"path": "a.txt"}),
        expect!["1\tone\n2\t\n3\tthree"],
    )
    .await;
    check(
        &workspace,
        json!({"path": "bom"}),
        expect!["1\tx\n2\ty\n3\tz"],
    )
    .await;
    check(
        &workspace,
        json!({"path": "empty"}),
        expect!["[empty is empty.]"],
    )
    .await;
    check(
        &workspace,
        json!({"path": "empty", "offset": 9}),
        expect!["[empty is empty.]"],
    )
    .await;
}

#[tokio::test]
async fn a_part_says_how_to_go_on() {
    let workspace = Workspace::new(&[("a", "1\n2\n3\n4\n5\n")]);
    check(
        &workspace,
        json!({"path": "a", "offset": 2, "limit": 2}),
        expect!["2\t2\n3\t3\n[2 more lines of 5 not shown. To go on, read with offset 4.]"],
    )
    .await;
    check(
        &workspace,
        json!({"path": "a", "offset": 4, "limit": 2}),
        expect!["4\t4\n5\t5"],
    )
    .await;
    check(
        &workspace,
        json!({"path": "a", "offset": 0, "limit": 4}),
        expect![
            "1\t1\n2\t2\n3\t3\n4\t4\n[1 more line of 5 not shown. To go on, read with offset 5.]"
        ],
    )
    .await;
    check(
        &workspace,
        json!({"path": "a", "offset": 6}),
        expect!["error: offset: a has only 5 lines."],
    )
    .await;
    check(
        &workspace,
        json!({"path": "a", "offset": u64::MAX, "limit": u64::MAX}),
        expect!["error: offset: a has only 5 lines."],
    )
    .await;
}

#[tokio::test]
async fn the_open_document_is_what_is_read() {
    let workspace = Workspace::new(&[("a", "on disk\n")]);
    workspace.open("a", "unsaved\n");
    workspace.open("new", "not on disk\n");
    check(&workspace, json!({"path": "a"}), expect!["1\tunsaved"]).await;
    check(
        &workspace,
        json!({"path": "./new"}),
        expect!["1\tnot on disk"],
    )
    .await;
}

#[tokio::test]
async fn long_files_and_lines_are_cut() {
    let workspace = Workspace::new(&[]);
    workspace.put("lines", "a line\n".repeat(100_000).as_bytes());
    workspace.put(
        "wide",
        "0123456789\n"
            .repeat(10)
            .replace('\n', &format!("{}\n", "é".repeat(700)))
            .repeat(20)
            .as_bytes(),
    );
    workspace.put("one", format!("{}\nend", "é".repeat(20_000_000)).as_bytes());

    let text = workspace.text("read_file", json!({"path": "lines"})).await;
    assert_eq!(text.lines().count(), 2001);
    assert!(
        text.ends_with("[98000 more lines of 100000 not shown. To go on, read with offset 2001.]")
    );

    let text = workspace.text("read_file", json!({"path": "wide"})).await;
    assert!(text.len() < 50_000);
    let shown = text.lines().count() - 1;
    assert!(
        text.ends_with(&format!(
            "[{} more lines of 200 not shown. To go on, read with offset {}.]",
            200 - shown,
            shown + 1
        )),
        "{}",
        &text[text.len() - 100..]
    );
    let rest = workspace
        .text("read_file", json!({"path": "wide", "offset": shown + 1}))
        .await;
    assert!(rest.starts_with(&format!("{}\t0123", shown + 1)));

    let text = workspace.text("read_file", json!({"path": "one"})).await;
    assert!(text.len() < 2200);
    assert!(text.ends_with(
        "é[… 39998000 more bytes in this line; grep shows the part that matches]\n2\tend"
    ));
}

#[tokio::test]
async fn what_cannot_be_read_says_what_to_do() {
    let workspace = Workspace::new(&[
        ("src/main.rs", ""),
        ("src/lib.rs", ""),
        ("other/Config.toml", ""),
    ]);
    workspace.put("binary", b"a\0b");
    check(
        &workspace,
        json!({"path": "src"}),
        expect!["error: src is a folder, not a file. Use list_directory to see what is in it."],
    )
    .await;
    check(
        &workspace,
        json!({"path": "src/mian.rs"}),
        expect!["error: src/mian.rs does not exist. Did you mean src/main.rs?"],
    )
    .await;
    check(
        &workspace,
        json!({"path": "main.rs"}),
        expect!["error: main.rs does not exist. Did you mean src/main.rs?"],
    )
    .await;
    check(
        &workspace,
        json!({"path": "config.toml"}),
        expect!["error: config.toml does not exist. Did you mean other/Config.toml?"],
    )
    .await;
    check(
        &workspace,
        json!({"path": "nothing/like/it"}),
        expect!["error: nothing/like/it does not exist. Use glob or list_directory to find it."],
    )
    .await;
    check(
        &workspace,
        json!({"path": "binary"}),
        expect!["error: binary is binary"],
    )
    .await;
    check(
        &workspace,
        json!({"path": "a\u{0}b"}),
        expect!["error: a\0b does not exist. Use glob or list_directory to find it."],
    )
    .await;
}

#[tokio::test]
async fn the_place_is_named_for_the_client() {
    let workspace = Workspace::new(&[("a", "1\n2\n3\n")]);
    let outcome = workspace
        .call("read_file", json!({"path": "a", "offset": 2}))
        .await;
    let Ok(Outcome::Done(output)) = outcome else {
        panic!("not read")
    };
    assert_eq!(
        serde_json::to_value(&output.locations).expect("locations"),
        json!([{"path": workspace.root().join("a"), "lines": {"start": 1, "end": 3}}])
    );
}

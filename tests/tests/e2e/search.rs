//! Looking for words in all sessions.
use aside_tests::editor::Editor;
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::{Stage, check_sentence, edit, say};

async fn hits(editor: &Editor, query: &str) -> Vec<Value> {
    let result = editor
        .request("session/search", json!({"query": query}))
        .await;
    result["hits"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn what_was_said_is_found() {
    let stage = Stage::new([
        say("The lexer cuts a text into tokens."),
        edit("call-1", "a.txt", "one", "lexical"),
        say("Done."),
    ]);
    stage.world.write("a.txt", "one\n");
    let editor = stage.open().await;
    let first = editor.create(json!({"title": "About parsers"})).await;
    let second = editor.create_free().await;
    editor.turn(&first, "What does a lexer do?").await;
    editor.turn(&second, "Change the file.").await;
    let items = editor.items(&first).await;

    let found = hits(&editor, "LEX tok").await;
    assert_eq!(found.len(), 1, "{found:#?}");
    let hit = &found[0];
    assert_eq!(hit["sessionId"], first);
    assert_eq!(hit["itemId"], items[1]["id"]);
    assert_eq!(hit["title"], "About parsers");
    assert_eq!(hit["snippet"], "The lexer cuts a text into tokens.");
    assert!(hit["score"].as_f64().unwrap() > 0.0);
    // Users and models, but not tools.
    let found = hits(&editor, "lex").await;
    let ids: Vec<&str> = found.iter().map(|hit| text(hit, "/itemId")).collect();
    let mut wanted = [text(&items[0], "/id"), text(&items[1], "/id")];
    wanted.sort_unstable();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, wanted);
    // Titles come first, and name what the session begins with.
    let found = hits(&editor, "parser").await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0]["itemId"], &found[0]["sessionId"]),
        (&items[0]["id"], &json!(first))
    );
    let update = json!({"sessionId": first, "title": "About trees"});
    editor.request("session/update", update).await;
    assert_eq!(hits(&editor, "parser").await, [] as [Value; 0]);
    assert_eq!(hits(&editor, "trees").await.len(), 1);
    editor.kill9().await;

    let editor = stage.open().await;
    assert_eq!(hits(&editor, "tokens").await.len(), 1);
    editor
        .request("session/delete", json!({"sessionId": first}))
        .await;
    assert_eq!(hits(&editor, "lexer").await, [] as [Value; 0]);
    editor.close().await;
}

#[tokio::test]
async fn a_query_may_be_anything() {
    let stage = Stage::new([say("One.")]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "one \"two\" AND three").await;
    for query in [
        "\"two",
        "one AND",
        "two\"",
        "AND three",
        "one*",
        "(one",
        "one:",
    ] {
        assert!(!hits(&editor, query).await.is_empty(), "{query}");
    }
    for query in ["", "  ", "\"", "*", "four OR one", "NOT", "\u{0}", "🦀"] {
        assert_eq!(hits(&editor, query).await, [] as [Value; 0], "{query}");
    }
    for params in [
        json!({}),
        json!({"query": 1}),
        json!({"query": "one", "limit": 0}),
        json!({"query": "one", "limit": -1}),
        json!({"query": "x".repeat(5000)}),
    ] {
        let error = editor.fail("session/search", params).await;
        assert_eq!(error.kind(), "invalid", "{error:?}");
        check_sentence(&error.message);
    }
    let params = json!({"query": "one", "limit": 1});
    let result = editor.request("session/search", params).await;
    assert_eq!(result["hits"].as_array().unwrap().len(), 1);
    editor.close().await;
}

#[tokio::test]
async fn scripts_without_spaces_and_single_letters_are_found() {
    let stage = Stage::new([say("構文解析器はCで書かれています。"), say("In C.")]);
    let editor = stage.open().await;
    let session = editor.create(json!({"title": "Parsers"})).await;
    editor.turn(&session, "何ですか").await;
    editor.turn(&session, "And compilers?").await;
    let items = editor.items(&session).await;
    for (query, at) in [("解析", 1), ("書かれて", 1), ("ですか", 0), ("c", 3)] {
        let found = hits(&editor, query).await;
        assert_eq!(found.len(), 1, "{query}: {found:#?}");
        assert_eq!(found[0]["itemId"], items[at]["id"], "{query}");
    }
    assert_eq!(hits(&editor, "解 剖").await, [] as [Value; 0]);
    editor.close().await;
}

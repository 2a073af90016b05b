//! Looking for words.
use aside_store::{ItemRow, RewindRow, SessionPatch, Store, Write};
use rusqlite::Connection;

use crate::support::{Folder, create, item, turn};

fn said(session: &str, turn: &str, id: &str, text: &str) -> Write {
    Write::UpsertItem(ItemRow {
        json: format!("{{\"id\":{id:?},\"text\":{text:?}}}"),
        ..item(session, turn, id, "completed")
    })
}

fn asked(session: &str, turn: &str, id: &str, texts: &[&str]) -> Write {
    let blocks = texts
        .iter()
        .map(|text| format!("{{\"type\":\"text\",\"text\":{text:?}}},"));
    let blocks: String = blocks.collect();
    let attached = "{\"type\":\"resource\",\"uri\":\"file:///x\",\"text\":\"attached\"}";
    Write::UpsertItem(ItemRow {
        kind: "userMessage".to_owned(),
        json: format!("{{\"id\":{id:?},\"content\":[{blocks}{attached}]}}"),
        ..item(session, turn, id, "completed")
    })
}

/// What is found: titles as `session`, messages as `session/item`.
async fn found(store: &Store, query: &str) -> Vec<String> {
    let hits = store.search(query, 20).await.unwrap();
    assert!(hits.iter().all(|hit| hit.score > 0.0), "{hits:?}");
    let names = hits.into_iter().map(|hit| match hit.item_id {
        Some(item) if hit.snippet != hit.title => format!("{}/{item}", hit.session_id),
        Some(_) | None => hit.session_id,
    });
    names.collect()
}

/// The index holds what the rows hold, no more and no less.
fn check_index(folder: &Folder) {
    let conn = Connection::open(folder.path()).unwrap();
    for index in ["message_index", "title_index"] {
        let sql = format!("INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)");
        conn.execute(&sql, []).unwrap();
    }
}

#[tokio::test]
async fn messages_and_titles_are_found_by_the_beginnings_of_their_words() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a", "b"]).await;
    let titled = SessionPatch {
        title: Some("Parsing dates".to_owned()),
        ..SessionPatch::default()
    };
    let batch = vec![
        Write::UpsertTurn(turn("a", "t", "completed")),
        asked(
            "a",
            "t",
            "a1",
            &["How does the Parser work?", "And the lexer?"],
        ),
        said(
            "a",
            "t",
            "a2",
            "It reads tokens: parse_item(), naïve but café-proof.",
        ),
        asked("b", "t", "b1", &["parser parser parser"]),
        Write::UpdateSession {
            id: "b".to_owned(),
            patch: titled,
        },
    ];
    store.write(batch).await.unwrap();
    assert_eq!(found(&store, "pars").await, ["b", "b/b1", "a/a1", "a/a2"]);
    assert_eq!(found(&store, "PARSER lex").await, ["a/a1"]);
    assert_eq!(found(&store, "cafe naive").await, ["a/a2"]);
    assert_eq!(found(&store, "parse_item").await, ["a/a2"]);
    assert_eq!(found(&store, "session").await, ["a"]);
    let titled = &store.search("dates", 5).await.unwrap()[0];
    assert_eq!(titled.item_id.as_deref(), Some("b1"));
    assert_eq!(found(&store, "attached").await, [] as [&str; 0]);
    assert_eq!(store.search("pars", 1).await.unwrap().len(), 1);
    assert_eq!(store.search("pars", 0).await.unwrap().len(), 1);
    let hit = &store.search("lexer", 5).await.unwrap()[0];
    assert_eq!(
        (&*hit.title, &*hit.snippet),
        ("Session a", "How does the Parser work?\nAnd the lexer?")
    );
    check_index(&folder);
}

#[tokio::test]
async fn a_query_is_no_language() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a"]).await;
    let text = "one AND two, NEAR three \"four\" body:five *six* -seven ^eight (nine) ten";
    store.write(vec![said("a", "t", "i", text)]).await.unwrap();
    for query in [
        "one AND two",
        "AND",
        "NEAR(",
        "NEAR three",
        "\"four",
        "\"four\"\"",
        "body:five",
        "*six",
        "six*",
        "-seven",
        "^eight",
        "(nine",
        "nine) ten",
        "+ one",
        "{one}",
        "one\0two",
        "'one'",
        "two;near",
    ] {
        assert_eq!(found(&store, query).await, ["a/i"], "{query:?}");
    }
    // The last has its words, but not beside each other.
    for query in ["one OR", "NOT ten", "one;two"] {
        assert_eq!(found(&store, query).await, [] as [&str; 0], "{query:?}");
    }
    for query in ["", " ", "*", "\"", "\"\"", "()", "-", "\0", "…", "🦀"] {
        assert_eq!(found(&store, query).await, [] as [&str; 0], "{query:?}");
    }
    let long = "one ".repeat(10_000);
    assert_eq!(found(&store, &long).await, ["a/i"]);
    assert_eq!(found(&store, &"x".repeat(100_000)).await, [] as [&str; 0]);
}

#[tokio::test]
async fn the_index_follows_what_is_stored() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a", "b"]).await;
    let batch = vec![
        Write::UpsertTurn(turn("a", "t1", "completed")),
        Write::UpsertTurn(turn("a", "t2", "completed")),
        said("a", "t1", "i1", ""),
        said("a", "t2", "i2", "green"),
        said("b", "t3", "i3", "green"),
        Write::UpsertItem(ItemRow {
            kind: "userMessage".to_owned(),
            json: "no JSON".to_owned(),
            ..item("b", "t3", "i4", "completed")
        }),
    ];
    store.write(batch).await.unwrap();
    store
        .write(vec![said("a", "t1", "i1", "red")])
        .await
        .unwrap();
    assert_eq!(found(&store, "red").await, ["a/i1"]);
    store
        .write(vec![said("a", "t1", "i1", "blue")])
        .await
        .unwrap();
    assert_eq!(found(&store, "red").await, [] as [&str; 0]);
    // What streams is found when it is whole, or was interrupted.
    for (status, count) in [("inProgress", 0), ("interrupted", 1)] {
        let streamed = Write::UpsertItem(ItemRow {
            json: format!("{{\"text\":\"violet\",\"status\":{status:?}}}"),
            ..item("a", "t1", "i5", "completed")
        });
        store.write(vec![streamed]).await.unwrap();
        assert_eq!(found(&store, "violet").await.len(), count);
    }
    // What fails leaves it as it was.
    let refused = vec![
        said("a", "t1", "i1", "grey"),
        said("none", "t", "i9", "grey"),
    ];
    store.write(refused).await.unwrap_err();
    assert_eq!(found(&store, "blue").await, ["a/i1"]);
    // What is rewound is not found until it is back.
    let rewind = RewindRow {
        id: "r".to_owned(),
        session_id: "a".to_owned(),
        turn_id: "t2".to_owned(),
        created_at: "2026-01-01T00:00:00Z".to_owned(),
        json: "{}".to_owned(),
        state: "done".to_owned(),
        blobs: Vec::new(),
    };
    let set = Write::SetRewound {
        session_id: "a".to_owned(),
        from_turn: "t2".to_owned(),
        rewind_id: "r".to_owned(),
    };
    store.write(vec![Write::Rewind(rewind), set]).await.unwrap();
    assert_eq!(found(&store, "green").await, ["b/i3"]);
    // A title names no message that is gone.
    let again = Write::SetRewound {
        session_id: "a".to_owned(),
        from_turn: "t1".to_owned(),
        rewind_id: "r".to_owned(),
    };
    store.write(vec![again]).await.unwrap();
    let titled = store.search("session", 5).await.unwrap();
    let first = titled.iter().find(|hit| hit.session_id == "a").unwrap();
    assert_eq!(first.item_id, None);
    let clear = Write::ClearRewound {
        session_id: "a".to_owned(),
        rewind_id: "r".to_owned(),
    };
    store.write(vec![clear]).await.unwrap();
    assert_eq!(found(&store, "green").await.len(), 2);
    check_index(&folder);
    store.delete_session("b").await.unwrap();
    assert_eq!(found(&store, "green").await, ["a/i2"]);
    assert_eq!(found(&store, "session").await, ["a"]);
    check_index(&folder);
}

#[tokio::test]
async fn scripts_without_spaces_are_found_anywhere() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a", "b"]).await;
    let titled = SessionPatch {
        title: Some("字句解析について".to_owned()),
        ..SessionPatch::default()
    };
    let batch = vec![
        said("a", "t", "a1", "構文解析器はRustで書かれています。"),
        said("a", "t", "a2", "The parser is written in Rust."),
        said("b", "t2", "b1", "ภาษาไทย and \\ \"解析\""),
        Write::UpdateSession {
            id: "b".to_owned(),
            patch: titled,
        },
    ];
    store.write(batch).await.unwrap();
    // The newest first, titles before them.
    assert_eq!(found(&store, "解析").await, ["b", "b/b1", "a/a1"]);
    assert_eq!(found(&store, "析器はrust").await, ["a/a1"]);
    assert_eq!(found(&store, "書かれ 解析").await, ["a/a1"]);
    assert_eq!(found(&store, "ไทย and").await, ["b/b1"]);
    assert_eq!(found(&store, "rust 解析").await, [] as [&str; 0]);
    for query in ["解析\"", "\"解析\"", "解析\"\"", "解%", "解_", "\\解"] {
        let count = usize::from(matches!(query, "解析\"" | "\"解析\""));
        assert_eq!(found(&store, query).await.len(), count, "{query}");
    }
    let hit = &store.search("書かれ", 5).await.unwrap()[0];
    assert_eq!(hit.snippet, "構文解析器はRustで書かれています。");
    let long = format!("{}目印{}", "前".repeat(500), "後".repeat(500));
    store
        .write(vec![said("a", "t", "a3", &long)])
        .await
        .unwrap();
    let hit = &store.search("目印", 5).await.unwrap()[0];
    let shown = format!("…{}目印{}", "前".repeat(20), "後".repeat(38));
    assert_eq!(hit.snippet, shown);
}

#[tokio::test]
async fn a_letter_is_a_word_and_not_all_words_that_begin_with_it() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a"]).await;
    let batch = vec![
        said("a", "t", "i1", "Written in C, by hand."),
        said("a", "t", "i2", "Compilers compile."),
    ];
    store.write(batch).await.unwrap();
    assert_eq!(found(&store, "c").await, ["a/i1"]);
    assert_eq!(found(&store, "(C)").await, ["a/i1"]);
    assert_eq!(found(&store, "co co co").await, ["a/i2"]);
    assert_eq!(found(&store, "c ha").await, ["a/i1"]);
}

#[tokio::test]
async fn a_hit_shows_no_more_than_fits_in_a_list() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a"]).await;
    let line = "é".repeat(100_000);
    let dashes = "-".repeat(100_000);
    let batch = vec![
        said("a", "t", "i1", &format!("needle {dashes} end")),
        said("a", "t", "i2", &format!("needle {line}")),
    ];
    store.write(batch).await.unwrap();
    let hits = store.search("needle", 5).await.unwrap();
    assert_eq!(hits.len(), 2);
    for hit in hits {
        assert_eq!(hit.snippet.chars().count(), 301);
        assert!(hit.snippet.starts_with("needle ") && hit.snippet.ends_with('…'));
    }
}

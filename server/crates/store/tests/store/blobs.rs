//! Blobs: compressed, checked when they are read, and gone with the last session that used them.
use aside_store::{AttemptRow, EditRow, MAX_BLOB, Store, StoreError, Write, blob_hash};
use rusqlite::{Connection, params};

use crate::support::{Folder, blob, check_invalid, check_missing, create, edit};

/// Bytes without order, which no compression makes smaller.
fn noise(size: usize) -> Vec<u8> {
    let mut state = 1u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    };
    (0..size).map(|_| next()).collect()
}

fn source(lines: usize) -> Vec<u8> {
    let line = |it: usize| format!("    let value_{it} = compute(value_{});\n", it / 2);
    (0..lines).map(line).collect::<String>().into_bytes()
}

/// How a blob lies in the database: its encoding, its size, and how many bytes it takes.
fn stored(folder: &Folder, hash: &str) -> (String, i64, i64) {
    Connection::open(folder.path())
        .unwrap()
        .query_row(
            "SELECT encoding, size, length(content) FROM blobs WHERE hash = ?1",
            [hash],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap()
}

#[tokio::test]
async fn blobs_are_compressed_where_it_helps() {
    let folder = Folder::new();
    let store = folder.server("me");
    let check = async |data: &[u8], encoding: &str| {
        store.write(vec![blob(data), blob(data)]).await.unwrap();
        let hash = blob_hash(data);
        let (found, size, takes) = stored(&folder, &hash);
        assert_eq!((found.as_str(), size), (encoding, data.len() as i64));
        assert_eq!(takes < size, encoding == "zstd", "{takes} of {size}");
        assert_eq!(store.blob(hash).await.unwrap(), data);
    };
    check(b"", "raw").await;
    check(b"\n", "raw").await;
    check("ÄÖ\r\n".as_bytes(), "raw").await;
    check(&noise(100_000), "raw").await;
    check(&source(20), "zstd").await;
    check(&source(50_000), "zstd").await;
    check(&vec![0; 20_000_000], "zstd").await;
    let (_, size, takes) = stored(&folder, &blob_hash(&source(50_000)));
    assert!(takes * 5 < size, "{takes} of {size}");
}

#[tokio::test]
async fn what_could_not_be_read_again_is_not_kept() {
    let folder = Folder::new();
    let store = folder.server("me");
    let wrong = |hash: &str, data: Vec<u8>| {
        let hash = hash.to_owned();
        vec![Write::Blob { hash, data }]
    };
    for hash in ["", "x", &blob_hash(b"b"), &blob_hash(b"a").to_uppercase()] {
        check_invalid(store.write(wrong(hash, b"a".to_vec())).await, "hash");
    }
    let large = store.write(wrong("x", vec![0; MAX_BLOB + 1])).await;
    check_invalid(large, "content");
    assert_eq!(store.stats().await.unwrap().blobs, 0);
    check_missing(store.blob("x").await, "blob");
}

/// Changes the row of a blob behind the store's back, and checks that it is noticed.
async fn check_damage(
    folder: &Folder,
    store: &Store,
    data: &[u8],
    change: impl Fn(&mut String, &mut i64, &mut Vec<u8>),
    expect: &str,
) {
    store.write(vec![blob(data)]).await.unwrap();
    let hash = blob_hash(data);
    let other = Connection::open(folder.path()).unwrap();
    let (mut encoding, mut size, mut content): (String, i64, Vec<u8>) = other
        .query_row(
            "SELECT encoding, size, content FROM blobs WHERE hash = ?1",
            [&hash],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap();
    change(&mut encoding, &mut size, &mut content);
    other
        .execute(
            "UPDATE blobs SET encoding = ?2, size = ?3, content = ?4 WHERE hash = ?1",
            params![hash, encoding, size, content],
        )
        .unwrap();
    let Err(StoreError::CorruptBlob { hash: told, detail }) = store.blob(hash.clone()).await else {
        panic!("the damage was not noticed: {expect}");
    };
    assert_eq!(told, hash);
    assert!(detail.contains(expect), "{detail}");
    other
        .execute("DELETE FROM blobs WHERE hash = ?1", [&hash])
        .unwrap();
}

#[tokio::test]
async fn a_damaged_blob_is_told_and_nothing_else_suffers() {
    let folder = Folder::new();
    let store = folder.server("me");
    let (packed, raw) = (source(100), noise(100));
    check_damage(&folder, &store, &raw, |_, _, it| it[5] ^= 1, "hash").await;
    check_damage(&folder, &store, &raw, |_, _, it| it.truncate(9), "9 bytes").await;
    check_damage(&folder, &store, &raw, |_, size, _| *size += 1, "100 bytes").await;
    check_damage(&folder, &store, &raw, |it, _, _| it.clear(), "encoding").await;
    let unknown = |it: &mut String, _: &mut i64, _: &mut Vec<u8>| *it = "brotli".to_owned();
    check_damage(&folder, &store, &raw, unknown, "\"brotli\"").await;
    let as_zstd = |it: &mut String, _: &mut i64, _: &mut Vec<u8>| *it = "zstd".to_owned();
    check_damage(&folder, &store, &raw, as_zstd, "decompressed").await;
    let as_raw = |it: &mut String, _: &mut i64, _: &mut Vec<u8>| *it = "raw".to_owned();
    check_damage(&folder, &store, &packed, as_raw, "bytes instead").await;
    check_damage(&folder, &store, &packed, |_, _, it| it.clear(), "").await;
    let cut = |_: &mut String, _: &mut i64, it: &mut Vec<u8>| it.truncate(it.len() / 2);
    check_damage(&folder, &store, &packed, cut, "decompressed").await;
    for wrong in [-1, i64::MIN, i64::MAX, MAX_BLOB as i64 + 1] {
        let sized = |_: &mut String, size: &mut i64, _: &mut Vec<u8>| *size = wrong;
        check_damage(&folder, &store, &packed, sized, "not possible").await;
        check_damage(&folder, &store, &raw, sized, "not possible").await;
    }
    // Content that grows beyond what was recorded is not even written out.
    let bomb = vec![7; 10_000_000];
    check_damage(
        &folder,
        &store,
        &bomb,
        |_, it, _| *it = 1000,
        "decompressed",
    )
    .await;
    check_damage(&folder, &store, &bomb, |_, it, _| *it *= 2, "bytes instead").await;

    // The database itself is in order: it is written as before.
    create(&store, &["a"]).await;
    assert!(!folder.path().with_file_name("aside.db-suspect").exists());
}

#[tokio::test]
async fn no_flipped_bit_is_taken_for_the_text() {
    let folder = Folder::new();
    let store = folder.server("me");
    let data = source(10);
    let hash = blob_hash(&data);
    store.write(vec![blob(&data)]).await.unwrap();
    let other = Connection::open(folder.path()).unwrap();
    let content: Vec<u8> = other
        .query_row("SELECT content FROM blobs", [], |row| row.get(0))
        .unwrap();
    for bit in 0..content.len() * 8 {
        let mut flipped = content.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        other
            .execute("UPDATE blobs SET content = ?1", [flipped])
            .unwrap();
        match store.blob(hash.clone()).await {
            Ok(read) => assert_eq!(read, data, "{bit}"),
            Err(error) => assert!(
                matches!(error, StoreError::CorruptBlob { .. }),
                "{bit}: {error}"
            ),
        }
    }
}

#[tokio::test]
async fn a_blob_goes_with_the_last_session_that_used_it() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a", "b"]).await;
    let edit_of = |session: &str, id: &str, pre: &str, post: &str| {
        Write::UpsertEdit(EditRow {
            post_image: Some(blob_hash(post.as_bytes())),
            ..edit(session, id, Some(&blob_hash(pre.as_bytes())))
        })
    };
    let attempt_of = |session: &str, id: &str, base: &str| {
        Write::Attempt(AttemptRow {
            id: id.to_owned(),
            session_id: session.to_owned(),
            outcome: "applied".to_owned(),
            base_hash: Some(blob_hash(base.as_bytes())),
            ..AttemptRow::default()
        })
    };
    let texts = [
        "pre a",
        "post a",
        "old post a",
        "base a",
        "pre",
        "post",
        "base",
        "pre b",
        "post b",
        "base b",
    ];
    let mut batch: Vec<_> = texts.iter().map(|it| blob(it.as_bytes())).collect();
    batch.extend([
        edit_of("a", "e1", "pre a", "old post a"),
        // Amended: what it named before is kept while the session is, and no longer.
        edit_of("a", "e1", "pre a", "post a"),
        edit_of("a", "e2", "pre", "post"),
        attempt_of("a", "t1", "base a"),
        attempt_of("a", "t2", "base"),
        // The same texts in other places.
        edit_of("b", "e3", "post", "base"),
        attempt_of("b", "t3", "pre"),
        edit_of("b", "e4", "pre b", "post b"),
        attempt_of("b", "t4", "base b"),
    ]);
    store.write(batch).await.unwrap();
    let kept = async || {
        let mut kept = Vec::new();
        for text in texts {
            match store.blob(blob_hash(text.as_bytes())).await {
                Ok(data) => kept.push(String::from_utf8(data).unwrap()),
                Err(error) => assert!(matches!(error, StoreError::NotFound { .. }), "{error}"),
            }
        }
        kept
    };
    assert_eq!(kept().await, texts);
    store.delete_session("a").await.unwrap();
    assert_eq!(
        kept().await,
        ["pre", "post", "base", "pre b", "post b", "base b"]
    );
    store.delete_session("b").await.unwrap();
    assert_eq!(kept().await, Vec::<String>::new());
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.blobs, stats.edits, stats.attempts), (0, 0, 0));
}

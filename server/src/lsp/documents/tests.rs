//! The documents under single changes, bad input and at their limits.
use std::sync::Arc;
use std::time::Duration;

use ropey::Rope;
use tower_lsp::lsp_types::{Position, Range};

use super::*;

const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn uri(text: &str) -> Url {
    Url::parse(text).unwrap()
}

pub(super) fn part(
    start: (u32, u32),
    end: (u32, u32),
    text: &str,
) -> TextDocumentContentChangeEvent {
    TextDocumentContentChangeEvent {
        range: Some(Range::new(
            Position::new(start.0, start.1),
            Position::new(end.0, end.1),
        )),
        range_length: None,
        text: text.to_owned(),
    }
}

pub(super) fn whole(text: &str) -> TextDocumentContentChangeEvent {
    TextDocumentContentChangeEvent {
        range: None,
        range_length: None,
        text: text.to_owned(),
    }
}

pub(super) fn open(documents: &Documents, name: &str, text: &str) -> Result<Url, DocumentError> {
    let uri = uri(name);
    documents.open(uri.clone(), 1, text)?;
    Ok(uri)
}

pub(super) fn text_of(documents: &Documents, uri: &Url) -> String {
    documents.get(uri).unwrap().text().unwrap().to_string()
}

fn check_change(before: &str, change: TextDocumentContentChangeEvent, expect: &str) {
    let documents = Documents::new();
    let uri = open(&documents, "file:///a.rs", before).unwrap();
    documents.change(&uri, 2, vec![change.clone()]).unwrap();
    assert_eq!(text_of(&documents, &uri), expect, "{before:?} {change:?}");
}

#[test]
fn single_changes() {
    check_change("", part((0, 0), (0, 0), "x"), "x");
    check_change("abc", part((0, 1), (0, 2), ""), "ac");
    check_change("a\r\nb", part((0, 1), (1, 0), ""), "ab");
    check_change("a\rb\nc", part((1, 0), (1, 1), ""), "a\r\nc");
    check_change("a\r\nb", part((0, 2), (0, 2), "x"), "ax\r\nb");
    check_change("a\nb", part((9, 9), (9, 9), "\nc"), "a\nb\nc");
    check_change("a\u{2028}b", part((1, 0), (1, 0), "!"), "a\u{2028}b!");
    check_change("😀", part((0, 1), (0, 1), "x"), "x😀");
    check_change("😀b", part((0, 2), (0, 3), ""), "😀");
    check_change("abc", whole(""), "");
    check_change(
        "",
        part((u32::MAX, u32::MAX), (u32::MAX, u32::MAX), "x"),
        "x",
    );
}

#[test]
fn what_is_not_open_is_an_error() {
    let documents = Documents::new();
    let uri = uri("file:///a.rs");
    let error = DocumentError::NotOpen { uri: uri.clone() };
    assert_eq!(
        documents.change(&uri, 1, vec![whole("")]),
        Err(error.clone())
    );
    assert_eq!(documents.saved(&uri), Err(error.clone()));
    assert_eq!(documents.close(&uri), Err(error));
    assert!(documents.get(&uri).is_none());
}

#[test]
fn a_reversed_range_loses_the_text_until_the_whole_comes() {
    let documents = Documents::new();
    let uri = open(&documents, "file:///a.rs", "abc").unwrap();
    let lost = DocumentError::OutOfSync {
        uri: uri.clone(),
        reason: Desync::ReversedRange,
    };
    let reversed = part((0, 2), (0, 1), "");
    assert_eq!(
        documents.change(&uri, 2, vec![reversed.clone()]),
        Err(lost.clone())
    );
    let document = documents.get(&uri).unwrap();
    assert_eq!(document.text().map(ToString::to_string), Err(lost.clone()));
    assert_eq!(document.version(), 2);

    let good = part((0, 0), (0, 0), "x");
    assert_eq!(
        documents.change(&uri, 3, vec![good.clone()]),
        Err(lost.clone())
    );
    documents
        .change(&uri, 4, vec![reversed.clone(), whole("new"), good])
        .unwrap();
    assert_eq!(text_of(&documents, &uri), "xnew");

    assert_eq!(
        documents.change(&uri, 5, vec![whole("b"), reversed]),
        Err(lost)
    );
    open(&documents, "file:///a.rs", "again").unwrap();
    assert_eq!(text_of(&documents, &uri), "again");
}

#[test]
fn versions_that_do_not_rise_are_followed() {
    let documents = Documents::new();
    let uri = open(&documents, "file:///a.rs", "").unwrap();
    for version in [1, 0, i32::MIN, i32::MAX] {
        let before = documents.get(&uri).unwrap().revision();
        documents
            .change(&uri, version, vec![part((0, 0), (0, 0), "x")])
            .unwrap();
        let document = documents.get(&uri).unwrap();
        assert_eq!(document.version(), version);
        assert!(document.revision() > before);
    }
    assert_eq!(text_of(&documents, &uri), "xxxx");
}

#[test]
fn limits_hold_and_free_again() {
    let documents = Documents::with_limits(DocumentLimits {
        documents: 2,
        document_bytes: 10,
        total_bytes: 15,
    });
    let first = open(&documents, "file:///1", "0123456789").unwrap();
    let second = uri("file:///2");
    let error = |reason| {
        let uri = second.clone();
        Err(DocumentError::OutOfSync { uri, reason })
    };
    let large = Desync::TooLarge {
        bytes: 11,
        limit: 10,
    };
    let no_room = Desync::NoRoom { limit: 15 };
    assert_eq!(
        open(&documents, "file:///2", "0123456789a"),
        error(large).map(|()| second.clone())
    );
    assert!(documents.get(&second).unwrap().text().is_err());
    assert_eq!(
        documents.change(&second, 2, vec![whole("012345")]),
        error(no_room)
    );
    documents.change(&second, 3, vec![whole("01234")]).unwrap();
    assert_eq!(
        documents.change(&second, 4, vec![part((0, 0), (0, 0), "x")]),
        error(no_room)
    );

    let third = uri("file:///3");
    let limit = 2;
    assert_eq!(
        open(&documents, "file:///3", ""),
        Err(DocumentError::TooMany { uri: third, limit })
    );
    documents.close(&first).unwrap();
    open(&documents, "file:///3", "0123456789").unwrap();
    documents.change(&second, 5, vec![whole("01234")]).unwrap();
    documents
        .change(&second, 6, vec![part((0, 0), (0, 5), "")])
        .unwrap();
    assert_eq!(text_of(&documents, &second), "");
    assert_eq!(documents.lock().total_bytes, 10);
}

#[test]
fn one_document_has_many_spellings() {
    let documents = Documents::new();
    let uri = open(&documents, "file:///a%20b/%63.rs", "x").unwrap();
    for other in [
        "file:///a b/c.rs",
        "file:///a%20b/c%2Ers",
        "file://localhost/a%20b/c.rs",
    ] {
        let found = documents.get(&self::uri(other)).unwrap();
        assert_eq!(found.uri(), &uri, "the editor's own spelling is kept");
    }
    open(&documents, "untitled:Untitled-1", "y").unwrap();
    assert!(
        documents
            .get(&self::uri("untitled:Untitled-1"))
            .unwrap()
            .path()
            .is_none()
    );
    let all: Vec<String> = documents
        .all()
        .iter()
        .map(|it| it.uri().to_string())
        .collect();
    assert_eq!(all, ["file:///a%20b/%63.rs", "untitled:Untitled-1"]);
}

#[test]
#[cfg(unix)]
fn a_document_is_found_behind_symbolic_links() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().canonicalize().unwrap().join("real");
    let link = folder.path().join("link");
    std::fs::create_dir(&real).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let documents = Documents::new();
    let uri = path_to_uri(&link.join("not-yet.rs")).unwrap();
    open(&documents, uri.as_str(), "unsaved").unwrap();
    for path in [link.join("not-yet.rs"), real.join("not-yet.rs")] {
        assert_eq!(documents.find(&path).unwrap().uri(), &uri);
    }
    assert!(documents.find(&real.join("other.rs")).is_none());
    assert!(documents.find(Path::new("not-yet.rs")).is_none());
}

#[test]
fn saving_and_snapshots() {
    let documents = Documents::new();
    let uri = open(&documents, "file:///a.rs", "a").unwrap();
    assert!(!documents.get(&uri).unwrap().is_modified());
    let before = documents.get(&uri).unwrap();
    documents.change(&uri, 2, vec![whole("b")]).unwrap();
    assert!(documents.get(&uri).unwrap().is_modified());
    assert_eq!(before.text().unwrap().to_string(), "a");
    assert_eq!(before.version(), 1);
    documents.saved(&uri).unwrap();
    assert!(!documents.get(&uri).unwrap().is_modified());
}

fn expect<'a>(documents: &'a Documents, uri: &Url, meant: &str) -> Expectation<'a> {
    let now = documents.get(uri);
    let first = now.as_ref().map(|it| it.text().unwrap().clone());
    let revision = now.map(|it| it.revision());
    documents
        .expect(uri, revision, first.unwrap_or_default(), meant.into())
        .unwrap()
}

#[tokio::test]
async fn a_wait_ends_with_the_change_it_waits_for() {
    let documents = Arc::new(Documents::new());
    let uri = open(&documents, "file:///a.rs", "a").unwrap();
    let waiter = tokio::spawn({
        let (documents, uri) = (Arc::clone(&documents), uri.clone());
        async move {
            let mut looks = 0;
            let expectation = expect(&documents, &uri, "abc");
            let found = expectation.wait(PATIENCE, |history| {
                looks += 1;
                history.reached.as_ref().and_then(|it| it.state.version)
            });
            (found.await, looks)
        }
    });
    tokio::task::yield_now().await;
    open(&documents, "file:///other.rs", "abc").unwrap();
    tokio::task::yield_now().await;
    documents.change(&uri, 2, vec![whole("ab")]).unwrap();
    tokio::task::yield_now().await;
    documents.change(&uri, 3, vec![whole("abc")]).unwrap();
    documents.change(&uri, 4, vec![whole("abcd")]).unwrap();
    // Once at the start and once for each change of its own that it woke for, but not for the
    // other document; and what was there for a moment only is found as well.
    assert_eq!(waiter.await.unwrap(), (Some(3), 3));
    assert!(documents.lock().watches.is_empty());
}

#[tokio::test]
async fn a_wait_sees_an_opening_and_a_close() {
    let documents = Documents::new();
    let uri = uri("file:///a.rs");
    let expectation = expect(&documents, &uri, "b");
    open(&documents, uri.as_str(), "a").unwrap();
    documents.change(&uri, 2, vec![whole("b")]).unwrap();
    documents.close(&uri).unwrap();
    let seen = expectation.wait(PATIENCE, |history| {
        let texts: Vec<_> = history.later.iter().map(|it| it.text.to_string()).collect();
        Some((texts, history.is_closed, history.reached.is_some()))
    });
    let texts = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(seen.await, Some((texts, true, true)));
}

#[tokio::test]
async fn a_wait_expires() {
    let documents = Documents::new();
    let uri = open(&documents, "file:///a.rs", "a").unwrap();
    let expectation = expect(&documents, &uri, "b");
    let got = expectation.wait(Duration::from_millis(2), |_| None::<()>);
    assert_eq!(got.await, None);
}

#[test]
fn only_what_is_as_it_was_can_be_followed() {
    let documents = Documents::new();
    let uri = open(&documents, "file:///a.rs", "a").unwrap();
    let revision = documents.get(&uri).map(|it| it.revision());
    let expect = |revision| {
        let expectation = documents.expect(&uri, revision, Rope::from_str("a"), "b".into());
        expectation.is_some()
    };
    assert!(expect(revision) && !expect(None));
    documents.change(&uri, 2, vec![whole("b")]).unwrap();
    assert!(!expect(revision));
    documents.close(&uri).unwrap();
    assert!(!expect(revision) && expect(None));
}

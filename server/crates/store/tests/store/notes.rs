//! Notes for the model.
use aside_store::{MAX_NOTES, Write};

use crate::support::{Folder, check_missing, create};

pub fn note(session: &str, text: &str) -> Write {
    Write::AddNote {
        session_id: session.to_owned(),
        created_at: "2026-01-02T00:00:00Z".to_owned(),
        text: text.to_owned(),
    }
}

#[tokio::test]
async fn notes_wait_until_they_are_told() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a", "b"]).await;
    let batch = vec![note("a", "one"), note("b", "other"), note("a", "two\n")];
    store.write(batch).await.unwrap();
    let texts = async |session: &str| -> Vec<String> {
        let notes = store.notes(session).await.unwrap();
        assert!(notes.iter().all(|it| it.session_id == session));
        notes.into_iter().map(|it| it.text).collect()
    };
    assert_eq!(texts("a").await, ["one", "two\n"]);
    let notes = store.notes("a").await.unwrap();
    assert!(notes[0].id < notes[1].id);
    assert_eq!(notes[0].created_at, "2026-01-02T00:00:00Z");
    // One that came after the others were read is not deleted with them.
    store.write(vec![note("a", "three")]).await.unwrap();
    let told = |up_to: i64| Write::DeleteNotes {
        session_id: "a".to_owned(),
        up_to,
    };
    store.write(vec![told(notes[1].id)]).await.unwrap();
    assert_eq!(texts("a").await, ["three"]);
    store.write(vec![told(i64::MIN)]).await.unwrap();
    assert_eq!(texts("a").await, ["three"]);
    store.write(vec![told(i64::MAX)]).await.unwrap();
    assert_eq!(texts("a").await, Vec::<String>::new());
    assert_eq!(texts("b").await, ["other"]);
    check_missing(store.notes("none").await, "session");
    check_missing(store.write(vec![note("none", "x")]).await, "session");
    // Numbers are not used again, or a late deletion would hit a new note.
    store.write(vec![note("a", "four")]).await.unwrap();
    assert!(store.notes("a").await.unwrap()[0].id > notes[1].id + 1);
}

#[tokio::test]
async fn only_the_newest_notes_are_kept() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a", "b"]).await;
    let many = MAX_NOTES as usize + 5;
    let mut batch = vec![note("b", "stays")];
    batch.extend((0..many).map(|it| note("a", &it.to_string())));
    store.write(batch).await.unwrap();
    let notes = store.notes("a").await.unwrap();
    assert_eq!(notes.len(), MAX_NOTES as usize);
    assert_eq!(
        (&*notes[0].text, notes.last().unwrap().text.parse()),
        ("5", Ok(many - 1))
    );
    assert_eq!(store.notes("b").await.unwrap().len(), 1);
}

//! Notes as the model reads them.
use super::text::marked_notes;
use crate::item::Replay;

#[test]
fn a_fenced_text_in_a_note_stays_as_it_is() {
    let told = |notes: &str| {
        marked_notes(Some(&Replay {
            notes: Some(notes.to_owned()),
            ..Replay::default()
        }))
    };
    assert_eq!(
        told("Now:\n````\nfn a() {\n\n```\n}\n````\nAnd more."),
        "[Aside: Now:]\n````\nfn a() {\n\n```\n}\n````\n[Aside: And more.]"
    );
    assert_eq!(told("\nOne.\n\nTwo."), "[Aside: One.]\n[Aside: Two.]");
}

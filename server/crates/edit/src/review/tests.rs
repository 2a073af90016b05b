//! Hunks are found again, kept and taken back while the text goes on changing.
use super::{PlaceState, Review};
use crate::changes::Changes;

/// Replaces `old` in a text, which has it once, and notes the change.
fn replace(text: &mut String, changes: &mut Changes, old: &str, new: &str) {
    let at = text.find(old).expect("it is there");
    changes.replace(at..at + old.len(), new.len());
    text.replace_range(at..at + old.len(), new);
}

/// Makes an edit, lets the user replace text in it, and shows each hunk: its state, its lines,
/// and the text without it. `/` ends a line.
fn check(base: &str, new: &str, typing: &[(&str, &str)], expect: &[&str]) {
    let text = |text: &str| text.replace('/', "\n");
    let (base, new) = (text(base), text(new));
    let (mut now, mut changes) = (new.clone(), Changes::none());
    for (old, new) in typing {
        replace(&mut now, &mut changes, &text(old), &text(new));
    }
    let review = Review::new(&base, &new);
    let found = review.places(&now, &changes).into_iter().enumerate();
    let shown = found.map(|(hunk, place)| {
        let outcome = match review.undo(&now, &changes, &[hunk]) {
            Ok(text) => text,
            Err(blocked) => format!("blocked: {}", blocked[0].now_text),
        };
        format!("{:?} {:?} {outcome}", place.state, place.lines).replace('\n', "/")
    });
    assert_eq!(shown.collect::<Vec<_>>(), expect, "{new:?} {typing:?}");
}

#[test]
fn an_untouched_hunk_moves_with_its_text() {
    check("1/2/3/", "1/2a/3/", &[], &["Intact 1..2 1/2/3/"]);
    check(
        "1/2/3/",
        "1/2a/3/",
        &[("1/", "0/1/")],
        &["Intact 2..3 0/1/2/3/"],
    );
    check(
        "1/2/3/",
        "1/a/2/3/",
        &[("3", "3x")],
        &["Intact 1..2 1/2/3x/"],
    );
    check("1/2/3/", "1/3/", &[("1", "x1x")], &["Intact 1..1 x1x/2/3/"]);
    check(
        "1/2",
        "1/2/3",
        &[("3", "3/4")],
        &["Changed 1..4 blocked: 2/3/4"],
    );
}

#[test]
fn lines_typed_next_to_a_hunk_are_no_part_of_it() {
    // Who types the hunk's own lines again makes them theirs.
    check(
        "1/2/3/",
        "1/2a/3/",
        &[("2a", "x/2a")],
        &["Changed 1..3 blocked: x/2a/"],
    );
    // From the end of the line before, and from the end of the hunk's last line.
    check(
        "1/2/3/",
        "1/2a/3/",
        &[("1", "1/x")],
        &["Intact 2..3 1/x/2/3/"],
    );
    check(
        "1/2/3/",
        "1/2a/3/",
        &[("/3", "/x/3")],
        &["Intact 1..2 1/2/x/3/"],
    );
}

#[test]
fn what_was_changed_in_a_hunk_is_not_taken_back() {
    check(
        "1/2/3/",
        "1/2a/3/",
        &[("2a", "2ab")],
        &["Changed 1..2 blocked: 2ab/"],
    );
    check(
        "1/2/3/",
        "1/2a/3/",
        &[("1/2a", "1 2a")],
        &["Changed 0..1 blocked: 1 2a/"],
    );
    check(
        "1/2/3/",
        "1/2a/3/",
        &[("2a/3", "2a3")],
        &["Changed 1..2 blocked: 2a3/"],
    );
    check(
        "1/2/3/",
        "1/3/",
        &[("1/3", "13")],
        &["Changed 0..1 blocked: 13/"],
    );
}

#[test]
fn a_hunk_that_is_again_what_it_was_counts_so() {
    check(
        "1/2/3/",
        "1/2a/3/",
        &[("2a", "2ab"), ("2ab", "2a")],
        &["Intact 1..2 1/2/3/"],
    );
    check("1/2/3/", "1/2a/3/", &[("2a", "2")], &["Undone 1..2 1/2/3/"]);
    check("1/2/", "1/a/2/", &[("a/", "")], &["Undone 1..1 1/2/"]);
    check("1/2/3/", "1/3/", &[("1/", "1/2/")], &["Undone 1..2 1/2/3/"]);
    // One change over two hunks and what is between, taken back but for the second hunk.
    check(
        "1/2/3/4/5/",
        "1/2a/3/4a/5/",
        &[("2a/3/4a", "x"), ("x", "2a/3/4")],
        &["Intact 1..2 1/2/3/4/5/", "Undone 3..4 1/2a/3/4/5/"],
    );
}

#[test]
fn what_was_removed_and_is_inserted_again_is_undone() {
    fn undone(base: &str, new: &str, at: usize, typed: &str) {
        let mut changes = Changes::none();
        changes.replace(at..at, typed.len());
        let now = format!("{}{typed}{}", &new[..at], &new[at..]);
        assert_eq!(now, base);
        let review = Review::new(base, new);
        let place = review.places(&now, &changes).swap_remove(0);
        assert_eq!(place.state, PlaceState::Undone, "{at}");
        assert_eq!(now[place.bytes], base[review.hunks()[0].old.clone()]);
        assert_eq!(review.undo(&now, &changes, &[0]), Ok(now.clone()));
    }
    undone("1\n2\n3\n", "1\n3\n", 2, "2\n");
    undone("1\n2\n3\n", "1\n3\n", 1, "\n2");
    // Among equal lines it does not matter which is the one.
    undone("x\nx\nx\n", "x\nx\n", 0, "x\n");
    undone("x\nx\nx\n", "x\nx\n", 4, "x\n");
}

#[test]
fn without_says_where_the_old_lines_are() {
    let (base, new) = ("1\n2\n3\n4\n5\n", "1\n2a\n2b\n3\n5\nx\n");
    let review = Review::new(base, new);
    let mut changes = Changes::none();
    changes.replace(0..0, 2);
    let now = format!("0\n{new}");
    let all = [0, 1, 2];
    let (text, lines) = review.without(&now, &changes, &all);
    assert_eq!(
        (&*text, lines),
        ("0\n1\n2\n3\n4\n5\n", vec![2..3, 4..5, 6..6])
    );
    let (text, lines) = review.without(&now, &changes, &[1, 9]);
    assert_eq!(
        (&*text, lines),
        ("0\n1\n2a\n2b\n3\n4\n5\nx\n", vec![5..6, 0..0])
    );
}

#[test]
fn an_amendment_keeps_lines_apart() {
    fn check(base: &str, new: &str, text: &str, expect: &str) {
        let amended = Review::new(base, new).amend(new, &Changes::none(), 0, text);
        assert_eq!(amended.as_deref(), Ok(expect));
    }
    check("1\n2\n3\n", "1\n2a\n3\n", "2b", "1\n2b\n3\n");
    check("1\r\n2\r\n3\r\n", "1\r\n3\r\n", "2b", "1\r\n2b\r\n3\r\n");
    check("1\n2\n3\n", "1\n2a\n3\n", "", "1\n3\n");
    check("1\n2", "1\n2a", "2b", "1\n2b");
    let missing = Review::new("a", "b").amend("b", &Changes::none(), 1, "c");
    assert_eq!(missing.map_err(|blocked| blocked.hunk), Err(1));
}

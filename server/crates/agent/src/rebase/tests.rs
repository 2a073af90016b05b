//! Rebases as data: what a change was computed from, what is there now, what comes of both.
use std::sync::Arc;

use expect_test::{Expect, expect};

use super::{MAX_PLACE_BYTES, MAX_SHOWN_PLACES, Rebased, inverse, kept_text, rebase};
use crate::editing::EditDialect;
use crate::host::{AppliedChange, Document, FileChange, Stamp, Target};
use crate::testing::{change, path, show_change};

/// Text that is nowhere stands for a file that is not there.
const NONE: &str = "(none)";

fn document(text: &str) -> Document {
    let absent = Document::absent(path("a"));
    match text {
        NONE => absent,
        text => Document {
            text: text.into(),
            stamp: Stamp::Disk,
            ..absent
        },
    }
}

fn to(base: &str, target: Target) -> FileChange {
    let base = document(base);
    FileChange {
        target,
        ..FileChange::text(base, "".into(), "Edit a".to_owned())
    }
}

fn text(text: &str) -> Target {
    Target::Text(text.into())
}

fn moved(text: &str) -> Target {
    Target::Moved {
        to: path("b"),
        text: text.into(),
    }
}

fn check(base: &str, target: Target, now: &str, expect: Expect) {
    let change = to(base, target);
    let shown = match rebase(&change, document(now)) {
        Ok(rebased) => {
            assert_eq!(rebased.change().meant, change.meant);
            match &rebased {
                Rebased::Make(change) => format!("make {}", show_change(change)),
                Rebased::There(change) => format!("there {}", show_change(change)),
                Rebased::Ended(change, _) => format!("ended {}", show_change(change)),
            }
        }
        Err(conflict) => conflict.message(EditDialect::EditFile),
    };
    expect.assert_eq(&shown);
}

#[test]
fn texts_merge() {
    check(
        "1\n2\n3\n",
        text("1\n2\nX\n"),
        "U\n2\n3\n",
        expect![[r#"make a: "U\n2\n3\n" -> "U\n2\nX\n""#]],
    );
    check(
        "1\n2\n",
        text("1\nX\n"),
        "1\n2\n",
        expect![[r#"make a: "1\n2\n" -> "1\nX\n""#]],
    );
    check(
        "1\n2\n",
        text("1\nX\n"),
        "1\nX\n",
        expect![[r#"there a: "1\nX\n" -> "1\nX\n""#]],
    );
    check(
        "1\n2\n3\n",
        text("1\n2\nX\n"),
        "U\n2\nX\n",
        expect![[r#"there a: "U\n2\nX\n" -> "U\n2\nX\n""#]],
    );
    check(
        "1\n2\n",
        text("1\nX\n"),
        "1\nU\n",
        expect![[r#"
        a was not changed: the user has changed the same lines meanwhile, and nothing was overwritten.

        The user's line 2 now:
        ```
        U
        ```
        This edit wanted there:
        ```
        X
        ```

        Read the file again, and make the edit against its current text so that what the user wrote is kept."#]],
    );
    check(
        "1\n2\n",
        text("1\n"),
        "1\nU\nV\n",
        expect![[r#"
        a was not changed: the user has changed the same lines meanwhile, and nothing was overwritten.

        The user's lines 2 to 3 now:
        ```
        U
        V
        ```
        This edit wanted to remove the lines there.

        Read the file again, and make the edit against its current text so that what the user wrote is kept."#]],
    );
    check(
        "1\n2\n",
        text("1\nX\n"),
        "1\n",
        expect![[r#"
        a was not changed: the user has changed the same lines meanwhile, and nothing was overwritten.

        At line 2 now, the user removed:
        ```
        2
        ```
        This edit wanted there:
        ```
        X
        ```

        Read the file again, and make the edit against its current text so that what the user wrote is kept."#]],
    );
    check(
        "1\n",
        text("2\n"),
        NONE,
        expect!["a is not there any more, so it was not changed. Look for it before you go on."],
    );
}

#[test]
fn files_that_come_and_go() {
    check(
        NONE,
        text("x"),
        NONE,
        expect![[r#"make a: nothing -> "x""#]],
    );
    check(NONE, text("x"), "x", expect![[r#"there a: "x" -> "x""#]]);
    check(
        NONE,
        text("x"),
        "y",
        expect![
            "a is there now with another text, so it was not created and nothing was overwritten. Read it again, and edit it if it still needs a change."
        ],
    );
    check(NONE, text(""), "", expect![[r#"there a: "" -> """#]]);
    check(
        "x",
        Target::Deleted,
        "x",
        expect![[r#"make a: "x" -> deleted"#]],
    );
    check(
        "x",
        Target::Deleted,
        "y",
        expect![
            "a was changed meanwhile, so it was not deleted. Read it again and delete it only if nothing in it is needed."
        ],
    );
    check(
        "x",
        Target::Deleted,
        NONE,
        expect!["there a: nothing -> deleted"],
    );
    check(
        "1\n2\n3\n",
        moved("1\n2\nX\n"),
        "U\n2\n3\n",
        expect![[r#"make a: "U\n2\n3\n" -> b "U\n2\nX\n""#]],
    );
    check(
        "1\n",
        moved("1\n"),
        "2\n",
        expect![[r#"make a: "2\n" -> b "2\n""#]],
    );
    check(
        "1\n",
        moved("2\n"),
        "3\n",
        expect![[r#"
        a was not changed: the user has changed the same lines meanwhile, and nothing was overwritten.

        The user's line 1 now:
        ```
        3
        ```
        This edit wanted there:
        ```
        2
        ```

        Read the file again, and make the edit against its current text so that what the user wrote is kept."#]],
    );
    check(
        "1\n",
        moved("1\n"),
        NONE,
        expect!["a is not there any more, so it was not changed. Look for it before you go on."],
    );
}

#[test]
fn an_editor_may_end_the_last_line() {
    fn check(base: &str, new: &str, now: &str, is_open: bool, expect: Expect) {
        let mut now = document(now);
        if is_open {
            now.stamp = Stamp::Open {
                version: 3,
                revision: 9,
            };
        }
        let shown = match rebase(&to(base, text(new)), now) {
            Ok(Rebased::Ended(change, stamp)) => format!("{} in {stamp:?}", show_change(&change)),
            Ok(other) => format!("not ended: {}", show_change(other.change())),
            Err(_) => "conflict".to_owned(),
        };
        expect.assert_eq(&shown);
    }
    check(
        "1\n2\n",
        "1\nX",
        "1\nX\n",
        true,
        expect![[r#"a: "1\n2\n" -> "1\nX\n" in Open { version: 3, revision: 9 }"#]],
    );
    check(
        NONE,
        "1",
        "1\r\n",
        true,
        expect![[r#"a: nothing -> "1\r\n" in Open { version: 3, revision: 9 }"#]],
    );
    check(
        "1\n",
        "",
        "\n",
        true,
        expect![[r#"a: "1\n" -> "\n" in Open { version: 3, revision: 9 }"#]],
    );
    // The user's, or another program's.
    check("1\n2\n", "1\nX", "1\nX\n", false, expect!["conflict"]);
    check("1\n2\n", "1\nX", "1\nX\n\n", true, expect!["conflict"]);
    check("1\n2\n", "1\nX\n", "1\nX\n\n", true, expect!["conflict"]);
}

#[test]
fn what_a_conflict_shows_is_bounded() {
    let [base, mine, theirs] = ["b", "m", "t"].map(|mark| {
        let lines = (0..60).map(|n| format!("{n} {}\nsame {n}\n", mark.repeat(5000)));
        lines.collect::<String>()
    });
    let conflict = rebase(&to(&base, text(&theirs)), document(&mine)).unwrap_err();
    let shown = conflict.message(EditDialect::EditFile);
    assert!(
        shown.contains("[56 more conflicting places are not shown.]"),
        "{shown}"
    );
    assert!(shown.len() < MAX_SHOWN_PLACES * (2 * MAX_PLACE_BYTES + 200) + 500);
    let kept = to(&base, text(&mine));
    let shown = kept_text(&kept, &theirs);
    assert!(shown.contains("[56 more places are not shown.]"), "{shown}");
    assert!(shown.len() < MAX_SHOWN_PLACES * (MAX_PLACE_BYTES + 200) + 500);
}

#[test]
fn a_model_without_tools_is_not_told_to_read() {
    let check = |change: &FileChange, now: &str| {
        let conflict = rebase(change, document(now)).unwrap_err();
        let message = conflict.message(EditDialect::SearchReplace);
        assert!(!message.to_lowercase().contains("read"), "{message}");
        assert!(message.contains("sk the user to attach"), "{message}");
    };
    check(&to("1\n", text("2\n")), "3\n");
    check(&to(NONE, text("2\n")), "3\n");
}

#[test]
fn what_is_kept_of_the_user_is_shown() {
    let show = |told: &str, now: &str| kept_text(&change("a", "", now), told);
    expect![[r#"
        The user changed a meanwhile. This edit was made on top of that, and the user's change is kept.
        The user's lines:
        ````
        1	1
        2	user
        3	```
        ````"#]].assert_eq(&show("1\n2\nX\n", "\u{feff}1\nuser\n```\n2\nX\n"));
    expect![[r#"
        The user changed a meanwhile. This edit was made on top of that, and the user's change is kept.
        Before line 1 the user removed lines."#]].assert_eq(&show("1\n2\nX\n", "2\nX\n"));
}

/// What is there after the change, and what its inverse makes of it.
fn check_inverse(change: &FileChange, expect: Expect) {
    let applied = AppliedChange::default();
    let shown = inverse(change, &applied).map_or("nothing".to_owned(), |back| {
        // The inverse of the inverse is the change.
        let again = inverse(&back, &applied).map(|again| show_change(&again));
        assert_eq!(again, Some(show_change(change)));
        show_change(&back)
    });
    expect.assert_eq(&shown);
}

#[test]
fn each_kind_of_change_has_an_inverse() {
    check_inverse(&to("1", text("2")), expect![[r#"a: "2" -> "1""#]]);
    check_inverse(&to("1", text("1")), expect!["nothing"]);
    check_inverse(&to(NONE, text("2")), expect![[r#"a: "2" -> deleted"#]]);
    check_inverse(&to(NONE, text("")), expect![[r#"a: "" -> deleted"#]]);
    check_inverse(&to("1", Target::Deleted), expect![[r#"a: nothing -> "1""#]]);
    check_inverse(&to(NONE, Target::Deleted), expect!["nothing"]);
    check_inverse(&to("1", moved("2")), expect![[r#"b: "2" -> a "1""#]]);
    check_inverse(&to("1", moved("1")), expect![[r#"b: "1" -> a "1""#]]);

    let open = AppliedChange {
        version: Some(3),
        revision: Some(7),
    };
    let back = inverse(&to("1", text("2")), &open).unwrap();
    let stamp = Stamp::Open {
        version: 3,
        revision: 7,
    };
    assert_eq!(back.base.stamp, stamp);
    assert_eq!(back.meant, Arc::from("1"));
}

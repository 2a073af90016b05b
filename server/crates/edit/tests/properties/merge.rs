//! A merge has all that both sides wrote, or names all that it cannot have.
use aside_edit::lines::lines;
use aside_edit::merge::merge;
use proptest::collection::vec;
use proptest::prelude::{prop_assert, prop_assert_eq};

use crate::model::{Tags, config, distinct_document, document, edit, is_agents, is_users, typing};

/// Both sides of a merge: the user types in the base, and an edit is made to it.
fn sides(
    base: &str,
    typing: &[crate::model::Typing],
    ops: &[crate::model::LineOp],
) -> (String, String) {
    let mut tags = Tags::default();
    let mut ours = base.to_owned();
    for typing in typing {
        let (range, typed) = tags.typed(&ours, typing);
        ours.replace_range(range, &typed);
    }
    (ours, tags.edit(base, ops))
}

proptest::proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn no_line_of_either_side_is_lost(base in document(), typing in typing(4), ops in edit()) {
        let (ours, theirs) = sides(&base, &typing, &ops);
        match merge(&base, &ours, &theirs) {
            Ok(merged) => {
                let tagged = |char: &char| is_users(*char) || is_agents(*char);
                for text in [&ours, &theirs] {
                    for line in lines(text).filter(|line| line.chars().any(|char| tagged(&char))) {
                        let line = line.trim_end_matches(['\r', '\n']).trim_start_matches('\u{feff}');
                        let lines = lines(&merged).map(|line| line.trim_end_matches(['\r', '\n']).trim_start_matches('\u{feff}'));
                        prop_assert!(lines.filter(|other| *other == line).count() == 1, "{:?} is lost in {:?}", line, merged);
                    }
                }
            }
            Err(conflicts) => {
                prop_assert!(!conflicts.is_empty());
                let our_lines = lines(&ours).collect::<Vec<_>>();
                let base_lines = lines(&base).collect::<Vec<_>>();
                for conflict in conflicts {
                    let is_same = |text: &str, other: &str| text.replace("\r\n", "\n").trim_start_matches('\u{feff}') == other.replace("\r\n", "\n").trim_start_matches('\u{feff}');
                    prop_assert!(is_same(&conflict.ours, &our_lines[conflict.ours_lines].concat()));
                    prop_assert!(is_same(&conflict.base, &base_lines[conflict.base_lines].concat()));
                    prop_assert!(conflict.ours != conflict.theirs || conflict.ours != conflict.base);
                }
            }
        }
    }

    #[test]
    fn sides_are_alike(base in document(), ours in document(), typing in typing(3), ops in edit()) {
        let (typed, theirs) = sides(&base, &typing, &ops);
        for ours in [ours, typed] {
            let (one, other) = (merge(&base, &ours, &theirs), merge(&base, &theirs, &ours));
            prop_assert_eq!(one.as_ref().ok(), other.as_ref().ok());
            prop_assert_eq!(one.map_err(|all| all.len()), other.map_err(|all| all.len()));
        }
    }

    #[test]
    fn what_only_one_side_did_is_done(base in document(), other in document(), ops in edit()) {
        for new in [Tags::default().edit(&base, &ops), other] {
            prop_assert_eq!(merge(&base, &new, &base), Ok(new.clone()));
            prop_assert_eq!(merge(&base, &base, &new), Ok(new.clone()));
            prop_assert_eq!(merge(&base, &new, &new), Ok(new));
        }
    }

    #[test]
    fn changes_to_different_lines_merge(base in distinct_document(), sides in vec(0..4_u8, 14)) {
        // Bit by bit: whether we, and whether they change the line.
        let with = |change: &dyn Fn(u8) -> bool| {
            let changed = |(line, side): (&str, &u8)| match change(*side) {
                true => line.replace('l', if *side == 3 { "both" } else { "L" }),
                false => line.to_owned(),
            };
            lines(&base).zip(&sides).map(changed).collect::<String>()
        };
        let (ours, theirs) = (with(&|side| side & 1 > 0), with(&|side| side & 2 > 0));
        prop_assert_eq!(merge(&base, &ours, &theirs), Ok(with(&|side| side > 0)));
    }
}

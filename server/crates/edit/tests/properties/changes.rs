//! Changes say exactly which text is untouched, and where it is.
use aside_edit::changes::Changes;
use proptest::prelude::{prop_assert, prop_assert_eq};

use crate::model::{Tags, config, document, edit, typing};

/// What holds for all blocks between two texts.
fn check(
    old: &str,
    new: &str,
    changes: &Changes,
) -> Result<(), proptest::test_runner::TestCaseError> {
    let (mut old_end, mut new_end) = (0, 0);
    for (index, block) in changes.blocks().iter().enumerate() {
        let (old_gap, new_gap) = (
            &old[old_end..block.old.start],
            &new[new_end..block.new.start],
        );
        prop_assert_eq!(old_gap, new_gap);
        prop_assert!(
            index == 0 || !old_gap.is_empty(),
            "neighbours are one block"
        );
        prop_assert!(!block.old.is_empty() || !block.new.is_empty());
        (old_end, new_end) = (block.old.end, block.new.end);
    }
    prop_assert_eq!(&old[old_end..], &new[new_end..]);
    prop_assert_eq!(changes.is_none(), changes.blocks().is_empty());

    for start in (0..=old.len()).filter(|&at| old.is_char_boundary(at)) {
        for end in (start..=old.len()).filter(|&at| old.is_char_boundary(at)) {
            let mapped = changes.to_new(start..end);
            let touched = changes.blocks().iter().any(|block| match start == end {
                true => block.old.start < start && start < block.old.end,
                false => block.old.start < end && start < block.old.end,
            });
            prop_assert_eq!(mapped.touched, touched, "{}..{}", start, end);
            let now = new.get(mapped.range.clone());
            prop_assert!(now.is_some(), "{:?} is not in the text", mapped.range);
            if !touched {
                prop_assert_eq!(now, Some(&old[start..end]));
            }
        }
    }
    Ok(())
}

proptest::proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn typing_composes(old in document(), typing in typing(12)) {
        let mut tags = Tags::default();
        let mut changes = Changes::none();
        let mut now = old.clone();
        for typing in &typing {
            let (range, typed) = tags.typed(&now, typing);
            changes.replace(range.clone(), typed.len());
            now.replace_range(range, &typed);
        }
        check(&old, &now, &changes)?;
    }

    #[test]
    fn differences_are_whole_lines(old in document(), ops in edit(), other in document()) {
        for new in [Tags::default().edit(&old, &ops), other] {
            let changes = Changes::between(&old, &new);
            check(&old, &new, &changes)?;
            for block in changes.blocks() {
                for (text, at) in [(&old, block.old.start), (&old, block.old.end), (&new, block.new.start), (&new, block.new.end)] {
                    let whole = aside_edit::lines::lines(&text[..at]).chain(aside_edit::lines::lines(&text[at..])).count();
                    prop_assert_eq!(whole, aside_edit::lines::lines(text).count());
                }
            }
        }
    }
}

//! Edits taken back, last to first, whatever the user typed between them.
use aside_edit::changes::Changes;
use aside_edit::merge::merge;
use aside_edit::review::Review;
use proptest::collection::vec;
use proptest::prelude::{prop_assert, prop_assert_eq};

use crate::model::{Tags, config, document, edit, is_agents, typing, users};

/// One edit: the text before and after it.
struct Step {
    base: String,
    new: String,
}

/// Takes all edits back by merges; `None` where one refuses.
fn by_merge(steps: &[Step], now: &str) -> Option<String> {
    let mut now = now.to_owned();
    for step in steps.iter().rev() {
        now = merge(&step.new, &now, &step.base).ok()?;
    }
    Some(now)
}

/// Takes all edits back hunk by hunk; `None` where one refuses.
fn by_review(steps: &[Step], now: &str) -> Option<String> {
    let mut now = now.to_owned();
    for step in steps.iter().rev() {
        let changes = Changes::between(&step.new, &now);
        let review = Review::new(&step.base, &step.new);
        let all = (0..review.hunks().len()).collect::<Vec<_>>();
        now = review.undo(&now, &changes, &all).ok()?;
    }
    Some(now)
}

proptest::proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn a_rewind_restores_or_refuses(first in document(), turns in vec((edit(), typing(2)), 1..4)) {
        let mut tags = Tags::default();
        let mut steps = Vec::new();
        let mut now = first;
        for (ops, typing) in &turns {
            let new = tags.edit(&now, ops);
            steps.push(Step { base: now, new: new.clone() });
            now = new;
            for typing in typing {
                let (range, typed) = tags.typed(&now, typing);
                now.replace_range(range, &typed);
            }
        }
        let typed = users(&now);
        for rewound in [by_merge(&steps, &now), by_review(&steps, &now)].into_iter().flatten() {
            for char in &typed {
                prop_assert!(rewound.contains(*char), "{} is lost in {:?}", char, rewound);
            }
            prop_assert!(!rewound.chars().any(is_agents), "an edit is left in {:?}", rewound);
        }
    }

    #[test]
    fn edits_alone_are_taken_back_exactly(first in document(), turns in vec(edit(), 1..5)) {
        let mut tags = Tags::default();
        let mut steps = Vec::new();
        let mut now = first.clone();
        for ops in &turns {
            let new = tags.edit(&now, ops);
            steps.push(Step { base: now, new: new.clone() });
            now = new;
        }
        prop_assert_eq!(by_merge(&steps, &now), Some(first.clone()));
        prop_assert_eq!(by_review(&steps, &now), Some(first));
    }
}

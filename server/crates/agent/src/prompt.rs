//! The system prompt.

use crate::editing::EditDialect;

/// The prompt's text, with places to fill.
const TEMPLATE: &str = include_str!("../prompts/system.md");
/// The prompts of models without tools.
const BLOCKS_TEMPLATE: &str = include_str!("../prompts/search_replace.md");
const WHOLE_TEMPLATE: &str = include_str!("../prompts/whole_file.md");
/// How to edit, by what is offered.
const EDIT_FILE: &str = include_str!("../prompts/edit_file.md");
const APPLY_PATCH: &str = include_str!("../prompts/apply_patch.md");

/// What the prompt says of the world. It holds nothing that changes within a session, so that
/// providers can reuse the beginning of each request.
#[derive(Debug, Clone, Copy)]
pub struct PromptFacts<'a> {
    /// The operating system, such as `linux`.
    pub os: &'a str,
    /// How the model edits.
    pub dialect: EditDialect,
}

/// The system prompt of a session.
pub fn system_prompt(facts: PromptFacts<'_>) -> String {
    let (template, edit) = match facts.dialect {
        EditDialect::EditFile => (TEMPLATE, EDIT_FILE),
        EditDialect::ApplyPatch => (TEMPLATE, APPLY_PATCH),
        EditDialect::SearchReplace => (BLOCKS_TEMPLATE, ""),
        EditDialect::WholeFile => (WHOLE_TEMPLATE, ""),
    };
    template
        .trim_end()
        .replace("{{edit}}", edit.trim_end())
        .replace("{{system}}", facts.os)
}

#[cfg(test)]
mod tests {
    use super::{PromptFacts, system_prompt};
    use crate::editing::EditDialect::{self, ApplyPatch, EditFile, SearchReplace, WholeFile};

    fn prompt(dialect: EditDialect) -> String {
        system_prompt(PromptFacts {
            os: "linux",
            dialect,
        })
    }

    #[test]
    fn every_place_is_filled_and_the_prompt_is_short() {
        for (dialect, most) in [
            (EditFile, 1600),
            (ApplyPatch, 1650),
            (SearchReplace, 2100),
            (WholeFile, 1300),
        ] {
            let prompt = prompt(dialect);
            assert!(prompt.contains("\nSystem: linux\n"));
            assert!(!prompt.contains("{{"));
            assert!(prompt.len() <= most, "{dialect:?}: {} bytes", prompt.len());
        }
    }

    #[test]
    fn only_what_is_offered_is_named() {
        let tools = ["read_file", "edit_file", "apply_patch", "SEARCH"];
        let named = |dialect| {
            let prompt = prompt(dialect);
            tools.map(|tool| prompt.contains(tool))
        };
        assert_eq!(named(EditFile), [true, true, false, false]);
        assert_eq!(named(ApplyPatch), [true, false, true, false]);
        assert_eq!(named(SearchReplace), [false, false, false, true]);
        assert_eq!(named(WholeFile), [false, false, false, false]);
    }

    #[test]
    fn the_example_of_a_block_is_one() {
        let prompt = prompt(SearchReplace);
        let blocks = aside_edit::blocks::parse(&prompt).unwrap();
        let [block] = &blocks[..] else {
            panic!("{blocks:?}");
        };
        assert_eq!(block.path, "path/of/the/file");
        assert!(block.search.starts_with("whole lines"));
        assert!(block.replace.starts_with("the lines"));
    }

    #[test]
    fn the_example_of_a_file_is_one() {
        let found = aside_edit::whole::parse(&prompt(WholeFile)).unwrap();
        let [file] = &found.files[..] else {
            panic!("{found:?}");
        };
        assert_eq!(file.path, "lib/greet.rb");
        assert!(file.text.starts_with("def greet") && file.text.ends_with("end\n"));
    }
}

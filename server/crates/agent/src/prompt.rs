//! The system prompt.

/// The prompt's text, with places to fill.
const TEMPLATE: &str = include_str!("../prompts/system.md");

/// What the prompt says of the world. It holds nothing that changes within a session, so that
/// providers can reuse the beginning of each request.
#[derive(Debug, Clone, Copy)]
pub struct PromptFacts<'a> {
    /// The first workspace folder, absolute.
    pub workspace: &'a str,
    /// The operating system, such as `linux`.
    pub os: &'a str,
}

/// The system prompt of a session.
pub fn system_prompt(facts: PromptFacts<'_>) -> String {
    // The workspace comes last: a folder's name must not be searched for places to fill.
    TEMPLATE
        .trim_end()
        .replace("{{system}}", &one_line(facts.os))
        .replace("{{workspace}}", &one_line(facts.workspace))
}

/// A folder's name may hold line breaks; in the prompt it must not make lines of its own.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{PromptFacts, TEMPLATE, system_prompt};

    #[test]
    fn every_place_is_filled_and_the_prompt_is_short() {
        let prompt = system_prompt(PromptFacts {
            workspace: "/home/u/my\nproject",
            os: "linux",
        });
        assert!(prompt.contains("\nWorkspace: /home/u/my project\nSystem: linux\n"));
        assert!(!prompt.contains("{{"));
        assert!(TEMPLATE.len() <= 1300, "{} bytes", TEMPLATE.len());
    }

    #[test]
    fn a_folder_named_like_a_place_is_left_alone() {
        let prompt = system_prompt(PromptFacts {
            workspace: "/tmp/{{system}}",
            os: "linux",
        });
        assert!(prompt.contains("Workspace: /tmp/{{system}}\n"));
    }
}

//! How a server is told how much to think.
//! <https://platform.openai.com/docs/guides/reasoning>,
//! <https://openrouter.ai/docs/use-cases/reasoning-tokens>,
//! <https://api-docs.deepseek.com/guides/thinking_mode>.
use serde::Serialize;

use crate::{Effort, EffortField, ModelRequest, ReasoningStyle, Thinking};

/// What the body says of it: fields of the request.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Told {
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning: Option<Reasoning>,
}

/// DeepSeek's object.
#[derive(Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Switch {
    Enabled,
    Disabled,
}

/// OpenRouter's object.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Reasoning {
    Effort(&'static str),
    MaxTokens(u32),
}

/// What to say for this model, in the server's fields.
pub(super) fn told(request: &ModelRequest, field: EffortField) -> Told {
    let Thinking { effort, budget } = request.thinking;
    let takes_tokens = match request.facts.reasoning {
        ReasoningStyle::None | ReasoningStyle::Always => return Told::default(),
        ReasoningStyle::Effort => false,
        ReasoningStyle::Budget => true,
        ReasoningStyle::Unknown => effort.is_none(),
    };
    let Some(in_words) = effort.or(budget.map(effort_of)) else {
        return Told::default();
    };
    match field {
        EffortField::None => Told::default(),
        EffortField::ReasoningEffort => Told {
            // Not all models know a word for more than `high`.
            reasoning_effort: Some(in_words.min(Effort::High).word()),
            ..Told::default()
        },
        EffortField::ThinkingObject if in_words == Effort::None => Told {
            thinking: Some(Switch::Disabled),
            ..Told::default()
        },
        EffortField::ThinkingObject => Told {
            thinking: Some(Switch::Enabled),
            reasoning_effort: Some(in_words.word()),
            ..Told::default()
        },
        EffortField::ReasoningObject => Told {
            reasoning: Some(match budget.unwrap_or(in_words.budget()) {
                tokens if takes_tokens && tokens > 0 => Reasoning::MaxTokens(tokens),
                _ if in_words == Effort::Max => Reasoning::Effort("xhigh"),
                _ => Reasoning::Effort(in_words.word()),
            }),
            ..Told::default()
        },
    }
}

/// The most effort whose number of tokens is not above this one.
fn effort_of(budget: u32) -> Effort {
    if budget == 0 {
        return Effort::None;
    }
    Effort::ALL
        .into_iter()
        .rfind(|effort| effort.budget() <= budget)
        .map_or(Effort::Minimal, |effort| effort.max(Effort::Minimal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ModelFacts;

    /// Checks what is told in each of the fields, in the order of [`FIELDS`].
    fn check(style: ReasoningStyle, asked: (Option<Effort>, Option<u32>), expected: [&str; 3]) {
        let (effort, budget) = asked;
        let request = ModelRequest {
            facts: ModelFacts {
                reasoning: style,
                ..ModelFacts::default()
            },
            thinking: Thinking { effort, budget },
            ..ModelRequest::new("m")
        };
        let written = |field| serde_json::to_string(&told(&request, field)).unwrap();
        for (field, expected) in FIELDS.into_iter().zip(expected) {
            assert_eq!(written(field), expected, "{style:?} {asked:?}");
        }
        assert_eq!(written(EffortField::None), "{}");
    }

    const FIELDS: [EffortField; 3] = [
        EffortField::ReasoningEffort,
        EffortField::ReasoningObject,
        EffortField::ThinkingObject,
    ];
    const NOTHING: [&str; 3] = ["{}"; 3];

    #[test]
    fn models_that_take_words() {
        use ReasoningStyle::{Effort as InWords, Unknown};
        for style in [InWords, Unknown] {
            check(style, (None, None), NOTHING);
            check(
                style,
                (Some(Effort::None), None),
                [
                    r#"{"reasoning_effort":"none"}"#,
                    r#"{"reasoning":{"effort":"none"}}"#,
                    r#"{"thinking":{"type":"disabled"}}"#,
                ],
            );
            check(
                style,
                (Some(Effort::Minimal), Some(9999)),
                [
                    r#"{"reasoning_effort":"minimal"}"#,
                    r#"{"reasoning":{"effort":"minimal"}}"#,
                    r#"{"thinking":{"type":"enabled"},"reasoning_effort":"minimal"}"#,
                ],
            );
            check(
                style,
                (Some(Effort::Max), None),
                [
                    r#"{"reasoning_effort":"high"}"#,
                    r#"{"reasoning":{"effort":"xhigh"}}"#,
                    r#"{"thinking":{"type":"enabled"},"reasoning_effort":"max"}"#,
                ],
            );
        }
        let low = r#"{"reasoning":{"effort":"low"}}"#;
        let others = [
            r#"{"reasoning_effort":"low"}"#,
            r#"{"thinking":{"type":"enabled"},"reasoning_effort":"low"}"#,
        ];
        check(InWords, (None, Some(5000)), [others[0], low, others[1]]);
        let tokens = r#"{"reasoning":{"max_tokens":5000}}"#;
        check(Unknown, (None, Some(5000)), [others[0], tokens, others[1]]);
    }

    #[test]
    fn models_that_take_tokens() {
        use ReasoningStyle::Budget;
        check(Budget, (None, None), NOTHING);
        check(
            Budget,
            (Some(Effort::Max), None),
            [
                r#"{"reasoning_effort":"high"}"#,
                r#"{"reasoning":{"max_tokens":32000}}"#,
                r#"{"thinking":{"type":"enabled"},"reasoning_effort":"max"}"#,
            ],
        );
        check(
            Budget,
            (Some(Effort::Low), Some(7)),
            [
                r#"{"reasoning_effort":"low"}"#,
                r#"{"reasoning":{"max_tokens":7}}"#,
                r#"{"thinking":{"type":"enabled"},"reasoning_effort":"low"}"#,
            ],
        );
        for asked in [(Some(Effort::None), None), (None, Some(0))] {
            check(
                Budget,
                asked,
                [
                    r#"{"reasoning_effort":"none"}"#,
                    r#"{"reasoning":{"effort":"none"}}"#,
                    r#"{"thinking":{"type":"disabled"}}"#,
                ],
            );
        }
    }

    #[test]
    fn models_that_take_no_word_are_told_none() {
        for style in [ReasoningStyle::None, ReasoningStyle::Always] {
            for asked in [(None, None), (Some(Effort::Low), None), (None, Some(5000))] {
                check(style, asked, NOTHING);
            }
        }
    }

    #[test]
    fn tokens_become_the_nearest_word_below() {
        for (tokens, effort) in [
            (0, Effort::None),
            (1, Effort::Minimal),
            (1024, Effort::Minimal),
            (4095, Effort::Minimal),
            (4096, Effort::Low),
            (10_000, Effort::Medium),
            (31_999, Effort::High),
            (u32::MAX, Effort::Max),
        ] {
            assert_eq!(effort_of(tokens), effort, "{tokens}");
        }
    }
}

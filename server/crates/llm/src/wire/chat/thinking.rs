//! How a server is told how much to think.
//! <https://platform.openai.com/docs/guides/reasoning>,
//! <https://openrouter.ai/docs/use-cases/reasoning-tokens>.
use serde::Serialize;

use crate::{Effort, EffortField, ModelRequest, ReasoningStyle, Thinking};

/// What the body says of it.
#[derive(Debug, PartialEq)]
pub(super) enum Told {
    Nothing,
    /// `reasoning_effort`.
    Word(&'static str),
    /// `reasoning`.
    Object(Reasoning),
}

/// OpenRouter's object.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reasoning {
    Effort(&'static str),
    MaxTokens(u32),
}

/// What to say for this model, in the server's field.
pub(super) fn told(request: &ModelRequest, field: EffortField) -> Told {
    let Thinking { effort, budget } = request.thinking;
    let takes_tokens = match request.facts.reasoning {
        ReasoningStyle::None | ReasoningStyle::Always => return Told::Nothing,
        ReasoningStyle::Effort => false,
        ReasoningStyle::Budget => true,
        ReasoningStyle::Unknown => effort.is_none(),
    };
    let in_words = effort.or(budget.map(effort_of));
    let in_tokens = budget.or(effort.map(Effort::budget));
    match field {
        EffortField::None => Told::Nothing,
        EffortField::ReasoningEffort => in_words.map_or(Told::Nothing, |effort| {
            // Not all models know a word for more than `high`.
            Told::Word(effort.min(Effort::High).word())
        }),
        EffortField::ReasoningObject => match in_tokens {
            Some(tokens) if takes_tokens && tokens > 0 => {
                Told::Object(Reasoning::MaxTokens(tokens))
            }
            Some(_) | None => in_words.map_or(Told::Nothing, |effort| {
                Told::Object(Reasoning::Effort(match effort {
                    Effort::Max => "xhigh",
                    Effort::None
                    | Effort::Minimal
                    | Effort::Low
                    | Effort::Medium
                    | Effort::High => effort.word(),
                }))
            }),
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

    fn check(
        style: ReasoningStyle,
        asked: (Option<Effort>, Option<u32>),
        [word, object]: [Told; 2],
    ) {
        let (effort, budget) = asked;
        let request = ModelRequest {
            facts: ModelFacts {
                reasoning: style,
                ..ModelFacts::default()
            },
            thinking: Thinking { effort, budget },
            ..ModelRequest::new("m")
        };
        let at = format!("{style:?} {asked:?}");
        assert_eq!(told(&request, EffortField::None), Told::Nothing, "{at}");
        assert_eq!(told(&request, EffortField::ReasoningEffort), word, "{at}");
        assert_eq!(told(&request, EffortField::ReasoningObject), object, "{at}");
    }

    #[test]
    fn each_style_of_model_is_told_in_its_way() {
        let nothing = || [Told::Nothing, Told::Nothing];
        let words = |word| [Told::Word(word), Told::Object(Reasoning::Effort(word))];
        let tokens = |word, tokens| [Told::Word(word), Told::Object(Reasoning::MaxTokens(tokens))];
        let most = || [Told::Word("high"), Told::Object(Reasoning::Effort("xhigh"))];
        use ReasoningStyle::{Always, Budget, Effort as InWords, None as Never, Unknown};
        for style in [Never, InWords, Budget, Always, Unknown] {
            check(style, (None, None), nothing());
        }
        for asked in [(Some(Effort::Low), None), (None, Some(5000))] {
            check(Never, asked, nothing());
            check(Always, asked, nothing());
        }
        for (effort, word) in [
            (Effort::None, "none"),
            (Effort::Minimal, "minimal"),
            (Effort::Low, "low"),
            (Effort::Medium, "medium"),
            (Effort::High, "high"),
        ] {
            check(InWords, (Some(effort), None), words(word));
            check(Unknown, (Some(effort), None), words(word));
        }
        check(InWords, (Some(Effort::Max), Some(1)), most());
        check(InWords, (None, Some(5000)), words("low"));
        check(Budget, (Some(Effort::Low), None), tokens("low", 4096));
        check(Budget, (Some(Effort::Low), Some(7)), tokens("low", 7));
        check(Budget, (Some(Effort::Max), None), tokens("high", 32_000));
        check(Budget, (Some(Effort::None), None), words("none"));
        check(Budget, (None, Some(0)), words("none"));
        check(Unknown, (None, Some(5000)), tokens("low", 5000));
        check(Unknown, (Some(Effort::Low), Some(7)), words("low"));
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

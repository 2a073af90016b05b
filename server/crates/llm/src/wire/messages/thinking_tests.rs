//! What is said of thinking and of the length of an answer.
use super::*;
use crate::{ModelFacts, Thinking as Asked};

fn plan(
    reasoning: ReasoningStyle,
    (said, known): (Option<u32>, Option<u64>),
    (effort, budget): (Option<Effort>, Option<u32>),
) -> String {
    let request = ModelRequest {
        max_output_tokens: said,
        facts: ModelFacts {
            max_output: known,
            reasoning,
            ..ModelFacts::default()
        },
        thinking: Asked { effort, budget },
        ..ModelRequest::new("m")
    };
    let plan = Plan::of(&request, true);
    let thinking = match plan.thinking {
        None => "off".to_owned(),
        Some(Thinking::Enabled { budget_tokens }) => {
            // What the provider demands, whatever was asked for.
            assert!(budget_tokens >= 1024 && budget_tokens < plan.max_tokens);
            budget_tokens.to_string()
        }
        Some(Thinking::Adaptive { display }) => format!("adaptive {display}"),
    };
    let effort = plan.effort.unwrap_or("-");
    format!("{} {thinking} {effort}", plan.max_tokens)
}

#[test]
fn the_length_of_an_answer_is_always_said() {
    for (said, known, expected) in [
        (None, None, "8192 off -"),
        (None, Some(64_000), "32000 off -"),
        (None, Some(4096), "4096 off -"),
        (None, Some(u64::MAX), "32000 off -"),
        (None, Some(0), "1 off -"),
        (Some(100), None, "100 off -"),
        (Some(0), None, "1 off -"),
        (Some(50_000), Some(64_000), "50000 off -"),
        (Some(u32::MAX), Some(64_000), "64000 off -"),
    ] {
        let got = plan(ReasoningStyle::None, (said, known), (None, None));
        assert_eq!(got, expected, "{said:?} {known:?}");
    }
}

#[test]
fn each_style_of_reasoning_is_told_in_its_way() {
    use ReasoningStyle::{Always, Budget, None as Not, Unknown};
    let in_words = ReasoningStyle::Effort;
    let high = Some(Effort::High);
    for (style, effort, budget, expected) in [
        (Not, high, Some(5000), "32000 off -"),
        (Always, high, Some(5000), "32000 off -"),
        (Budget, None, None, "32000 off -"),
        (Budget, Some(Effort::None), None, "32000 off -"),
        (Budget, Some(Effort::None), Some(5000), "32000 off -"),
        (Budget, high, Some(0), "32000 off -"),
        (Budget, None, Some(1), "32000 1024 -"),
        (Budget, None, Some(5000), "32000 5000 -"),
        (Budget, high, None, "32192 24000 -"),
        (Budget, high, Some(5000), "32000 5000 -"),
        (Budget, Some(Effort::Max), None, "40192 32000 -"),
        (Budget, None, Some(u32::MAX), "64000 55808 -"),
        (in_words, None, None, "32000 adaptive summarized -"),
        (in_words, Some(Effort::None), None, "32000 off low"),
        (
            in_words,
            Some(Effort::Minimal),
            None,
            "32000 adaptive summarized low",
        ),
        (
            in_words,
            Some(Effort::Medium),
            Some(1),
            "32000 adaptive summarized medium",
        ),
        (
            in_words,
            Some(Effort::Max),
            None,
            "32000 adaptive summarized max",
        ),
        (in_words, None, Some(0), "32000 off low"),
        (Unknown, Some(Effort::None), None, "32000 off -"),
        (in_words, None, Some(3000), "32000 adaptive summarized low"),
        (
            in_words,
            None,
            Some(99_999),
            "32000 adaptive summarized max",
        ),
        (Unknown, None, None, "32000 off -"),
        (Unknown, high, None, "32000 adaptive summarized high"),
        (Unknown, None, Some(5000), "32000 5000 -"),
    ] {
        let got = plan(style, (None, Some(64_000)), (effort, budget));
        assert_eq!(got, expected, "{style:?} {effort:?} {budget:?}");
    }
}

#[test]
fn thinking_fits_into_what_the_answer_may_have() {
    for (said, known, budget, expected) in [
        (None, None, 10_000, "18192 10000 -"),
        (None, Some(4096), 10_000, "4096 2048 -"),
        (Some(20_000), None, 10_000, "20000 10000 -"),
        (Some(12_000), None, 10_000, "12000 6000 -"),
        (Some(2048), None, 10_000, "2048 1024 -"),
        (Some(1500), None, 10_000, "1774 1024 -"),
        (Some(1), None, 10_000, "1025 1024 -"),
        (Some(u32::MAX), None, u32::MAX, "4294967295 4294959103 -"),
    ] {
        let got = plan(ReasoningStyle::Budget, (said, known), (None, Some(budget)));
        assert_eq!(got, expected, "{said:?} {known:?} {budget}");
    }
}

#[test]
fn a_turn_that_began_without_thinking_goes_on_so() {
    let mut request = ModelRequest::new("m");
    request.thinking.budget = Some(5000);
    assert_eq!(Plan::of(&request, false).thinking, None);
    request.facts.reasoning = ReasoningStyle::Effort;
    assert!(Plan::of(&request, false).thinking.is_some());
}

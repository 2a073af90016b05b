//! Token counts in all their spellings.
use crate::Usage;
use crate::wire::lenient::Count;

/// Token counts in all their spellings.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Counts {
    prompt_tokens: Count,
    completion_tokens: Count,
    total_tokens: Count,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
    /// DeepSeek.
    prompt_cache_hit_tokens: Count,
    /// Moonshot.
    cached_tokens: Count,
    /// Servers in front of Anthropic's models.
    cache_read_input_tokens: Count,
    cache_creation_input_tokens: Count,
    /// Servers without details.
    reasoning_tokens: Count,
}

#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
#[serde(default)]
struct PromptDetails {
    cached_tokens: Count,
    /// OpenRouter.
    cache_write_tokens: Count,
    /// LiteLLM.
    cache_creation_tokens: Count,
}

#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
#[serde(default)]
struct CompletionDetails {
    reasoning_tokens: Count,
}

impl From<Counts> for Usage {
    fn from(counts: Counts) -> Self {
        let prompt = counts.prompt_tokens_details.unwrap_or_default();
        let completion = counts.completion_tokens_details.unwrap_or_default();
        let input = first([counts.prompt_tokens]);
        let said = first([counts.completion_tokens]);
        let thought = first([completion.reasoning_tokens, counts.reasoning_tokens]);
        let cached = first([
            prompt.cached_tokens,
            counts.prompt_cache_hit_tokens,
            counts.cached_tokens,
            counts.cache_read_input_tokens,
        ]);
        let written = first([
            prompt.cache_write_tokens,
            prompt.cache_creation_tokens,
            counts.cache_creation_input_tokens,
        ]);
        let rest = first([counts.total_tokens]).saturating_sub(input.saturating_add(said));
        // Servers in front of Anthropic's models may count what was cached beside the input.
        let of_cache = [cached.saturating_add(written), cached, written];
        let is_cache = rest > 0 && of_cache.contains(&rest);
        // xAI counts reasoning beside the output, and Google's compatible endpoint names it
        // nowhere: it is in the total alone.
        let is_thought = rest == thought || (thought == 0 && !is_cache);
        let beside = if is_thought { rest } else { 0 };
        let cache_beside = if is_cache && !is_thought { rest } else { 0 };
        Self {
            input_tokens: input.saturating_add(cache_beside),
            cached_input_tokens: cached,
            cache_write_tokens: written,
            output_tokens: said.saturating_add(beside),
            reasoning_tokens: thought.max(beside),
            ..Self::default()
        }
    }
}

/// The first that says something.
fn first<const N: usize>(spellings: [Count; N]) -> u64 {
    let mut numbers = spellings.into_iter().filter_map(|count| count.0);
    numbers.find(|number| *number > 0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Checks input, cached, written, output and reasoning.
    fn check(counts: Value, expected: [u64; 5]) {
        let usage: Usage = serde_json::from_value::<Counts>(counts.clone())
            .unwrap()
            .into();
        let found = [
            usage.input_tokens,
            usage.cached_input_tokens,
            usage.cache_write_tokens,
            usage.output_tokens,
            usage.reasoning_tokens,
        ];
        assert_eq!(found, expected, "{counts}");
    }

    #[test]
    fn every_spelling_is_read() {
        let with = |more: Value| {
            let mut counts = json!({"prompt_tokens": 90, "completion_tokens": 30});
            let fields = more.as_object().unwrap().clone();
            counts.as_object_mut().unwrap().extend(fields);
            counts
        };
        check(json!({}), [0; 5]);
        check(with(json!({})), [90, 0, 0, 30, 0]);
        check(
            with(json!({
                "total_tokens": 120,
                "prompt_tokens_details": {"cached_tokens": 40, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 20},
            })),
            [90, 40, 0, 30, 20],
        );
        let deepseek = json!({"prompt_cache_hit_tokens": 40, "prompt_cache_miss_tokens": 50});
        check(with(deepseek), [90, 40, 0, 30, 0]);
        check(with(json!({"cached_tokens": 40})), [90, 40, 0, 30, 0]);
        check(
            with(json!({"cache_read_input_tokens": 40, "cache_creation_input_tokens": 7})),
            [90, 40, 7, 30, 0],
        );
        check(
            with(
                json!({"prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 7},
                        "cost": 0.5, "cost_details": {"upstream_inference_cost": null}}),
            ),
            [90, 0, 7, 30, 0],
        );
        check(
            with(json!({"prompt_tokens_details": {"cache_creation_tokens": 7}})),
            [90, 0, 7, 30, 0],
        );
    }

    #[test]
    fn reasoning_beside_the_output_is_output() {
        let counts = |total: u64, reasoning: u64| {
            json!({"prompt_tokens": 90, "completion_tokens": 30, "total_tokens": total,
                   "completion_tokens_details": {"reasoning_tokens": reasoning}})
        };
        check(counts(140, 20), [90, 0, 0, 50, 20]);
        check(counts(120, 20), [90, 0, 0, 30, 20]);
        check(counts(140, 0), [90, 0, 0, 50, 20]);
        // A total that nothing explains is not believed.
        check(counts(500, 20), [90, 0, 0, 30, 20]);
        check(counts(1, 20), [90, 0, 0, 30, 20]);
    }

    #[test]
    fn what_was_cached_beside_the_input_is_no_output() {
        let counts = |total: u64, reasoning: u64| {
            json!({"prompt_tokens": 90, "completion_tokens": 30, "total_tokens": total,
                   "cache_read_input_tokens": 40, "cache_creation_input_tokens": 7,
                   "reasoning_tokens": reasoning})
        };
        check(counts(120, 0), [90, 40, 7, 30, 0]);
        check(counts(167, 0), [137, 40, 7, 30, 0]);
        check(counts(167, 5), [137, 40, 7, 30, 5]);
        check(counts(160, 0), [130, 40, 7, 30, 0]);
        check(counts(127, 0), [97, 40, 7, 30, 0]);
        // What the cache does not explain is reasoning still.
        check(counts(145, 0), [90, 40, 7, 55, 25]);
        check(counts(145, 25), [90, 40, 7, 55, 25]);
    }

    #[test]
    fn numbers_that_are_none_count_nothing() {
        for odd in [
            json!(null),
            json!(-3),
            json!("x"),
            json!([1]),
            json!({"a": 1}),
        ] {
            check(
                json!({"prompt_tokens": odd, "completion_tokens": odd, "total_tokens": odd,
                       "prompt_tokens_details": null, "cached_tokens": odd}),
                [0; 5],
            );
        }
        let most = json!({"prompt_tokens": u64::MAX, "completion_tokens": u64::MAX,
                          "total_tokens": u64::MAX});
        check(most, [u64::MAX, 0, 0, u64::MAX, 0]);
    }
}

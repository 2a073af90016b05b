//! Why a model stopped, in the words of many servers.
use serde_json::Value;
use serde_json::value::RawValue;

use crate::StopReason;
use crate::failure::filtered_categories;
use crate::wire::collector::Collector;
use crate::wire::lenient::Text;

/// What a finish reason stands for.
#[derive(Debug, PartialEq)]
enum Finish {
    /// The model goes on.
    NotYet,
    Stop(StopReason),
    /// The server broke off: the answer is not whole.
    BrokenOff,
}

/// Takes the finish reason of a choice, what a filter found, and an error beside it.
pub(super) fn finish(
    reason: &Text<'_>,
    filter: Option<&RawValue>,
    error: Option<&RawValue>,
    out: &mut Collector,
) {
    match meaning(&reason.0) {
        Finish::NotYet => {}
        Finish::Stop(stop) => {
            if stop == StopReason::Filtered
                && let Some(found) = filter.and_then(found)
            {
                out.note(found);
            }
            out.stop(stop);
        }
        Finish::BrokenOff => match error {
            Some(error) => out.fail_provider(&format!("{{\"error\":{}}}", error.get())),
            None => {
                let what = format!("The model's server broke the answer off ({:?}).", reason.0);
                out.fail_truncated(&what);
            }
        },
    }
}

fn meaning(reason: &str) -> Finish {
    Finish::Stop(match reason {
        "" => return Finish::NotYet,
        "tool_calls" | "function_call" => StopReason::ToolCalls,
        "length" | "max_tokens" => StopReason::MaxTokens,
        // Mistral; Zhipu.
        "model_length" | "model_context_window_exceeded" => StopReason::ContextFull,
        // `sensitive` is Zhipu's.
        "content_filter" | "safety" | "sensitive" => StopReason::Filtered,
        "refusal" => StopReason::Refusal,
        // `insufficient_system_resource` is DeepSeek's, `network_error` Zhipu's, `abort` that of
        // vLLM and SGLang.
        "error" | "abort" | "network_error" | "insufficient_system_resource" => {
            return Finish::BrokenOff;
        }
        // Google's compatible endpoint puts its own word after a colon.
        other if other.starts_with("content_filter") => StopReason::Filtered,
        other if other.starts_with("function_call_filter") => return Finish::BrokenOff,
        // Servers have many words for a proper end: `stop`, `eos`, `end_turn`.
        _ => StopReason::EndTurn,
    })
}

/// What a filter found, as a clause for the user.
fn found(results: &RawValue) -> Option<String> {
    let results: Value = serde_json::from_str(results.get()).ok()?;
    let categories = filtered_categories(&results);
    (!categories.is_empty()).then(|| format!("the filter found: {}", categories.join(", ")))
}

//! The bounds of a turn.
use std::time::Duration;

use aside_llm::RetryPolicy;

/// How many bytes of text one message or reasoning item may have; a longer answer is cut there.
pub const MAX_TEXT_BYTES: usize = 1024 * 1024;
/// How many bytes of raw arguments one tool call may have; a longer call is not made.
pub const MAX_ARGUMENT_BYTES: usize = 2 * 1024 * 1024;
/// How many bytes the name in a tool call may have; a longer one is cut there.
pub const MAX_NAME_BYTES: usize = 256;
/// How many bytes a provider's id of a tool call may have; a call with a longer one gets one of
/// our own. Some servers put what they want to see again into it.
pub const MAX_CALL_ID_BYTES: usize = 64 * 1024;
/// How many bytes one answer may have in all; a longer one is cut there.
pub const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;
/// How many items one answer may have; a longer one is cut there.
pub const MAX_ANSWER_ITEMS: usize = 256;
/// How many tool calls of one answer are made; further ones are dropped, with a notice.
pub const MAX_ANSWER_CALLS: usize = 64;
/// How many bytes of a tool's output the model is given; the middle of longer output is cut.
pub const MAX_OUTPUT_BYTES: usize = 64 * 1024;
/// How many bytes that only the provider understands are kept of one answer, to be sent back;
/// more are dropped, with a notice.
pub const MAX_OPAQUE_BYTES: usize = 4 * 1024 * 1024;
/// How many remarks of the provider about one answer are shown; further ones are dropped.
pub const MAX_ANSWER_NOTES: usize = 8;
/// How often an answer is asked for again after the user has seen a part of it.
pub const MAX_PARTIAL_RETRIES: u32 = 2;
/// How often one change is computed anew because the user changed its file meanwhile.
pub const MAX_REBASES: u32 = 5;
/// How often a repeated call is refused before the turn ends.
pub const MAX_REPEAT_REFUSALS: u32 = 3;
/// How many bytes of a user's feedback or of a parse error the model is told.
pub const MAX_QUOTE_BYTES: usize = 4 * 1024;

/// The bounds that settings may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Requests to the model in one turn.
    pub max_iterations: u32,
    /// Reading calls that run at the same time.
    pub parallel_reads: usize,
    /// How often the same call with the same result is made before the next one is refused.
    pub repeat_limit: u32,
    /// A limit on each answer's tokens; the provider's own where absent.
    pub max_output_tokens: Option<u32>,
    /// How long one tool call may work.
    pub tool_timeout: Duration,
    /// How long is waited for what an editor reports of an edit; not at all where zero.
    pub diagnostics_wait: Duration,
    /// When and how often a request to a model that failed is made again.
    pub retry: RetryPolicy,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_iterations: 100,
            parallel_reads: 8,
            repeat_limit: 3,
            max_output_tokens: None,
            tool_timeout: Duration::from_secs(600),
            diagnostics_wait: Duration::from_secs(1),
            retry: RetryPolicy::default(),
        }
    }
}

//! What is known of a model: sizes, abilities, prices.
use crate::Usage;

/// What is known of a model. Of a model that no table knows, nothing is forbidden.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelFacts {
    /// How many tokens a request and its answer may have together, where known.
    pub context_window: Option<u64>,
    /// How many tokens an answer may have, reasoning included, where known.
    pub max_output: Option<u64>,
    /// Whether it sees pictures.
    pub vision: bool,
    /// Whether it reads PDF files as they are.
    pub pdf: bool,
    /// Whether it calls tools.
    pub tools: bool,
    /// How it is told how much to think.
    pub reasoning: ReasoningStyle,
    /// What it costs, where known.
    pub prices: Option<Prices>,
    /// How its text is cut into tokens, where that is public.
    pub tokenizer: Option<Tokenizer>,
}

impl Default for ModelFacts {
    fn default() -> Self {
        Self {
            context_window: None,
            max_output: None,
            vision: true,
            pdf: true,
            tools: true,
            reasoning: ReasoningStyle::Unknown,
            prices: None,
            tokenizer: None,
        }
    }
}

/// How a model is told how much to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReasoningStyle {
    /// It does not reason: nothing is said.
    None,
    /// In words.
    Effort,
    /// In tokens.
    Budget,
    /// It reasons as it likes, and takes no word about it.
    Always,
    /// Nobody knows: it is told only what the user asks for.
    Unknown,
}

/// How text is cut into tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tokenizer {
    /// `cl100k_base`: GPT-4 and GPT-3.5.
    Cl100k,
    /// `o200k_base`: GPT-4o and later.
    O200k,
}

/// US dollars for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prices {
    /// Of input that no cache had.
    pub input: f64,
    /// Of input read from a cache; as `input` where the provider has no other price.
    pub cached_input: f64,
    /// Of input written to a cache; as `input` where the provider has no other price.
    pub cache_write: f64,
    /// Of output, reasoning included.
    pub output: f64,
}

impl Prices {
    /// What these tokens cost, in US dollars.
    #[must_use]
    pub fn cost(&self, usage: &Usage) -> f64 {
        let cached = usage.cached_input_tokens.min(usage.input_tokens);
        let written = usage.cache_write_tokens.min(usage.input_tokens - cached);
        let fresh = usage.input_tokens - cached - written;
        let of = |tokens: u64, price: f64| to_f64(tokens) * price / 1e6;
        of(fresh, self.input)
            + of(cached, self.cached_input)
            + of(written, self.cache_write)
            + of(usage.output_tokens, self.output)
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "no conversation has more tokens than 52 bits count"
)]
fn to_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_token_has_its_price() {
        let prices = Prices {
            input: 3.0,
            cached_input: 0.3,
            cache_write: 3.75,
            output: 15.0,
        };
        let usage = Usage {
            input_tokens: 1_000_000,
            cached_input_tokens: 500_000,
            cache_write_tokens: 100_000,
            output_tokens: 200_000,
            ..Usage::default()
        };
        let cost = prices.cost(&usage);
        assert!((cost - (1.2 + 0.15 + 0.375 + 3.0)).abs() < 1e-9, "{cost}");
        // Counts that contradict each other cost no less than nothing.
        let odd = Usage {
            input_tokens: 10,
            cached_input_tokens: 20,
            cache_write_tokens: 5,
            ..Usage::default()
        };
        assert!((prices.cost(&odd) - 10.0 * 0.3 / 1e6).abs() < 1e-15);
    }
}

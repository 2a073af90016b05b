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
    /// How freely it is to choose its words, from 0 to 2, where the user says so.
    pub temperature: Option<f64>,
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
            temperature: None,
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
    /// What requests with much input cost instead, the whole of them, where that differs.
    pub long: Option<LongPrices>,
}

/// US dollars for a million tokens of a request that has more input than a certain count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LongPrices {
    /// A request with more tokens of input than this, cached ones included, is a long one.
    pub above_tokens: u64,
    /// As [`Prices::input`].
    pub input: f64,
    /// As [`Prices::cached_input`].
    pub cached_input: f64,
    /// As [`Prices::cache_write`].
    pub cache_write: f64,
    /// As [`Prices::output`].
    pub output: f64,
}

impl Prices {
    /// What the tokens of one request cost, in US dollars. The sum of several requests costs
    /// what each of them costs: which prices hold depends on how long each is.
    #[must_use]
    pub fn cost(&self, usage: &Usage) -> f64 {
        let prices = self.of(usage.input_tokens);
        let cached = usage.cached_input_tokens.min(usage.input_tokens);
        let written = usage.cache_write_tokens.min(usage.input_tokens - cached);
        let fresh = usage.input_tokens - cached - written;
        let of = |tokens: u64, price: f64| to_f64(tokens) * price / 1e6;
        of(fresh, prices.input)
            + of(cached, prices.cached_input)
            + of(written, prices.cache_write)
            + of(usage.output_tokens, prices.output)
    }

    /// The prices of a request with so many tokens of input.
    fn of(&self, input_tokens: u64) -> Self {
        match self.long {
            Some(long) if input_tokens > long.above_tokens => Self {
                input: long.input,
                cached_input: long.cached_input,
                cache_write: long.cache_write,
                output: long.output,
                long: None,
            },
            Some(_) | None => *self,
        }
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
            long: None,
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

    #[test]
    fn a_long_request_costs_the_long_price_from_its_first_token() {
        let prices = Prices {
            input: 2.0,
            cached_input: 0.2,
            cache_write: 2.5,
            output: 10.0,
            long: Some(LongPrices {
                above_tokens: 200_000,
                input: 4.0,
                cached_input: 0.4,
                cache_write: 5.0,
                output: 15.0,
            }),
        };
        let check = |input: u64, expect: f64| {
            let usage = Usage {
                input_tokens: input,
                cached_input_tokens: 100_000,
                cache_write_tokens: 50_000,
                output_tokens: 10_000,
                ..Usage::default()
            };
            let cost = prices.cost(&usage);
            assert!((cost - expect).abs() < 1e-9, "{input}: {cost}");
        };
        check(200_000, 0.1 + 0.02 + 0.125 + 0.1);
        check(200_001, 0.200_004 + 0.04 + 0.25 + 0.15);
    }
}

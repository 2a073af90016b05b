//! What servers say when they are asked for their models. All know `id`, or `name`; beyond that
//! each has words of its own, of which those are read that mean what Aside wants to know.
//!
//! <https://openrouter.ai/docs/api/api-reference/models/get-models>,
//! <https://ai.google.dev/api/models>, <https://docs.mistral.ai/api/>,
//! <https://docs.github.com/en/rest/models/catalog>,
//! <https://platform.claude.com/docs/en/api/models/list>
use std::collections::HashSet;

use serde_json::Value;

use super::{ProviderSettings, find, provider};
use crate::{ModelFacts, Prices, ReasoningStyle};

/// Models that are taken from one list.
pub(crate) const MAX_LISTED: usize = 5_000;

/// US dollars from which on a number is no price of a million tokens.
const MAX_PRICE: f64 = 1e6;
/// Bytes of a model's name; longer ones are none.
const MAX_NAME_BYTES: usize = 256;

/// A model that a server lists, and what it says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedModel {
    /// The server's name for it, as requests have it.
    pub id: String,
    /// How many tokens a request and its answer may have together.
    pub context_window: Option<u64>,
    /// How many tokens an answer may have.
    pub max_output: Option<u64>,
    /// Whether it sees pictures.
    pub vision: Option<bool>,
    /// Whether it calls tools.
    pub tools: Option<bool>,
    /// Whether it reasons.
    pub reasoning: Option<bool>,
    /// What it costs.
    pub prices: Option<Prices>,
}

impl ListedModel {
    /// What is known of it: what the table has where it knows the model, else what the list
    /// says, and over both what the user says.
    #[must_use]
    pub fn facts(&self, provider_id: &str, own: &ProviderSettings) -> ModelFacts {
        let spec = provider(provider_id);
        if spec.is_some_and(|spec| find::find(spec, &self.id).is_some()) {
            return find::facts_of(provider_id, &self.id, own);
        }
        let unknown = ModelFacts::default();
        let mut facts = ModelFacts {
            context_window: self.context_window,
            max_output: self.max_output,
            vision: self.vision.unwrap_or(unknown.vision),
            tools: self.tools.unwrap_or(unknown.tools),
            reasoning: match self.reasoning {
                Some(false) => ReasoningStyle::None,
                Some(true) => ReasoningStyle::Effort,
                None => unknown.reasoning,
            },
            prices: self.prices,
            ..unknown
        };
        if let Some(said) = own.models.get(&self.id) {
            find::apply(&mut facts, said);
        }
        facts
    }
}

/// The models of a list that can hold a conversation, each once, in the list's order; `None` if
/// this is no list of models.
pub(crate) fn listed(body: &[u8]) -> Option<Vec<ListedModel>> {
    let json: Value = serde_json::from_slice(body).ok()?;
    let names = ["data", "models", "publisherModels"];
    let list = names.iter().find_map(|name| json.get(name)?.as_array());
    let list = list.or_else(|| json.as_array())?;
    let mut seen = HashSet::new();
    let models = list.iter().filter_map(model);
    let new = models.filter(|model| seen.insert(model.id.clone()));
    Some(new.take(MAX_LISTED).collect())
}

fn model(json: &Value) -> Option<ListedModel> {
    let id = id(json).filter(|id| is_askable(id))?;
    if !can_converse(json) || !is_name_of_one(id) {
        return None;
    }
    Some(ListedModel {
        id: id.to_owned(),
        context_window: count(
            json,
            &[
                "/loaded_context_length",
                "/context_length",
                "/context_window",
                "/max_context_length",
                "/max_model_len",
                "/inputTokenLimit",
                "/max_input_tokens",
                "/limits/max_input_tokens",
                "/meta/n_ctx",
                "/meta/n_ctx_train",
            ],
        ),
        max_output: count(
            json,
            &[
                "/top_provider/max_completion_tokens",
                "/max_completion_tokens",
                "/outputTokenLimit",
                "/max_output_tokens",
                "/limits/max_output_tokens",
                "/max_tokens",
            ],
        ),
        vision: sees(json),
        tools: can(
            json,
            &[
                "/supports_tools",
                "/capabilities/function_calling",
                "/capabilities/tool_use",
            ],
            &["/supported_parameters", "/capabilities"],
            &["tools", "tool-calling", "tool_use", "function_calling"],
        ),
        reasoning: reasons(json),
        prices: prices(json),
    })
}

/// The name that requests have. Google's lists have a path before it.
fn id(json: &Value) -> Option<&str> {
    if let Some(id) = json.get("id").and_then(Value::as_str) {
        return (!id.is_empty()).then_some(id);
    }
    let name = json.get("name").or_else(|| json.get("model"))?.as_str()?;
    let name = match name.strip_prefix("publishers/") {
        Some(rest) => rest.split_once("/models/").map_or(rest, |(_, name)| name),
        None => name.strip_prefix("models/").unwrap_or(name),
    };
    (!name.is_empty()).then_some(name)
}

/// Whether it can be typed, shown in a line and asked for.
fn is_askable(id: &str) -> bool {
    // What turns the direction of writing makes one name look like another.
    let turns = [
        '\u{200e}'..='\u{200f}',
        '\u{202a}'..='\u{202e}',
        '\u{2066}'..='\u{2069}',
    ];
    let is_odd = |c: char| c.is_control() || turns.iter().any(|range| range.contains(&c));
    id.len() <= MAX_NAME_BYTES && !id.contains(is_odd) && id.trim() == id
}

/// Whether the list says nothing against it.
fn can_converse(json: &Value) -> bool {
    let says_no = [
        "/active",
        "/supports_chat",
        "/capabilities/completion_chat",
        "/capabilities/chat_completion",
    ];
    if says_no
        .iter()
        .any(|path| json.pointer(path) == Some(&Value::Bool(false)))
    {
        return false;
    }
    let must_have = |path: &str, word: &str| match words(json, path) {
        Some(mut words) => words.any(|other| other == word),
        None => true,
    };
    let kind = json.get("type").and_then(Value::as_str);
    let other_kinds = [
        "image",
        "embedding",
        "embeddings",
        "moderation",
        "rerank",
        "audio",
        "video",
        "transcribe",
    ];
    must_have("/architecture/output_modalities", "text")
        && must_have("/supported_output_modalities", "text")
        && must_have("/supportedGenerationMethods", "generateContent")
        && !kind.is_some_and(|kind| other_kinds.contains(&kind))
}

/// Words in names of models that do something else. Most lists have nothing but names.
const OTHER_TRADES: [&str; 37] = [
    "audio",
    "babbage",
    "bge",
    "clip",
    "dall",
    "davinci",
    "diffusion",
    "embed",
    "embedding",
    "embeddings",
    "flux",
    "guard",
    "image",
    "imagen",
    "imagine",
    "live",
    "lyria",
    "minilm",
    "moderation",
    "ocr",
    "orpheus",
    "playai",
    "realtime",
    "rerank",
    "reranker",
    "sora",
    "speech",
    "stt",
    "transcribe",
    "transcription",
    "translate",
    "tts",
    "veo",
    "video",
    "voice",
    "voxtral",
    "whisper",
];

fn is_name_of_one(id: &str) -> bool {
    let words = id.split(|c: char| !c.is_ascii_alphanumeric());
    let mut words = words.map(str::to_ascii_lowercase);
    !words.any(|word| OTHER_TRADES.contains(&word.as_str()))
}

fn sees(json: &Value) -> Option<bool> {
    if json.get("type").and_then(Value::as_str) == Some("vlm") {
        return Some(true);
    }
    can(
        json,
        &[
            "/supports_image_input",
            "/capabilities/vision",
            "/capabilities/image_input/supported",
        ],
        &[
            "/architecture/input_modalities",
            "/supported_input_modalities",
            "/input_modalities",
            "/capabilities",
        ],
        &["image", "vision", "multimodal"],
    )
}

/// Few servers name reasoning among the abilities of a model, so that silence says nothing.
fn reasons(json: &Value) -> Option<bool> {
    let said = can(
        json,
        &[
            "/thinking",
            "/capabilities/reasoning",
            "/capabilities/thinking/supported",
        ],
        &["/supported_parameters"],
        &["reasoning"],
    );
    said.or_else(|| {
        let mut words = words(json, "/capabilities")?;
        let is_named = words.any(|word| matches!(word, "reasoning" | "thinking"));
        is_named.then_some(true)
    })
}

/// Whether one of the switches says so, or one of the lists of words has one of the words.
fn can(json: &Value, switches: &[&str], lists: &[&str], wanted: &[&str]) -> Option<bool> {
    let says = switches
        .iter()
        .find_map(|path| json.pointer(path)?.as_bool());
    says.or_else(|| {
        let mut words = lists.iter().find_map(|path| words(json, path))?;
        Some(words.any(|word| wanted.contains(&word)))
    })
}

/// A list of words, unless it is empty.
fn words<'a>(json: &'a Value, path: &str) -> Option<impl Iterator<Item = &'a str>> {
    let list = json.pointer(path)?.as_array()?;
    (!list.is_empty()).then(|| list.iter().filter_map(Value::as_str))
}

/// The first count that is there and more than nothing.
fn count(json: &Value, paths: &[&str]) -> Option<u64> {
    let mut counts = paths.iter().filter_map(|path| json.pointer(path)?.as_u64());
    counts.find(|count| *count > 0)
}

/// US dollars for a token as OpenRouter has them, or for a million tokens as Together does.
fn prices(json: &Value) -> Option<Prices> {
    let pricing = json.get("pricing")?;
    let price = |name: &str| {
        let price = pricing.get(name)?;
        let number = match price.as_str() {
            Some(text) => text.trim().parse().ok()?,
            None => price.as_f64()?,
        };
        (number.is_finite() && number >= 0.0).then_some(number)
    };
    // What a token may cost and still be a price.
    let price = |name: &str| price(name).filter(|price| *price < MAX_PRICE);
    let of = |scale: f64, names: [&str; 4]| {
        let [input, cached, write, output] = names;
        let input = price(input)? * scale;
        Some(Prices {
            input,
            cached_input: price(cached).map_or(input, |price| price * scale),
            cache_write: price(write).map_or(input, |price| price * scale),
            output: price(output)? * scale,
            long: None,
        })
    };
    of(
        1e6,
        [
            "prompt",
            "input_cache_read",
            "input_cache_write",
            "completion",
        ],
    )
    .or_else(|| of(1.0, ["input", "cached_input", "cache_write", "output"]))
}

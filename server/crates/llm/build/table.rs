//! The table of providers: what its files may hold, what is checked, and the Rust it becomes.
use std::collections::BTreeSet;
use std::fmt::Write;

use serde::Deserialize;

/// One file, which is one provider. What is not here is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provider {
    /// Where it stands in lists.
    rank: u32,
    id: String,
    name: String,
    wire: Wire,
    #[serde(default)]
    base_url: String,
    #[serde(default)]
    base_url_env: Vec<String>,
    #[serde(default)]
    key_env: Vec<String>,
    /// `bearer`, or the name of a header.
    #[serde(default = "bearer")]
    key_style: String,
    #[serde(default)]
    key_url: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    models_path: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    ports: Vec<u16>,
    /// When the facts were looked up: a year and a month.
    checked: String,
    /// Where they were looked up.
    sources: Vec<String>,
    #[serde(default)]
    quirks: Quirks,
    #[serde(default)]
    models: Vec<Model>,
}

fn bearer() -> String {
    "bearer".into()
}

#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "lowercase")]
enum Wire {
    Chat,
    Responses,
    Messages,
    Gemini,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Quirks {
    max_tokens: MaxTokens,
    stream_options: Option<bool>,
    cache_key: Option<bool>,
    effort: EffortField,
    reasoning: Replay,
    short_call_ids: Option<bool>,
    pdf: Option<bool>,
    cache_marks: Option<bool>,
    cache_control: Option<bool>,
    text_calls: Option<bool>,
}

#[derive(Deserialize, Default, Debug)]
#[serde(rename_all = "snake_case")]
enum MaxTokens {
    #[default]
    MaxTokens,
    MaxCompletionTokens,
}

#[derive(Deserialize, Default, Debug)]
#[serde(rename_all = "snake_case")]
enum EffortField {
    #[default]
    ReasoningEffort,
    ReasoningObject,
    ThinkingObject,
    None,
}

#[derive(Deserialize, Default, Debug)]
#[serde(rename_all = "snake_case")]
enum Replay {
    #[default]
    None,
    Content,
    Details,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Model {
    name: String,
    /// Where it is not the provider's.
    wire: Option<Wire>,
    context_window: Option<u64>,
    max_output: Option<u64>,
    vision: bool,
    pdf: bool,
    tools: bool,
    reasoning: Reasoning,
    /// Whether it takes back what it thought only where nothing before it changed.
    #[serde(default)]
    bound_thinking: bool,
    tokenizer: Option<Tokenizer>,
    input: Option<f64>,
    cached_input: Option<f64>,
    cache_write: Option<f64>,
    output: Option<f64>,
    long: Option<Long>,
}

#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "lowercase")]
enum Reasoning {
    None,
    Effort,
    Budget,
    Always,
}

#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "lowercase")]
enum Tokenizer {
    Cl100k,
    O200k,
}

/// The prices of requests with more input than that.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Long {
    above_tokens: u64,
    input: f64,
    cached_input: Option<f64>,
    cache_write: Option<f64>,
    output: f64,
}

/// The Rust that these files, each with its name, become: the expression of a static slice.
///
/// # Errors
/// Which file is wrong, where, and how.
pub fn rust(files: &[(String, String)]) -> Result<String, String> {
    let mut providers = Vec::new();
    for (file, text) in files {
        let provider: Provider =
            toml::from_str(text).map_err(|error| format!("catalog/{file}: {error}"))?;
        check(&provider).map_err(|why| format!("catalog/{file}: {why}"))?;
        if *file != format!("{}.toml", provider.id) {
            return Err(format!(
                "catalog/{file}: `id` is `{}`, unlike the file",
                provider.id
            ));
        }
        providers.push(provider);
    }
    providers.sort_by_key(|provider| provider.rank);
    if let Some([one, two]) = providers
        .array_windows()
        .find(|[one, two]| one.rank == two.rank)
    {
        let (one, two) = (&one.id, &two.id);
        return Err(format!("catalog/{one}.toml: `rank` is that of {two}.toml"));
    }
    let mut rust = String::from("&[\n");
    for provider in &providers {
        write_provider(&mut rust, provider).map_err(|error| error.to_string())?;
    }
    rust.push_str("]\n");
    Ok(rust)
}

fn check(provider: &Provider) -> Result<(), String> {
    let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if provider.id.is_empty() || !provider.id.bytes().all(is_id) {
        return Err("`id` must be lower-case letters and digits".into());
    }
    let digits = provider.checked.split_once('-').map(|(year, month)| {
        year.len() == 4 && (1..=12).contains(&month.parse().unwrap_or(0)) && month.len() == 2
    });
    if digits != Some(true) {
        return Err("`checked` must be a year and a month, such as \"2026-11\"".into());
    }
    if provider.sources.is_empty() {
        return Err("`sources` must name at least one source of the facts".into());
    }
    for (key, path) in [
        ("path", &provider.path),
        ("models_path", &provider.models_path),
    ] {
        if !path.is_empty() && !path.starts_with('/') {
            return Err(format!("`{key}` must begin with a slash"));
        }
    }
    if !provider.base_url.is_empty() && !provider.base_url.starts_with("http") {
        return Err("`base_url` must begin with http".into());
    }
    if provider.base_url.ends_with('/') {
        return Err("`base_url` must not end in a slash".into());
    }
    if provider
        .key_style
        .bytes()
        .any(|byte| byte.is_ascii_uppercase())
    {
        return Err("`key_style` must be `bearer` or a header in lower case".into());
    }
    let mut names = BTreeSet::new();
    for model in &provider.models {
        if !names.insert(&model.name) {
            return Err(format!("models: `name` {:?} is there twice", model.name));
        }
        check_model(model).map_err(|why| format!("models: {}: {why}", model.name))?;
    }
    Ok(())
}

fn check_model(model: &Model) -> Result<(), String> {
    if model.name.is_empty() || model.name.trim() != model.name {
        return Err("`name` is empty, or has space around it".into());
    }
    for (key, count) in [
        ("context_window", model.context_window),
        ("max_output", model.max_output),
        (
            "long.above_tokens",
            model.long.as_ref().map(|long| long.above_tokens),
        ),
    ] {
        if count == Some(0) {
            return Err(format!("`{key}` must not be 0"));
        }
    }
    let long = model.long.as_ref();
    for (key, price) in [
        ("input", model.input),
        ("cached_input", model.cached_input),
        ("cache_write", model.cache_write),
        ("output", model.output),
        ("long.input", long.map(|long| long.input)),
        ("long.cached_input", long.and_then(|long| long.cached_input)),
        ("long.cache_write", long.and_then(|long| long.cache_write)),
        ("long.output", long.map(|long| long.output)),
    ] {
        if price.is_some_and(|price| !price.is_finite() || price < 0.0) {
            return Err(format!("`{key}` must be 0 or more"));
        }
    }
    let other = model.cached_input.or(model.cache_write).is_some() || long.is_some();
    match (model.input, model.output) {
        (Some(_), Some(_)) => Ok(()),
        (None, None) if !other => Ok(()),
        (None, _) => Err("`input` is missing beside other prices".into()),
        (Some(_), None) => Err("`output` is missing beside other prices".into()),
    }
}

fn write_provider(to: &mut String, provider: &Provider) -> std::fmt::Result {
    let quirks = &provider.quirks;
    let key_style = match provider.key_style.as_str() {
        "bearer" => "Bearer".to_owned(),
        header => format!("Header({header:?})"),
    };
    writeln!(
        to,
        "crate::catalog::ProviderSpec {{ id: {:?}, name: {:?}, wire: crate::Wire::{:?}, \
         base_url: {:?}, base_url_env: &{:?}, key_env: &{:?}, \
         key_style: crate::KeyStyle::{key_style}, key_url: {:?}, path: {:?}, models_path: {:?}, \
         headers: &{:?}, ports: &{:?}, quirks: crate::Quirks {{ \
         max_tokens: crate::MaxTokensField::{:?}, stream_options: {}, cache_key: {}, \
         effort: crate::EffortField::{:?}, reasoning: crate::ReasoningReplay::{:?}, \
         short_call_ids: {}, pdf: {}, cache_marks: {}, cache_control: {}, \
         bound_thinking: false, text_calls: {} }}, models: &[",
        provider.id,
        provider.name,
        provider.wire,
        provider.base_url,
        provider.base_url_env,
        provider.key_env,
        provider.key_url,
        provider.path,
        provider.models_path,
        provider.headers,
        provider.ports,
        quirks.max_tokens,
        quirks.stream_options.unwrap_or(true),
        quirks.cache_key.unwrap_or(false),
        quirks.effort,
        quirks.reasoning,
        quirks.short_call_ids.unwrap_or(false),
        quirks.pdf.unwrap_or(false),
        quirks.cache_marks.unwrap_or(true),
        quirks.cache_control.unwrap_or(false),
        // Servers of which nothing is known may leave calls in the text; those known do not.
        quirks.text_calls.unwrap_or(false),
    )?;
    for model in &provider.models {
        write_model(to, model)?;
    }
    writeln!(to, "] }},")
}

fn write_model(to: &mut String, model: &Model) -> std::fmt::Result {
    let wire = option(model.wire.map(|wire| format!("crate::Wire::{wire:?}")));
    let tokenizer = option(
        model
            .tokenizer
            .map(|tokenizer| format!("crate::Tokenizer::{tokenizer:?}")),
    );
    writeln!(
        to,
        "crate::catalog::ModelSpec {{ name: {:?}, wire: {wire}, \
         bound_thinking: {}, facts: crate::ModelFacts {{ \
         context_window: {:?}, max_output: {:?}, vision: {}, pdf: {}, tools: {}, \
         reasoning: crate::ReasoningStyle::{:?}, prices: {}, tokenizer: {tokenizer}, temperature: None }} }},",
        model.name,
        model.bound_thinking,
        model.context_window,
        model.max_output,
        model.vision,
        model.pdf,
        model.tools,
        model.reasoning,
        option(prices(model)),
    )
}

fn option(rust: Option<String>) -> String {
    rust.map_or_else(|| "None".into(), |rust| format!("Some({rust})"))
}

fn prices(model: &Model) -> Option<String> {
    let (input, output) = model.input.zip(model.output)?;
    let long = model.long.as_ref().map(|long| {
        format!(
            "crate::LongPrices {{ above_tokens: {}, input: {:?}, cached_input: {:?}, \
             cache_write: {:?}, output: {:?} }}",
            long.above_tokens,
            long.input,
            long.cached_input.unwrap_or(long.input),
            long.cache_write.unwrap_or(long.input),
            long.output,
        )
    });
    Some(format!(
        "crate::Prices {{ input: {input:?}, cached_input: {:?}, cache_write: {:?}, \
         output: {output:?}, long: {} }}",
        model.cached_input.unwrap_or(input),
        model.cache_write.unwrap_or(input),
        option(long),
    ))
}

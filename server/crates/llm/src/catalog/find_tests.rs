//! Which entry a name means, and what is then known.
use std::collections::BTreeMap;

use super::find::{facts_of, find, known_models};
use super::{ModelSettings, ProviderSettings, provider};
use crate::{ModelFacts, Tokenizer};

fn own() -> ProviderSettings {
    ProviderSettings::default()
}

#[test]
fn names_go_on_with_a_date_or_latest_alone() {
    let check = |id: &str, name: &str, expect: Option<&str>| {
        let spec = provider(id).expect("a provider");
        assert_eq!(
            find(spec, name).map(|model| model.name),
            expect,
            "{id}/{name}"
        );
    };
    check("openai", "gpt-5-mini", Some("gpt-5-mini"));
    check("openai", "GPT-5-mini", Some("gpt-5-mini"));
    check("openai", "gpt-5-mini-2025-08-07", Some("gpt-5-mini"));
    check("openai", "gpt-5-2025-08-07", Some("gpt-5"));
    check("openai", "gpt-5.1-2025-11-13", Some("gpt-5.1"));
    check("openai", "gpt-5-turbo", None);
    check("openai", "gpt-5-mini-", None);
    check("openai", "gpt-5-1", None);
    check("openai", "gpt-5-2025-08-07-eu", None);
    check("openai", "gpt-5-2025-08-07-123", None);
    check("openai", "gpt-55", None);
    check("openai", "gpt", None);
    check("openai", "", None);
    check("openai", "größe", None);
    check("openai", "gpt-5-mini-latest", Some("gpt-5-mini"));
    check(
        "anthropic",
        "claude-sonnet-4-5-20250929",
        Some("claude-sonnet-4-5"),
    );
    check("anthropic", "claude-sonnet-4-5", Some("claude-sonnet-4-5"));
    check("anthropic", "claude-opus-5-5", Some("claude-opus-5-5"));
    check("azure", "gpt-4o-2024-11-20", Some("gpt-4o"));
    check("mistral", "mistral-small-2603", Some("mistral-small-2603"));
    check("github", "openai/gpt-4.1", Some("openai/gpt-4.1"));
}

#[test]
fn prices_hold_at_the_provider_s_own_address() {
    let priced = |id: &str, name: &str, base_url: Option<&str>| {
        let own = ProviderSettings {
            base_url: base_url.map(str::to_owned),
            ..own()
        };
        facts_of(id, name, &own).prices.is_some()
    };
    assert!(priced("openai", "gpt-5-mini", None));
    assert!(priced(
        "openai",
        "gpt-5-mini",
        Some("https://api.openai.com/v1/")
    ));
    assert!(!priced(
        "openai",
        "gpt-5-mini",
        Some("http://127.0.0.1:8080/v1")
    ));
    assert!(priced(
        "azure",
        "gpt-5-mini",
        Some("https://x.openai.azure.com")
    ));
    assert!(!priced(
        "azure",
        "gpt-5-mini",
        Some("https://azure.com.x.invalid")
    ));
    assert!(priced("vertex", "gemini-2.5-pro", None));
    assert!(!priced("nobody", "m", None));
}

#[test]
fn variants_at_openrouter() {
    let facts = |name: &str| facts_of("openrouter", name, &own());
    let plain = facts("openai/gpt-5-mini");
    let input = |facts: ModelFacts| facts.prices.map(|prices| prices.input);
    assert_eq!(input(plain), Some(0.25));
    assert_eq!(input(facts("openai/gpt-5-mini:free")), Some(0.0));
    assert_eq!(input(facts("openai/gpt-5-mini:nitro")), None);
    assert_eq!(
        facts("openai/gpt-5-mini:nitro").context_window,
        plain.context_window
    );
    assert_eq!(facts("someone/unknown:free"), ModelFacts::default());
}

#[test]
fn nothing_is_forbidden_to_a_model_that_nobody_knows() {
    assert_eq!(facts_of("openai", "x", &own()), ModelFacts::default());
    assert_eq!(facts_of("nobody", "x", &own()), ModelFacts::default());
}

#[test]
fn the_user_s_prices_are_whole_or_none() {
    let priced = |name: &str, said: ModelSettings| {
        let own = ProviderSettings {
            models: BTreeMap::from([(name.to_owned(), said)]),
            ..own()
        };
        facts_of("openai", name, &own).prices
    };
    let said = ModelSettings {
        input_price: Some(1.0),
        ..ModelSettings::default()
    };
    assert_eq!(priced("unknown", said.clone()), None);
    let both = ModelSettings {
        output_price: Some(3.0),
        ..said.clone()
    };
    let prices = priced("unknown", both).expect("both are there");
    assert_eq!(
        (
            prices.input,
            prices.cached_input,
            prices.cache_write,
            prices.output
        ),
        (1.0, 1.0, 1.0, 3.0)
    );
    // Over the table's, one is enough.
    let prices = priced("gpt-5-mini", said).expect("the table has the other");
    assert_eq!(
        (prices.input, prices.cached_input, prices.output),
        (1.0, 1.0, 2.0)
    );
    let cached = ModelSettings {
        cached_input_price: Some(0.01),
        ..ModelSettings::default()
    };
    let prices = priced("gpt-5-mini", cached).expect("the table has the others");
    assert_eq!(
        (prices.input, prices.cached_input, prices.output),
        (0.25, 0.01, 2.0)
    );
}

#[test]
fn lists_hold_the_table_s_models_and_then_the_user_s() {
    let own = ProviderSettings {
        models: BTreeMap::from([
            ("claude-next".to_owned(), ModelSettings::default()),
            (
                "claude-sonnet-5".to_owned(),
                ModelSettings {
                    context_window: Some(7),
                    ..ModelSettings::default()
                },
            ),
        ]),
        ..own()
    };
    let models = known_models("anthropic", &own);
    let spec = provider("anthropic").expect("a provider");
    assert_eq!(models.len(), spec.models.len() + 1);
    assert_eq!(
        models.last().map(|model| model.name.as_str()),
        Some("claude-next")
    );
    let sonnet = models.iter().find(|model| model.name == "claude-sonnet-5");
    assert_eq!(sonnet.and_then(|model| model.facts.context_window), Some(7));
    assert_eq!(known_models("mine", &ProviderSettings::default()), []);
}

#[test]
fn tokenizers_are_known_where_they_are_public() {
    let tokenizer = |id: &str, name: &str| facts_of(id, name, &own()).tokenizer;
    assert_eq!(tokenizer("openai", "gpt-5-mini"), Some(Tokenizer::O200k));
    assert_eq!(tokenizer("azure", "gpt-4-turbo"), Some(Tokenizer::Cl100k));
    assert_eq!(
        tokenizer("groq", "openai/gpt-oss-20b"),
        Some(Tokenizer::O200k)
    );
    assert_eq!(tokenizer("anthropic", "claude-sonnet-5"), None);
}

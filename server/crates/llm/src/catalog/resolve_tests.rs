//! From names and settings to what is asked.
use std::collections::BTreeMap;

use super::resolve::{resolve, split};
use super::{ModelSettings, ProviderSettings};
use crate::catalog::testkit::{at, own, resolved, settings, with_key};
use crate::{Effort, ReasoningStyle, Wire};

#[test]
fn names_are_taken_apart() {
    let settings = settings("mine", own());
    let check = |model: &str, expect: Option<(&str, Option<Wire>, &str)>| {
        let name = split(model, &settings).ok();
        let name = name.map(|name| (name.provider, name.wire, name.name));
        assert_eq!(name, expect, "{model}");
    };
    check("openai/gpt-5-mini", Some(("openai", None, "gpt-5-mini")));
    check(" openai-chat/m ", Some(("openai", Some(Wire::Chat), "m")));
    check(
        "openai-responses/m",
        Some(("openai", Some(Wire::Responses), "m")),
    );
    check("gpt-5-mini", Some(("openai", None, "gpt-5-mini")));
    check("Qwen/Qwen3", Some(("openai", None, "Qwen/Qwen3")));
    check("openai/a/b:free", Some(("openai", None, "a/b:free")));
    check(
        "openrouter/a/b:free",
        Some(("openrouter", None, "a/b:free")),
    );
    check("mine/m", Some(("mine", None, "m")));
    check(
        "anthropic/claude-sonnet-5",
        Some(("anthropic", None, "claude-sonnet-5")),
    );
    check("", None);
    check("  ", None);
    check("anthropic/", None);
    check("anthropic/ ", None);
    check("/m", Some(("openai", None, "/m")));
}

#[test]
fn one_form_of_a_name_is_stored() {
    let check = |model: &str, expect: &str| {
        let id = resolved(model, with_key()).id;
        assert_eq!(id, expect);
        assert_eq!(resolved(&id, with_key()).id, expect, "it names itself");
    };
    check("openai/gpt-5", "openai/gpt-5");
    check("openai-chat/gpt-5", "openai-chat/gpt-5");
    check("openai-responses/gpt-5", "openai-responses/gpt-5");
    let bare = resolve("gpt-5", &settings("openai", with_key())).expect("a model of OpenAI");
    assert_eq!(bare.id, "openai/gpt-5");
}

#[test]
fn the_same_server_over_the_same_wire_is_one_origin() {
    let origin = |model: &str| resolved(model, with_key()).config.origin();
    assert_eq!(origin("openai/gpt-5"), origin("openai-responses/gpt-5"));
    assert_ne!(origin("openai/gpt-5"), origin("openai-chat/gpt-5"));
}

#[test]
fn what_the_user_says_of_a_model_counts() {
    let said = ModelSettings {
        effort: Some(Effort::High),
        thinking_budget: Some(9000),
        context_window: Some(1000),
        reasoning: Some(true),
        vision: Some(false),
        ..ModelSettings::default()
    };
    let own = ProviderSettings {
        models: BTreeMap::from([("gpt-5-mini".into(), said)]),
        ..with_key()
    };
    let model = resolved("openai/gpt-5-mini", own.clone());
    assert_eq!(model.thinking.effort, Some(Effort::High));
    assert_eq!(model.thinking.budget, Some(9000));
    assert_eq!(model.facts.context_window, Some(1000));
    assert_eq!(model.facts.max_output, Some(128_000));
    assert_eq!(model.facts.reasoning, ReasoningStyle::Effort);
    assert!(!model.facts.vision);
    let other = resolved("openai/gpt-5", own);
    assert_eq!(other.thinking.effort, None);
    assert_eq!(other.facts.context_window, Some(400_000));
}

#[test]
fn quirks_are_the_provider_s_own() {
    assert!(
        resolved("mistral/devstral-latest", with_key())
            .config
            .quirks
            .short_call_ids
    );
    assert!(resolved("openai/gpt-5", with_key()).config.quirks.cache_key);
    let elsewhere = resolved("openai/gpt-5", at("http://127.0.0.1:1/v1"));
    assert_eq!(elsewhere.config.quirks, crate::Quirks::default());
}

#[test]
fn no_key_is_shown() {
    let model = resolved("openai/gpt-5", with_key());
    assert!(!format!("{model:?}").contains("k-1"));
}

//! What lists of models say, in the words of each server.
use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::listed::{MAX_LISTED, listed};
use super::{ModelSettings, ProviderSettings};
use crate::ReasoningStyle;

fn check(list: &Value, expect: Expect) {
    let models = listed(list.to_string().as_bytes()).expect("a list");
    let lines = models.iter().map(|model| {
        let mut line = model.id.clone();
        let number = |name: &str, count: Option<u64>| {
            count.map_or_else(String::new, |count| format!(" {name} {count}"))
        };
        let switch = |name: &str, is: Option<bool>| match is {
            Some(true) => format!(" +{name}"),
            Some(false) => format!(" -{name}"),
            None => String::new(),
        };
        line += &number("window", model.context_window);
        line += &number("output", model.max_output);
        line += &switch("vision", model.vision);
        line += &switch("tools", model.tools);
        line += &switch("reasoning", model.reasoning);
        if let Some(prices) = model.prices {
            let all = [
                prices.input,
                prices.cached_input,
                prices.cache_write,
                prices.output,
            ];
            line += &format!(" ${}", all.map(|price| format!("{price:.3}")).join("/"));
        }
        line
    });
    expect.assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn openai_says_names_alone() {
    let names = [
        "gpt-5-mini",
        "gpt-4o-audio-preview",
        "text-embedding-3-small",
        "whisper-1",
        "tts-1-hd",
        "dall-e-3",
        "gpt-image-1",
        "omni-moderation-latest",
        "gpt-4o-transcribe",
        "davinci-002",
        "gpt-realtime",
        "sora-2",
        "o3",
        "ft:gpt-4.1:team::abc",
    ];
    let data: Vec<Value> = names
        .iter()
        .map(|id| json!({"id": id, "object": "model"}))
        .collect();
    check(
        &json!({"object": "list", "data": data}),
        expect![[r#"
        gpt-5-mini
        o3
        ft:gpt-4.1:team::abc"#]],
    );
}

#[test]
fn openrouter() {
    check(
        &json!({"data": [
            {"id": "maker/thinker", "context_length": 200_000,
             "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
             "top_provider": {"max_completion_tokens": 64_000},
             "pricing": {"prompt": "0.000003", "completion": "0.000015",
                         "input_cache_read": "0.0000003", "input_cache_write": "0.00000375"},
             "supported_parameters": ["tools", "reasoning", "max_tokens"]},
            {"id": "maker/plain:free", "context_length": 32_768,
             "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]},
             "top_provider": {"max_completion_tokens": null},
             "pricing": {"prompt": "0", "completion": "0"},
             "supported_parameters": ["max_tokens"]},
            {"id": "maker/painter", "architecture": {"output_modalities": ["image"]}},
            {"id": "openrouter/auto", "pricing": {"prompt": "-1", "completion": "-1"}},
        ]}),
        expect![[r#"
            maker/thinker window 200000 output 64000 +vision +tools +reasoning $3.000/0.300/3.750/15.000
            maker/plain:free window 32768 -vision -tools -reasoning $0.000/0.000/0.000/0.000
            openrouter/auto"#]],
    );
}

#[test]
fn groq_mistral_and_together() {
    check(
        &json!({"data": [
            {"id": "openai/gpt-oss-20b", "active": true, "context_window": 131_072,
             "max_completion_tokens": 65_536},
            {"id": "old", "active": false, "context_window": 8192},
        ]}),
        expect!["openai/gpt-oss-20b window 131072 output 65536"],
    );
    check(
        &json!({"data": [
            {"id": "devstral-latest", "max_context_length": 262_144,
             "capabilities": {"completion_chat": true, "function_calling": true,
                              "vision": false, "reasoning": true}},
            {"id": "mistral-embed", "capabilities": {"completion_chat": false}},
            {"id": "mistral-fim", "capabilities": {"completion_chat": false}},
        ]}),
        expect!["devstral-latest window 262144 -vision +tools +reasoning"],
    );
    check(
        &json!([
            {"id": "maker/chat", "type": "chat", "context_length": 131_072,
             "pricing": {"hourly": 0, "input": 0.3, "output": 1.2, "base": 0}},
            {"id": "maker/vectors", "type": "embedding"},
        ]),
        expect!["maker/chat window 131072 $0.300/0.300/0.300/1.200"],
    );
}

#[test]
fn gemini_and_vertex() {
    check(
        &json!({"models": [
            {"name": "models/gemini-9-flash", "inputTokenLimit": 1_048_576,
             "outputTokenLimit": 65_536, "thinking": true,
             "supportedGenerationMethods": ["generateContent", "countTokens"]},
            {"name": "models/vectors-001", "supportedGenerationMethods": ["embedContent"]},
        ]}),
        expect!["gemini-9-flash window 1048576 output 65536 +reasoning"],
    );
    check(
        &json!({"publisherModels": [{"name": "publishers/google/models/gemini-9-pro"}]}),
        expect!["gemini-9-pro"],
    );
}

#[test]
fn anthropic_and_github() {
    check(
        &json!({"data": [
            {"type": "model", "id": "claude-next", "display_name": "Next",
             "max_input_tokens": 1_000_000, "max_tokens": 128_000,
             "capabilities": {"image_input": {"supported": true},
                              "thinking": {"supported": true}}},
        ], "has_more": false}),
        expect!["claude-next window 1000000 output 128000 +vision +reasoning"],
    );
    check(
        &json!([
            {"id": "openai/gpt-4.1", "name": "OpenAI GPT-4.1",
             "limits": {"max_input_tokens": 1_048_576, "max_output_tokens": 32_768},
             "capabilities": ["streaming", "tool-calling"],
             "supported_input_modalities": ["text", "image"],
             "supported_output_modalities": ["text"]},
            {"id": "openai/vectors-3", "supported_output_modalities": ["embeddings"]},
        ]),
        expect!["openai/gpt-4.1 window 1048576 output 32768 +vision +tools"],
    );
}

#[test]
fn local_servers() {
    check(
        &json!({"models": [{"name": "x.gguf", "capabilities": ["completion"]}],
                "data": [{"id": "x.gguf", "owned_by": "llamacpp",
                          "meta": {"n_ctx_train": 32_768, "n_params": 1_543_714_304}}]}),
        expect!["x.gguf window 32768"],
    );
    check(
        &json!({"data": [{"id": "maker/m", "owned_by": "vllm", "max_model_len": 40_960}]}),
        expect!["maker/m window 40960"],
    );
    check(
        &json!({"data": [
            {"id": "seer", "type": "vlm", "max_context_length": 131_072,
             "loaded_context_length": 8192, "capabilities": ["tool_use"]},
            {"id": "text-embedding-nomic-embed-text-v1.5", "type": "embeddings"},
        ]}),
        expect!["seer window 8192 +vision +tools"],
    );
}

#[test]
fn odd_lists() {
    check(
        &json!({"data": [
            null, 7, "m", [], {}, {"id": 7}, {"id": ""}, {"name": "models/"},
            {"id": "a", "context_length": -5, "max_tokens": "many", "pricing": 7,
             "architecture": [], "capabilities": {"vision": "yes"}, "supported_parameters": {}},
            {"id": "a"},
            {"id": "b", "context_length": 0, "max_model_len": 4096,
             "pricing": {"prompt": "cheap", "completion": "NaN"}},
            {"id": "c", "pricing": {"prompt": "1e999", "completion": "0"}},
            {"id": "d", "pricing": {"prompt": "1e308", "completion": "1e308"}},
        ]}),
        expect![[r#"
            a
            b window 4096
            c
            d"#]],
    );
    check(&json!({"data": []}), expect![[""]]);
    for none in [
        "",
        "{}",
        "7",
        "\"x\"",
        "<html>",
        "{\"data\": 7}",
        "{\"error\": {}}",
    ] {
        assert_eq!(listed(none.as_bytes()), None, "{none}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(listed(deep.as_bytes()), None);
}

#[test]
fn a_list_without_end_is_cut() {
    let many: Vec<Value> = (0..MAX_LISTED + 10)
        .map(|n| json!({"id": format!("m{n}")}))
        .collect();
    let models = listed(json!(many).to_string().as_bytes()).expect("a list");
    assert_eq!(models.len(), MAX_LISTED);
}

#[test]
fn the_table_knows_better_than_a_list_and_the_user_best() {
    let body = json!({"data": [
        {"id": "claude-sonnet-5", "max_input_tokens": 5},
        {"id": "claude-next", "max_input_tokens": 7, "capabilities": {"image_input": {"supported": false}, "thinking": {"supported": true}}},
    ]});
    let models = listed(body.to_string().as_bytes()).expect("a list");
    let own = ProviderSettings {
        models: BTreeMap::from([(
            "claude-next".to_owned(),
            ModelSettings {
                vision: Some(true),
                ..ModelSettings::default()
            },
        )]),
        ..ProviderSettings::default()
    };
    let facts: Vec<_> = models
        .iter()
        .map(|model| model.facts("anthropic", &own))
        .collect();
    assert_eq!(facts[0].context_window, Some(1_000_000));
    assert_eq!(facts[1].context_window, Some(7));
    assert_eq!(facts[1].reasoning, ReasoningStyle::Effort);
    assert!(facts[1].vision && facts[1].tools);
}

#[test]
fn long_lists_are_asked_for_at_once() {
    use aside_script::{Script, ScriptServer};

    use crate::{ProviderConfig, Remote, Wire};

    let check = |wire: Wire, expect: &str| {
        let server = ScriptServer::start(Script::new([]).models(["a"])).expect("a server");
        let config = ProviderConfig {
            models_path: Some("/models".into()),
            ..ProviderConfig::new(wire, server.url(), None)
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let limit = std::time::Duration::from_secs(30);
        let listed = runtime.block_on(Remote::new(config).models(limit));
        assert_eq!(listed.expect("a list").len(), 1);
        let path = server.other_requests()[0].path.clone();
        assert!(path.ends_with(expect), "{path}");
    };
    check(Wire::Chat, "/models");
    check(Wire::Messages, "/models?limit=1000");
    check(Wire::Gemini, "/models?pageSize=1000");
}

#[test]
fn what_cannot_be_typed_is_no_model() {
    let long = "m".repeat(257);
    let names = [
        "\u{1b}]0;title\u{7}",
        "a\nb",
        "a\u{9b}2J",
        "a\u{202e}b",
        " a",
        "a ",
        &long,
        "My Model.gguf",
        "é",
    ];
    let list = names.map(|name| json!({"id": name}));
    check(
        &json!({"data": list}),
        expect![[r#"
            My Model.gguf
            é"#]],
    );
}

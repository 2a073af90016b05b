//! Where requests go and with what, for each provider.
use std::collections::BTreeMap;

use expect_test::{Expect, expect};

use crate::catalog::ProviderSettings;
use crate::catalog::resolve::{Resolved, resolve};
use crate::catalog::testkit::{at, own, resolved, settings, with_key};
use crate::{KeyStyle, ModelErrorKind, Secret, Wire};

/// Where requests go, and with what.
fn check(model: &str, own: ProviderSettings, expect: Expect) {
    let Resolved { name, config, .. } = resolved(model, own);
    let path = config.path.as_deref().unwrap_or(config.wire.path());
    let query: Vec<String> = config
        .query
        .iter()
        .map(|(k, v)| format!("?{k}={v}"))
        .collect();
    let key = match (&config.key, config.key_style) {
        (None, _) => "no key".to_owned(),
        (Some(key), KeyStyle::Bearer) => format!("Bearer {}", key.expose()),
        (Some(key), KeyStyle::Header(name)) => format!("{name}: {}", key.expose()),
    };
    let headers: Vec<String> = config
        .headers
        .iter()
        .map(|(name, value)| format!("\n{name}: {}", value.expose()))
        .collect();
    expect.assert_eq(&format!(
        "{} {} {}{path}{}\n{name}\n{key}{}",
        config.origin(),
        config.wire.word(),
        config.base_url,
        query.concat(),
        headers.concat(),
    ));
}

fn refused(model: &str, id: &str, own: ProviderSettings, expect: Expect) {
    let error = resolve(model, &settings(id, own)).expect_err("something is missing");
    assert_eq!(error.kind, ModelErrorKind::NoModel);
    expect.assert_eq(&error.message);
}

#[test]
fn openai() {
    check(
        "openai/gpt-5-mini",
        ProviderSettings {
            organization: Some("org-1".into()),
            project: Some("proj-1".into()),
            ..with_key()
        },
        expect![[r#"
            openai/responses responses https://api.openai.com/v1/responses
            gpt-5-mini
            Bearer k-1
            openai-organization: org-1
            openai-project: proj-1"#]],
    );
    check(
        "openai-chat/gpt-5-mini",
        with_key(),
        expect![[r#"
        openai/chat chat https://api.openai.com/v1/chat/completions
        gpt-5-mini
        Bearer k-1"#]],
    );
    check(
        "openai/qwen",
        at("http://127.0.0.1:8080/v1/"),
        expect![[r#"
            openai/chat chat http://127.0.0.1:8080/v1/chat/completions
            qwen
            no key"#]],
    );
    check(
        "openai-responses/qwen",
        at("http://127.0.0.1:8080/v1"),
        expect![[r#"
            openai/responses responses http://127.0.0.1:8080/v1/responses
            qwen
            no key"#]],
    );
    let gateway = ProviderSettings {
        wire: Some(Wire::Responses),
        key: Secret::new("k-2"),
        headers: BTreeMap::from([("x-gate".into(), Secret::new("g").expect("it is not empty"))]),
        ..at("https://gate.invalid/v1")
    };
    check(
        "openai/gpt-5",
        gateway,
        expect![[r#"
        openai/responses responses https://gate.invalid/v1/responses
        gpt-5
        Bearer k-2
        x-gate: g"#]],
    );
    refused(
        "openai/gpt-5",
        "openai",
        own(),
        expect![
            "There is no key for OpenAI. Set OPENAI_API_KEY, or run `aside auth add openai`; for a compatible server, set OPENAI_BASE_URL, such as to http://127.0.0.1:11434/v1."
        ],
    );
}

#[test]
fn azure() {
    let endpoint = || ProviderSettings {
        key: Secret::new("k-1"),
        ..at("https://mine.openai.azure.com/")
    };
    check(
        "azure/gpt-4.1",
        endpoint(),
        expect![[r#"
        azure/chat chat https://mine.openai.azure.com/openai/deployments/{model}/chat/completions?api-version=2025-04-01-preview
        gpt-4.1
        api-key: k-1"#]],
    );
    check(
        "azure/gpt-5.1-codex",
        endpoint(),
        expect![[r#"
        azure/responses responses https://mine.openai.azure.com/openai/v1/responses
        gpt-5.1-codex
        api-key: k-1"#]],
    );
    let named = ProviderSettings {
        deployment: Some("team-gpt".into()),
        api_version: Some("2024-10-21".into()),
        ..endpoint()
    };
    check(
        "azure/gpt-4.1",
        named.clone(),
        expect![[r#"
        azure/chat chat https://mine.openai.azure.com/openai/deployments/{model}/chat/completions?api-version=2024-10-21
        team-gpt
        api-key: k-1"#]],
    );
    let responses = ProviderSettings {
        wire: Some(Wire::Responses),
        ..named
    };
    check(
        "azure/gpt-4.1",
        responses,
        expect![[r#"
        azure/responses responses https://mine.openai.azure.com/openai/v1/responses
        team-gpt
        api-key: k-1"#]],
    );
    let one = ProviderSettings {
        api_version: Some("v1".into()),
        base_url: Some("https://mine.openai.azure.com/openai/v1/".into()),
        key: None,
        token: Secret::new("entra"),
        ..own()
    };
    check(
        "azure/gpt-4.1",
        one,
        expect![[r#"
        azure/chat chat https://mine.openai.azure.com/openai/v1/chat/completions
        gpt-4.1
        Bearer entra"#]],
    );
    check(
        "azure/gpt-4.1",
        at("http://127.0.0.1:4010"),
        expect![[r#"
        azure/chat chat http://127.0.0.1:4010/openai/deployments/{model}/chat/completions?api-version=2025-04-01-preview
        gpt-4.1
        no key"#]],
    );
    refused(
        "azure/gpt-4.1",
        "azure",
        with_key(),
        expect![
            "The base URL of Azure OpenAI is not set. Set AZURE_OPENAI_ENDPOINT to it, such as https://NAME.openai.azure.com."
        ],
    );
    refused(
        "azure/gpt-4.1",
        "azure",
        at("https://mine.openai.azure.com"),
        expect![
            "There is no key for Azure OpenAI. Set AZURE_OPENAI_API_KEY, or run `aside auth add azure`; https://portal.azure.com/ gives keys."
        ],
    );
    let odd = ProviderSettings {
        deployment: Some("../x".into()),
        ..endpoint()
    };
    refused(
        "azure/gpt-4.1",
        "azure",
        odd,
        expect![
            "The deployment (AZURE_OPENAI_DEPLOYMENT) is `../x`, which cannot be part of an address. Use letters, digits and hyphens alone."
        ],
    );
}

#[test]
fn anthropic() {
    check(
        "anthropic/claude-sonnet-5",
        with_key(),
        expect![[r#"
        anthropic/messages messages https://api.anthropic.com/v1/messages
        claude-sonnet-5
        x-api-key: k-1"#]],
    );
    let token = ProviderSettings {
        token: Secret::new("oat"),
        ..own()
    };
    check(
        "anthropic/claude-sonnet-5",
        token.clone(),
        expect![[r#"
        anthropic/messages messages https://api.anthropic.com/v1/messages
        claude-sonnet-5
        Bearer oat
        anthropic-beta: oauth-2025-04-20"#]],
    );
    let with_beta = ProviderSettings {
        headers: BTreeMap::from([(
            "Anthropic-Beta".into(),
            Secret::new("other-1").expect("it is not empty"),
        )]),
        ..token.clone()
    };
    check(
        "anthropic/claude-sonnet-5",
        with_beta,
        expect![[r#"
        anthropic/messages messages https://api.anthropic.com/v1/messages
        claude-sonnet-5
        Bearer oat
        anthropic-beta: other-1,oauth-2025-04-20"#]],
    );
    let gateway = ProviderSettings {
        base_url: Some("https://gate.invalid".into()),
        ..token
    };
    check(
        "anthropic/claude-sonnet-5",
        gateway,
        expect![[r#"
        anthropic/messages messages https://gate.invalid/v1/messages
        claude-sonnet-5
        Bearer oat"#]],
    );
    refused(
        "anthropic/claude-sonnet-5",
        "anthropic",
        own(),
        expect![
            "There is no key for Anthropic. Set ANTHROPIC_API_KEY, or run `aside auth add anthropic`; https://platform.claude.com/settings/keys gives keys."
        ],
    );
}

#[test]
fn gemini_and_vertex() {
    check(
        "gemini/gemini-2.5-pro",
        with_key(),
        expect![[r#"
        gemini/gemini gemini https://generativelanguage.googleapis.com/v1beta/models/{model}:streamGenerateContent
        gemini-2.5-pro
        x-goog-api-key: k-1"#]],
    );
    let project = || ProviderSettings {
        project: Some("proj-1".into()),
        token: Secret::new("ya29.x"),
        ..own()
    };
    check(
        "vertex/gemini-2.5-pro",
        project(),
        expect![[r#"
        vertex/gemini gemini https://aiplatform.googleapis.com/v1/projects/proj-1/locations/global/publishers/google/models/{model}:streamGenerateContent
        gemini-2.5-pro
        Bearer ya29.x"#]],
    );
    let region = ProviderSettings {
        location: Some("europe-west4".into()),
        ..project()
    };
    check(
        "vertex/gemini-2.5-pro",
        region,
        expect![[r#"
        vertex/gemini gemini https://europe-west4-aiplatform.googleapis.com/v1/projects/proj-1/locations/europe-west4/publishers/google/models/{model}:streamGenerateContent
        gemini-2.5-pro
        Bearer ya29.x"#]],
    );
    let express = ProviderSettings {
        key: Secret::new("AIzaXYZ"),
        ..own()
    };
    check(
        "vertex/gemini-2.5-pro",
        express,
        expect![[r#"
        vertex/gemini gemini https://aiplatform.googleapis.com/v1/publishers/google/models/{model}:streamGenerateContent
        gemini-2.5-pro
        x-goog-api-key: AIzaXYZ"#]],
    );
    refused(
        "vertex/gemini-2.5-pro",
        "vertex",
        with_key(),
        expect![
            "Vertex AI is asked for a project of Google Cloud. Set GOOGLE_CLOUD_PROJECT, and GOOGLE_CLOUD_LOCATION for a region other than `global`."
        ],
    );
    let odd = ProviderSettings {
        location: Some("a/b".into()),
        ..project()
    };
    refused(
        "vertex/gemini-2.5-pro",
        "vertex",
        odd,
        expect![
            "The region (GOOGLE_CLOUD_LOCATION) is `a/b`, which cannot be part of an address. Use letters, digits and hyphens alone."
        ],
    );
    let no_key = ProviderSettings {
        token: None,
        ..project()
    };
    refused(
        "vertex/gemini-2.5-pro",
        "vertex",
        no_key,
        expect![
            "There is no key for Google Vertex AI. Set GOOGLE_OAUTH_ACCESS_TOKEN, or run `aside auth add vertex`; https://console.cloud.google.com/vertex-ai gives keys."
        ],
    );
}

#[test]
fn github() {
    check(
        "github/openai/gpt-4.1",
        with_key(),
        expect![[r#"
        github/chat chat https://models.github.ai/inference/chat/completions
        openai/gpt-4.1
        Bearer k-1
        x-github-api-version: 2022-11-28"#]],
    );
    let organization = ProviderSettings {
        organization: Some("octo-org".into()),
        ..with_key()
    };
    check(
        "github/openai/gpt-4.1",
        organization,
        expect![[r#"
        github/chat chat https://models.github.ai/orgs/octo-org/inference/chat/completions
        openai/gpt-4.1
        Bearer k-1
        x-github-api-version: 2022-11-28"#]],
    );
    let odd = ProviderSettings {
        organization: Some("a b".into()),
        ..with_key()
    };
    refused(
        "github/openai/gpt-4.1",
        "github",
        odd,
        expect![
            "The organisation (providers.github.organization) is `a b`, which cannot be part of an address. Use letters, digits and hyphens alone."
        ],
    );
}

#[test]
fn the_rest() {
    check(
        "groq/openai/gpt-oss-20b",
        with_key(),
        expect![[r#"
        groq/chat chat https://api.groq.com/openai/v1/chat/completions
        openai/gpt-oss-20b
        Bearer k-1"#]],
    );
    check(
        "xai/grok-4.7",
        with_key(),
        expect![[r#"
        xai/responses responses https://api.x.ai/v1/responses
        grok-4.7
        Bearer k-1"#]],
    );
    check(
        "ollama/qwen3:8b",
        own(),
        expect![[r#"
        ollama/chat chat http://127.0.0.1:11434/v1/chat/completions
        qwen3:8b
        no key"#]],
    );
    check(
        "vllm/m",
        at("http://gpu.invalid:8000/v1"),
        expect![[r#"
        vllm/chat chat http://gpu.invalid:8000/v1/chat/completions
        m
        no key"#]],
    );
    check(
        "mine/some/model",
        at("https://mine.invalid/v1"),
        expect![[r#"
            mine/chat chat https://mine.invalid/v1/chat/completions
            some/model
            no key"#]],
    );
    let messages = ProviderSettings {
        wire: Some(Wire::Messages),
        ..at("https://mine.invalid")
    };
    check(
        "mine/m",
        messages,
        expect![[r#"
        mine/messages messages https://mine.invalid/v1/messages
        m
        no key"#]],
    );
    refused(
        "mine/m",
        "mine",
        with_key(),
        expect!["The base URL of mine is not set. Set providers.mine.base_url to it."],
    );
    refused(
        "mistral/devstral-latest",
        "mistral",
        own(),
        expect![
            "There is no key for Mistral. Set MISTRAL_API_KEY, or run `aside auth add mistral`; https://console.mistral.ai/api-keys gives keys."
        ],
    );
}

//! Azure OpenAI, whose models are reached by the user's own deployments of them.
//!
//! <https://learn.microsoft.com/en-us/azure/ai-foundry/openai/reference>
use super::{Draft, is_piece, not_a_piece, own_base_url};
use crate::catalog::resolve::ModelName;
use crate::{ModelError, Wire};

/// The version of the API where the user says none: the last that has a date. The paths of
/// `/openai/v1` need none.
const API_VERSION: &str = "2025-04-01-preview";

/// Whether that is an endpoint of Azure, and not of a gateway or a test.
pub(super) fn is_at_home(base_url: &str) -> bool {
    let rest = base_url.strip_prefix("https://").unwrap_or(base_url);
    let host = rest.split(['/', ':']).next().unwrap_or(rest);
    host.ends_with(".azure.com") || host.ends_with(".azure.us")
}

/// The deployment is the model's name unless the user says otherwise. It is part of the path in
/// Chat Completions, and the model's name in Responses.
pub(super) fn adapt(draft: &mut Draft<'_>, model: &ModelName<'_>) -> Result<(), ModelError> {
    let own = draft.own;
    let deployment = own.deployment.as_deref().unwrap_or(model.name);
    if !is_piece(deployment) {
        return Err(not_a_piece(
            "The deployment (AZURE_OPENAI_DEPLOYMENT)",
            deployment,
        ));
    }
    deployment.clone_into(&mut draft.name);
    if let Some(base_url) = own_base_url(own) {
        // People copy the endpoint with or without what the paths here begin with.
        let endpoint = base_url.strip_suffix("/v1").unwrap_or(base_url);
        let endpoint = endpoint.strip_suffix("/openai").unwrap_or(endpoint);
        endpoint.clone_into(&mut draft.config.base_url);
    }
    if own.key.is_none()
        && let Some(token) = &own.token
    {
        draft.use_bearer(token);
    }
    let version = own.api_version.as_deref();
    let query = match draft.config.wire {
        Wire::Responses => {
            draft.config.path = Some("/openai/v1/responses".into());
            version.filter(|version| matches!(*version, "v1" | "preview" | "latest"))
        }
        // The API of one version for all: the deployment goes into the body.
        Wire::Chat if version == Some("v1") => {
            draft.config.path = Some("/openai/v1/chat/completions".into());
            None
        }
        Wire::Chat => {
            draft.config.models_path = Some("/openai/models".into());
            Some(version.unwrap_or(API_VERSION))
        }
        Wire::Messages | Wire::Gemini => version,
    };
    draft.config.query = query
        .map(|version| ("api-version".to_owned(), version.to_owned()))
        .into_iter()
        .collect();
    Ok(())
}

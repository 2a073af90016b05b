//! Gemini on Google's Vertex AI: by project and region with an access token, or by a key alone.
//!
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference>
use super::{Draft, is_piece, not_a_piece, own_base_url};
use crate::{KeyStyle, ModelError, Wire};

/// The region where the user says none.
const GLOBAL: &str = "global";
/// What the keys of Google's APIs begin with; access tokens never do.
const KEY_PREFIXES: [&str; 2] = ["AIza", "AQ."];

/// Whether that is Google's own endpoint.
pub(super) fn is_at_home(base_url: &str) -> bool {
    let rest = base_url.strip_prefix("https://").unwrap_or(base_url);
    let host = rest.split(['/', ':']).next().unwrap_or(rest);
    host.ends_with("aiplatform.googleapis.com")
}

/// The path names project and region, and so does the host unless the user says another.
pub(super) fn adapt(draft: &mut Draft<'_>) -> Result<(), ModelError> {
    let own = draft.own;
    let is_key = own.key.as_ref().filter(|key| {
        let key = key.expose();
        KEY_PREFIXES.iter().any(|prefix| key.starts_with(prefix))
    });
    let key_alone = is_key.is_some() && own.token.is_none();
    if key_alone {
        draft.config.key_style = KeyStyle::Header("x-goog-api-key");
    } else if let Some(token) = own.token.as_ref().or(own.key.as_ref()) {
        draft.use_bearer(token);
    }
    let location = own.location.as_deref().unwrap_or(GLOBAL);
    if !is_piece(location) {
        return Err(not_a_piece("The region (GOOGLE_CLOUD_LOCATION)", location));
    }
    if location != GLOBAL && own_base_url(own).is_none() {
        draft.config.base_url = format!("https://{location}-aiplatform.googleapis.com");
    }
    let place = match own.project.as_deref() {
        Some(project) if is_piece(project) => format!("/projects/{project}/locations/{location}"),
        Some(project) => {
            return Err(not_a_piece("The project (GOOGLE_CLOUD_PROJECT)", project));
        }
        // A key alone belongs to a project already.
        None if key_alone => String::new(),
        None => {
            return Err(ModelError::no_model(
                "Vertex AI is asked for a project of Google Cloud. Set GOOGLE_CLOUD_PROJECT, and \
                 GOOGLE_CLOUD_LOCATION for a region other than `global`."
                    .into(),
            ));
        }
    };
    if draft.config.wire == Wire::Gemini {
        draft.config.path = Some(format!(
            "/v1{place}/publishers/google/models/{{model}}:streamGenerateContent"
        ));
    }
    Ok(())
}

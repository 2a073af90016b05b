//! OpenAI, and any compatible server at another base URL.
//!
//! <https://platform.openai.com/docs/api-reference/authentication>
use super::Draft;
use crate::catalog::resolve::ModelName;
use crate::{Quirks, Wire};

/// OpenAI itself is asked over Responses. Of a server elsewhere nothing is known but that it
/// speaks Chat Completions, which nearly all do.
pub(super) fn adapt(draft: &mut Draft<'_>, model: &ModelName<'_>) {
    if !draft.is_at_home {
        draft.config.quirks = Quirks::default();
        draft.config.wire = model.wire.or(draft.own.wire).unwrap_or(Wire::Chat);
        return;
    }
    let own = draft.own;
    for (header, value) in [
        ("openai-organization", &own.organization),
        ("openai-project", &own.project),
    ] {
        if let Some(value) = value {
            draft.set_plain_header(header, value);
        }
    }
}

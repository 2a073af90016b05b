//! GitHub Models, perhaps on behalf of an organisation.
//!
//! <https://docs.github.com/en/rest/models/inference>
use super::{Draft, is_piece, not_a_piece};
use crate::{ModelError, Wire};

/// An organisation is part of the path.
pub(super) fn adapt(draft: &mut Draft<'_>) -> Result<(), ModelError> {
    let Some(organization) = draft.own.organization.as_deref() else {
        return Ok(());
    };
    if !is_piece(organization) {
        return Err(not_a_piece(
            "The organisation (providers.github.organization)",
            organization,
        ));
    }
    if draft.config.wire == Wire::Chat {
        draft.config.path = Some(format!("/orgs/{organization}/inference/chat/completions"));
    }
    Ok(())
}

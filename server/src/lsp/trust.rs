//! `trust/get` and `trust/set`.
use aside_protocol::{ErrorCode, TrustSetParams, TrustState};

use super::backend::tell_of_settings;
use super::shared::Shared;
use crate::audit;
use crate::engine::error::EngineError;
use crate::trust::{self, TrustError};

/// What the workspace brings along, as it is now.
pub fn get(shared: &Shared) -> TrustState {
    crate::wire::trust_state(shared.preview())
}

/// Trusts it or not, and puts the settings in force that follow. The files are small, and few.
pub async fn set(shared: &Shared, params: TrustSetParams) -> Result<TrustState, EngineError> {
    let root = match shared.roots().key() {
        Some(root) => root.to_owned(),
        None => return Err(failed(TrustError::Nothing)),
    };
    let data = &shared.dirs.data;
    let row = match (params.trusted, &params.hash) {
        (true, Some(hash)) => {
            let survey = trust::trust(&root, data, hash).map_err(failed)?;
            Some(audit::trusted(Some(hash), survey.files.keys(), "editor"))
        }
        (true, None) => {
            return Err(EngineError::invalid(
                "`hash` is missing; give the one of `trust/get`, so that nothing is trusted but what the user was shown",
            ));
        }
        (false, _) => {
            let was_trusted = trust::revoke(&root, data).map_err(failed)?;
            was_trusted.then(|| audit::trusted(None, [].iter(), "editor"))
        }
    };
    shared.forget_notice();
    tell_of_settings(shared).await;
    if let Some(row) = row {
        shared.engine()?.audit(row).await?;
    }
    Ok(get(shared))
}

fn failed(error: TrustError) -> EngineError {
    let code = match &error {
        TrustError::Nothing | TrustError::Refused(_) => ErrorCode::Invalid,
        TrustError::Changed => ErrorCode::Conflict,
        TrustError::Record(_) => ErrorCode::Storage,
    };
    EngineError::new(code, error.to_string())
}

//! Trust as clients and the command line are told of it.
use aside_protocol::{TrustEntry, TrustState, TrustStatus};

use crate::settings::Preview;
use crate::trust::{Standing, Survey};

/// What a workspace brings along, and whether it counts.
pub fn trust_state(preview: Preview) -> TrustState {
    let nothing = |status| (status, None, Vec::new(), None);
    let (status, survey, changed, reason) = match preview.standing {
        Standing::Nothing => nothing(TrustStatus::Nothing),
        Standing::Trusted(survey) => (TrustStatus::Trusted, Some(survey), Vec::new(), None),
        Standing::Untrusted(survey) => (TrustStatus::Untrusted, Some(survey), Vec::new(), None),
        Standing::Changed(survey, changed) => (TrustStatus::Changed, Some(survey), changed, None),
        Standing::Refused(error) => {
            let reason = Some(error.to_string());
            (TrustStatus::Refused, None, Vec::new(), reason)
        }
    };
    let (hash, files) = match survey {
        Some(Survey { hash, files, .. }) => (Some(hash), files.into_keys().collect()),
        None => (None, Vec::new()),
    };
    let entries = preview.entries.into_iter();
    TrustState {
        workspace: preview.root.display().to_string(),
        status,
        hash,
        files,
        changed,
        entries: entries
            .map(|(name, value)| TrustEntry { name, value })
            .collect(),
        warnings: preview.warnings,
        reason,
    }
}

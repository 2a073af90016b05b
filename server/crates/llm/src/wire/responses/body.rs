//! The body of a request.
use crate::{ModelRequest, ProviderConfig};

/// Writes the body.
pub(crate) fn body(
    request: &ModelRequest,
    _config: &ProviderConfig,
) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&serde_json::json!({"model": request.model}))
}

//! Work on large texts, kept off the runtime's one thread.
use crate::engine::error::EngineError;
use crate::engine::limits::MAX_INLINE_TEXT_BYTES;

/// Does work that takes time in proportion to `bytes`: here if they are few, else on a thread of
/// its own.
pub async fn by_size<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, EngineError> {
    if bytes <= MAX_INLINE_TEXT_BYTES {
        return Ok(work());
    }
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "work on texts failed");
        EngineError::internal("Aside failed inside while it compared texts; the log says where")
    })
}

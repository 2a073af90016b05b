//! Work that would hold up the runtime, on a thread of its own that stops when nobody waits.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aside_agent::tool::ToolError;
use tokio_util::sync::CancellationToken;

/// How much text is worked on without a thread of its own: well under a millisecond.
const MAX_INLINE_BYTES: usize = 256 * 1024;

/// Tells work on another thread to stop. Long work looks at it often.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

struct SetOnDrop(Stop);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// Runs `work` on another thread until it is done, `cancel` fires or the future is dropped.
pub(crate) async fn run<T: Send + 'static>(
    cancel: &CancellationToken,
    work: impl FnOnce(&Stop) -> Result<T, ToolError> + Send + 'static,
) -> Result<T, ToolError> {
    let stop = Stop::default();
    let _guard = SetOnDrop(stop.clone());
    let task = tokio::task::spawn_blocking(move || work(&stop));
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(cancelled()),
        done = task => done.unwrap_or_else(|error| Err(ToolError(format!(
            "The tool failed inside: {error}. Try it in another way."
        )))),
    }
}

/// Runs `work` that takes time in proportion to `bytes`: here if they are few.
pub(crate) async fn run_by_size<T: Send + 'static>(
    bytes: usize,
    cancel: &CancellationToken,
    work: impl FnOnce() -> Result<T, ToolError> + Send + 'static,
) -> Result<T, ToolError> {
    if bytes <= MAX_INLINE_BYTES {
        return work();
    }
    run(cancel, |_| work()).await
}

/// What a call that was stopped says.
pub(crate) fn cancelled() -> ToolError {
    ToolError("The call was cancelled.".to_owned())
}

//! Waiting for a command while what it prints is streamed.
use std::sync::Arc;
use std::time::Duration;

use aside_agent::tool::{ToolContext, ToolError};

use crate::blocking::cancelled;
use crate::jobs::Job;

/// How long a command may take to end after it was told to.
const MAX_STOP: Duration = Duration::from_secs(5);

/// A command that ends when nobody waits for it any more.
pub(crate) struct Foreground {
    job: Arc<Job>,
    is_kept: bool,
}

/// What became of a command while it was waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Followed {
    /// It has ended.
    Ended,
    /// It works on.
    Working,
}

impl Foreground {
    pub(crate) fn new(job: Arc<Job>) -> Self {
        Self {
            job,
            is_kept: false,
        }
    }

    pub(crate) fn job(&self) -> &Arc<Job> {
        &self.job
    }

    /// Lets the command work on.
    pub(crate) fn keep(mut self) -> Arc<Job> {
        self.is_kept = true;
        Arc::clone(&self.job)
    }

    /// Streams what the command prints until it has ended, at most so long. If the call is
    /// cancelled, the command is ended.
    pub(crate) async fn follow(
        &self,
        context: &ToolContext,
        patience: Duration,
    ) -> Result<Followed, ToolError> {
        let limit = tokio::time::sleep(patience);
        tokio::pin!(limit);
        let mut seen = 0;
        loop {
            let next = async {
                self.job.more(seen).await;
                let excerpt = self.job.since(seen);
                let is_last = excerpt.end == seen;
                seen = excerpt.end;
                context.outputs.say(excerpt.text("")).await;
                is_last
            };
            tokio::select! {
                biased;
                () = context.cancel.cancelled() => {
                    self.job.stop();
                    let _ = tokio::time::timeout(MAX_STOP, self.job.ended()).await;
                    return Err(cancelled());
                }
                is_last = next => if is_last {
                    return Ok(Followed::Ended);
                },
                () = &mut limit => return Ok(match self.job.end() {
                    Some(_) => Followed::Ended,
                    None => Followed::Working,
                }),
            }
        }
    }
}

impl Drop for Foreground {
    fn drop(&mut self) {
        if !self.is_kept {
            self.job.stop();
        }
    }
}

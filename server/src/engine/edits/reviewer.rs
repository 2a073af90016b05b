//! The one task that reviews: it takes one request after the other, since it waits for the
//! editor, which a session's actor must not.
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock, Weak};

use aside_protocol::{
    EditAmendParams, EditListResult, EditResolveParams, ErrorCode, FileEdit, SessionRewindParams,
    SessionRewindResult, SessionUnrewindParams,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use super::desk::Desk;
use super::{accept, amend, reject, rewind, unrewind};
use crate::engine::Engine;
use crate::engine::actor::Reply;
use crate::engine::error::EngineError;
use crate::engine::limits::MAX_WAITING_REVIEWS;

/// A request to review.
pub enum Job {
    /// `edit/accept`.
    Accept(EditResolveParams, Reply<EditListResult>),
    /// `edit/reject`.
    Reject(EditResolveParams, Reply<EditListResult>),
    /// `edit/amend`.
    Amend(EditAmendParams, Reply<FileEdit>),
    /// `session/rewind`.
    Rewind(SessionRewindParams, Reply<SessionRewindResult>),
    /// `session/unrewind`.
    Unrewind(SessionUnrewindParams, Reply<SessionRewindResult>),
}

/// Where reviews wait.
#[derive(Default)]
pub struct Reviewer {
    jobs: OnceLock<mpsc::Sender<Job>>,
}

impl Engine {
    /// Hands a request to the reviewer and waits for its answer.
    pub(super) async fn review<T>(
        self: &Arc<Self>,
        job: impl FnOnce(Reply<T>) -> Job,
    ) -> Result<T, EngineError> {
        let (reply, answer) = oneshot::channel();
        let jobs = self.reviewer.jobs.get_or_init(|| {
            let (sender, jobs) = mpsc::channel(MAX_WAITING_REVIEWS);
            tokio::spawn(run(Arc::downgrade(self), jobs));
            sender
        });
        jobs.try_send(job(reply)).map_err(|_| {
            EngineError::new(
                ErrorCode::Busy,
                format!("{MAX_WAITING_REVIEWS} reviews of edits wait already; try again when the editor has answered"),
            )
        })?;
        answer
            .await
            .unwrap_or_else(|_| Err(EngineError::internal("the review ended unexpectedly")))
    }
}

async fn run(engine: Weak<Engine>, mut jobs: mpsc::Receiver<Job>) {
    while let Some(job) = jobs.recv().await {
        let Some(engine) = engine.upgrade() else {
            return;
        };
        match job {
            Job::Accept(params, reply) => {
                answer(reply, &engine, |desk| {
                    Box::pin(accept::accept(desk, params))
                })
                .await;
            }
            Job::Reject(params, reply) => {
                answer(reply, &engine, |desk| {
                    Box::pin(reject::reject(desk, params))
                })
                .await;
            }
            Job::Amend(params, reply) => {
                answer(reply, &engine, |desk| Box::pin(amend::amend(desk, params))).await;
            }
            Job::Rewind(params, reply) => {
                answer(reply, &engine, |desk| {
                    Box::pin(rewind::rewind(desk, params))
                })
                .await;
            }
            Job::Unrewind(params, reply) => {
                answer(reply, &engine, |desk| {
                    Box::pin(unrewind::unrewind(desk, params))
                })
                .await;
            }
        }
    }
}

/// Does the work of a review, and lets go of what it held whatever happens.
async fn answer<T>(
    reply: Reply<T>,
    engine: &Arc<Engine>,
    work: impl for<'a> FnOnce(&'a mut Desk) -> BoxFuture<'a, Result<T, EngineError>>,
) {
    let result = match Desk::new(Arc::clone(engine)).await {
        Err(error) => Err(error),
        Ok(mut desk) => {
            let done = AssertUnwindSafe(work(&mut desk)).catch_unwind().await;
            desk.end().await;
            done.unwrap_or_else(|_| {
                Err(EngineError::internal(
                    "Aside failed inside while it reviewed edits; the log says where",
                ))
            })
        }
    };
    // Whoever asked may have left; what was done is in the database and in events.
    let _ = reply.send(result);
}

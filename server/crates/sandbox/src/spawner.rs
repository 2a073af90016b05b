//! One thread that starts all programs.
//!
//! The kernel ties a program that shall die with its parent (`--die-with-parent` of bubblewrap)
//! to the thread that started it, and threads of a runtime come and go.
use std::sync::mpsc::{SyncSender, sync_channel};

use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::finish;
use crate::tie::Ends;

/// How many programs may wait to be started.
pub(crate) const QUEUE: usize = 64;

struct Job {
    command: Command,
    ends: Option<Ends>,
    runtime: Handle,
    answer: oneshot::Sender<std::io::Result<Child>>,
}

/// Starts programs for as long as a clone of it exists. Whoever holds a running program holds one.
#[derive(Debug, Clone)]
pub(crate) struct Spawner(SyncSender<Job>);

impl std::fmt::Debug for Job {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Job")
    }
}

impl Spawner {
    pub(crate) fn start() -> std::io::Result<Self> {
        let (sender, jobs) = sync_channel::<Job>(QUEUE);
        std::thread::Builder::new()
            .name("spawner".to_owned())
            .spawn(move || {
                for mut job in jobs {
                    let _runtime = job.runtime.enter();
                    let ends = job.ends.take();
                    let shared = ends.as_ref().map_or(Ok(()), Ends::share);
                    let answer = shared.and_then(|()| job.command.spawn());
                    drop(ends);
                    if let Err(Ok(child)) = job.answer.send(answer) {
                        finish::end(&child, || {});
                    }
                }
            })?;
        Ok(Spawner(sender))
    }

    /// Starts a program, which inherits the ends. If the caller goes away meanwhile, it is ended.
    pub(crate) async fn spawn(
        &self,
        command: Command,
        ends: Option<Ends>,
    ) -> std::io::Result<Child> {
        let (answer, child) = oneshot::channel();
        let job = Job {
            command,
            ends,
            runtime: Handle::current(),
            answer,
        };
        self.0
            .try_send(job)
            .map_err(|_| std::io::Error::other("too many programs wait to be started"))?;
        child.await.unwrap_or_else(|_| {
            Err(std::io::Error::other(
                "the thread that starts programs is gone",
            ))
        })
    }
}

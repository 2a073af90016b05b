//! The commands of all sessions that are in the background.
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aside_agent::tool::ToolError;
use tokio::task::JoinHandle;

use super::end::End;
use super::job::Job;
use super::work::{self, Bounds, Process};
use crate::text::count;

/// What ids begin with; a number follows.
const ID_PREFIX: &str = "job-";
/// How many jobs of a session that have ended are kept to be read; the oldest go first.
pub(crate) const MAX_ENDED_JOBS: usize = 16;
/// How many bytes of a command are listed.
pub(crate) const MAX_COMMAND_BYTES: usize = 16 * 1024;
/// How long commands may take to end when their session ends.
const MAX_END: Duration = Duration::from_secs(5);

/// A command in the background, for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobInfo {
    /// Names it within its session.
    pub id: String,
    /// What runs, cut where it is very long.
    pub command: String,
    /// When it began.
    pub started_at: SystemTime,
    /// How it ended, if it did.
    pub end: Option<End>,
}

/// The commands of all sessions. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Jobs {
    sessions: Arc<Mutex<HashMap<Arc<str>, SessionJobs>>>,
}

#[derive(Debug, Default)]
struct SessionJobs {
    /// How many commands there were.
    count: u64,
    /// All that run, and those in the background that have ended.
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    job: Arc<Job>,
    task: JoinHandle<()>,
    is_background: bool,
}

impl Jobs {
    /// The number of a session's next command.
    pub(crate) fn next_number(&self, session_id: &Arc<str>) -> u64 {
        let mut sessions = self.lock();
        let jobs = sessions.entry(Arc::clone(session_id)).or_default();
        jobs.count += 1;
        jobs.count
    }

    /// Takes a program that was started under its care.
    pub(crate) fn start(
        &self,
        session_id: &Arc<str>,
        number: u64,
        command: &str,
        process: Process,
        bounds: Bounds,
    ) -> Arc<Job> {
        let job = Job::new(
            &format!("{ID_PREFIX}{number}"),
            command,
            bounds.shown,
            bounds.confined,
        );
        let task = tokio::spawn(work::run(Arc::clone(&job), process, bounds));
        let mut sessions = self.lock();
        let jobs = sessions.entry(Arc::clone(session_id)).or_default();
        jobs.sweep();
        jobs.entries.push(Entry {
            job: Arc::clone(&job),
            task,
            is_background: false,
        });
        job
    }

    /// Whether one more command may work in the background.
    pub(crate) fn check_room(&self, session_id: &str, limit: usize) -> Result<(), ToolError> {
        let sessions = self.lock();
        let entries = sessions.get(session_id).map(|jobs| jobs.entries.iter());
        let working = entries.into_iter().flatten();
        let working = working.filter(|entry| entry.is_background && entry.job.end().is_none());
        let working = working.map(|entry| entry.job.id.to_string());
        let working = working.collect::<Vec<_>>();
        if working.len() < limit {
            return Ok(());
        }
        Err(ToolError(format!(
            "{} in the background already ({}), and the setting bash.max_jobs allows no more. Stop one with job_stop.",
            count(working.len(), "command works", "commands work"),
            working.join(", ")
        )))
    }

    /// The command goes on in the background: models and clients can ask for it.
    pub(crate) fn keep(&self, session_id: &str, job: &Job) {
        let mut sessions = self.lock();
        let entries = sessions.get_mut(session_id).map(|jobs| &mut jobs.entries);
        for entry in entries.into_iter().flatten() {
            if entry.job.id == job.id {
                entry.is_background = true;
            }
        }
    }

    /// The command of this id that is in the background.
    pub(crate) fn get(&self, session_id: &str, id: &str) -> Result<Arc<Job>, ToolError> {
        let sessions = self.lock();
        let entries = sessions.get(session_id).map(|jobs| jobs.entries.iter());
        let entries = entries.into_iter().flatten();
        let known = entries.filter(|entry| entry.is_background);
        let known = known.map(|entry| &entry.job).collect::<Vec<_>>();
        // Small models write the number alone.
        let is_it = |job: &&&Arc<Job>| *job.id == *id || job.id.strip_prefix(ID_PREFIX) == Some(id);
        if let Some(job) = known.iter().find(is_it) {
            return Ok(Arc::clone(job));
        }
        let ids = known.iter().map(|job| job.id.to_string());
        let ids = ids.collect::<Vec<_>>().join(", ");
        Err(ToolError(match ids.is_empty() {
            true => format!("There is no job {id}: no command is in the background."),
            false => format!("There is no job {id}. There are: {ids}."),
        }))
    }

    /// The commands of a session that are or were in the background, the oldest first.
    pub fn list(&self, session_id: &str) -> Vec<JobInfo> {
        let sessions = self.lock();
        let entries = sessions.get(session_id).map(|jobs| jobs.entries.iter());
        let known = entries.into_iter().flatten();
        let known = known.filter(|entry| entry.is_background);
        let infos = known.map(|entry| JobInfo {
            id: entry.job.id.to_string(),
            command: {
                let command = &entry.job.command;
                command[..command.floor_char_boundary(MAX_COMMAND_BYTES)].to_owned()
            },
            started_at: entry.job.started_at,
            end: entry.job.end(),
        });
        infos.collect()
    }

    /// Stops a command that is in the background and waits for its end. An error is a sentence:
    /// there is no such command.
    pub async fn stop(&self, session_id: &str, id: &str) -> Result<(), String> {
        let job = self
            .get(session_id, id)
            .map_err(|error| error.to_string())?;
        job.stop();
        let _ = tokio::time::timeout(MAX_END, job.ended()).await;
        Ok(())
    }

    /// Ends all commands of a session and forgets them.
    pub async fn end_session(&self, session_id: &str) {
        let jobs = self.lock().remove(session_id);
        end(jobs.into_iter()).await;
    }

    /// Ends all commands of all sessions and forgets them.
    pub async fn end_all(&self) {
        let sessions = std::mem::take(&mut *self.lock());
        end(sessions.into_values()).await;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, SessionJobs>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SessionJobs {
    /// Forgets commands that have ended and that nobody will ask for.
    fn sweep(&mut self) {
        let is_needed = |entry: &Entry| entry.is_background || entry.job.end().is_none();
        self.entries.retain(is_needed);
        let ended = |entries: &[Entry]| {
            let ended = entries.iter().filter(|entry| entry.job.end().is_some());
            ended.count()
        };
        while ended(&self.entries) > MAX_ENDED_JOBS {
            let oldest = |told: bool| {
                let mut entries = self.entries.iter();
                entries
                    .position(|entry| entry.job.end().is_some() && (entry.job.is_told() || !told))
            };
            match oldest(true).or_else(|| oldest(false)) {
                Some(at) => drop(self.entries.remove(at)),
                None => return,
            }
        }
    }
}

async fn end(sessions: impl Iterator<Item = SessionJobs>) {
    let entries = sessions.flat_map(|jobs| jobs.entries).collect::<Vec<_>>();
    for entry in &entries {
        entry.job.stop();
    }
    let until = tokio::time::Instant::now() + MAX_END;
    for mut entry in entries {
        if tokio::time::timeout_at(until, &mut entry.task)
            .await
            .is_err()
        {
            // Dropping the task kills what is left.
            entry.task.abort();
        }
    }
}

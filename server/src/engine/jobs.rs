//! Requests about commands that work in the background.
use aside_protocol::{ErrorCode, Job, JobListParams, JobListResult, JobStatus, JobStopParams};
use aside_tools::{End, JobInfo};

use super::Engine;
use super::error::EngineError;
use crate::clock;

impl Engine {
    /// `job/list`.
    pub fn jobs(&self, params: &JobListParams) -> JobListResult {
        let jobs = self.services().jobs().list(&params.session_id);
        JobListResult {
            jobs: jobs.into_iter().map(job).collect(),
        }
    }

    /// `job/stop`. Resolves when the command has ended.
    pub async fn stop_job(&self, params: &JobStopParams) -> Result<(), EngineError> {
        let jobs = self.services().jobs();
        let stopped = jobs.stop(&params.session_id, &params.job_id).await;
        stopped.map_err(|message| EngineError::new(ErrorCode::NotFound, message))
    }
}

fn job(info: JobInfo) -> Job {
    let started_at = jiff::Timestamp::try_from(info.started_at);
    Job {
        id: info.id,
        command: info.command,
        status: match &info.end {
            None => JobStatus::Running,
            Some(End::Exited(_)) => JobStatus::Completed,
            Some(
                End::Signaled(_)
                | End::TimedOut(_)
                | End::Stopped
                | End::TooMuchOutput
                | End::Ended(_),
            ) => JobStatus::Stopped,
        },
        started_at: clock::text(started_at.unwrap_or_default()),
        exit_code: info.end.and_then(|end| end.exit_code()),
    }
}

//! All processes that one server started.
#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process_group};
use tracing::debug;

/// Processes that are looked at for a mark.
pub(crate) const MAX_PROCESSES: usize = 100_000;

/// Bytes of a process's environment that are looked at.
pub(crate) const MAX_ENVIRONMENT_BYTES: u64 = 1024 * 1024;

/// How often marked processes are looked for anew, as they may start others meanwhile, and take a
/// moment to end.
pub(crate) const MAX_SWEEPS: usize = 50;

/// The time between.
#[cfg(target_os = "linux")]
const SWEEP_PAUSE: std::time::Duration = std::time::Duration::from_millis(5);

/// The group of a server, and the mark of those who left it. Dropped, all are killed.
pub(crate) struct Group {
    #[cfg(unix)]
    leader: Option<Pid>,
    mark: String,
    is_over: bool,
}

impl Group {
    /// The group that this process leads. `mark` is `NAME=value` as it stands in the environment
    /// of its processes.
    pub(crate) fn new(leader: Option<u32>, mark: String) -> Self {
        #[cfg(not(unix))]
        let _ = leader;
        Self {
            #[cfg(unix)]
            leader: leader
                .and_then(|id| i32::try_from(id).ok())
                .and_then(Pid::from_raw),
            mark,
            is_over: false,
        }
    }

    /// Asks all of the group to end.
    pub(crate) fn ask_to_end(&self) {
        #[cfg(unix)]
        self.signal(Signal::TERM);
    }

    /// Kills all of the group and who left it.
    pub(crate) async fn kill(mut self) {
        self.kill_group();
        let mark = self.mark.clone();
        let swept = tokio::task::spawn_blocking(move || sweep(&mark)).await;
        self.is_over = swept.is_ok();
    }

    fn kill_group(&self) {
        #[cfg(unix)]
        self.signal(Signal::KILL);
    }

    #[cfg(unix)]
    fn signal(&self, signal: Signal) {
        // It fails when there are none left.
        if let Some(leader) = self.leader
            && let Err(error) = kill_process_group(leader, signal)
        {
            debug!(%error, "no process of the group was there");
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.is_over {
            self.kill_group();
            sweep(&self.mark);
        }
    }
}

/// Kills all marked processes, and waits until they are gone.
#[cfg(target_os = "linux")]
fn sweep(mark: &str) {
    for _ in 0..MAX_SWEEPS {
        if kill_marked(mark) == 0 {
            return;
        }
        std::thread::sleep(SWEEP_PAUSE);
    }
}

#[cfg(not(target_os = "linux"))]
fn sweep(_mark: &str) {}

#[cfg(target_os = "linux")]
fn kill_marked(mark: &str) -> usize {
    use rustix::process::{PidfdFlags, pidfd_open, pidfd_send_signal};
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return 0;
    };
    let ids = processes.take(MAX_PROCESSES).filter_map(|entry| {
        let id: i32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        Pid::from_raw(id)
    });
    ids.filter(|id| {
        if !is_marked(*id, mark) {
            return false;
        }
        // Looked at again once it is held, as its id may be another's by now.
        let Ok(process) = pidfd_open(*id, PidfdFlags::empty()) else {
            return false;
        };
        is_marked(*id, mark) && pidfd_send_signal(&process, Signal::KILL).is_ok()
    })
    .count()
}

/// Whether the mark is among the variables that a process was started with. Those of other users
/// cannot be read.
#[cfg(target_os = "linux")]
fn is_marked(id: Pid, mark: &str) -> bool {
    use std::io::Read;
    let mut environment = Vec::new();
    let path = format!("/proc/{}/environ", id.as_raw_nonzero());
    let read = std::fs::File::open(path).and_then(|file| {
        file.take(MAX_ENVIRONMENT_BYTES)
            .read_to_end(&mut environment)
    });
    read.is_ok()
        && environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == mark.as_bytes())
}

//! Limits per process, set before the program starts.
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::profile::Limits;

/// Sets the limits for this process and all that it starts.
pub(super) fn apply(limits: &Limits) -> Result<(), String> {
    // RLIMIT_DATA and not RLIMIT_AS: programs that reserve much address space and touch little
    // of it, as node does, would not start.
    set(Resource::Data, limits.memory_bytes)?;
    set(Resource::Fsize, limits.file_bytes)?;
    set(Resource::Nofile, limits.open_files)?;
    set(Resource::Cpu, limits.cpu_seconds)?;
    set(Resource::Core, 0)?;
    set(
        Resource::Nproc,
        total_threads().saturating_add(limits.processes),
    )
}

fn set(resource: Resource, limit: u64) -> Result<(), String> {
    let current = getrlimit(resource);
    let limit = current.maximum.map_or(limit, |maximum| limit.min(maximum));
    let limit = current.current.map_or(limit, |current| limit.min(current));
    let new = Rlimit {
        current: Some(limit),
        maximum: Some(limit),
    };
    setrlimit(resource, new).map_err(|error| format!("a limit cannot be set: {error}"))
}

/// All threads of the machine. The kernel counts those of the user, whom the limit must leave
/// room for; the supervisor counts those of the program exactly, if later.
fn total_threads() -> u64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_ascii_whitespace()
        .nth(3)
        .and_then(|field| field.split_once('/'))
        .and_then(|(_, total)| total.parse().ok())
        .unwrap_or(FALLBACK_THREADS)
}

/// Assumed where the kernel does not tell.
const FALLBACK_THREADS: u64 = 8192;

/// When the machine is out of memory, the program is ended before the editor and the server.
#[cfg(target_os = "linux")]
pub(super) fn prefer_as_victim() {
    if std::fs::OpenOptions::new()
        .write(true)
        .open("/proc/self/oom_score_adj")
        .and_then(|mut file| std::io::Write::write_all(&mut file, b"500"))
        .is_err()
    {
        tracing::trace!("the kernel does not take a preference");
    }
}

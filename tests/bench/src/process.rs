//! What the kernel knows of a process.
use std::time::Duration;

fn read(pid: u32, name: &str) -> String {
    let path = format!("/proc/{pid}/{name}");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The number in the line of this name, in KiB.
fn kib(text: &str, name: &str) -> f64 {
    text.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or_else(|| panic!("no {name} in {text}"))
}

/// Memory that is a process's share, in MiB.
pub(crate) fn pss(pid: u32) -> f64 {
    kib(&read(pid, "smaps_rollup"), "Pss") / 1024.0
}

/// The most memory that a process had resident since it began, in MiB.
pub(crate) fn peak(pid: u32) -> f64 {
    kib(&read(pid, "status"), "VmHWM") / 1024.0
}

/// Processor time of all threads that are there.
pub(crate) fn processor_time(pid: u32) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).expect("the threads");
    threads
        .flatten()
        .filter_map(|thread| std::fs::read_to_string(thread.path().join("schedstat")).ok())
        .filter_map(|text| text.split(' ').next()?.parse().ok())
        .map(Duration::from_nanos)
        .sum()
}

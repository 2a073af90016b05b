//! Runs the program and stays until nothing of it is left.
use std::io::ErrorKind;
use std::os::fd::{AsFd, OwnedFd};
use std::process::Command;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, WaitOptions, WaitStatus, pidfd_open, wait};

use super::linux::{Prepared, Reporter};
use super::{NOT_FOUND, REFUSED, complain};
use crate::plan::{Plan, Report};
use crate::tree;

/// How often the memory and the number of processes are looked at, in nanoseconds.
const LOOK_NANOSECONDS: i64 = 200_000_000;

/// The same for root, whose processes the kernel counts only where there are control groups.
const LOOK_OF_ROOT_NANOSECONDS: i64 = 25_000_000;

/// How long to wait between the passes of ending what is left.
const PASS: Duration = Duration::from_millis(1);

/// How many bytes a program is named with, so that the report of it is short.
const MAX_NAME_BYTES: usize = 1024;

/// What shells add to a signal.
const SIGNAL_BASE: i32 = 128;

/// Added to by a program that exceeds a limit: it is ended with SIGKILL.
const KILLED: i32 = SIGNAL_BASE + 9;

/// Runs the program. Returns the code to exit with.
pub(super) fn run(
    command: &mut Command,
    plan: &Plan,
    prepared: Prepared,
    reporter: &mut Reporter,
) -> i32 {
    if is_over(prepared.owner.as_ref()) {
        return KILLED;
    }
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let program = command.get_program().to_string_lossy().into_owned();
            let end = program.floor_char_boundary(MAX_NAME_BYTES);
            let message = format!("{} cannot be run: {error}", &program[..end]);
            reporter.say(&Report::NotStarted(message.clone()));
            complain(&message);
            let is_missing = error.kind() == ErrorKind::NotFound;
            return if is_missing { NOT_FOUND } else { REFUSED };
        }
    };
    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else {
        return REFUSED;
    };
    let end = watch(pid, plan, prepared.owner.as_ref());
    let own = rustix::process::getpid().as_raw_nonzero().get();
    tree::kill_descendants(own, || {
        reap(pid);
        std::thread::sleep(PASS);
    });
    finish(end, reporter)
}

enum End {
    /// The program ended by itself.
    Ended(WaitStatus),
    /// The server has ended.
    Abandoned,
    Exceeded(Report),
}

fn finish(end: End, reporter: &mut Reporter) -> i32 {
    match end {
        End::Ended(status) => {
            if let Some(signal) = status.terminating_signal() {
                reporter.say(&Report::Signaled(signal));
                return SIGNAL_BASE + signal;
            }
            let code = status.exit_status().unwrap_or(REFUSED);
            reporter.say(&Report::Exited(code));
            code
        }
        End::Abandoned => KILLED,
        End::Exceeded(report) => {
            reporter.say(&report);
            KILLED
        }
    }
}

/// Waits until the program ends, the server ends, or a limit is exceeded.
fn watch(pid: Pid, plan: &Plan, owner: Option<&OwnedFd>) -> End {
    let program = pidfd_open(pid, PidfdFlags::empty()).ok();
    loop {
        if let Some(status) = reap(pid) {
            return End::Ended(status);
        }
        if is_over(owner) {
            return End::Abandoned;
        }
        if let Some(report) = exceeded(plan) {
            return End::Exceeded(report);
        }
        pause(program.as_ref(), owner);
    }
}

/// Waits for whichever comes first: the end of the program, of the server, or the next look.
fn pause(program: Option<&OwnedFd>, owner: Option<&OwnedFd>) {
    let mut descriptors: Vec<PollFd<'_>> = [program, owner]
        .into_iter()
        .flatten()
        .map(|descriptor| PollFd::from_borrowed_fd(descriptor.as_fd(), PollFlags::IN))
        .collect();
    let timeout = Timespec {
        tv_sec: 0,
        tv_nsec: if rustix::process::getuid().is_root() {
            LOOK_OF_ROOT_NANOSECONDS
        } else {
            LOOK_NANOSECONDS
        },
    };
    if poll(&mut descriptors, Some(&timeout)).is_err() {
        std::thread::sleep(PASS);
    }
}

/// Whether the server has ended: the pipe that it holds open is closed.
pub(super) fn is_over(owner: Option<&OwnedFd>) -> bool {
    let Some(owner) = owner else {
        return false;
    };
    let mut descriptors = [PollFd::from_borrowed_fd(owner.as_fd(), PollFlags::IN)];
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    poll(&mut descriptors, Some(&now)).is_ok_and(|ready| ready > 0)
}

/// Waits for all that have ended by now, orphans too. Returns the status of the program if it is
/// among them.
fn reap(pid: Pid) -> Option<WaitStatus> {
    let mut status = None;
    for _ in 0..tree::MAX_PROCESSES {
        match wait(WaitOptions::NOHANG) {
            Ok(Some((ended, with))) if ended == pid => status = Some(with),
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => break,
        }
    }
    status
}

/// The limits on everything together, which no limit of the kernel covers: memory of all
/// processes, and the number of processes, which for root has no other limit.
fn exceeded(plan: &Plan) -> Option<Report> {
    let own = rustix::process::getpid().as_raw_nonzero().get();
    let processes = tree::descendants(own);
    if processes.len() as u64 > plan.limits.processes {
        return Some(Report::Processes);
    }
    let pages: u64 = processes.iter().filter_map(|id| private_pages(*id)).sum();
    let bytes = pages.saturating_mul(rustix::param::page_size() as u64);
    (bytes > plan.limits.memory_bytes).then_some(Report::Memory)
}

/// The pages that a process holds and shares with no file: the second and third field of
/// `/proc/*/statm`.
fn private_pages(process: i32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
    let mut fields = text.split_ascii_whitespace().skip(1);
    let resident: u64 = fields.next()?.parse().ok()?;
    let shared: u64 = fields.next()?.parse().ok()?;
    Some(resident.saturating_sub(shared))
}

//! What the launcher does on Linux: it confines itself, and stays.
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags};
use rustix::process::DumpableBehavior;

use super::landlock::Abilities;
use super::{REFUSED, capabilities, command, complain, filter, landlock, replace, supervise};
use crate::cgroup;
use crate::plan::{Confine, Plan, Report, Rules};

pub(super) fn run(plan: &Plan, program: &OsString, args: Vec<OsString>) -> i32 {
    let kept: Vec<i32> = match (&plan.confine, plan.tie) {
        // What this becomes passes them on.
        (Confine::Outermost, Some(tie)) => vec![tie.alive, tie.say],
        (_, Some(_) | None) => Vec::new(),
    };
    close_fds::CloseFdsBuilder::new()
        .keep_fds(&kept)
        .cloexecfrom(3);
    if let Some(group) = &plan.group
        && let Err(error) = cgroup::join(group)
    {
        complain(&format!("the control group cannot be joined: {error}"));
        return REFUSED;
    }
    if matches!(plan.confine, Confine::Outermost) {
        return replace(&mut command(&plan.confine, program, args));
    }
    let (owner, mut reporter) = match tied(plan) {
        Ok(tied) => tied,
        Err(message) => {
            complain(&message);
            return REFUSED;
        }
    };
    let prepared = match prepare(plan, owner) {
        Ok(prepared) => prepared,
        Err(message) => {
            reporter.say(&Report::Refused(message.clone()));
            complain(&message);
            return REFUSED;
        }
    };
    let mut command = command(&plan.confine, program, args);
    supervise::run(&mut command, plan, prepared, &mut reporter)
}

/// What was opened before the sandbox closed.
pub(super) struct Prepared {
    pub(super) owner: Option<OwnedFd>,
}

fn prepare(plan: &Plan, owner: Option<OwnedFd>) -> Result<Prepared, String> {
    // A session of its own has no terminal to type into. Where bubblewrap has made one already,
    // this fails and nothing is missing.
    if rustix::process::setsid().is_err() {
        tracing::trace!("this is a session already");
    }
    super::limits::apply(&plan.limits)?;
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
        .map_err(|error| format!("orphans cannot be adopted: {error}"))?;
    super::limits::prefer_as_victim();
    match &plan.confine {
        Confine::Nothing | Confine::Outermost | Confine::Seatbelt(_) => {}
        Confine::Alone(rules) => confine(rules, false)?,
        Confine::Inside(rules) => confine(rules, true)?,
    }
    // What it starts may not read or trace this process; its own memory is another matter, since
    // starting a program resets this.
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|error| format!("the launcher cannot be closed to others: {error}"))?;
    Ok(Prepared { owner })
}

fn confine(rules: &Rules, is_inside: bool) -> Result<(), String> {
    capabilities::drop_dangerous()?;
    rustix::thread::set_no_new_privs(true)
        .map_err(|error| format!("privileges cannot be given up: {error}"))?;
    // Without Landlock `restrict` fails, or bubblewrap makes do without.
    let abilities = Abilities::probe().unwrap_or_default();
    landlock::restrict(rules, is_inside)?;
    filter::apply(rules, is_inside, abilities)
}

/// A descriptor that becomes readable when the server ends, and what speaks to it. Without a word
/// to the server nothing is started: it would start the program again.
fn tied(plan: &Plan) -> Result<(Option<OwnedFd>, Reporter), String> {
    let mut reporter = Reporter { file: None };
    let Some(tie) = plan.tie else {
        return Ok((None, reporter));
    };
    let open = |number: i32, access: OFlags| {
        let path = format!("/proc/self/fd/{number}");
        rustix::fs::open(
            path,
            access | OFlags::NONBLOCK | OFlags::CLOEXEC,
            Mode::empty(),
        )
    };
    let alive = open(tie.alive, OFlags::RDONLY)
        .map_err(|error| format!("the server cannot be watched: {error}"))?;
    let say = open(tie.say, OFlags::WRONLY)
        .map_err(|error| format!("the server cannot be spoken to: {error}"))?;
    reporter.file = Some(File::from(say));
    reporter.say(&Report::Started);
    if reporter.file.is_none() || supervise::is_over(Some(&alive)) {
        return Err("the server has ended".to_owned());
    }
    Ok((Some(alive), reporter))
}

/// Writes reports for the server. It is opened before the sandbox closes.
pub(super) struct Reporter {
    file: Option<File>,
}

impl Reporter {
    pub(super) fn say(&mut self, report: &Report) {
        let Some(file) = &mut self.file else {
            return;
        };
        let Ok(mut line) = serde_json::to_string(report) else {
            return;
        };
        line.push('\n');
        if file.write_all(line.as_bytes()).is_err() {
            self.file = None;
        }
    }
}

//! The launcher: a hidden subcommand of the server's own program that confines itself, starts the
//! program, and stays to see that nothing of it is left. It reads no settings and has one thread.
mod capabilities;
mod filter;
mod landlock;
mod limits;
mod supervise;

use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::process::Command;

use rustix::process::{DumpableBehavior, Pid};

use crate::cgroup;
use crate::plan::{Confine, MAX_PLAN_BYTES, Plan, Report, Rules};

pub(crate) use self::landlock::{Abilities, MAX_RULES};

/// How the launcher exits when the sandbox could not be set up, as shells do when a program
/// cannot be run.
const REFUSED: i32 = 126;

/// How it exits when the program was not found.
const NOT_FOUND: i32 = 127;

/// Confines this process, runs the program, waits for it, ends what it left behind, and exits as
/// it did: with its code, or with 128 and the number of the signal that ended it. `args` is what
/// follows [`crate::Launcher::args`] on the command line: a plan, `--`, the program, its
/// arguments. Call it first in `main`, before any thread is started; it does not return.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ! {
    let code = match parse(args.into_iter()) {
        Ok((plan, program, args)) => run(&plan, &program, args),
        Err(message) => {
            complain(&message);
            REFUSED
        }
    };
    std::process::exit(code)
}

fn parse(
    mut args: impl Iterator<Item = OsString>,
) -> Result<(Plan, OsString, Vec<OsString>), String> {
    let plan = args.next().ok_or("there is no plan")?;
    let plan = plan.to_str().ok_or("the plan is not UTF-8")?;
    if plan.len() > MAX_PLAN_BYTES {
        return Err("the plan is too long".to_owned());
    }
    let plan = serde_json::from_str(plan).map_err(|error| format!("the plan is bad: {error}"))?;
    if args.next().is_none_or(|dashes| dashes != "--") {
        return Err("there is no -- after the plan".to_owned());
    }
    let program = args.next().ok_or("there is no program")?;
    Ok((plan, program, args.collect()))
}

fn run(plan: &Plan, program: &OsString, args: Vec<OsString>) -> i32 {
    close_fds::CloseFdsBuilder::new().cloexecfrom(3);
    if let Some(group) = &plan.group
        && let Err(error) = cgroup::join(group)
    {
        complain(&format!("the control group cannot be joined: {error}"));
        return REFUSED;
    }
    if matches!(plan.confine, Confine::Outermost) {
        return replace(&mut command(&plan.confine, program, args));
    }
    let mut reporter = Reporter::open(plan);
    let prepared = match prepare(plan) {
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
struct Prepared {
    owner: Option<std::os::fd::OwnedFd>,
}

fn prepare(plan: &Plan) -> Result<Prepared, String> {
    // A session of its own has no terminal to type into. Where bubblewrap has made one already,
    // this fails and nothing is missing.
    if rustix::process::setsid().is_err() {
        tracing::trace!("this is a session already");
    }
    let owner = owner(plan)?;
    limits::apply(&plan.limits)?;
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
        .map_err(|error| format!("orphans cannot be adopted: {error}"))?;
    limits::prefer_as_victim();
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

/// A descriptor that becomes readable when the server ends.
fn owner(plan: &Plan) -> Result<Option<std::os::fd::OwnedFd>, String> {
    let Some(owner) = plan.owner.and_then(Pid::from_raw) else {
        return Ok(None);
    };
    if rustix::process::getppid() != Some(owner) {
        return Err("the server has ended".to_owned());
    }
    match rustix::process::pidfd_open(owner, rustix::process::PidfdFlags::empty()) {
        Ok(descriptor) => Ok(Some(descriptor)),
        // Kernels before 5.3: a server that crashes leaves the command behind.
        Err(rustix::io::Errno::NOSYS) => Ok(None),
        Err(error) => Err(format!("the server cannot be watched: {error}")),
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "this is what starts programs, in their sandbox"
)]
fn command(confine: &Confine, program: &OsString, args: Vec<OsString>) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = match confine {
        Confine::Nothing | Confine::Outermost | Confine::Alone(_) | Confine::Inside(_) => {
            Command::new(program)
        }
        Confine::Seatbelt(profile) => {
            let mut command = Command::new(crate::seatbelt::PROGRAM);
            command.arg("-p").arg(profile).arg(program);
            command
        }
    };
    command.args(args).process_group(0);
    command
}

/// Becomes the program.
fn replace(command: &mut Command) -> i32 {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    complain(&format!("the program cannot be run: {error}"));
    NOT_FOUND
}

/// Writes reports for the server. It is opened before the sandbox closes.
struct Reporter {
    file: Option<File>,
}

impl Reporter {
    fn open(plan: &Plan) -> Self {
        let file = plan
            .report
            .as_ref()
            .and_then(|path| std::fs::OpenOptions::new().append(true).open(path).ok());
        Reporter { file }
    }

    fn say(&mut self, report: &Report) {
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

#[allow(
    clippy::print_stderr,
    reason = "the standard error of a launcher is read by whoever wanted the program run"
)]
fn complain(message: &str) {
    eprintln!("sandbox: {message}");
}

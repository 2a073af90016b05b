//! The launcher: a hidden subcommand of the server's own program that confines itself, starts the
//! program, and stays to see that nothing of it is left. It reads no settings and has one thread.
#[cfg(target_os = "linux")]
mod capabilities;
#[cfg(target_os = "linux")]
mod filter;
#[cfg(target_os = "linux")]
mod landlock;
mod limits;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod others;
#[cfg(target_os = "linux")]
mod supervise;

use std::ffi::OsString;
use std::process::Command;

use crate::plan::{Confine, MAX_PLAN_BYTES, Plan};

#[cfg(target_os = "linux")]
use self::linux as system;
#[cfg(not(target_os = "linux"))]
use self::others as system;

#[cfg(target_os = "linux")]
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
        Ok((plan, program, args)) => system::run(&plan, &program, args),
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

#[allow(
    clippy::print_stderr,
    reason = "the standard error of a launcher is read by whoever wanted the program run"
)]
fn complain(message: &str) {
    eprintln!("sandbox: {message}");
}

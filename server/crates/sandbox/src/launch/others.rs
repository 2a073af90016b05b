//! What the launcher does on other Unix systems: it sets the limits and becomes the program, which
//! leads a process group.
use std::ffi::OsString;

use super::{REFUSED, command, complain, limits, replace};
use crate::plan::Plan;

pub(super) fn run(plan: &Plan, program: &OsString, args: Vec<OsString>) -> i32 {
    close_fds::CloseFdsBuilder::new().cloexecfrom(3);
    if let Err(message) = limits::apply(&plan.limits) {
        complain(&message);
        return REFUSED;
    }
    replace(&mut command(&plan.confine, program, args))
}

//! Commands at work: each is read by a task of its own, and ends with its session.
mod end;
mod job;
mod registry;
mod spool;
mod work;

pub use end::End;
pub(crate) use job::{Job, News};
pub use registry::{JobInfo, Jobs};
pub(crate) use registry::{MAX_COMMAND_BYTES, MAX_ENDED_JOBS};
pub(crate) use spool::{MAX_SPOOL_BYTES, MAX_SPOOLS, name as spool_name};
pub(crate) use work::{Bounds, MAX_PRINTED_BYTES, Process};

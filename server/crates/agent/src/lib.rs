//! The agent: the turn machine, its driver, and the traits it asks the world through.
//!
//! Nothing here does I/O of its own. [`machine`] is a pure state machine; [`driver`] feeds it and
//! carries out its actions through [`host::Files`], [`host::Approver`], [`tool::Tool`],
//! [`event::TurnSink`] and [`aside_llm::Model`].
pub mod attempt;
mod bounds;
pub mod clock;
mod compare;
pub mod driver;
pub mod editing;
pub mod event;
pub mod history;
pub mod hooks;
pub mod host;
pub mod item;
pub mod limits;
pub mod machine;
pub mod notes;
mod output;
pub mod outputs;
pub mod permission;
pub mod plan;
pub mod prefix;
pub mod prompt;
pub mod rebase;
pub mod seen;
pub mod steer;
pub mod title;
pub mod tool;
pub mod toolbox;
pub mod world;

#[cfg(test)]
mod testing;

pub use bounds::BOUNDS;

//! The agent: the turn machine, its driver, and the traits it asks the world through.
//!
//! Nothing here does I/O of its own. `machine` is a pure state machine; `driver` feeds it and
//! carries out its effects through [`Host`], [`Tool`], [`TurnSink`] and `aside_llm::Model`.
pub mod event;
pub mod host;
pub mod item;
pub mod permission;
pub mod tool;

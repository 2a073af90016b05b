//! Steps that run one after another, and the table of how they went.
use std::time::{Duration, Instant};

/// How a step went.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It ran and found nothing wrong.
    Passed,
    /// It ran and found something, or could not run.
    Failed(String),
    /// What it needs is not there and cannot be got; a failure where `CI=true`.
    NotRun(String),
    /// It runs only where someone asks for it.
    NotAsked(String),
}

impl From<anyhow::Result<()>> for Outcome {
    fn from(result: anyhow::Result<()>) -> Self {
        match result {
            Ok(()) => Self::Passed,
            Err(error) => Self::Failed(format!("{error:#}")),
        }
    }
}

/// The steps so far.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    done: Vec<(&'static str, Duration, Outcome)>,
}

impl Steps {
    /// Runs one step and says so. Gives whether later steps that build on it may run.
    pub(crate) fn run(&mut self, name: &'static str, step: impl FnOnce() -> Outcome) -> bool {
        println!("\n== {name}");
        let start = Instant::now();
        let outcome = step();
        let is_passed = matches!(outcome, Outcome::Passed);
        if let Outcome::Failed(reason) = &outcome {
            println!("== {name} failed: {reason}");
        }
        self.done.push((name, start.elapsed(), outcome));
        is_passed
    }

    /// Prints the table. An error where a step failed, or was not run where all must.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        let must_run_all = std::env::var_os("CI").is_some_and(|value| value == "true");
        println!("\nWhat ran:");
        let mut passed = 0;
        let mut failed = 0;
        for (name, took, outcome) in &self.done {
            let seconds = took.as_secs_f32();
            match outcome {
                Outcome::Passed => {
                    passed += 1;
                    println!("  passed   {name} ({seconds:.1} s)");
                }
                Outcome::Failed(reason) => {
                    failed += 1;
                    println!("  FAILED   {name} ({seconds:.1} s): {reason}");
                }
                Outcome::NotRun(reason) => {
                    failed += usize::from(must_run_all);
                    println!("  not run  {name}: {reason}");
                }
                Outcome::NotAsked(reason) => println!("  not run  {name}: {reason}"),
            }
        }
        println!("\n{passed} passed, {failed} failed");
        anyhow::ensure!(failed == 0, "{failed} of {} steps failed", self.done.len());
        Ok(())
    }
}

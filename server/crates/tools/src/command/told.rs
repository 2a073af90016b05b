//! What the model is told of a command.
use std::time::Duration;

use aside_sandbox::{Exit, Why};

use crate::command::explained::tampered;
use crate::jobs::{End, News};

/// What a command printed, and how it ended. Nothing in it depends on how long it took, so that
/// doing the same again shows.
pub(crate) fn ended(news: &News) -> String {
    let end = news.end.as_ref();
    let end = end.map_or_else(|| "Still running.".to_owned(), ToString::to_string);
    let text = with_line(&news.text, &format!("[{end}]"));
    with_line(&text, &news.notes)
}

/// A text and, below it, a line about it.
pub(crate) fn with_line(text: &str, line: &str) -> String {
    let text = text.trim_end();
    match (text.is_empty(), line.is_empty()) {
        (_, true) => text.to_owned(),
        (true, false) => line.to_owned(),
        (false, false) => format!("{text}\n{line}"),
    }
}

/// A time for people, such as "4.2 s" or "3 min 20 s".
pub(crate) fn time(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", elapsed.as_secs_f64()),
        10..120 => format!("{seconds} s"),
        120..7200 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// How a program ended, as jobs know it, and what is to be said of it beside.
pub(crate) fn end(exit: std::io::Result<Exit>) -> (End, String) {
    match exit {
        Ok(exit) => {
            let notes = tampered(&exit.tampered);
            (how(exit), notes)
        }
        Err(error) => {
            let end = End::Ended(format!("Failed: how it ended is not known: {error}."));
            (end, String::new())
        }
    }
}

fn how(exit: Exit) -> End {
    let why = match exit.why {
        Why::Itself | Why::Killed => {
            return match exit.signal {
                Some(signal) => End::Signaled(signal),
                None => End::Exited(exit.code),
            };
        }
        Why::Stopped => return End::Stopped,
        Why::Memory => {
            "it and what it started took more memory than the setting sandbox.memory_mb allows"
                .to_owned()
        }
        Why::Processes => {
            "it started more processes than the setting sandbox.processes allows".to_owned()
        }
        Why::CpuTime => "it used up its processor time".to_owned(),
        Why::FileSize => "it wrote a file that is larger than the sandbox allows".to_owned(),
        Why::SystemCall => "it made a system call that the sandbox does not allow".to_owned(),
        Why::Refused(why) => {
            format!("it was not started, for the sandbox could not be set up: {why}")
        }
        Why::NotStarted(why) => format!("it could not be started: {why}"),
    };
    End::Ended(format!("Failed: {why}."))
}

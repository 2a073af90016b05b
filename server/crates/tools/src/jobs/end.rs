//! How a command ended.
use std::fmt;

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// By itself, with this code.
    Exited(i32),
    /// A signal ended it.
    Signaled(i32),
    /// Its time was over, in seconds.
    TimedOut(u64),
    /// It was stopped by the model or the user, or its session ended.
    Stopped,
    /// It printed more than is read.
    TooMuchOutput,
    /// The sandbox ended it, or did not let it begin; a sentence says why.
    Ended(String),
}

impl End {
    /// The exit code, for a command that ended by itself.
    pub fn exit_code(&self) -> Option<i32> {
        match self {
            Self::Exited(code) => Some(*code),
            Self::Signaled(_)
            | Self::TimedOut(_)
            | Self::Stopped
            | Self::TooMuchOutput
            | Self::Ended(_) => None,
        }
    }
}

/// A sentence for the model.
impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(0) => f.write_str("Done: exit code 0."),
            Self::Exited(126) => {
                f.write_str("Failed: exit code 126; the program was found but may not be run.")
            }
            Self::Exited(127) => f.write_str("Failed: exit code 127; a program was not found."),
            Self::Exited(code) => write!(f, "Failed: exit code {code}."),
            Self::Signaled(signal) => match name(*signal) {
                Some(name) => write!(f, "Failed: ended by signal {signal} ({name})."),
                None => write!(f, "Failed: ended by signal {signal}."),
            },
            Self::TimedOut(seconds) => write!(
                f,
                "Failed: stopped after its time limit of {seconds} s, with all that it had started. Give a larger timeout_ms, or run it with background."
            ),
            Self::Stopped => f.write_str("Stopped, with all that it had started."),
            Self::TooMuchOutput => {
                f.write_str("Failed: stopped, since it printed without end. Ask for less output.")
            }
            Self::Ended(why) => f.write_str(why),
        }
    }
}

/// What people call a signal; numbers as on Linux and macOS alike.
fn name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        1 => "hangup",
        2 => "interrupt",
        3 => "quit",
        4 => "illegal instruction",
        6 => "abort",
        8 => "arithmetic error",
        9 => "kill",
        11 => "segmentation fault",
        13 => "broken pipe",
        15 => "terminate",
        _ => return None,
    })
}

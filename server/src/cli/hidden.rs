//! Reading a line that is not shown: a key, a passphrase.
//!
//! The terminal itself is asked, not standard input, so that this works in a pipe too. Echo,
//! lines and signals are switched off meanwhile, so that Ctrl-C comes as a letter and the
//! terminal is as it was before on every way out.
use std::io::{self, Read};

use zeroize::Zeroizing;

/// Bytes of a line.
pub const MAX_LINE_BYTES: usize = 16 * 1024;

/// What somebody typed.
#[derive(PartialEq, Eq)]
pub enum Typed {
    /// A line, without its end.
    Line(Zeroizing<String>),
    /// Ctrl-C, or the terminal went away.
    Cancelled,
}

/// Asks on the terminal for a line that is not shown.
///
/// # Errors
/// If there is no terminal, or if it cannot be told to show nothing.
#[cfg(unix)]
pub fn ask(question: &str) -> io::Result<Typed> {
    use std::fs::OpenOptions;
    use std::io::Write;
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    let terminal = options.open("/dev/tty")?;
    let typed = {
        let mut quiet = unix::Quiet::new(&terminal)?;
        (&terminal).write_all(question.as_bytes())?;
        read_line(&mut quiet)
    };
    // The line's end was not shown either.
    (&terminal).write_all(b"\n")?;
    typed
}

/// Whether there is a terminal to ask on.
pub fn is_possible() -> bool {
    if cfg!(unix) {
        return std::fs::File::open("/dev/tty").is_ok();
    }
    std::io::IsTerminal::is_terminal(&io::stdin())
}

/// Asks on the console for a line that is not shown.
#[cfg(not(unix))]
pub fn ask(question: &str) -> io::Result<Typed> {
    match rpassword::prompt_password(question) {
        Ok(line) => Ok(Typed::Line(Zeroizing::new(line))),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Typed::Cancelled),
        Err(error) => Err(error),
    }
}

/// The first line of what is piped in, without its end.
///
/// # Errors
/// If it cannot be read, is longer than 16 KB, or is no UTF-8.
pub fn piped_line(input: impl Read) -> io::Result<Zeroizing<String>> {
    let most = u64::try_from(MAX_LINE_BYTES).unwrap_or(u64::MAX);
    let mut input = input.take(most + 1);
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_LINE_BYTES + 1));
    let mut byte = [0];
    while line.len() <= MAX_LINE_BYTES {
        match input.read(&mut byte) {
            Ok(0) => break,
            Ok(_) if byte[0] == b'\n' => break,
            Ok(_) => line.push(byte[0]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if line.len() > MAX_LINE_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the line is too long",
        ));
    }
    text(&line)
}

/// Reads what is typed, a letter at a time, as long as lines are edited by us.
#[cfg(any(unix, test))]
fn read_line(input: &mut impl Read) -> io::Result<Typed> {
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_LINE_BYTES + 1));
    let mut escape = Escape::None;
    let mut byte = [0];
    loop {
        match input.read(&mut byte) {
            Ok(0) => return Ok(Typed::Cancelled),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        // What arrow keys and the like send is no part of a key.
        escape = match (escape, byte[0]) {
            (Escape::Begun, b'[' | b'O') => Escape::Inside,
            (Escape::Inside, b'@'..=b'~') => Escape::None,
            (Escape::Inside, byte) if byte >= b' ' => Escape::Inside,
            (_, ESC) => Escape::Begun,
            (_, byte) => match typed(byte, &mut line)? {
                Key::Goes => Escape::None,
                Key::Ends => return text(&line).map(Typed::Line),
                Key::Cancels => return Ok(Typed::Cancelled),
            },
        };
    }
}

#[cfg(any(unix, test))]
const ESC: u8 = 0x1b;

#[cfg(any(unix, test))]
#[derive(Clone, Copy)]
enum Escape {
    None,
    Begun,
    Inside,
}

#[cfg(any(unix, test))]
enum Key {
    Goes,
    Ends,
    Cancels,
}

/// One byte that was typed.
#[cfg(any(unix, test))]
fn typed(byte: u8, line: &mut Vec<u8>) -> io::Result<Key> {
    match byte {
        b'\n' | b'\r' => return Ok(Key::Ends),
        // Ctrl-C, Ctrl-\, and Ctrl-D on an empty line.
        0x03 | 0x1c => return Ok(Key::Cancels),
        0x04 if line.is_empty() => return Ok(Key::Cancels),
        0x04 => {}
        // Backspace takes a whole character.
        0x08 | 0x7f => while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {},
        // Ctrl-U takes the line.
        0x15 => line.clear(),
        byte if byte < b' ' && byte != b'\t' => {}
        byte if line.len() < MAX_LINE_BYTES => line.push(byte),
        _ => {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the line is too long",
            ));
        }
    }
    Ok(Key::Goes)
}

fn text(line: &[u8]) -> io::Result<Zeroizing<String>> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match std::str::from_utf8(line) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the line is not UTF-8",
        )),
    }
}

#[cfg(unix)]
#[allow(
    unsafe_code,
    reason = "the standard library cannot tell a terminal to show nothing"
)]
mod unix {
    //! A terminal that shows nothing of what is typed.
    use std::fs::File;
    use std::io::{self, Read};
    use std::mem::MaybeUninit;
    use std::os::fd::AsRawFd;

    /// Shows nothing until it is dropped.
    pub(super) struct Quiet<'a> {
        terminal: &'a File,
        before: libc::termios,
    }

    impl<'a> Quiet<'a> {
        pub(super) fn new(terminal: &'a File) -> io::Result<Self> {
            let mut before = MaybeUninit::<libc::termios>::uninit();
            // SAFETY: the descriptor is open, and the call fills the structure it is given.
            let got = unsafe { libc::tcgetattr(terminal.as_raw_fd(), before.as_mut_ptr()) };
            if got != 0 {
                return Err(io::Error::last_os_error());
            }
            // SAFETY: the call succeeded, so the structure is filled.
            let before = unsafe { before.assume_init() };
            let mut quiet = before;
            quiet.c_lflag &= !(libc::ECHO | libc::ECHONL | libc::ICANON | libc::ISIG);
            quiet.c_cc[libc::VMIN] = 1;
            quiet.c_cc[libc::VTIME] = 0;
            set(terminal, &quiet)?;
            Ok(Self { terminal, before })
        }
    }

    impl Read for Quiet<'_> {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            let mut terminal = self.terminal;
            terminal.read(bytes)
        }
    }

    impl Drop for Quiet<'_> {
        fn drop(&mut self) {
            // If this fails there is no terminal any more.
            let _ = set(self.terminal, &self.before);
        }
    }

    /// Takes effect at once; what was typed and not yet read is thrown away, so that the rest of
    /// a pasted key does not end up in the shell.
    fn set(terminal: &File, to: &libc::termios) -> io::Result<()> {
        // SAFETY: the descriptor is open, and the structure is only read.
        let done = unsafe { libc::tcsetattr(terminal.as_raw_fd(), libc::TCSAFLUSH, to) };
        if done == 0 {
            return Ok(());
        }
        Err(io::Error::last_os_error())
    }
}

#[cfg(test)]
mod tests;

//! Lines as they are typed and piped, and a terminal of the test's own.
use super::{MAX_LINE_BYTES, Typed, piped_line, read_line};

fn shown(typed: std::io::Result<Typed>) -> String {
    match typed {
        Ok(Typed::Line(line)) => format!("{:?}", line.as_str()),
        Ok(Typed::Cancelled) => "cancelled".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn check(bytes: &[u8], expect: &str) {
    assert_eq!(shown(read_line(&mut &bytes[..])), expect, "{bytes:?}");
}

#[test]
fn lines_are_edited_as_people_do() {
    check(b"sk-1\n", "\"sk-1\"");
    check(b"sk-1\rrest", "\"sk-1\"");
    check(b"\n", "\"\"");
    check("é😀\n".as_bytes(), "\"é😀\"");
    check(b"ab\x7fc\x08d\n", "\"ad\"");
    check("aé\x7f😀\x7fb\n".as_bytes(), "\"ab\"");
    check(b"\x7f\x7fa\n", "\"a\"");
    check(b"wrong\x15right\n", "\"right\"");
    check(b"a\x1b[Ab\x1bOBc\x1b[1;5Cd\n", "\"abcd\"");
    check(b"\x1b[200~sk-1\x1b[201~\n", "\"sk-1\"");
    check(b"a\x00\x01b\n", "\"ab\"");
}

#[test]
fn whoever_changes_their_mind_is_let_go() {
    check(b"sk\x03", "cancelled");
    check(b"sk\x1c", "cancelled");
    check(b"\x04", "cancelled");
    check(b"a\x04b\n", "\"ab\"");
    check(b"", "cancelled");
    check(b"cut", "cancelled");
    check(b"a\x1b\x03", "cancelled");
}

#[test]
fn what_is_too_long_or_no_text_is_an_error() {
    let mut long = vec![b'k'; MAX_LINE_BYTES];
    long.push(b'\n');
    assert!(shown(read_line(&mut &long[..])).starts_with('"'));
    long.insert(0, b'k');
    check(&long, "the line is too long");
    check(b"\xff\n", "the line is not UTF-8");
}

#[test]
fn of_a_pipe_the_first_line_counts() {
    let check = |bytes: &[u8], expect: &str| {
        let line = piped_line(bytes).map(Typed::Line);
        assert_eq!(shown(line), expect, "{bytes:?}");
    };
    check(b"sk-1\nsk-2\n", "\"sk-1\"");
    check(b"sk-1\r\n", "\"sk-1\"");
    check(b"sk-1", "\"sk-1\"");
    check(b"", "\"\"");
    check(b"\xff", "the line is not UTF-8");
    check(&vec![b'k'; MAX_LINE_BYTES + 1], "the line is too long");
    let endless = piped_line(std::io::repeat(b'k')).map(Typed::Line);
    assert_eq!(shown(endless), "the line is too long");
}

#[cfg(unix)]
#[test]
fn a_terminal_is_quiet_meanwhile_and_as_before_afterwards() {
    use std::io::{Read, Write};
    let (mut person, terminal) = pseudo_terminal();
    let before = flags(&terminal);
    assert_ne!(before & libc::ECHO, 0);
    {
        let mut quiet = super::unix::Quiet::new(&terminal).unwrap();
        let off = libc::ECHO | libc::ICANON | libc::ISIG;
        assert_eq!(flags(&terminal) & off, 0);
        person.write_all(b"sk-secret\n").unwrap();
        assert_eq!(shown(read_line(&mut quiet)), "\"sk-secret\"");
        person.write_all(b"sk-other\x03").unwrap();
        assert_eq!(shown(read_line(&mut quiet)), "cancelled");
    }
    assert_eq!(flags(&terminal), before);
    // What the person sees is what was written, and nothing of what was typed.
    (&terminal).write_all(b"done").unwrap();
    let mut seen = [0; 64];
    let count = person.read(&mut seen).unwrap();
    assert_eq!(&seen[..count], b"done");
}

/// Both ends of a pseudo-terminal.
#[cfg(unix)]
#[allow(unsafe_code, reason = "the standard library makes no terminals")]
fn pseudo_terminal() -> (std::fs::File, std::fs::File) {
    use std::os::fd::FromRawFd;
    let (mut person, mut terminal) = (0, 0);
    // SAFETY: the call fills the two numbers; no name, settings or size are given.
    let made = unsafe {
        libc::openpty(
            &raw mut person,
            &raw mut terminal,
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            std::ptr::null_mut(),
        )
    };
    assert_eq!(made, 0, "{}", std::io::Error::last_os_error());
    // SAFETY: both are open and belong to nobody else.
    unsafe {
        (
            std::fs::File::from_raw_fd(person),
            std::fs::File::from_raw_fd(terminal),
        )
    }
}

#[cfg(unix)]
#[allow(unsafe_code, reason = "the standard library knows no terminals")]
fn flags(terminal: &std::fs::File) -> libc::tcflag_t {
    use std::os::fd::AsRawFd;
    let mut settings = std::mem::MaybeUninit::<libc::termios>::uninit();
    // SAFETY: the descriptor is open, and the call fills the structure it is given.
    let got = unsafe { libc::tcgetattr(terminal.as_raw_fd(), settings.as_mut_ptr()) };
    assert_eq!(got, 0);
    // SAFETY: the call succeeded, so the structure is filled.
    unsafe { settings.assume_init() }.c_lflag
}

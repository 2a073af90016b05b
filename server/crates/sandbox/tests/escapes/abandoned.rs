//! The server is killed while a command is being started.
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aside_sandbox::Backend;

use crate::harness::{Place, each};

/// How often.
const ROUNDS: usize = 24;

/// How many processes a command consists of at most while it is started: bubblewrap twice, the
/// launcher, the shell.
const STAGES: usize = 4;

/// How long processes are looked through before something is taken to have gone wrong.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_killed_server_leaves_nothing_behind() {
    each(async |place| {
        let stages = match place.backend {
            Backend::Bubblewrap => STAGES,
            Backend::Landlock | Backend::Seatbelt | Backend::Unsandboxed => STAGES - 2,
        };
        for round in 0..ROUNDS {
            let mark = format!("{}-abandoned-{round}", place.root.display());
            let mut owner = owner(&place, &mark);
            let wanted = 1 + round % stages;
            until(&format!("{wanted} processes"), || {
                marked(&mark, owner.id()) >= wanted
            });
            owner.kill().unwrap();
            owner.wait().unwrap();
            until("none is left", || marked(&mark, owner.id()) == 0);
        }
    })
    .await;
}

/// Waits until something is so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if is_so() {
            return;
        }
        std::thread::yield_now();
    }
    panic!("waited in vain: {what}");
}

#[allow(clippy::disallowed_methods, reason = "stands for a server")]
fn owner(place: &Place, mark: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_aside-sandbox-owner"))
        .arg(env!("CARGO_BIN_EXE_aside-sandbox-launcher"))
        .arg(place.backend.to_string())
        .arg(place.root.join("workspace"))
        .arg(place.root.join("scratch"))
        .arg(format!(": {mark}; sleep 1000; :"))
        .stdin(Stdio::null())
        .spawn()
        .unwrap()
}

/// How many processes have this text in their command line, without the owner.
fn marked(mark: &str, owner: u32) -> usize {
    let is_marked = |entry: &std::fs::DirEntry| {
        let name = entry.file_name();
        let is_process = name.as_encoded_bytes().iter().all(u8::is_ascii_digit);
        let is_other = is_process && name.to_string_lossy() != owner.to_string();
        let line = || std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        is_other && String::from_utf8_lossy(&line()).contains(mark)
    };
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries.filter(is_marked).count()
}

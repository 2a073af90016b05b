//! What is to be hidden comes and goes while commands are started.
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use aside_sandbox::{Network, Why};

use crate::harness::{each, put};

/// How many commands are started.
const COMMANDS: usize = 24;

/// Does something again and again until it is dropped.
struct Unrest {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Unrest {
    fn begin(mut act: impl FnMut() + Send + 'static) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            while !flag.load(Ordering::Relaxed) {
                act();
            }
        });
        Unrest {
            is_over,
            thread: Some(thread),
        }
    }
}

impl Drop for Unrest {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.take().map(JoinHandle::join).unwrap().unwrap();
    }
}

#[allow(clippy::disallowed_methods, reason = "a file of the test")]
fn remove(path: &PathBuf) {
    std::fs::remove_file(path).unwrap();
}

/// How many sockets there are, of which each is a folder every other time.
const SOCKETS: usize = 16;

#[tokio::test]
async fn sockets_that_vanish_do_not_stop_a_command() {
    each(async |mut place| {
        let folder = place.root.join("outside");
        let mut listeners: [Option<UnixListener>; SOCKETS] = std::array::from_fn(|_| None);
        let mut next = 0;
        let unrest = Unrest::begin(move || {
            let path = folder.join(next.to_string());
            if listeners[next].take().is_some() {
                remove(&path);
                std::fs::create_dir(&path).unwrap();
            } else {
                std::fs::remove_dir(&path).unwrap_or_default();
                listeners[next] = Some(UnixListener::bind(&path).unwrap());
            }
            next = (next + 1) % SOCKETS;
        });
        for number in 0..COMMANDS {
            place.profile.network = [Network::Off, Network::On][number % 2];
            let done = place.run("echo done; exit 3").await;
            assert_eq!(done.output, "done\n", "{done:?}");
            assert_eq!((done.exit.code, done.exit.why), (3, Why::Itself));
        }
        drop(unrest);
    })
    .await;
}

#[tokio::test]
async fn secrets_that_vanish_do_not_stop_a_command_and_are_not_read() {
    each(async |mut place| {
        let (file, folder) = (place.root.join("key"), place.root.join("keys"));
        place.profile.hidden.extend([file.clone(), folder.clone()]);
        let unrest = Unrest::begin(move || {
            put(&file, "sesame");
            std::fs::create_dir(&folder).unwrap();
            put(&folder.join("key"), "sesame");
            remove(&folder.join("key"));
            std::fs::remove_dir(&folder).unwrap();
            remove(&file);
            // As if another kind of thing were there.
            std::fs::create_dir(&file).unwrap();
            std::fs::remove_dir(&file).unwrap();
        });
        for _ in 0..COMMANDS {
            let done = place
                .run("cat $ROOT/secret-file $ROOT/secrets/key; cat $ROOT/outside/file > /dev/null && echo done")
                .await;
            assert!(done.output.ends_with("done\n"), "{done:?}");
            assert!(!done.output.contains("sesame"), "{done:?}");
        }
        drop(unrest);
    })
    .await;
}

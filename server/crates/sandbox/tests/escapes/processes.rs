//! Processes: more than allowed, living longer than allowed, reaching others.
use std::time::Duration;

use aside_sandbox::{Backend, Network, Output, Why};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

use crate::harness::{each, finish};

/// Long enough for a busy machine; nothing waits for it when all is well.
const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn forking_without_end_ends() {
    each(async |place| {
        let run = place.run("exec perl -e 'fork while 1'");
        let done = tokio::time::timeout(LONG, run).await.unwrap();
        assert_eq!(done.exit.why, Why::Processes, "{done:?}");
        let mark = format!("{}-bomb", place.root.display());
        let bomb = format!(": {mark}; bomb() {{ bomb | bomb & }}; bomb; wait");
        let run = place.run(&bomb);
        tokio::time::timeout(LONG, run).await.unwrap();
        assert!(!lives(&mark));
    })
    .await;
}

#[tokio::test]
async fn many_sleepers_end() {
    each(async |place| {
        let run = place.run("i=0; while [ $i -lt 5000 ]; do sleep 1000 & i=$((i+1)); done; wait");
        let done = tokio::time::timeout(LONG, run).await.unwrap();
        // The kernel refuses some, or all of it is ended.
        let is_refused = done.output.to_lowercase().contains("fork");
        assert!(is_refused || done.exit.why == Why::Processes, "{done:?}");
        assert!(!done.exit.is_success());
    })
    .await;
}

#[tokio::test]
async fn memory_is_limited_for_one_process() {
    each(async |place| {
        let fill = "perl -e '$x = \"x\" x (400 << 20); print \"held\\n\"'; echo $?";
        let run = place.run(fill);
        let done = tokio::time::timeout(LONG, run).await.unwrap();
        assert!(!done.output.contains("held"), "{done:?}");
    })
    .await;
}

#[tokio::test]
async fn memory_is_limited_for_all_together() {
    each(async |place| {
        let fill =
            "for i in 1 2 3 4; do perl -e '$x = \"x\" x (50 << 20); sleep 1000' & done; wait";
        let run = place.run(fill);
        let done = tokio::time::timeout(LONG, run).await.unwrap();
        assert_eq!(done.exit.why, Why::Memory, "{:?}", done.exit);
    })
    .await;
}

#[tokio::test]
async fn processor_time_and_files_are_limited() {
    each(async |mut place| {
        place.profile.limits.cpu_seconds = 1;
        place.profile.limits.file_bytes = 1 << 20;
        let run = place.run("exec sh -c 'while :; do :; done'");
        let done = tokio::time::timeout(LONG, run).await.unwrap();
        assert!(
            matches!(done.exit.why, Why::CpuTime | Why::Killed),
            "{done:?}"
        );
        let done = place.run("exec head -c 9000000 /dev/zero > large").await;
        assert_eq!(done.exit.why, Why::FileSize, "{done:?}");
        assert_eq!(place.read("workspace/large").len(), 1 << 20);
    })
    .await;
}

#[tokio::test]
async fn stopping_asks_first() {
    each(async |place| {
        let mut running = place
            .start("trap 'echo asked; exit 7' TERM; echo ready; while :; do sleep 0.01; done")
            .await;
        let mut lines = BufReader::new(running.take_stdout().unwrap()).lines();
        assert_eq!(lines.next_line().await.unwrap().unwrap(), "ready");
        let exit = running.stop(LONG).await.unwrap();
        assert_eq!((exit.code, exit.why), (7, Why::Stopped));
        let mut rest = Vec::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            rest.push(line);
        }
        assert!(rest.contains(&"asked".to_owned()), "{rest:?}");
    })
    .await;
}

#[tokio::test]
async fn who_does_not_listen_is_killed() {
    each(async |place| {
        let mark = format!("{}-deaf", place.root.display());
        let script = format!(
            "trap '' TERM HUP INT; echo ready; while :; do sleep 1; done & \
             setsid sh -c ': {mark}; trap \"\" TERM; while :; do sleep 1; done' & wait"
        );
        let mut running = place.start(&script).await;
        let mut lines = BufReader::new(running.take_stdout().unwrap()).lines();
        assert_eq!(lines.next_line().await.unwrap().unwrap(), "ready");
        let exit = running.stop(Duration::from_millis(20)).await.unwrap();
        assert_eq!(exit.why, Why::Stopped);
        assert!(!lives(&mark));
        // All who could write have ended.
        assert_eq!(lines.next_line().await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn daemons_do_not_outlive_their_command() {
    each(async |place| {
        let mark = format!("{}-daemon", place.root.display());
        let done = place
            .run(&format!(
                "setsid sh -c ': {mark}; sleep 1000 & sleep 1000' > /dev/null 2>&1 < /dev/null & \
                 (setsid nohup sh -c ': {mark}; sleep 1000; :' > /dev/null 2>&1 &) ; echo done"
            ))
            .await;
        assert_eq!(done.output, "done\n");
        assert!(done.exit.is_success());
        assert!(!lives(&mark));
    })
    .await;
}

#[tokio::test]
async fn dropping_ends_all() {
    each(async |place| {
        let mark = format!("{}-dropped", place.root.display());
        let script = format!("setsid sh -c ': {mark}; echo ready; sleep 1000; :' & sleep 1000");
        let mut running = place.start(&script).await;
        let mut stdout = BufReader::new(running.take_stdout().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).await.unwrap();
        assert!(lives(&mark));
        drop(running);
        let mut rest = Vec::new();
        stdout.read_to_end(&mut rest).await.unwrap();
        assert!(!lives(&mark));
    })
    .await;
}

#[tokio::test]
async fn other_processes_are_not_reached() {
    let mut outside = outside();
    let id = outside.id();
    each(async |place| {
        let server = std::process::id();
        let done = place
            .run(&format!(
                "kill -9 {id}; kill -9 {server}; kill -9 $PPID; kill -9 -1; kill -9 -$PPID; \
                 cat /proc/{id}/environ; cat /proc/{server}/environ; cat /proc/$PPID/environ; \
                 echo x > /proc/{id}/mem; echo still here"
            ))
            .await;
        assert!(done.output.ends_with("still here\n"), "{done:?}");
        assert!(!done.output.contains("SESAME"), "{done:?}");
    })
    .await;
    assert!(outside.try_wait().unwrap().is_none());
    outside.kill().unwrap();
    outside.wait().unwrap();
}

#[tokio::test]
async fn the_machine_is_not_reached() {
    each(async |place| {
        for command in [
            "unshare -U true",
            "unshare -m true",
            "unshare -Ur unshare -m true",
            "mount -t tmpfs none .",
            "mount -o remount,rw /",
            "strace -o /dev/null true",
            "chroot / true",
            "mknod disk b 254 0",
            "head -c 1 /dev/vda",
            "head -c 1 /dev/mem",
            "echo c > /proc/sysrq-trigger",
            "echo 1 > /proc/sys/kernel/panic",
            "dmesg",
            "nsenter -t 1 -m true",
        ] {
            let done = place.run(command).await;
            assert_ne!(done.exit.code, 0, "{command}: {done:?} {:?}", place.backend);
            assert_ne!(done.exit.code, 127, "{command} is not installed: {done:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_inherited() {
    each(async |mut place| {
        // A descriptor that outlives exec, as an editor may leave one to the server.
        let leak = std::fs::File::open("/etc/passwd").unwrap();
        rustix::io::fcntl_setfd(&leak, rustix::io::FdFlags::empty()).unwrap();
        place.profile.network = Network::On;
        let done = place
            .run("ls /proc/self/fd; env; (echo > /dev/tty) 2>&1; ps -o tty= $$")
            .await;
        let descriptors: Vec<&str> = done.output.lines().take(5).collect();
        // The last is the folder that `ls` itself has open.
        assert_eq!(descriptors[..4], ["0", "1", "2", "3"], "{done:?}");
        assert!(descriptors[4].contains('='), "{done:?}");
        assert!(!done.output.contains("ASIDE_"), "{done:?}");
        drop(leak);
    })
    .await;
}

#[tokio::test]
async fn input_and_output_are_carried() {
    each(async |place| {
        let mut spec = place.spec("cat; echo error >&2; exit 2");
        let input = vec![b'x'; 300_000];
        spec.stdin = aside_sandbox::Stdin::Bytes(input.clone());
        spec.output = Output::Separate;
        let mut running = place.sandbox.spawn(&spec, &place.profile).await.unwrap();
        let mut stderr = running.take_stderr().unwrap();
        let done = finish(running).await;
        assert_eq!(done.output.as_bytes(), input);
        let mut text = String::new();
        stderr.read_to_string(&mut text).await.unwrap();
        assert_eq!((text.as_str(), done.exit.code), ("error\n", 2));

        spec.program = "/absent/program".into();
        let done = finish(place.sandbox.spawn(&spec, &place.profile).await.unwrap()).await;
        assert!(matches!(done.exit.why, Why::NotStarted(_)), "{done:?}");
        let done = place.run("kill -SEGV $$").await;
        assert_eq!((done.exit.signal, done.exit.code), (Some(11), 139));
        assert_eq!(
            place.backend == Backend::Bubblewrap,
            place
                .sandbox
                .describes(Network::Off)
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}

/// A program outside of every sandbox, with a secret in its environment.
#[allow(clippy::disallowed_methods, reason = "a program that is to be outside")]
fn outside() -> std::process::Child {
    std::process::Command::new("sleep")
        .arg("1000")
        .env("SESAME", "1")
        .spawn()
        .unwrap()
}

/// Whether a process with this text in its command line lives.
fn lives(mark: &str) -> bool {
    let is_marked = |entry: std::fs::DirEntry| {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let is_own = entry.file_name().to_string_lossy() == std::process::id().to_string();
        !is_own && String::from_utf8_lossy(&line).contains(mark)
    };
    std::fs::read_dir("/proc").unwrap().flatten().any(is_marked)
}

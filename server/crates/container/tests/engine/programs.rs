//! Programs run, and end.
use std::time::Duration;

use aside_container::{Streams, Why};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::world::{World, done};

/// For a program to end after it was asked to.
const GRACE: Duration = Duration::from_secs(1);

#[tokio::test]
async fn output_and_codes_arrive() {
    let Some(world) = World::new("codes") else {
        return;
    };
    let cases = [
        ("echo out; echo err >&2", "out\n", "err\n", 0),
        ("exit 7", "", "", 7),
        ("kill -15 $$", "", "", 143),
        ("printf 'a\\0b'", "a\0b", "", 0),
        ("echo \"$1 $0\"", " sh\n", "", 0),
        ("seq 1 3", "1\n2\n3\n", "", 0),
    ];
    for (command, stdout, stderr, code) in cases {
        let done = world.sh("one", command).await;
        assert_eq!(done.stdout, stdout, "{command}: {done:?}");
        assert_eq!(done.stderr, stderr, "{command}");
        assert_eq!(done.exit.code, code, "{command}");
        assert_eq!(done.exit.why, Why::Itself, "{command}");
    }
    let mut absent = world.spec("");
    absent.program = "no-such-program".to_owned();
    let done = world.run("one", &absent, &world.place("one")).await;
    assert_eq!(done.exit.code, 127, "{done:?}");
    // It all was one container.
    assert_eq!(world.containers.count(), 1);
    world.containers.close().await;
}

#[tokio::test]
async fn a_program_gets_what_it_is_given() {
    let Some(world) = World::new("given") else {
        return;
    };
    let mut spec = world.spec("cat; pwd; echo $COLOR; echo $ASIDE_RUN | cut -c1-5; echo x >&2");
    spec.cwd = world.root.join("deep er");
    std::fs::create_dir(&spec.cwd).unwrap();
    spec.stdin = Some(b"in\n".to_vec());
    spec.environment = vec![("COLOR".to_owned(), "a b".to_owned())];
    spec.output = Streams::Merged;
    let done = world.run("one", &spec, &world.place("one")).await;
    let expect = format!("in\n{}\na b\nlive-\nx\n", spec.cwd.display());
    assert_eq!(done.stdout, expect, "{done:?}");
    // What is sent and not read costs no output, however much it is.
    spec.args[1] = "echo before; echo after >&2; exit 5".to_owned();
    spec.stdin = Some(vec![b'x'; 1 << 20]);
    let done = world.run("one", &spec, &world.place("one")).await;
    assert_eq!(done.stdout, "before\nafter\n", "{done:?}");
    assert_eq!(done.exit.code, 5);
    spec.cwd = world.root.join("absent");
    let done = world.run("one", &spec, &world.place("one")).await;
    assert_eq!(done.exit.code, 126, "{done:?}");
    world.containers.close().await;
}

#[tokio::test]
async fn output_streams_and_much_of_it_arrives() {
    let Some(world) = World::new("streams") else {
        return;
    };
    let mut running = world
        .start("one", "echo first; read line < fifo; echo second")
        .await;
    let made = world.sh("one", "mkfifo fifo 2>/dev/null; echo made").await;
    assert_eq!(made.stdout, "made\n");
    let mut lines = BufReader::new(running.take_stdout().unwrap()).lines();
    // Whether the pipe was there in time is of no matter: the first line is there before the end.
    assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("first"));
    drop(running);
    let much = world.sh("one", "head -c 3000000 /dev/zero").await;
    assert_eq!(much.stdout.len(), 3_000_000);
    world.containers.close().await;
}

#[tokio::test]
async fn what_a_program_leaves_behind_ends_with_it() {
    let Some(world) = World::new("behind") else {
        return;
    };
    let done = world
        .sh("one", "sleep 71001 & (setsid sleep 71001 &) ; echo over")
        .await;
    assert_eq!(done.stdout, "over\n");
    assert_eq!(world.processes("sleep 71001"), 0);
    world.containers.close().await;
}

#[tokio::test]
async fn stopping_ends_everything() {
    let Some(world) = World::new("stop") else {
        return;
    };
    let stubborn = "trap '' TERM; echo up; sleep 72002 & sleep 72002; sleep 72002";
    let mut running = world.start("one", stubborn).await;
    let mut lines = BufReader::new(running.take_stdout().unwrap()).lines();
    assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("up"));
    let exit = running.stop(GRACE).await;
    assert_eq!(exit.why, Why::Stopped);
    assert_eq!(world.processes("sleep 72002"), 0);

    // What hides by forgetting its environment goes with the container.
    let hiding = "env -i setsid sleep 72003 & echo up; sleep 72003";
    let mut running = world.start("one", hiding).await;
    let mut lines = BufReader::new(running.take_stdout().unwrap()).lines();
    assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("up"));
    let exit = running.stop(GRACE).await;
    assert_eq!(exit.why, Why::Stopped);
    assert_eq!(world.processes("sleep 72003"), 0);

    // The next program gets a new container.
    assert_eq!(world.sh("one", "echo on").await.stdout, "on\n");
    world.containers.close().await;
}

#[tokio::test]
async fn stopping_one_leaves_the_others() {
    let Some(world) = World::new("others") else {
        return;
    };
    let mut one = world.start("one", "echo up; sleep 73001").await;
    let mut lines = BufReader::new(one.take_stdout().unwrap()).lines();
    assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("up"));
    let other = world
        .start("one", "while ! [ -e go ]; do sleep 0.05; done; echo went")
        .await;
    let exit = one.stop(GRACE).await;
    assert_eq!(exit.why, Why::Stopped);
    assert_eq!(world.processes("sleep 73001"), 0);
    crate::world::write(&world.root.join("go"), "");
    assert_eq!(done(other).await.stdout, "went\n");
    world.containers.close().await;
}

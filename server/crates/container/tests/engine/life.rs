//! Containers come and go.
use std::time::{Duration, Instant};

use aside_container::{ContainerError, Containers};

use crate::world::{World, config};

/// More than any container is idle in these tests.
const LONG: Duration = Duration::from_secs(2 * 3600);

#[tokio::test]
async fn idle_containers_go_and_come_again() {
    let Some(world) = World::new("idle") else {
        return;
    };
    world.sh("one", "true").await;
    assert_eq!(world.containers.remove_idle(Instant::now()).await, 0);
    let busy = world.start("two", "sleep 75001").await;
    assert_eq!(world.containers.count(), 2);
    let removed = world.containers.remove_idle(Instant::now() + LONG).await;
    assert_eq!((removed, world.containers.count()), (1, 1));
    assert_eq!(world.sh("one", "echo on").await.stdout, "on\n");
    drop(busy);
    world.containers.end_session("two").await;
    assert_eq!(world.containers.count(), 1);
    world.containers.close().await;
    assert_eq!(world.containers.count(), 0);
    assert_eq!(world.processes("sleep 75001"), 0);
    let (spec, place) = (world.spec("true"), world.place("one"));
    let refused = world.containers.run("one", &spec, &place).await;
    assert_eq!(refused.err(), Some(ContainerError::Closed));
}

#[tokio::test]
async fn containers_wait_for_sessions() {
    let Some(world) = World::with("warm", |config| config.pool = 2) else {
        return;
    };
    world.sh("one", "echo x > \"$PWD/x\"").await;
    let wait = async {
        while world.containers.waiting() < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait)
        .await
        .unwrap();
    assert_eq!(world.containers.count(), 3);
    let place = world.place("two");
    let scratch = place.scratch.display().to_string();
    let mut spec = world.spec("pwd; echo y > y; cat \"$OLDPWD\"x x 2>/dev/null; cat /nowhere");
    spec.cwd = place.scratch.clone();
    let done = world.run("two", &spec, &place).await;
    assert!(done.stdout.contains("/scratch/"), "{done:?} {scratch}");
    // What was written is in the session's folder, by its own name.
    assert_eq!(
        std::fs::read_to_string(place.scratch.join("y")).unwrap(),
        "y\n"
    );
    let again = world.sh("two", &format!("cat {scratch}/y; cat x")).await;
    assert_eq!(again.stdout, "y\nx\n");
    let removed = world.containers.remove_idle(Instant::now() + LONG).await;
    assert!(removed >= 3, "{removed}");
    world.containers.close().await;
    assert_eq!(world.containers.count(), 0);
    // The folders of those that waited are gone too.
    let folders = std::fs::read_dir(world.data.join("scratch")).unwrap();
    let mut names: Vec<_> = folders.flatten().map(|it| it.file_name()).collect();
    names.sort();
    assert_eq!(names, ["one", "two"]);
}

#[tokio::test]
async fn a_container_that_somebody_removes_is_made_anew() {
    let Some(world) = World::new("gone") else {
        return;
    };
    world.sh("one", "true").await;
    // Its first program ends, and it with that.
    let done = world
        .sh("one", "kill -9 -1; kill -TERM 1; sleep 76001")
        .await;
    assert_ne!(done.exit.code, 0, "{done:?}");
    assert_eq!(world.sh("one", "echo on").await.stdout, "on\n");
    world.containers.close().await;
}

#[tokio::test]
async fn what_dead_servers_left_is_removed() {
    let Some(dead) = World::with("left", |config| config.owner.server = "dead-1".to_owned()) else {
        return;
    };
    let Some(alive) = World::with("left", |config| config.owner.server = "live-2".to_owned())
    else {
        return;
    };
    let left = dead.start("one", "echo up; sleep 77001").await;
    let spared = alive.start("one", "echo up; sleep 77002").await;
    let next = World::with("left", |config| config.owner.server = "live-3".to_owned());
    let next = next.unwrap();
    next.containers.prepare().await.unwrap();
    assert_eq!(next.processes("sleep 77001"), 0);
    assert_eq!(next.processes("sleep 77002"), 1);
    drop((left, spared));
    dead.containers.close().await;
    alive.containers.close().await;
}

#[tokio::test]
async fn a_container_ends_with_the_server_that_made_it() {
    let Some(world) = World::new("hold") else {
        return;
    };
    world.sh("one", "true").await;
    // Forgotten without a word, as by a server that is killed: the connection ends.
    let Some(config) = config("live-hold-2", "hold") else {
        return;
    };
    let root = world.root.clone();
    let place = world.place("one");
    let spec = world.spec("setsid sleep 78001 >/dev/null 2>&1 & echo up; sleep 78001");
    let forgotten = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let containers = Containers::new(config);
        let running = runtime
            .block_on(containers.run("one", &spec, &place))
            .unwrap();
        runtime.shutdown_background();
        drop((running, containers, root));
    });
    forgotten.join().unwrap();
    let wait = async {
        while world.processes("sleep 78001") > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait)
        .await
        .unwrap();
    world.containers.close().await;
}

#[tokio::test]
async fn a_missing_image_is_named() {
    let Some(world) = World::with("image", |config| {
        config.image = "localhost/absent".to_owned()
    }) else {
        return;
    };
    let error = world.containers.prepare().await.unwrap_err().to_string();
    assert!(error.contains("podman pull localhost/absent"), "{error}");
}

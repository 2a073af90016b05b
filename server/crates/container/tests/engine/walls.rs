//! What programs can touch.
use aside_container::{Access, Network, Why};

use crate::world::{World, write};

#[tokio::test]
async fn only_the_workspace_and_the_private_folder_are_written() {
    let Some(world) = World::new("writes") else {
        return;
    };
    let place = world.place("one");
    let scratch = place.scratch.display();
    let check = async |command: String, works: bool| {
        let done = world.sh("one", &command).await;
        assert_eq!(done.exit.code == 0, works, "{command}: {done:?}");
    };
    for fine in ["file", ".git/index", ".git/refs", "/tmp/x"] {
        check(format!("echo x > {fine}"), true).await;
    }
    check(format!("echo x > {scratch}/x"), true).await;
    let refused = [
        "/x",
        "/etc/x",
        "/bin/sh",
        "/proc/sys/kernel/hostname",
        ".git/hooks/pre-commit",
        ".git/config",
        ".aside/settings.toml",
    ];
    for path in refused {
        check(format!("echo x > {path}"), false).await;
    }
    for command in [
        "rm .git/config",
        "mv .git/hooks .git/other",
        "rmdir .aside",
        "mv other .git/config",
        "mount -t tmpfs none /tmp",
        "umount .git/hooks",
        "umount .aside",
        "chroot / true",
        "mknod null c 1 3",
    ] {
        check(command.to_owned(), false).await;
    }
    assert_eq!(
        std::fs::read_to_string(world.root.join("file")).unwrap(),
        "x\n"
    );
    assert_eq!(
        std::fs::read_to_string(place.scratch.join("x")).unwrap(),
        "x\n"
    );
    world.containers.close().await;
}

#[tokio::test]
async fn the_rest_of_the_machine_is_not_there() {
    let Some(world) = World::new("hidden") else {
        return;
    };
    write(&world.data.join("secret"), "s3cret");
    write(&world.root.join("key"), "s3cret");
    std::fs::create_dir(world.root.join("vault")).unwrap();
    write(&world.root.join("vault/key"), "s3cret");
    let other = world.place("other");
    write(&other.scratch.join("theirs"), "s3cret");
    let mut place = world.place("one");
    place.hidden = ["key", "vault", "absent"]
        .map(|name| world.root.join(name))
        .to_vec();
    let (data, root) = (world.data.display(), world.root.display());
    let files = [
        format!("{data}/secret"),
        format!("{root}/key"),
        format!("{root}/vault/key"),
        format!("{}/theirs", other.scratch.display()),
        "/etc/shadow".to_owned(),
        "/proc/1/environ/../root/etc/hostname.secret".to_owned(),
    ];
    for file in files {
        let spec = world.spec(&format!("cat {file} {file}/*"));
        let done = world.run("one", &spec, &place).await;
        assert!(!done.stdout.contains("s3cret"), "{file}: {done:?}");
    }
    let spec = world.spec("ls / | grep -c -e root -e home; grep Cap /proc/self/status | sort -u");
    let done = world.run("one", &spec, &place).await;
    assert!(
        done.stdout.contains("CapEff:\t0000000000000000"),
        "{done:?}"
    );
    assert!(
        done.stdout.contains("CapBnd:\t0000000000000000"),
        "{done:?}"
    );
    world.containers.close().await;
}

#[tokio::test]
async fn there_is_no_network() {
    let Some(world) = World::new("network") else {
        return;
    };
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let command = format!("ls /sys/class/net 2>/dev/null; nc -w 1 127.0.0.1 {port} </dev/null");
    let done = world.sh("one", &command).await;
    assert_eq!(done.exit.code, 1, "{done:?}");
    let routes = world.sh("one", "cat /proc/net/route | wc -l").await;
    assert_eq!(routes.stdout.trim(), "1", "{routes:?}");
    let mut place = world.place("one");
    place.network = Network::On;
    // It is another container: what is allowed to one call is not to the next.
    if let Ok(running) = world
        .containers
        .run("one", &world.spec("cat /proc/net/route | wc -l"), &place)
        .await
    {
        let done = crate::world::done(running).await;
        assert_ne!(done.stdout.trim(), "1", "{done:?}");
        assert_eq!(world.containers.count(), 2);
    }
    let routes = world.sh("one", "cat /proc/net/route | wc -l").await;
    assert_eq!(routes.stdout.trim(), "1", "{routes:?}");
    world.containers.close().await;
}

#[tokio::test]
async fn a_workspace_can_be_read_only() {
    let Some(world) = World::new("readonly") else {
        return;
    };
    let mut place = world.place("one");
    place.access = Access::ReadOnly;
    let spec = world.spec("ls .git/config && echo x > x");
    let done = world.run("one", &spec, &place).await;
    assert_eq!(done.stdout, ".git/config\n");
    assert_ne!(done.exit.code, 0);
    world.containers.close().await;
}

#[tokio::test]
async fn memory_and_processes_are_limited() {
    let Some(world) = World::new("limits") else {
        return;
    };
    let done = world.sh("one", "tail -c 500000000 /dev/zero | wc -c").await;
    assert_ne!(done.stdout.trim(), "500000000", "{done:?}");
    let many = "for i in $(seq 1 200); do sleep 74001 & done; echo all";
    let done = world.sh("two", many).await;
    assert!(
        !done.stdout.contains("all") || done.stderr.contains("fork"),
        "{done:?}"
    );
    assert_eq!(world.processes("sleep 74001"), 0);
    // Whatever became of the containers, the session goes on.
    assert_eq!(world.sh("two", "echo on").await.stdout, "on\n");
    world.containers.close().await;
}

#[tokio::test]
async fn changed_paths_are_told_and_never_come_through() {
    let Some(world) = World::new("changed") else {
        return;
    };
    let done = world.sh("one", "echo x > .git/commondir").await;
    assert_eq!(done.exit.changed, [world.root.join(".git/commondir")]);
    let done = world.sh("one", "true").await;
    assert_eq!(done.exit.changed, [] as [std::path::PathBuf; 0]);
    assert_eq!(done.exit.why, Why::Itself);
    // Somebody outside replaces the file, as git does: what is held is the new one.
    write(&world.root.join("new"), "[user]\n");
    std::fs::rename(world.root.join("new"), world.root.join(".git/config")).unwrap();
    let done = world
        .sh("one", "cat .git/config; echo x > .git/config")
        .await;
    assert_eq!(done.stdout, "[user]\n");
    assert_ne!(done.exit.code, 0, "{done:?}");
    world.containers.close().await;
}

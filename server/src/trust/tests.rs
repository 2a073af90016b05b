//! Trust over real folders.
use std::fs;
use std::path::PathBuf;

use expect_test::{Expect, expect};
use tempfile::TempDir;

use super::*;

/// A workspace and Aside's data directory.
struct World {
    root: TempDir,
    data: TempDir,
}

#[allow(
    clippy::disallowed_methods,
    reason = "tests make and change the files that they are about"
)]
impl World {
    fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
            data: tempfile::tempdir().unwrap(),
        }
    }

    fn put(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn try_put(&self, name: impl AsRef<Path>) -> std::io::Result<()> {
        fs::write(self.root.path().join(name), "")
    }

    fn remove(&self, name: impl AsRef<Path>) {
        fs::remove_file(self.root.path().join(name)).unwrap();
    }

    fn look(&self) -> Standing {
        look(self.root.path(), self.data.path())
    }

    fn survey(&self) -> Survey {
        survey::survey(self.root.path()).unwrap().unwrap()
    }

    fn trust(&self) -> Guard {
        let hash = self.survey().hash;
        trust(self.root.path(), self.data.path(), &hash).unwrap();
        assert!(matches!(self.look(), Standing::Trusted(_)));
        Guard::new(self.root.path(), self.data.path(), &hash)
    }

    #[track_caller]
    fn check_refused(&self, expect: Expect) {
        let Standing::Refused(error) = self.look() else {
            panic!("it is not refused: {:?}", self.look());
        };
        expect.assert_eq(&error.to_string());
        let failed = trust(self.root.path(), self.data.path(), "x");
        assert!(matches!(failed, Err(TrustError::Refused(_))));
    }

    fn record(&self) -> PathBuf {
        self.data.path().join("trust.json")
    }

    fn damage(&self, text: impl AsRef<[u8]>) {
        fs::write(self.record(), text).unwrap();
    }
}

#[test]
fn nothing_is_there_to_trust() {
    let world = World::new();
    assert_eq!(world.look(), Standing::Nothing);
    let failed = trust(world.root.path(), world.data.path(), "x");
    assert!(matches!(failed, Err(TrustError::Nothing)));
    assert!(!revoke(world.root.path(), world.data.path()).unwrap());
    // Looking leaves nothing behind, and neither does an empty folder count.
    fs::create_dir_all(world.root.path().join(".aside/empty")).unwrap();
    assert_eq!(world.look(), Standing::Nothing);
    assert!(!world.record().exists());
}

#[test]
fn each_name_and_each_byte_counts() {
    let world = World::new();
    world.put(".aside/config.toml", "a");
    world.put(".aside/b", "");
    let mut seen = vec![world.survey().hash];
    let mut check = |change: &dyn Fn()| {
        change();
        let hash = world.survey().hash;
        assert!(!seen.contains(&hash), "{:?}", world.survey());
        seen.push(hash);
    };
    check(&|| drop(world.put(".aside/config.toml", "b")));
    check(&|| drop(world.put(".mcp.json", "")));
    check(&|| drop(world.put(".aside/commands/x.md", "x")));
    check(&|| world.remove(".aside/b"));
    check(&|| drop(world.put(".aside/b", "x")));
    check(&|| drop(world.put(".aside/commands/.hidden", "")));
    // What lies elsewhere does not.
    let before = world.survey();
    world.put("src/.aside/config.toml", "x");
    world.put("AGENTS.md", "x");
    assert_eq!(world.survey(), before);
}

#[test]
fn what_changed_is_named_and_the_guard_lets_go() {
    let world = World::new();
    world.put(".aside/config.toml", "a");
    world.put(".aside/old.md", "a");
    let guard = world.trust();
    assert!(guard.holds());
    world.put(".aside/config.toml", "b");
    world.put(".aside/new.md", "a");
    world.remove(".aside/old.md");
    assert!(!guard.holds());
    let Standing::Changed(_, changed) = world.look() else {
        panic!("{:?}", world.look());
    };
    assert_eq!(
        changed,
        [".aside/config.toml", ".aside/new.md", ".aside/old.md"]
    );
    // Trusted anew, it is another trust than before; put back, it is trusted no more.
    let other = world.trust();
    assert!(other.holds() && !guard.holds());
    assert!(revoke(world.root.path(), world.data.path()).unwrap());
    assert!(!other.holds());
    assert!(matches!(world.look(), Standing::Untrusted(_)));
}

#[test]
fn only_what_was_shown_is_trusted() {
    let world = World::new();
    world.put(".aside/config.toml", "a");
    let hash = world.survey().hash;
    world.put(".aside/config.toml", "b");
    let failed = trust(world.root.path(), world.data.path(), &hash);
    assert!(matches!(failed, Err(TrustError::Changed)));
    assert!(matches!(world.look(), Standing::Untrusted(_)));
}

#[test]
fn the_parsed_bytes_are_the_hashed_ones() {
    let world = World::new();
    world.put(".aside/config.toml", "a");
    world.put(".mcp.json", "b");
    let survey = world.survey();
    assert_eq!(survey.config.as_deref(), Some(&b"a"[..]));
    assert_eq!(survey.servers.as_deref(), Some(&b"b"[..]));
    assert!(!format!("{survey:?}").contains("config:"));
}

#[cfg(unix)]
#[test]
fn what_leads_elsewhere_is_refused() {
    use std::os::unix::fs::symlink;
    let world = World::new();
    let place = |name: &str| world.root.path().join(name);
    world.put("elsewhere/config.toml", "a");
    symlink(place("elsewhere"), place(".aside")).unwrap();
    world.check_refused(expect![
        ".aside is a symbolic link, and what it leads to may change unseen; put a file there"
    ]);
    world.remove(".aside");
    world.put(".aside/config.toml", "a");
    symlink(place("elsewhere/config.toml"), place(".mcp.json")).unwrap();
    world.check_refused(expect![
        ".mcp.json is a symbolic link, and what it leads to may change unseen; put a file there"
    ]);
    world.remove(".mcp.json");
    symlink("nowhere", place(".aside/dangling")).unwrap();
    world.check_refused(expect![".aside/dangling is a symbolic link, and what it leads to may change unseen; put a file there"]);
    world.remove(".aside/dangling");
    let _socket = std::os::unix::net::UnixListener::bind(place(".aside/socket")).unwrap();
    world.check_refused(expect![
        ".aside/socket is neither a file nor a folder; remove it"
    ]);
    world.remove(".aside/socket");
    let odd = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b".aside/\xff");
    if world.try_put(odd).is_ok() {
        world.check_refused(expect![".aside/� has a name that is not UTF-8; rename it"]);
        world.remove(odd);
    }
    assert!(matches!(world.look(), Standing::Untrusted(_)));
}

#[test]
fn there_are_bounds() {
    let world = World::new();
    let limit = usize::try_from(MAX_FILE_BYTES).unwrap();
    world.put(".aside/a", vec![b'x'; limit]);
    assert!(matches!(world.look(), Standing::Untrusted(_)));
    world.put(".aside/a", vec![b'x'; limit + 1]);
    world.check_refused(expect![
        ".aside/a is more than is looked at (1048576 bytes); remove what is not needed"
    ]);
    world.put(".aside/a", "");
    let deep = "d/".repeat(MAX_DEPTH);
    world.put(&format!(".aside/{deep}x"), "");
    world.check_refused(expect![".aside/d/d/d/d/d/d/d/d is more than is looked at (8 folders deep); remove what is not needed"]);
    let world = World::new();
    for number in 0..=MAX_FILES {
        world.put(&format!(".aside/{number}"), "");
    }
    world.check_refused(expect![
        ".aside is more than is looked at (512 files); remove what is not needed"
    ]);
    let world = World::new();
    for number in 0..MAX_TOTAL_BYTES / MAX_FILE_BYTES {
        world.put(&format!(".aside/{number}"), vec![b'x'; limit]);
    }
    world.put(".aside/last", "x");
    world.check_refused(expect![
        ".aside/last is more than is looked at (8388608 bytes in all); remove what is not needed"
    ]);
}

#[test]
fn a_damaged_record_trusts_nobody() {
    let world = World::new();
    world.put(".mcp.json", "{}");
    for text in ["", "x", "[]", r#"{"workspaces":{"file:///":3}}"#, "\u{0}"] {
        let guard = world.trust();
        world.damage(text);
        assert!(!guard.holds(), "{text:?}");
        assert!(matches!(world.look(), Standing::Untrusted(_)), "{text:?}");
    }
    world.damage(vec![0xff; 100]);
    assert!(matches!(world.look(), Standing::Untrusted(_)));
    world.trust();
}

#[test]
fn workspaces_do_not_get_in_each_others_way() {
    let data = tempfile::tempdir().unwrap();
    let worlds: Vec<World> = (0..8)
        .map(|_| {
            let world = World::new();
            world.put(".mcp.json", "{}");
            world
        })
        .collect();
    std::thread::scope(|scope| {
        for world in &worlds {
            let data = data.path();
            scope.spawn(move || trust(world.root.path(), data, &world.survey().hash).unwrap());
        }
    });
    for world in &worlds {
        let standing = look(world.root.path(), data.path());
        assert!(matches!(standing, Standing::Trusted(_)), "{standing:?}");
    }
}

#[cfg(unix)]
#[test]
fn the_record_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    world.put(".mcp.json", "{}");
    world.trust();
    let mode = world.record().metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

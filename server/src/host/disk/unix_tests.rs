//! The disk host where files have modes and symbolic links.
#![allow(
    clippy::disallowed_methods,
    reason = "the tests play the user and other programs"
)]
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::tests::{Fixture, fixture, is_stale};
use super::*;

fn mode(fixture: &Fixture, name: &str) -> u32 {
    let metadata = fixture.dir.path().join(name).metadata().unwrap();
    metadata.permissions().mode() & 0o7777
}

fn set_mode(path: &WorkspacePath, mode: u32) {
    fs::set_permissions(path.absolute(), fs::Permissions::from_mode(mode)).unwrap();
}

fn link(fixture: &Fixture, target: impl AsRef<Path>, name: &str) -> WorkspacePath {
    let path = fixture.dir.path().join(name);
    symlink(target, path).unwrap();
    fixture.at(name)
}

fn leads_to(fixture: &Fixture, name: &str) -> Option<PathBuf> {
    fs::read_link(fixture.dir.path().join(name)).ok()
}

/// The change that brings back what `base` was.
fn restored(base: Document) -> FileChange {
    let text = Arc::clone(&base.text);
    let base = Document {
        text: "".into(),
        stamp: Stamp::Absent,
        ..base
    };
    FileChange::text(base, text, "restore".to_owned())
}

#[test]
fn modes_are_kept() {
    for bits in [0o755, 0o600, 0o444, 0o751] {
        let fixture = fixture();
        let path = fixture.put("run.sh", b"old");
        set_mode(&path, bits);
        fixture.files.write(&fixture.change(&path, "new")).unwrap();
        assert_eq!(mode(&fixture, "run.sh"), bits);
        for (from, to, text) in [("run.sh", "b", "new"), ("b", "c", "newer")] {
            let change = fixture.aim(&fixture.at(from), fixture.to(to, text));
            fixture.files.write(&change).unwrap();
            assert_eq!(mode(&fixture, to), bits);
        }
        let base = fixture.files.read(&fixture.at("c")).unwrap();
        assert_eq!(base.form.mode, Some(bits));
        let deleted = fixture.aim(&fixture.at("c"), Target::Deleted);
        fixture.files.write(&deleted).unwrap();
        fixture.check_tree(&[]);
        fixture.files.write(&restored(base)).unwrap();
        assert_eq!(mode(&fixture, "c"), bits);
        fixture.check_tree(&[("c", "newer")]);
    }
}

#[test]
fn a_file_is_never_made_with_its_owners_rights() {
    let fixture = fixture();
    let mut change = fixture.change(&fixture.at("a"), "x");
    change.base.form.mode = Some(0o6755);
    fixture.files.write(&change).unwrap();
    assert_eq!(mode(&fixture, "a"), 0o755);
}

#[test]
fn a_link_stays_one_when_its_text_changes() {
    let fixture = fixture();
    let file = fixture.put("a", b"old");
    set_mode(&file, 0o751);
    let path = link(&fixture, "a", "link");
    let base = fixture.files.read(&path).unwrap();
    assert_eq!(base.form.link.as_deref(), Some(Path::new("a")));
    assert_eq!(base.form.mode, Some(0o751));
    fixture.files.write(&fixture.change(&path, "new")).unwrap();
    assert_eq!(leads_to(&fixture, "link"), Some("a".into()));
    assert_eq!(mode(&fixture, "a"), 0o751);
    fixture.check_tree(&[("a", "new"), ("link", "new")]);
}

#[test]
fn of_a_link_the_link_is_deleted_and_comes_back() {
    let fixture = fixture();
    fixture.put("a", b"text");
    let path = link(&fixture, "a", "link");
    let base = fixture.files.read(&path).unwrap();
    let deleted = fixture.aim(&path, Target::Deleted);
    fixture.files.write(&deleted).unwrap();
    fixture.check_tree(&[("a", "text")]);

    // What it leads to is not written to, and need not be there.
    fixture.put("a", b"other");
    fixture.files.write(&restored(base.clone())).unwrap();
    assert_eq!(leads_to(&fixture, "link"), Some("a".into()));
    fixture.check_tree(&[("a", "other"), ("link", "other")]);
    fs::remove_file(path.absolute()).unwrap();
    fs::remove_file(fixture.dir.path().join("a")).unwrap();
    fixture.files.write(&restored(base)).unwrap();
    assert_eq!(leads_to(&fixture, "link"), Some("a".into()));
}

#[test]
fn a_link_that_became_another_is_stale() {
    let fixture = fixture();
    fixture.put("a", b"text");
    fixture.put("b", b"text");
    let path = link(&fixture, "a", "link");
    for target in [Target::Deleted, fixture.to("c", "text")] {
        let change = fixture.aim(&path, target);
        fs::remove_file(path.absolute()).unwrap();
        link(&fixture, "b", "link");
        assert!(is_stale(fixture.files.write(&change)));
        fs::remove_file(path.absolute()).unwrap();
        fixture.put("link", b"text");
        assert!(is_stale(fixture.files.write(&change)));
        fs::remove_file(path.absolute()).unwrap();
        link(&fixture, "a", "link");
    }
    fixture.check_tree(&[("a", "text"), ("b", "text"), ("link", "text")]);
}

#[test]
fn no_link_is_made_that_leaves_the_workspace() {
    let fixture = fixture();
    let outside = tempfile::tempdir().unwrap();
    symlink("nowhere", fixture.dir.path().join("dangling")).unwrap();
    for target in [
        outside.path().to_owned(),
        "../x".into(),
        "sub/../../x".into(),
        "/".into(),
        "dangling".into(),
    ] {
        let mut change = fixture.change(&fixture.at("link"), "x");
        change.base.form.link = Some(target);
        let result = fixture.files.write(&change);
        assert!(matches!(result, Err(HostError::Denied(_))), "{change:?}");
        assert_eq!(leads_to(&fixture, "link"), None);
    }
}

#[test]
fn a_link_is_moved_where_it_leads_to_the_same() {
    let fixture = fixture();
    fixture.put("a", b"text");
    let relative = link(&fixture, "a", "relative");
    let absolute = link(&fixture, fixture.dir.path().join("a"), "absolute");
    let aim = |path, to, text| fixture.aim(path, fixture.to(to, text));
    for change in [
        aim(&relative, "sub/b", "text"),
        aim(&relative, "b", "other"),
        aim(&absolute, "b", "other"),
    ] {
        let result = fixture.files.write(&change);
        assert!(matches!(result, Err(HostError::Conflict(_))), "{result:?}");
    }
    fixture.files.write(&aim(&relative, "b", "text")).unwrap();
    fixture
        .files
        .write(&aim(&absolute, "sub/c", "text"))
        .unwrap();
    fixture.check_tree(&[("a", "text"), ("b", "text"), ("sub/c", "text")]);
    assert_eq!(leads_to(&fixture, "b"), Some("a".into()));
}

#[test]
fn a_folder_that_became_a_link_is_noticed() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("old.txt"), "x").unwrap();
    let fixture = fixture();
    let sub = fixture.dir.path().join("sub");
    fs::create_dir(&sub).unwrap();
    let old = fixture.put("sub/old.txt", b"x");
    fixture.put("a.txt", b"x");
    let changes = [
        fixture.change(&fixture.at("sub/new.txt"), "y"),
        fixture.change(&old, "y"),
        fixture.aim(&old, Target::Deleted),
        fixture.aim(&old, fixture.to("b.txt", "x")),
        fixture.aim(&fixture.at("a.txt"), fixture.to("sub/b.txt", "x")),
    ];
    fs::remove_dir_all(&sub).unwrap();
    symlink(outside.path(), &sub).unwrap();
    for change in changes {
        let result = fixture.files.write(&change);
        assert!(matches!(result, Err(HostError::Denied(_))), "{change:?}");
    }
    let left: Vec<_> = fs::read_dir(outside.path()).unwrap().collect();
    assert_eq!(left.len(), 1);
    let text = fs::read_to_string(outside.path().join("old.txt")).unwrap();
    assert_eq!(text, "x");
}

#[test]
fn where_the_old_one_cannot_go_the_new_one_goes_again() {
    let fixture = fixture();
    let sub = fixture.dir.path().join("sub");
    fs::create_dir(&sub).unwrap();
    let path = fixture.put("sub/a", b"x");
    fs::set_permissions(&sub, fs::Permissions::from_mode(0o555)).unwrap();
    // The system's administrator may write anywhere.
    if fs::write(sub.join("probe"), "").is_ok() {
        return;
    }
    for text in ["x", "y"] {
        let change = fixture.aim(&path, fixture.to("b", text));
        let result = fixture.files.write(&change);
        assert!(matches!(result, Err(HostError::Io(_))), "{result:?}");
        fixture.check_tree(&[("sub/a", "x")]);
    }
    fs::set_permissions(&sub, fs::Permissions::from_mode(0o755)).unwrap();
}

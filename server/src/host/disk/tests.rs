//! The disk host against a folder in which the user and other programs are at work too.
#![allow(
    clippy::disallowed_methods,
    reason = "the tests play the user and other programs"
)]
use std::fs;

use super::*;

pub(super) struct Fixture {
    pub(super) dir: tempfile::TempDir,
    pub(super) files: DiskFiles,
}

pub(super) fn fixture() -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let files = DiskFiles::new(Roots::new([dir.path().to_owned()]), 1024);
    Fixture { dir, files }
}

impl Fixture {
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> WorkspacePath {
        fs::write(self.dir.path().join(name), bytes).unwrap();
        self.files.roots.resolve(name).unwrap()
    }

    pub(super) fn change(&self, path: &WorkspacePath, new_text: &str) -> FileChange {
        let base = self.files.read(path).unwrap();
        FileChange::text(base, new_text.into(), "test".to_owned())
    }

    pub(super) fn aim(&self, path: &WorkspacePath, target: Target) -> FileChange {
        FileChange {
            target,
            ..self.change(path, "")
        }
    }

    pub(super) fn at(&self, name: &str) -> WorkspacePath {
        self.files.roots.resolve(name).unwrap()
    }

    pub(super) fn to(&self, name: &str, text: &str) -> Target {
        Target::Moved {
            to: self.at(name),
            text: text.into(),
        }
    }

    /// All files below the folder and their texts, sorted.
    pub(super) fn tree(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut folders = vec![self.dir.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(self.dir.path()).unwrap();
                let text = fs::read_to_string(&path).unwrap_or_default();
                found.push((name.to_string_lossy().replace('\\', "/"), text));
            }
        }
        found.sort();
        found
    }

    #[track_caller]
    pub(super) fn check_tree(&self, expect: &[(&str, &str)]) {
        let expect: Vec<_> = expect
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        assert_eq!(self.tree(), expect);
    }
}

pub(super) fn is_stale(result: Result<(), HostError>) -> bool {
    matches!(result, Err(HostError::Stale(_)))
}

#[test]
fn text_comes_back_as_it_is() {
    let fixture = fixture();
    let path = fixture.put("a.txt", "\u{feff}a\r\nb\n".as_bytes());
    let document = fixture.files.read(&path).unwrap();
    assert_eq!(&*document.text, "\u{feff}a\r\nb\n");
    assert_eq!(document.stamp, Stamp::Disk);
}

#[test]
fn what_is_not_text_is_refused() {
    let fixture = fixture();
    let cases: [(&str, &[u8], &str); 3] = [
        ("bin", b"a\0b", "binary"),
        ("latin1", b"caf\xe9", "not UTF-8"),
        ("big", &[b'x'; 1025], "larger than the limit"),
    ];
    for (name, bytes, part) in cases {
        let path = fixture.put(name, bytes);
        let error = fixture.files.read(&path).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    let folder = fixture.files.roots.resolve(".").unwrap();
    assert!(fixture.files.read(&folder).is_err());
}

#[test]
fn what_moved_on_is_left_alone_and_said_to_be_stale() {
    type Meanwhile = fn(&Path);
    let targets = |fixture: &Fixture| {
        [
            Target::Text("two".into()),
            Target::Deleted,
            fixture.to("b.txt", "one"),
            fixture.to("b.txt", "two"),
        ]
    };
    let cases: [(Meanwhile, &[(&str, &str)]); 3] = [
        (
            |path| fs::write(path, "mine").unwrap(),
            &[("a.txt", "mine")],
        ),
        (|path| fs::remove_file(path).unwrap(), &[]),
        (|path| fs::write(path, "").unwrap(), &[("a.txt", "")]),
    ];
    for (meanwhile, expect) in cases {
        for index in 0..4 {
            let fixture = fixture();
            let path = fixture.put("a.txt", b"one");
            let change = fixture.aim(&path, targets(&fixture)[index].clone());
            meanwhile(path.absolute());
            assert!(is_stale(fixture.files.write(&change)), "{index}");
            fixture.check_tree(expect);
        }
    }
}

#[test]
fn a_file_created_meanwhile_is_not_overwritten() {
    let fixture = fixture();
    let change = fixture.change(&fixture.at("a.txt"), "new");
    for text in ["", "mine"] {
        fixture.put("a.txt", text.as_bytes());
        assert!(is_stale(fixture.files.write(&change)));
        fixture.check_tree(&[("a.txt", text)]);
    }
}

#[test]
fn an_empty_file_that_is_gone_is_no_empty_file() {
    let fixture = fixture();
    let path = fixture.put("a.txt", b"");
    let change = fixture.change(&path, "two");
    fs::remove_file(path.absolute()).unwrap();
    assert!(is_stale(fixture.files.write(&change)));
    fixture.check_tree(&[]);
}

#[test]
fn every_text_is_written_as_it_is() {
    let texts = ["", "a", "a\n", "a\r\nb", "\u{feff}é😀\r\r\n"];
    let fixture = fixture();
    let path = fixture.put("a.txt", b"x");
    for text in texts {
        fixture.files.write(&fixture.change(&path, text)).unwrap();
        fixture.check_tree(&[("a.txt", text)]);
        let moved = fixture.aim(&path, fixture.to("sub/b.txt", text));
        fixture.files.write(&moved).unwrap();
        fixture.check_tree(&[("sub/b.txt", text)]);
        let back = fixture.aim(&fixture.at("sub/b.txt"), fixture.to("a.txt", "x"));
        fixture.files.write(&back).unwrap();
        fixture.check_tree(&[("a.txt", "x")]);
    }
    fixture
        .files
        .write(&fixture.aim(&path, Target::Deleted))
        .unwrap();
    fixture.check_tree(&[]);
}

#[test]
fn a_move_never_overwrites() {
    let fixture = fixture();
    let path = fixture.put("a.txt", b"one");
    fs::create_dir(fixture.dir.path().join("folder")).unwrap();
    fixture.put("b.txt", b"");
    for (to, text) in [("b.txt", "one"), ("b.txt", "two"), ("folder", "one")] {
        let change = fixture.aim(&path, fixture.to(to, text));
        let moved = fixture.files.write(&change);
        assert!(matches!(moved, Err(HostError::Conflict(_))), "{moved:?}");
    }
    fixture.check_tree(&[("a.txt", "one"), ("b.txt", "")]);
}

#[test]
fn what_is_not_there_is_neither_deleted_nor_moved() {
    let fixture = fixture();
    let path = fixture.at("a.txt");
    for target in [Target::Deleted, fixture.to("b.txt", "")] {
        let result = fixture.files.write(&fixture.aim(&path, target));
        assert!(matches!(result, Err(HostError::NotFound(_))), "{result:?}");
    }
    fixture.check_tree(&[]);
}

#[test]
fn new_folders_are_made_and_no_temporary_file_stays() {
    let fixture = fixture();
    let path = fixture.files.roots.resolve("x/y/new.txt").unwrap();
    fixture.files.write(&fixture.change(&path, "hi")).unwrap();
    assert_eq!(&*fixture.files.read(&path).unwrap().text, "hi");
    let names: Vec<_> = fs::read_dir(path.absolute().parent().unwrap())
        .unwrap()
        .collect();
    assert_eq!(names.len(), 1);
}

#[test]
fn git_is_never_written() {
    let fixture = fixture();
    fs::create_dir_all(fixture.dir.path().join(".git/hooks")).unwrap();
    fixture.put(".git/config", b"x");
    fixture.put("a.txt", b"x");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(".git/hooks", fixture.dir.path().join("hooks")).unwrap();
        std::os::unix::fs::symlink(".git/config", fixture.dir.path().join("link")).unwrap();
    }
    let before = fixture.tree();
    let mut changes = vec![
        fixture.change(&fixture.at(".git/hooks/pre-commit"), "x"),
        fixture.change(&fixture.at("sub/.GIT/config"), "x"),
        fixture.change(&fixture.at(".git/config"), "y"),
        fixture.aim(&fixture.at(".git/config"), Target::Deleted),
        fixture.aim(&fixture.at(".git/config"), fixture.to("b.txt", "x")),
        fixture.aim(&fixture.at("a.txt"), fixture.to(".git/b.txt", "x")),
    ];
    #[cfg(unix)]
    changes.extend([
        fixture.change(&fixture.at("hooks/pre-commit"), "x"),
        fixture.aim(&fixture.at("a.txt"), fixture.to("hooks/b", "x")),
        fixture.change(&fixture.at("link"), "y"),
    ]);
    for change in changes {
        let result = fixture.files.write(&change);
        assert!(matches!(result, Err(HostError::Denied(_))), "{change:?}");
    }
    assert_eq!(fixture.tree(), before);
}

#[test]
fn a_file_is_no_folder() {
    let fixture = fixture();
    fixture.put("a.txt", b"one");
    let below = fixture.files.roots.resolve("a.txt/b.txt").unwrap();
    assert!(matches!(fixture.files.read(&below), Err(HostError::Io(_))));
}

//! Deleting and moving files, what the disk alone can do, and what is told of documents.
#![allow(
    clippy::disallowed_methods,
    reason = "the tests play the user, the editor and other programs"
)]
use std::path::Path;

use serde_json::json;

use super::*;

#[tokio::test]
async fn files_are_deleted_by_the_editor_or_on_disk() {
    let really: Step = |bench, _| {
        std::fs::remove_file(bench.path("a").absolute()).unwrap();
        yes()
    };
    let lie: Step = |_, _| yes();
    for open in [false, true] {
        for step in [really, lie] {
            let bench = bench(&[step]);
            bench.put("a", OLD);
            if open {
                bench.open("a", OLD);
            }
            bench.aim("a", Target::Deleted).await.unwrap();
            assert_eq!(bench.disk("a"), None);
        }
    }
    let bench = bench(&[lie, |_, _| no()]);
    bench.put("a", OLD);
    bench.open("a", "unsaved");
    let result = bench.aim("a", Target::Deleted).await;
    assert!(matches!(result, Err(HostError::Conflict(_))), "{result:?}");
    bench.type_in("a", OLD);
    let result = bench.aim("a", Target::Deleted).await;
    assert!(matches!(result, Err(HostError::Conflict(_))), "{result:?}");
    assert_eq!(bench.disk("a").as_deref(), Some(OLD));
}

#[tokio::test]
async fn files_are_moved_by_the_editor_or_on_disk() {
    fn rename(bench: &Bench) {
        let [from, to] = ["a", "b"].map(|name| bench.path(name).absolute().to_owned());
        std::fs::rename(from, to).unwrap();
    }
    let all: Step = |bench, _| {
        rename(bench);
        bench.put("b", NEW);
        yes()
    };
    let lie: Step = |_, _| yes();
    let reopen: Step = |bench, _| {
        rename(bench);
        bench.shared.documents.close(&bench.uri("a")).unwrap();
        bench.open("b", OLD);
        bench.type_in("b", NEW);
        yes()
    };
    for (step, open) in [(all, false), (lie, false), (lie, true), (reopen, true)] {
        let bench = bench(&[step]);
        bench.put("a", OLD);
        if open {
            bench.open("a", OLD);
        }
        bench.aim("a", bench.moved("b", NEW)).await.unwrap();
        assert_eq!(bench.disk("a"), None);
        assert_eq!(&*bench.read("b").await.text, NEW);
    }
    // An editor that moves the file and leaves its text is sent the edit again.
    let half: Step = |bench, _| {
        rename(bench);
        yes()
    };
    let save: Step = |bench, _| {
        bench.put("b", NEW);
        yes()
    };
    let moved = bench(&[half, save]);
    moved.put("a", OLD);
    moved.aim("a", moved.moved("b", NEW)).await.unwrap();
    assert_eq!(moved.disk("b").as_deref(), Some(NEW));

    let refused = bench(&[|_, _| no()]);
    refused.put("a", OLD);
    refused.open("c", "unsaved");
    for to in ["b", "c"] {
        let result = refused.aim("a", refused.moved(to, NEW)).await;
        assert!(matches!(result, Err(HostError::Conflict(_))), "{result:?}");
    }
    assert_eq!(refused.disk("a").as_deref(), Some(OLD));
    assert_eq!(refused.disk("b"), None);
}

#[tokio::test]
async fn the_editor_is_told_to_ask_where_the_setting_says_so() {
    for (confirm, asks) in [("never", false), ("always", true)] {
        let settings = json!({"edits": {"confirm": confirm}});
        let bench = bench_with(30, settings, &[|_, _| no()]);
        bench.put("a", OLD);
        let _ = bench.aim("a", Target::Deleted).await;
        let annotation = &bench.asked()[0]["edit"]["changeAnnotations"]["aside"];
        assert_eq!(
            annotation,
            &json!({"label": "Edit", "description": "a", "needsConfirmation": asks})
        );
    }
}

#[tokio::test]
async fn a_file_changed_under_unsaved_text_is_noticed() {
    let bench = bench(&[]);
    let changed = |expect: bool| {
        let bench = Arc::clone(&bench);
        async move { assert_eq!(bench.read("a").await.changed_on_disk, expect) }
    };
    bench.put("a", OLD);
    bench.open("a", OLD);
    bench.put("a", "another, longer text\n");
    changed(false).await;
    bench.type_in("a", "typed\n");
    changed(true).await;
    // What the editor opened may come back, or its text arrive on disk; line endings count not.
    for known in [OLD, "typed\n", "typed\r\n"] {
        bench.put("a", known);
        changed(false).await;
    }
    bench.put("a", "again another\n");
    changed(true).await;
    assert!(bench.files.open_documents()[0].changed_on_disk);
    bench.shared.documents.saved(&bench.uri("a")).unwrap();
    bench.type_in("a", "typed more\n");
    changed(false).await;
    bench.put("a", "and another one\n");
    changed(true).await;
    bench.type_in("a", "and another one\n");
    changed(false).await;
    bench.type_in("a", "unsaved");
    std::fs::remove_file(bench.path("a").absolute()).unwrap();
    changed(false).await;
    std::fs::write(bench.path("a").absolute(), b"\xff\xfe").unwrap();
    changed(false).await;
}

#[tokio::test]
async fn what_was_typed_is_told_until_it_is_forgotten() {
    let bench = bench(&[]);
    bench.put("a", OLD);
    bench.open("a", OLD);
    let revision = |document: Document| match document.stamp {
        Stamp::Open { revision, .. } => revision,
        Stamp::Disk | Stamp::Absent => panic!("it is open"),
    };
    let from = revision(bench.read("a").await);
    bench.type_in("a", "one\ntwo\nmore\nthree\n");
    let to = revision(bench.read("a").await);
    let path = bench.path("a");
    let typed = bench.files.changes_between(&path, from, to);
    assert_eq!(
        typed,
        Some(vec![Replaced {
            bytes: 8..8,
            len: 5
        }])
    );
    assert_eq!(bench.files.changes_between(&path, to, to), Some(Vec::new()));
    bench.open("a", OLD);
    assert_eq!(bench.files.changes_between(&path, from, to), None);
    let closed = bench.path("b");
    assert_eq!(bench.files.changes_between(&closed, from, to), None);
}

#[cfg(unix)]
#[tokio::test]
async fn links_and_modes_are_left_to_the_disk() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let bench = bench(&[]);
    bench.put("a", OLD);
    symlink("a", bench.dir.path().join("project/link")).unwrap();
    bench.open("link", OLD);
    assert_eq!(
        bench.read("link").await.form.link.as_deref(),
        Some(Path::new("a"))
    );
    bench.aim("link", Target::Deleted).await.unwrap();
    assert!(!bench.dir.path().join("project/link").is_symlink());
    assert_eq!(bench.disk("a").as_deref(), Some(OLD));

    let mut base = bench.read("run.sh").await;
    base.form.mode = Some(0o755);
    bench.write(base, NEW).await.unwrap();
    let mode = bench.path("run.sh").absolute().metadata().unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o755);
    assert!(bench.asked().is_empty());
}

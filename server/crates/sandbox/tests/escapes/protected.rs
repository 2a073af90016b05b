//! Changing what stays as it is: hooks and configuration of git, and `.aside`.
use std::path::Path;

use aside_sandbox::{Backend, Outcome};

use crate::harness::{Place, each, put};

#[tokio::test]
async fn hooks_and_configuration_stay() {
    check(
        "echo evil > .git/hooks/pre-commit; echo evil > .git/hooks/pre-push; \
         chmod 777 .git/hooks/pre-commit; echo '[alias]' >> .git/config; rm .git/config; \
         echo fine > .git/index",
        true,
    )
    .await;
}

#[tokio::test]
async fn hooks_cannot_be_replaced() {
    check("rm -rf .git/hooks; mkdir $ROOT/workspace/h; echo evil > h/pre-commit; ln -s ../h .git/hooks", true).await;
    check("mv .git/config .git/c; echo evil > .git/config", true).await;
    check(
        "cp -r .git/hooks h; echo evil > h/pre-commit; mv .git/hooks o; mv h .git/hooks",
        true,
    )
    .await;
    check("rm -rf .git/hooks; mkfifo .git/hooks", true).await;
}

/// With bubblewrap nothing can be moved from under what is protected. Where it can, it is told.
#[tokio::test]
async fn the_folder_around_them_cannot_be_moved_unseen() {
    each(async |place| {
        let done = place
            .run("mv .git g && mkdir -p .git/hooks && echo evil > .git/hooks/pre-commit")
            .await;
        if place.backend == Backend::Bubblewrap {
            assert_eq!(place.read("workspace/.git/hooks/pre-commit"), "old\n");
            assert_eq!(done.exit.tampered, []);
            return;
        }
        assert_eq!(place.read("workspace/.git/hooks/pre-commit"), "old\n");
        assert!(done.exit.tampered.len() >= 2, "{done:?}");
    })
    .await;
    each(async |place| {
        let done = place
            .run("mv .git g; ln -s g .git; echo evil > g/hooks/pre-commit")
            .await;
        if place.backend == Backend::Bubblewrap {
            assert_eq!(place.read("workspace/.git/hooks/pre-commit"), "old\n");
            return;
        }
        let is_told = |outcome: &Outcome| matches!(outcome, Outcome::Left(_));
        assert!(
            done.exit.tampered.iter().any(|one| is_told(&one.outcome)),
            "{done:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn what_does_not_exist_is_not_made() {
    each(async |place| {
        let done = place
            .run("mkdir .aside; echo x > .aside/config.toml; echo x > .git/commondir; echo ok > made")
            .await;
        assert_eq!(place.read("workspace/made"), "ok\n", "{done:?}");
        assert!(!place.root.join("workspace/.aside").exists(), "{done:?}");
        assert!(!place.root.join("workspace/.git/commondir").exists());
    })
    .await;
    each(async |place| {
        rename(&place.root.join("workspace/.git"), &place.root.join("g"));
        let done = place
            .run("mkdir -p .git/hooks; echo evil > .git/hooks/pre-commit")
            .await;
        assert!(
            !place.root.join("workspace/.git/hooks").exists(),
            "{done:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_pointer_of_a_work_tree_stays() {
    each(async |place| {
        rename(&place.root.join("workspace/.git"), &place.root.join("repository"));
        let pointer = format!("gitdir: {}/repository\n", place.root.display());
        put(&place.root.join("workspace/.git"), &pointer);
        let done = place
            .run("cat .git; rm .git; mkdir -p .git/hooks; echo evil > .git/hooks/pre-commit; echo e > .git")
            .await;
        assert!(done.output.starts_with(&pointer), "{done:?}");
        if place.backend == Backend::Bubblewrap {
            assert_eq!(place.read("workspace/.git"), pointer);
        }
        assert!(!place.root.join("workspace/.git/hooks").exists(), "{done:?}");
    })
    .await;
}

async fn check(script: &str, is_whole: bool) {
    each(async |place| {
        let done = place.run(script).await;
        assert_eq!(
            is_unchanged(&place),
            is_whole,
            "{:?} {script} {done:?}",
            place.backend
        );
        let expect: &[Outcome] = &[];
        if place.backend == Backend::Bubblewrap {
            let outcomes: Vec<_> = done
                .exit
                .tampered
                .iter()
                .map(|one| one.outcome.clone())
                .collect();
            assert_eq!(outcomes, expect);
            return;
        }
        assert!(!done.exit.tampered.is_empty());
        for one in &done.exit.tampered {
            assert_eq!(one.outcome, Outcome::PutBack, "{script}");
        }
    })
    .await;
}

fn is_unchanged(place: &Place) -> bool {
    let hooks = place.root.join("workspace/.git/hooks");
    let names: Vec<_> = std::fs::read_dir(&hooks)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names == ["pre-commit"]
        && !hooks.is_symlink()
        && place.read("workspace/.git/hooks/pre-commit") == "old\n"
        && place.read("workspace/.git/config") == "[core]\n"
}

#[allow(clippy::disallowed_methods, reason = "a folder of the test")]
fn rename(from: &Path, to: &Path) {
    std::fs::rename(from, to).unwrap();
}

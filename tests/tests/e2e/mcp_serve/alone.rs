//! Without an editor: the disk, rules and hooks.
use aside_tests::process::run;
use serde_json::json;

use super::{Agent, replace};
use crate::common::Stage;

#[tokio::test]
async fn without_an_editor_rules_decide() {
    let stage = Stage::new([]);
    let world = &stage.world;
    world.write("src/a.txt", "one\ntwo\n");
    world.write("b.txt", "two\n");
    let allow = ["permission", "add", "allow", "writePath", "src/**"];
    run(world, &allow, "").await.expect_code(0);
    let deny = ["permission", "add", "deny", "readPath", "b.txt"];
    run(world, &deny, "").await.expect_code(0);
    let mut agent = Agent::open(world, &[]).await;
    let listed = agent.request("tools/list", json!({})).await;
    let tools = listed["result"]["tools"].as_array().unwrap();
    let facts = |name: &str| {
        let tool = tools.iter().find(|tool| tool["name"] == name).unwrap();
        assert_eq!(tool["inputSchema"]["type"], "object");
        assert!(tool["description"].as_str().unwrap().len() > 20);
        let hints = &tool["annotations"];
        (
            hints["readOnlyHint"] == true,
            hints["destructiveHint"] == true,
        )
    };
    assert_eq!(tools.len(), 13);
    assert_eq!(facts("read_file"), (true, false));
    assert_eq!(facts("grep"), (true, false));
    assert_eq!(facts("edit_file"), (false, true));
    assert_eq!(facts("move_file"), (false, false));
    let read = agent.done("read_file", json!({"path": "src/a.txt"})).await;
    assert!(read.contains("one"), "{read}");
    let found = agent
        .done("grep", json!({"pattern": "two", "path": "src"}))
        .await;
    assert!(found.contains("src/a.txt:2"), "{found}");
    agent
        .done("edit_file", replace("src/a.txt", "one", "ONE"))
        .await;
    assert_eq!(world.read("src/a.txt"), "ONE\ntwo\n");
    let outside = world.outside().join("x.txt");
    let outside = outside.to_str().unwrap();
    for (name, arguments, part) in [
        (
            "write_file",
            json!({"path": "c.txt", "content": "x"}),
            "nobody to ask",
        ),
        ("delete_file", json!({"path": "b.txt"}), "nobody to ask"),
        ("read_file", json!({"path": "b.txt"}), "rule"),
        ("read_file", json!({"path": outside}), "x.txt"),
        ("edit_file", replace("src/a.txt", "none", "x"), "src/a.txt"),
        ("edit_file", json!({}), "path"),
    ] {
        agent.refused(name, arguments, part).await;
    }
    assert!(!world.path("c.txt").exists());
    assert_eq!(world.read("b.txt"), "two\n");
    let said = agent.close().await;
    assert!(said.contains("from the disk"), "{said}");
    let log = run(world, &["audit", "show"], "").await.expect_code(0);
    assert!(log.stdout.contains("parrot"), "{}", log.stdout);
    assert!(log.stdout.contains("edit_file"), "{}", log.stdout);
    let verified = run(world, &["audit", "verify"], "").await;
    verified.expect_code(0);
}

#[cfg(unix)]
#[tokio::test]
async fn hooks_look_at_calls() {
    let stage = Stage::new([]);
    let world = &stage.world;
    world.write("a.txt", "one\n");
    world.configure(
        "[[hooks]]\nevent = 'before_tool'\nmatcher = 'read_*'\n\
         command = 'echo Not for parrots. >&2; exit 2'\n",
    );
    let mut agent = Agent::open(world, &[]).await;
    let path = json!({"path": "a.txt"});
    agent.refused("read_file", path, "Not for parrots.").await;
    agent.done("glob", json!({"pattern": "*.txt"})).await;
    agent.close().await;
}

#[tokio::test]
async fn a_patch_is_made_whole_or_not_at_all() {
    let mut stage = Stage::new([]);
    stage.world.set("ASIDE_PERMISSION_MODE", "acceptEdits");
    let world = &stage.world;
    world.write("a.txt", "one\n");
    world.write("b.txt", "one\n");
    let patch = |second: &str| {
        format!(
            "*** Begin Patch\n*** Update File: a.txt\n@@\n-one\n+two\n\
             *** Update File: b.txt\n@@\n-{second}\n+two\n*** End Patch\n"
        )
    };
    let mut agent = Agent::open(world, &[]).await;
    agent
        .refused("apply_patch", json!({"patch": patch("none")}), "b.txt")
        .await;
    assert_eq!(
        (world.read("a.txt"), world.read("b.txt")),
        ("one\n".to_owned(), "one\n".to_owned())
    );
    agent
        .done("apply_patch", json!({"patch": patch("one")}))
        .await;
    assert_eq!(
        (world.read("a.txt"), world.read("b.txt")),
        ("two\n".to_owned(), "two\n".to_owned())
    );
    agent.close().await;
}

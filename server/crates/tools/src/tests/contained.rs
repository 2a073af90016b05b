//! Programs in containers. Those that need an engine run where `cargo xtask containers` says where
//! one is.
#![cfg(unix)]
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aside_agent::tool::{Outcome, Tool};
use aside_container::Pull;
use aside_sandbox::{Choice, Launcher, Limits, Network};
use serde_json::{Map, Value, json};

use super::{Workspace, object};
use crate::{CommandSettings, ContainerSettings, CustomSpec, CustomTool, Place, Services};

/// Where an engine listens that has the image of the tests.
const SOCKET: &str = "ASIDE_TEST_CONTAINERS";

fn settings(socket: &str, image: &str) -> CommandSettings {
    CommandSettings {
        backend: Choice::Best,
        container: Some(ContainerSettings {
            image: image.to_owned(),
            socket: Some(socket.to_owned()),
            pull: Pull::Never,
            pool: 1,
            idle: Duration::from_secs(600),
        }),
        network: Network::Off,
        limits: Limits {
            memory_bytes: 1 << 28,
            processes: 64,
            ..Limits::default()
        },
        environment: Vec::new(),
        timeout: Duration::from_secs(60),
        background_after: Duration::from_secs(30),
        max_output: 4096,
        max_jobs: 2,
    }
}

fn services(data: &Path, root: &Path, settings: CommandSettings) -> Services {
    let place = Place {
        launcher: Launcher {
            program: "/nowhere".into(),
            args: Vec::new(),
        },
        home: None,
        data: data.to_owned(),
        config: data.join("config"),
        root: root.to_owned(),
    };
    Services::new(place, settings)
}

fn tool(services: &Services, name: &str) -> Arc<dyn Tool> {
    let mut tools = crate::builtin(services).into_iter();
    tools.find(|tool| tool.spec().name == name).unwrap()
}

async fn call(workspace: &Workspace, tool: &dyn Tool, arguments: Value) -> String {
    let context = aside_agent::tool::ToolContext {
        session_id: "one".into(),
        ..workspace.context()
    };
    match tool.call(object(arguments), context).await {
        Ok(Outcome::Done(output)) => output.text,
        Ok(Outcome::Edit { .. }) => "an edit".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn what_is_missing_is_told_and_nothing_runs_here() {
    let workspace = Workspace::new(&[]);
    let data = tempfile::tempdir().unwrap();
    let check = async |socket: &str, image: &str, expect: &str| {
        let services = services(data.path(), &workspace.root(), settings(socket, image));
        let bash = tool(&services, "bash");
        let told = call(&workspace, &*bash, json!({"command": "echo x > made"})).await;
        assert!(told.contains(expect), "{told}");
        assert_eq!(workspace.tree(), "");
        services.close().await;
    };
    check("/nowhere/socket", "image", "looked at /nowhere/socket").await;
    check("/nowhere/socket", "", "sandbox.container.image").await;
    check("ssh://me@host", "image", "of no known kind").await;
}

#[test]
fn a_question_names_the_image() {
    let data = tempfile::tempdir().unwrap();
    let services = services(data.path(), data.path(), settings("/nowhere", "debian:13"));
    let bash = tool(&services, "bash");
    let caution = bash.caution(&object(json!({"command": "make"}))).unwrap();
    let expect = "Runs in a container of the image debian:13, without the network.";
    assert_eq!(caution, expect);
    let caution = bash.caution(&object(json!({"command": "curl https://example.com"})));
    let expect = "Runs in a container of the image debian:13, with the network.";
    assert_eq!(caution.as_deref(), Some(expect));
}

#[tokio::test]
async fn commands_run_in_a_container() {
    let Ok(socket) = std::env::var(SOCKET) else {
        println!("not asked: {SOCKET} is not set");
        return;
    };
    let workspace = Workspace::new(&[(".git/config", "[core]\n"), ("a", "text\n")]);
    let data = tempfile::tempdir().unwrap();
    let (data, root) = (data.path().canonicalize().unwrap(), workspace.root());
    let settings = settings(&socket, "localhost/aside-test:latest");
    let services = services(&data, &root, settings);
    let bash = tool(&services, "bash");
    let command = "cat a; echo made > made; echo x > .git/config; ls /usr 2>&1; exit 3";
    let told = call(&workspace, &*bash, json!({"command": command})).await;
    assert!(told.starts_with("text\n"), "{told}");
    assert!(told.contains("Read-only file system"), "{told}");
    assert!(told.contains("exit code 3"), "{told}");
    assert_eq!(workspace.disk("made"), "made\n");
    assert_eq!(workspace.disk(".git/config"), "[core]\n");
    // What the image does not have is not taken from this system.
    let python = tool(&services, "code_interpreter");
    let arguments = json!({"language": "python", "code": "print(1)"});
    let told = call(&workspace, &*python, arguments).await;
    assert!(told.contains("python3"), "{told}");
    let custom = CustomSpec {
        name: "greet".to_owned(),
        description: String::new(),
        command: "echo \"hello $ASIDE_ARG_name\"; cat".to_owned(),
        parameters: Map::new(),
        timeout: None,
        read_only: false,
    };
    let custom = CustomTool::new(custom, &services);
    let told = call(&workspace, &custom, json!({"name": "Ada"})).await;
    assert!(told.starts_with("hello Ada\n{\"name\":\"Ada\"}"), "{told}");
    services.close().await;
    let told = call(&workspace, &*bash, json!({"command": "true"})).await;
    assert!(told.contains("the server is about to end"), "{told}");
}

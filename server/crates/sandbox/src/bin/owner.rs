//! Stands in the tests for a server that is killed: it starts a command, and waits for good.
//! Arguments: the launcher, the backend, the writable folder, the scratch folder, the script.
use std::ffi::OsString;
use std::path::PathBuf;

use aside_sandbox::{
    Backend, Choice, Config, Launcher, Limits, Network, Output, Profile, Sandbox, Spec, Stdin,
    environment,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let [launcher, backend, writable, scratch, script] = args.as_slice() else {
        return Err("five arguments are needed".into());
    };
    let backend = if backend == "landlock" {
        Backend::Landlock
    } else {
        Backend::Bubblewrap
    };
    let sandbox = Sandbox::new(Config {
        launcher: Launcher {
            program: launcher.into(),
            args: Vec::new(),
        },
        choice: Choice::Only(backend),
    });
    let profile = Profile {
        writable: vec![PathBuf::from(writable)],
        protected: Vec::new(),
        hidden: Vec::new(),
        network: Network::Off,
        scratch: scratch.into(),
        limits: Limits::default(),
    };
    let spec = Spec {
        program: "sh".into(),
        args: vec!["-c".into(), script.clone()],
        cwd: writable.into(),
        environment: environment(std::env::vars_os(), &[]),
        stdin: Stdin::Null,
        output: Output::Merged,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut running = sandbox.spawn(&spec, &profile).await?;
        running.wait().await?;
        Ok(())
    })
}

//! What the sandbox adds to a command: `sh -c true` plain, with Landlock, with bubblewrap.
use aside_sandbox::{
    Backend, Choice, Config, Launcher, Limits, Network, Output, Profile, Sandbox, Spec, Stdin,
    credentials, environment, protected_in,
};
use criterion::{Criterion, criterion_group, criterion_main};
use tokio::runtime::{Builder, Runtime};

/// A sandbox that works here.
async fn sandbox(backend: Backend) -> Option<Sandbox> {
    let sandbox = Sandbox::new(Config {
        launcher: Launcher {
            program: env!("CARGO_BIN_EXE_aside-sandbox-launcher").into(),
            args: Vec::new(),
        },
        choice: Choice::Only(backend),
    });
    sandbox.backend().await.ok()?;
    Some(sandbox)
}

async fn run(sandbox: &Sandbox, spec: &Spec, profile: &Profile) {
    let Ok(mut running) = sandbox.spawn(spec, profile).await else {
        return;
    };
    let exit = running.wait().await;
    assert!(exit.is_ok_and(|exit| exit.is_success()), "it failed");
}

#[allow(
    clippy::disallowed_methods,
    reason = "what the sandbox is compared with"
)]
async fn plain() {
    let status = tokio::process::Command::new("sh")
        .args(["-c", "true"])
        .status()
        .await;
    assert!(status.is_ok_and(|status| status.success()), "it failed");
}

fn all(criterion: &mut Criterion) {
    let (Ok(runtime), Ok(folder)) = (runtime(), tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")))
    else {
        return;
    };
    let workspace = folder.path().join("workspace");
    if std::fs::create_dir_all(workspace.join(".git/hooks")).is_err() {
        return;
    }
    let home = std::env::home_dir().unwrap_or_default();
    let profile = Profile {
        writable: vec![workspace.clone()],
        protected: protected_in(&workspace),
        hidden: credentials(&home),
        network: Network::Off,
        scratch: folder.path().join("scratch"),
        limits: Limits::default(),
    };
    let spec = Spec {
        program: "sh".into(),
        args: vec!["-c".into(), "true".into()],
        cwd: workspace,
        environment: environment(std::env::vars_os(), &[]),
        stdin: Stdin::Null,
        output: Output::Merged,
    };
    criterion.bench_function("plain", |bench| {
        bench.iter(|| runtime.block_on(plain()));
    });
    for backend in [Backend::Unsandboxed, Backend::Landlock, Backend::Bubblewrap] {
        let Some(sandbox) = runtime.block_on(sandbox(backend)) else {
            continue;
        };
        criterion.bench_function(&backend.to_string(), |bench| {
            bench.iter(|| runtime.block_on(run(&sandbox, &spec, &profile)));
        });
    }
}

fn runtime() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

criterion_group!(benches, all);
criterion_main!(benches);

//! Running programs in containers.
use std::collections::hash_map::DefaultHasher;
use std::ffi::{OsStr, OsString};
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::time::Duration;

use aside_agent::tool::ToolError;
use aside_container::{
    Access, Config, ContainerError, Containers, Network as ContainerNetwork, Owner, Place, Pull,
    Running, Spec, Streams,
};
use aside_sandbox::{Limits, Network, Output, Profile, Stdin};

/// Takes the shell that the image has.
const SHELL: &str = include_str!("shell.sh");
/// What the tools call the shell.
const SHELLS: [&str; 2] = ["bash", "sh"];
/// Variables that say how people here write, which programs in containers get too.
const PASSED: [&str; 4] = ["LANG", "LC_ALL", "TZ", "TERM"];

/// The settings of containers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerSettings {
    /// The image that programs run in.
    pub image: String,
    /// Where the engine listens, if it is not in one of the usual places.
    pub socket: Option<String>,
    /// Whether a missing image is got.
    pub pull: Pull,
    /// How many containers are kept ready.
    pub pool: usize,
    /// A container is removed when nothing has run in it for so long.
    pub idle: Duration,
}

/// The containers of a workspace; none exists yet.
pub(super) fn containers(settings: &ContainerSettings, limits: Limits, root: &Path) -> Containers {
    let mut hasher = DefaultHasher::new();
    root.hash(&mut hasher);
    Containers::new(Config {
        socket: settings.socket.clone(),
        image: settings.image.clone(),
        pull: settings.pull,
        pool: settings.pool,
        idle: settings.idle,
        limits: aside_container::Limits {
            memory_bytes: limits.memory_bytes,
            processes: limits.processes,
            milli_cpus: 0,
        },
        owner: Owner::this(format!("{:016x}", hasher.finish())),
    })
}

/// What a question for permission says of them.
pub(super) fn caveat(containers: &Containers, network: Network) -> String {
    let image = containers.image();
    match network {
        Network::Off => format!("Runs in a container of the image {image}, without the network."),
        Network::On => format!("Runs in a container of the image {image}, with the network."),
    }
}

/// Starts a program. The variables are added to those of the image.
pub(super) async fn spawn(
    containers: &Containers,
    session_id: &str,
    spec: aside_sandbox::Spec,
    profile: Profile,
    roots: Vec<std::path::PathBuf>,
) -> Result<Running, ToolError> {
    let spec = converted(spec)?;
    let place = Place {
        roots,
        access: match profile.writable.is_empty() {
            true => Access::ReadOnly,
            false => Access::ReadWrite,
        },
        protected: profile.protected,
        hidden: profile.hidden,
        scratch: profile.scratch,
        network: match profile.network {
            Network::Off => ContainerNetwork::Off,
            Network::On => ContainerNetwork::On,
        },
    };
    let running = containers.run(session_id, &spec, &place).await;
    running.map_err(|error| told(&error))
}

fn told(error: &ContainerError) -> ToolError {
    ToolError(format!(
        "The command was not run: {error}. The user has to see to that."
    ))
}

fn converted(spec: aside_sandbox::Spec) -> Result<Spec, ToolError> {
    let mut program = text(&spec.program)?;
    let mut args = Vec::new();
    if SHELLS.contains(&program.as_str()) {
        "sh".clone_into(&mut program);
        args.extend(["-c", SHELL, "sh"].map(str::to_owned));
    }
    for arg in &spec.args {
        args.push(text(arg)?);
    }
    let mut environment = Vec::new();
    for (name, value) in &spec.environment {
        environment.push((text(name)?, text(value)?));
    }
    Ok(Spec {
        program,
        args,
        cwd: spec.cwd,
        environment,
        stdin: match spec.stdin {
            Stdin::Null => None,
            Stdin::Bytes(bytes) => Some(bytes),
        },
        output: match spec.output {
            Output::Merged => Streams::Merged,
            Output::Separate => Streams::Separate,
        },
    })
}

fn text(text: &OsStr) -> Result<String, ToolError> {
    text.to_str().map(str::to_owned).ok_or_else(|| {
        ToolError(
            "The command was not run: it holds bytes that are no text, which no container is \
             given."
                .to_owned(),
        )
    })
}

/// Of the environment, what means the same in a container: what the user named, and how people
/// here write.
pub(super) fn environment(
    all: impl Iterator<Item = (OsString, OsString)>,
    named: &[String],
    scratch: &Path,
) -> Vec<(OsString, OsString)> {
    let is_passed = |name: &OsStr| {
        let name = name.to_str();
        let is_named = |name: &str| named.iter().any(|named| named == name);
        name.is_some_and(|name| PASSED.contains(&name) || is_named(name))
    };
    let passed = all.filter(|(name, _)| is_passed(name));
    let own = [("HOME", scratch.into()), ("TMPDIR", OsString::from("/tmp"))];
    let own = own.map(|(name, value)| (OsString::from(name), value));
    passed.chain(own).collect()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::path::Path;

    use super::{converted, environment};
    use aside_sandbox::{Output, Spec, Stdin};

    #[test]
    fn only_what_means_the_same_is_passed_on() {
        let all = ["PATH", "LANG", "HOME", "AWS_KEY", "GIVEN", "LD_PRELOAD"];
        let all = all.map(|name| (OsString::from(name), OsString::from("value")));
        let passed = environment(all.into_iter(), &["GIVEN".to_owned()], Path::new("/s"));
        let names: Vec<_> = passed
            .iter()
            .map(|(name, value)| (name.to_str(), value.to_str()))
            .collect();
        let expect = [
            ("LANG", "value"),
            ("GIVEN", "value"),
            ("HOME", "/s"),
            ("TMPDIR", "/tmp"),
        ];
        assert_eq!(names, expect.map(|(name, value)| (Some(name), Some(value))));
    }

    fn check(program: &str, args: &[&str]) {
        let converted = converted(Spec {
            program: program.into(),
            args: vec!["-c".into(), "echo 'a b'".into()],
            cwd: "/project".into(),
            environment: vec![("A".into(), "b".into())],
            stdin: Stdin::Bytes(vec![1]),
            output: Output::Merged,
        });
        let converted = converted.unwrap();
        let ends: Vec<_> = converted.args.iter().rev().take(2).rev().collect();
        assert_eq!(ends, ["-c", "echo 'a b'"]);
        assert_eq!(converted.program, args[0]);
        assert_eq!(converted.args.len(), args.len() + 1);
        assert_eq!(converted.stdin.as_deref(), Some(&[1][..]));
    }

    #[test]
    fn the_shell_of_the_image_is_taken() {
        check("bash", &["sh", "-c", "SHELL", "sh"]);
        check("python3", &["python3"]);
    }
}

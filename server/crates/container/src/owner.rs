//! Whose containers are, so that those of dead servers are known.
use std::fmt;
use std::sync::Arc;

/// What a process is told by, beside its number: `/proc/PID/stat`, see
/// <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>.
const START_FIELD: usize = 22;

/// Whose containers they are, so that those of dead servers are known.
#[derive(Clone)]
pub struct Owner {
    /// Names this server, of `[A-Za-z0-9-]`.
    pub server: String,
    /// Names the workspace, of `[A-Za-z0-9-]`.
    pub workspace: String,
    /// Whether the server of that name still lives.
    pub lives: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

impl Owner {
    /// This process. Of a server that another system, or another part of this one, numbers it is
    /// not known whether it lives; then it is taken to.
    pub fn this(workspace: String) -> Self {
        let (numbering, pid) = (numbering(), std::process::id());
        let started = started(pid).unwrap_or_default();
        Self {
            server: format!("{numbering}-{pid}-{started}"),
            workspace,
            lives: Arc::new(move |server| lives(server, &numbering)),
        }
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Owner");
        shown.field("server", &self.server);
        shown
            .field("workspace", &self.workspace)
            .finish_non_exhaustive()
    }
}

fn lives(server: &str, numbering: &str) -> bool {
    let mut parts = server.split('-');
    let (Some(other), Some(pid), Some(start)) = (parts.next(), parts.next(), parts.next()) else {
        return true;
    };
    let (Ok(pid), true) = (pid.parse(), other == numbering && !numbering.is_empty()) else {
        return true;
    };
    started(pid).is_some_and(|started| started == start)
}

/// What numbers processes here: the namespace on Linux, elsewhere nothing that is known.
fn numbering() -> String {
    let namespace = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let namespace = namespace.to_string_lossy();
    namespace.chars().filter(char::is_ascii_digit).collect()
}

/// When a process was started, in a unit of the system's.
fn started(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is a name, which may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let field = rest.split_whitespace().nth(START_FIELD - 3)?;
    Some(field.to_owned())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::Owner;

    #[test]
    fn the_living_are_known() {
        let owner = Owner::this("here".to_owned());
        assert!((owner.lives)(&owner.server));
        let (rest, start) = owner.server.rsplit_once('-').unwrap();
        assert!(!(owner.lives)(&format!("{rest}-9{start}")));
        let (numbering, _) = rest.split_once('-').unwrap();
        assert!(!(owner.lives)(&format!("{numbering}-4194305-1")));
        // Of these nothing is known.
        for other in ["", "x", "1-1-1", "a-b-c", &format!("{numbering}-x-1")] {
            assert!((owner.lives)(other), "{other}");
        }
        let safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        assert!(owner.server.bytes().all(safe));
    }
}

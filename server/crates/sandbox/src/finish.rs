//! Ends a program with all that it started, from outside.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) use self::group::{ask, end};
#[cfg(target_os = "linux")]
pub(crate) use self::linux::{ask, end};
#[cfg(not(unix))]
pub(crate) use self::other::{ask, end};

#[cfg(target_os = "linux")]
mod linux {
    use std::time::Duration;

    use rustix::process::Signal;
    use tokio::process::Child;

    use crate::tree;

    /// How long to wait between two passes over what is left.
    const PASS: Duration = Duration::from_millis(1);

    /// Asks a program to end: SIGTERM to all but the launcher and bubblewrap.
    pub(crate) fn ask(child: &Child, is_bubblewrap: bool) {
        let Some(root) = id(child) else {
            return;
        };
        // bubblewrap's first process starts its second, the first of the namespace, and that
        // one the launcher.
        let launcher = if is_bubblewrap {
            tree::child(root).and_then(tree::child)
        } else {
            Some(root)
        };
        if let Some(launcher) = launcher {
            tree::signal(&tree::descendants(launcher), Signal::TERM);
        }
    }

    /// Ends all of it on a thread of its own, and then does what is to follow.
    pub(crate) fn end(child: &Child, then: impl FnOnce() + Send + 'static) {
        let Some(root) = id(child) else {
            return then();
        };
        let work = move || {
            // The launcher starts nothing while it is stopped, and adopts what is orphaned. For
            // bubblewrap this ends the first process of the namespace, and so all of it.
            tree::signal(&[root], Signal::STOP);
            tree::kill_descendants(root, || std::thread::sleep(PASS));
            tree::signal(&[root], Signal::KILL);
            tree::wait_for_end(root);
            then();
        };
        // Without a thread what follows is not done, but the program ends.
        let thread = std::thread::Builder::new().name("finisher".to_owned());
        if let Err(error) = thread.spawn(work) {
            tracing::warn!(%error, "no thread to end a program on");
            tree::signal(&tree::descendants(root), Signal::KILL);
            tree::signal(&[root], Signal::KILL);
        }
    }

    fn id(child: &Child) -> Option<i32> {
        child.id().and_then(|id| i32::try_from(id).ok())
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
mod group {
    use rustix::process::{Pid, Signal, kill_process_group};
    use tokio::process::Child;

    /// Asks a program to end: SIGTERM to its group.
    pub(crate) fn ask(child: &Child, _is_bubblewrap: bool) {
        signal(child, Signal::TERM);
    }

    /// Ends its group.
    pub(crate) fn end(child: &Child, then: impl FnOnce() + Send + 'static) {
        signal(child, Signal::KILL);
        then();
    }

    fn signal(child: &Child, signal: Signal) {
        let group = child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        if let Some(group) = group
            && kill_process_group(group, signal).is_err()
        {
            tracing::trace!("the group is gone already");
        }
    }
}

#[cfg(not(unix))]
mod other {
    use tokio::process::Child;

    /// There is no way to ask here.
    pub(crate) fn ask(_child: &Child, _is_bubblewrap: bool) {}

    /// What `kill_on_drop` does when the child is dropped is all there is here.
    pub(crate) fn end(_child: &Child, then: impl FnOnce() + Send + 'static) {
        then();
    }
}

//! Noticing that the editor's process is gone, so that no server is left behind.

/// Resolves when the process `pid` no longer exists, at once if it does not exist now.
///
/// `pid` is `processId` of `initialize`. Never resolves for 0, which is what an editor in another
/// process namespace may see and send, nor on systems where there is no cheap way to ask.
pub(crate) async fn parent_gone(pid: u32) {
    #[cfg(unix)]
    if let Ok(pid @ 1..) = libc::pid_t::try_from(pid) {
        return unix::gone(pid).await;
    }
    tracing::debug!(pid, "the editor's process cannot be watched");
    std::future::pending().await
}

#[cfg(unix)]
mod unix {
    //! By a process descriptor where the system has them, else by asking now and then.

    use std::io;
    #[cfg(target_os = "linux")]
    use std::os::fd::{FromRawFd, OwnedFd, RawFd};
    use std::time::Duration;

    #[cfg(target_os = "linux")]
    use tokio::io::{Interest, unix::AsyncFd};

    /// How often a process is asked for where no descriptor tells.
    const POLL_EVERY: Duration = Duration::from_secs(3);

    pub(super) async fn gone(pid: libc::pid_t) {
        #[cfg(target_os = "linux")]
        if let Ok(process) = open(pid)
            && let Ok(process) = watch(process)
            // For a process descriptor, readable means ended.
            && process.readable().await.is_ok()
        {
            return;
        }
        while exists(pid) {
            tokio::time::sleep(POLL_EVERY).await;
        }
    }

    #[cfg(target_os = "linux")]
    fn watch(process: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
        #[allow(unsafe_code, reason = "the safe constructor is deprecated")]
        // SAFETY: an `OwnedFd` is the same open descriptor until it is dropped.
        unsafe {
            AsyncFd::register_with_interest(process, Interest::READABLE).map_err(io::Error::from)
        }
    }

    #[cfg(target_os = "linux")]
    fn open(pid: libc::pid_t) -> io::Result<OwnedFd> {
        #[allow(unsafe_code, reason = "libc has no safe call for process descriptors")]
        // SAFETY: the call takes two integers and no memory.
        let opened = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
        match RawFd::try_from(opened) {
            Ok(fd @ 0..) => {
                #[allow(unsafe_code, reason = "the descriptor comes from a raw system call")]
                // SAFETY: the call has just returned it, so it is open and nobody else's.
                let fd = unsafe { OwnedFd::from_raw_fd(fd) };
                Ok(fd)
            }
            Ok(_) | Err(_) => Err(io::Error::last_os_error()),
        }
    }

    /// Whether there is such a process, ours or not.
    fn exists(pid: libc::pid_t) -> bool {
        #[allow(unsafe_code, reason = "libc has no safe call that asks for a process")]
        // SAFETY: the call takes two integers, and signal 0 is none.
        let answer = unsafe { libc::kill(pid, 0) };
        answer == 0 || io::Error::last_os_error().raw_os_error() == Some(libc::EPERM)
    }
}

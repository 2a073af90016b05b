//! Writing without waiting, and without changing the flags of a descriptor that other processes
//! may share. Only Linux can; elsewhere nothing is written here.

#[cfg(target_os = "linux")]
pub(crate) use linux::Direct;
#[cfg(not(target_os = "linux"))]
pub(crate) use other::Direct;

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::os::fd::{AsFd, AsRawFd, OwnedFd};

    /// A descriptor for writes that do not wait; none where the system knows no such writes.
    #[derive(Debug)]
    pub(crate) struct Direct(Option<OwnedFd>);

    impl Direct {
        /// Writes go to the same place as those of the file.
        pub(crate) fn new(file: &File) -> Self {
            Self(file.as_fd().try_clone_to_owned().ok())
        }

        /// The length of what was written, at least 1; `None` if nothing could be written now.
        pub(crate) fn write(&mut self, buffer: &[u8]) -> Option<usize> {
            let descriptor = self.0.as_ref()?.as_raw_fd();
            let vector = libc::iovec {
                iov_base: buffer.as_ptr().cast_mut().cast(),
                iov_len: buffer.len(),
            };
            #[allow(unsafe_code, reason = "the standard library has no write with flags")]
            // SAFETY: the vector is one, of a buffer that is only read and outlives the call.
            let written =
                unsafe { libc::pwritev2(descriptor, &raw const vector, 1, -1, libc::RWF_NOWAIT) };
            match usize::try_from(written) {
                Ok(0) => None,
                Ok(length) => Some(length),
                Err(_) => {
                    let error = std::io::Error::last_os_error();
                    if error.kind() != std::io::ErrorKind::WouldBlock {
                        // The system cannot do it, or the thread will meet the same error.
                        self.0 = None;
                    }
                    None
                }
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod other {
    use std::fs::File;

    /// Never writes.
    #[derive(Debug)]
    pub(crate) struct Direct;

    impl Direct {
        /// Never writes.
        pub(crate) fn new(_: &File) -> Self {
            Self
        }

        /// `None`: nothing can be written without waiting.
        pub(crate) fn write(&mut self, _: &[u8]) -> Option<usize> {
            None
        }
    }
}

//! Which program is run, and how it is spoken to.
use std::ffi::OsString;
use std::path::PathBuf;

/// A program to run.
#[derive(Debug, Clone)]
pub struct Spec {
    /// A path, or a name that is looked up in the `PATH` of [`Spec::environment`].
    pub program: OsString,
    /// What it is called with.
    pub args: Vec<OsString>,
    /// The folder it runs in. It must exist.
    pub cwd: PathBuf,
    /// All of its environment; begin with [`crate::environment`]. `TMPDIR` and the like are added
    /// by the sandbox.
    pub environment: Vec<(OsString, OsString)>,
    /// What it reads from standard input.
    pub stdin: Stdin,
    /// How its output arrives.
    pub output: Output,
}

/// What a program reads from standard input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Stdin {
    /// Nothing: the end of the file at once.
    #[default]
    Null,
    /// These bytes, then the end of the file.
    Bytes(Vec<u8>),
}

/// How output arrives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Output {
    /// Standard error within standard output, in the order of writing.
    #[default]
    Merged,
    /// Each by itself.
    Separate,
}

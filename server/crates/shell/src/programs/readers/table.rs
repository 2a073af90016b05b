//! The programs that only read, with the options that make them do more.

/// What is known of a program.
pub(super) struct Reader {
    pub(super) names: &'static [&'static str],
    /// Letters of options with a value.
    pub(super) short: &'static str,
    /// Long options with a value.
    pub(super) long: &'static [&'static str],
    /// Options whose value is a file that is read.
    pub(super) reads: &'static [&'static str],
    /// Options that make it go into folders.
    pub(super) recursive: &'static [&'static str],
    /// Options that make it do more than reading.
    pub(super) risky: &'static [&'static str],
    pub(super) files: Files,
}

/// Which operands are files.
pub(super) enum Files {
    /// All of them.
    All,
    /// All of them, and no more than names and sizes are read; by default those here.
    Names,
    /// None.
    Nothing,
    /// All but the first, unless one of these options is given.
    AfterFirst {
        unless: &'static [&'static str],
        always_deep: bool,
    },
    /// The first is read; the second is written.
    WritesSecond,
}

/// A program all of whose operands are files, and no option does more.
const PLAIN: Reader = Reader {
    names: &[],
    short: "",
    long: &[],
    reads: &["files0-from"],
    recursive: &[],
    risky: &[],
    files: Files::All,
};

/// A program whose operands are no files.
const WORDS: Reader = Reader {
    files: Files::Nothing,
    ..PLAIN
};

pub(super) const READERS: &[Reader] = &[
    Reader {
        names: &[
            "cat",
            "tac",
            "rev",
            "expand",
            "unexpand",
            "wc",
            "md5sum",
            "sha1sum",
            "sha224sum",
            "sha256sum",
            "sha384sum",
            "sha512sum",
            "b2sum",
            "cksum",
            "sum",
            "cmp",
            "comm",
            "join",
            "hexdump",
            "hd",
            "strings",
            "column",
            "zcat",
            "bzcat",
            "xzcat",
            "zstdcat",
            "base64",
            "base32",
            "tsort",
            "pr",
        ],
        ..PLAIN
    },
    Reader {
        names: &["nl", "fold", "fmt"],
        short: "w",
        ..PLAIN
    },
    Reader {
        names: &["od"],
        short: "AjNt",
        ..PLAIN
    },
    Reader {
        names: &["shasum"],
        short: "a",
        ..PLAIN
    },
    Reader {
        names: &["paste"],
        short: "d",
        ..PLAIN
    },
    Reader {
        names: &["head", "tail"],
        short: "ncs",
        long: &[
            "lines",
            "bytes",
            "pid",
            "sleep-interval",
            "max-unchanged-stats",
        ],
        ..PLAIN
    },
    Reader {
        names: &["cut"],
        short: "bcdf",
        long: &[
            "bytes",
            "characters",
            "delimiter",
            "fields",
            "output-delimiter",
        ],
        ..PLAIN
    },
    Reader {
        names: &["diff", "sdiff", "diff3", "colordiff"],
        short: "CUIFxXSWL",
        long: &[
            "context",
            "unified",
            "exclude",
            "exclude-from",
            "label",
            "width",
            "from-file",
            "to-file",
            "ignore-matching-lines",
            "show-function-line",
            "starting-file",
        ],
        reads: &["X", "exclude-from", "from-file", "to-file"],
        recursive: &["r", "recursive"],
        risky: &["o", "output", "diff-program", "l", "paginate"],
        ..PLAIN
    },
    Reader {
        names: &[
            "stat", "readlink", "realpath", "namei", "lsattr", "getfacl", "getfattr",
        ],
        short: "c",
        long: &["format", "printf"],
        recursive: &["R", "recursive"],
        files: Files::Names,
        ..PLAIN
    },
    Reader {
        names: &["ls", "dir", "vdir", "exa", "eza", "lsd"],
        short: "Iw",
        long: &["ignore", "hide", "width", "tabsize", "block-size"],
        recursive: &["R", "recursive", "tree"],
        files: Files::Names,
        ..PLAIN
    },
    Reader {
        names: &["tree"],
        short: "LPIoHT",
        long: &["filelimit", "charset"],
        recursive: &[],
        risky: &["o", "R", "output"],
        files: Files::Names,
        ..PLAIN
    },
    Reader {
        names: &["du"],
        short: "dBtX",
        long: &[
            "max-depth",
            "block-size",
            "threshold",
            "exclude",
            "exclude-from",
        ],
        reads: &["X", "exclude-from", "files0-from"],
        files: Files::Names,
        ..PLAIN
    },
    Reader {
        names: &["df", "lsof", "findmnt", "mountpoint"],
        short: "B",
        ..PLAIN
    },
    Reader {
        names: &["file"],
        short: "mfFPe",
        long: &[
            "magic-file",
            "files-from",
            "separator",
            "parameter",
            "exclude",
        ],
        reads: &["m", "magic-file", "f", "files-from"],
        risky: &["C", "compile", "z", "uncompress", "Z"],
        ..PLAIN
    },
    Reader {
        names: &["grep", "egrep", "fgrep", "zgrep"],
        short: "efmABCdD",
        long: &[
            "regexp",
            "file",
            "max-count",
            "after-context",
            "before-context",
            "context",
            "include",
            "exclude",
            "exclude-from",
            "exclude-dir",
            "label",
            "directories",
            "devices",
        ],
        reads: &["f", "file", "exclude-from"],
        recursive: &["r", "R", "recursive", "dereference-recursive"],
        files: Files::AfterFirst {
            unless: &["e", "regexp", "f", "file"],
            always_deep: false,
        },
        ..PLAIN
    },
    Reader {
        names: &["rg"],
        short: "efmABCgtTjrMdE",
        long: &[
            "regexp",
            "file",
            "max-count",
            "after-context",
            "before-context",
            "context",
            "glob",
            "iglob",
            "type",
            "type-not",
            "threads",
            "replace",
            "max-columns",
            "max-depth",
            "encoding",
            "sort",
            "sortr",
            "color",
            "colors",
            "type-add",
            "engine",
            "path-separator",
        ],
        reads: &["f", "file", "ignore-file"],
        risky: &[
            "pre",
            "pre-glob",
            "hostname-bin",
            "z",
            "search-zip",
            "hyperlink-format",
        ],
        files: Files::AfterFirst {
            unless: &["e", "regexp", "f", "file", "files", "type-list"],
            always_deep: true,
        },
        ..PLAIN
    },
    Reader {
        names: &["ag", "ack"],
        short: "ABCmG",
        risky: &["pager", "output"],
        files: Files::AfterFirst {
            unless: &["f", "g"],
            always_deep: true,
        },
        ..PLAIN
    },
    Reader {
        names: &["jq"],
        short: "Lf",
        long: &["from-file", "indent", "tab"],
        reads: &["f", "from-file", "L"],
        files: Files::AfterFirst {
            unless: &["f", "from-file"],
            always_deep: false,
        },
        ..PLAIN
    },
    Reader {
        names: &["tr"],
        ..WORDS
    },
    Reader {
        names: &[
            "echo", "printf", "pwd", "true", "false", ":", "basename", "dirname", "seq", "sleep",
            "whoami", "id", "groups", "uname", "arch", "nproc", "uptime", "ps", "pgrep",
            "printenv", "locale", "tty", "expr", "whereis", "logname", "users", "who", "w", "free",
            "vmstat", "lscpu", "lsblk", "lsusb", "lspci", "numfmt", "factor", "cal", "getconf",
            "hostid", "tput", "shift", "return", "exit", "break", "continue", "times", "umask",
            "pathchk", "sw_vers", "yes",
        ],
        ..WORDS
    },
    Reader {
        names: &["test", "["],
        files: Files::Nothing,
        ..PLAIN
    },
    Reader {
        names: &["date"],
        short: "dfrI",
        long: &["date", "file", "reference"],
        reads: &["f", "file", "r", "reference"],
        risky: &["s", "set"],
        files: Files::Nothing,
        ..PLAIN
    },
    Reader {
        names: &["uniq"],
        short: "fsw",
        long: &["skip-fields", "skip-chars", "check-chars"],
        files: Files::WritesSecond,
        ..PLAIN
    },
    Reader {
        names: &["xxd"],
        short: "cglosnNR",
        files: Files::WritesSecond,
        ..PLAIN
    },
    Reader {
        names: &["sort"],
        short: "koStT",
        long: &[
            "key",
            "output",
            "buffer-size",
            "field-separator",
            "temporary-directory",
            "sort",
            "compress-program",
            "batch-size",
            "parallel",
            "random-source",
            "files0-from",
        ],
        reads: &["files0-from", "random-source"],
        risky: &[
            "o",
            "output",
            "compress-program",
            "T",
            "temporary-directory",
        ],
        ..PLAIN
    },
    Reader {
        names: &["which", "type", "hash"],
        risky: &["p", "r", "d"],
        ..WORDS
    },
];

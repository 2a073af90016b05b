//! Programs that do no more than run another.
use crate::programs::options::Spec;

/// Options with a value of the programs that do no more than run another.
pub(super) const PLAIN: &[(&str, Spec, usize)] = &[
    (
        "nice",
        Spec {
            short: "n",
            long: &["adjustment"],
        },
        0,
    ),
    (
        "nohup",
        Spec {
            short: "",
            long: &[],
        },
        0,
    ),
    (
        "timeout",
        Spec {
            short: "ks",
            long: &["kill-after", "signal"],
        },
        1,
    ),
    (
        "gtimeout",
        Spec {
            short: "ks",
            long: &["kill-after", "signal"],
        },
        1,
    ),
    (
        "time",
        Spec {
            short: "fo",
            long: &["format", "output"],
        },
        0,
    ),
    (
        "stdbuf",
        Spec {
            short: "ioe",
            long: &["input", "output", "error"],
        },
        0,
    ),
    (
        "setsid",
        Spec {
            short: "",
            long: &[],
        },
        0,
    ),
    (
        "ionice",
        Spec {
            short: "cnpPu",
            long: &["class", "classdata", "pid", "pgid", "uid"],
        },
        0,
    ),
    (
        "chrt",
        Spec {
            short: "pTPD",
            long: &[],
        },
        1,
    ),
    (
        "taskset",
        Spec {
            short: "",
            long: &[],
        },
        1,
    ),
    (
        "caffeinate",
        Spec {
            short: "tw",
            long: &[],
        },
        0,
    ),
    (
        "unbuffer",
        Spec {
            short: "",
            long: &[],
        },
        0,
    ),
    (
        "coproc",
        Spec {
            short: "",
            long: &[],
        },
        0,
    ),
    (
        "exec",
        Spec {
            short: "a",
            long: &[],
        },
        0,
    ),
    (
        "builtin",
        Spec {
            short: "",
            long: &[],
        },
        0,
    ),
    (
        "noglob",
        Spec {
            short: "",
            long: &[],
        },
        0,
    ),
    (
        "nocorrect",
        Spec {
            short: "",
            long: &[],
        },
        0,
    ),
    (
        "busybox",
        Spec {
            short: "",
            long: &[],
        },
        0,
    ),
    (
        "toybox",
        Spec {
            short: "",
            long: &[],
        },
        0,
    ),
    (
        "strace",
        Spec {
            short: "oepsEPuabISX",
            long: &[],
        },
        0,
    ),
    (
        "ltrace",
        Spec {
            short: "oepsunaADFlLx",
            long: &[],
        },
        0,
    ),
    (
        "chroot",
        Spec {
            short: "",
            long: &["groups", "userspec"],
        },
        1,
    ),
    (
        "flock",
        Spec {
            short: "wEc",
            long: &["wait", "timeout", "conflict-exit-code", "command"],
        },
        1,
    ),
    (
        "watch",
        Spec {
            short: "nq",
            long: &["interval", "equexit"],
        },
        0,
    ),
    (
        "runuser",
        Spec {
            short: "ugGcs",
            long: &["user", "group", "command", "shell"],
        },
        0,
    ),
    (
        "setpriv",
        Spec {
            short: "",
            long: &[],
        },
        0,
    ),
    (
        "unshare",
        Spec {
            short: "",
            long: &[],
        },
        0,
    ),
    (
        "nsenter",
        Spec {
            short: "tSG",
            long: &[],
        },
        0,
    ),
    (
        "script",
        Spec {
            short: "cIOBTmoEe",
            long: &["command"],
        },
        0,
    ),
    (
        "entr",
        Spec {
            short: "",
            long: &[],
        },
        0,
    ),
    (
        "dbus-run-session",
        Spec {
            short: "",
            long: &[],
        },
        0,
    ),
    (
        "xvfb-run",
        Spec {
            short: "nesfp",
            long: &[],
        },
        0,
    ),
    (
        "fakeroot",
        Spec {
            short: "lsib",
            long: &[],
        },
        0,
    ),
];

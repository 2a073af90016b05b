//! Programs that copy files between hosts.
use super::host_of_login;
use crate::effect::{Effect, Scope};
use crate::programs::options::{Order, Spec, sort};
use crate::walk::{Reach, Walker};
use crate::word::Word;

/// `scp`, `sftp` and `rsync`: operands with a colon are elsewhere.
pub(super) fn copy(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Scope {
    let spec = match name {
        "rsync" => Spec {
            short: "eTBMf",
            long: &[
                "rsh",
                "exclude",
                "include",
                "filter",
                "files-from",
                "exclude-from",
                "include-from",
                "log-file",
                "backup-dir",
                "temp-dir",
                "partial-dir",
                "link-dest",
                "rsync-path",
                "chmod",
                "chown",
                "bwlimit",
                "password-file",
                "suffix",
                "max-size",
                "min-size",
                "timeout",
                "port",
                "info",
                "debug",
                "compare-dest",
                "copy-dest",
            ],
        },
        "scp" => Spec {
            short: "cDFiJloPSX",
            long: &[],
        },
        _ => Spec {
            short: "cDFiJloPSXBbRs",
            long: &[],
        },
    };
    let given = sort(arguments, spec, Order::Mixed);
    let is_remote = |word: &Word| {
        let prefix = word.prefix();
        prefix.contains("://") || prefix.split('/').next().unwrap_or_default().contains(':')
    };
    let last = given.operands.len().saturating_sub(1);
    let mut has_host = false;
    for (at, word) in given.operands.iter().enumerate() {
        if is_remote(word) || name == "sftp" || word.is_unknown() {
            has_host = true;
            walker.effect(Effect::Network {
                host: host_of_login(word),
            });
        }
        if is_remote(word) || name == "sftp" {
            continue;
        }
        if at == last && at > 0 {
            walker.write(word, Reach::Beneath);
            let sources: Vec<&Word> = given.operands[..at].iter().collect();
            walker.write_into(word, &sources);
            if given.has(&["delete", "delete-before", "delete-after", "delete-during"]) {
                walker.remove(word, Reach::Beneath);
            }
        } else {
            walker.read(word, Reach::Beneath);
            if given.has(&["remove-source-files"]) {
                walker.remove(word, Reach::Beneath);
            }
        }
    }
    for file in given.values(&["log-file", "backup-dir", "partial-dir", "temp-dir", "T"]) {
        walker.write(&file, Reach::Beneath);
    }
    for file in given.values(&[
        "files-from",
        "exclude-from",
        "include-from",
        "password-file",
    ]) {
        walker.read(&file, Reach::Itself);
    }
    let runs = given.has(&[
        "e",
        "rsh",
        "rsync-path",
        "S",
        "o",
        "F",
        "M",
        "D",
        "files-from",
    ]) || name == "sftp";
    if runs || has_host || !given.is_certain {
        return Scope::Anything;
    }
    Scope::Listed
}

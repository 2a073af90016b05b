//! Programs that create, change, copy, move and remove files.
use super::options::{Given, Order, Spec, sort};
use crate::effect::Scope;
use crate::walk::{Reach, Walker};
use crate::word::Word;

const COPY: Spec = Spec {
    short: "tS",
    long: &["target-directory", "suffix"],
};
const INSTALL: Spec = Spec {
    short: "tSgmo",
    long: &["target-directory", "suffix", "group", "mode", "owner"],
};
const SHRED: Spec = Spec {
    short: "sn",
    long: &["size", "iterations", "random-source"],
};
const NO_VALUES: Spec = Spec {
    short: "",
    long: &[],
};

/// What a program that works on files does.
pub(super) fn run(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Option<Scope> {
    match name {
        "rm" | "grm" | "rmdir" | "unlink" | "shred" | "srm" | "trash" => {
            remove(walker, name, arguments);
        }
        "cp" | "mv" | "ln" | "install" | "gcp" | "gmv" | "link" => copy(walker, name, arguments),
        "touch" | "truncate" | "mkdir" | "mkfifo" | "mknod" => create(walker, name, arguments),
        "chmod" | "chown" | "chgrp" | "chattr" | "setfacl" | "setfattr" | "chcon" | "xattr" => {
            open_up(walker, arguments);
        }
        "tee" | "sponge" => {
            for word in &sort(
                arguments,
                Spec {
                    short: "",
                    long: &[],
                },
                Order::Mixed,
            )
            .operands
            {
                walker.write(word, Reach::Itself);
            }
        }
        "dd" => dd(walker, arguments),
        "split" | "csplit" => {
            let given = sort(
                arguments,
                Spec {
                    short: "abClntf",
                    long: &["filter", "prefix"],
                },
                Order::Mixed,
            );
            if let Some(file) = given.operands.first() {
                walker.read(file, Reach::Itself);
            }
            walker.write_here(Reach::Beneath);
            for prefix in given
                .operands
                .iter()
                .skip(1)
                .chain(&given.values(&["f", "prefix"]))
            {
                walker.write(prefix, Reach::Itself);
            }
            if given.has(&["filter"]) {
                return Some(Scope::Anything);
            }
        }
        "mktemp" => {
            walker.write(&Word::known("/tmp"), Reach::Beneath);
            for word in &sort(
                arguments,
                Spec {
                    short: "p",
                    long: &["tmpdir", "suffix"],
                },
                Order::Mixed,
            )
            .operands
            {
                walker.write(word, Reach::Itself);
            }
        }
        "mkfs" | "mkswap" | "wipefs" | "fdisk" | "parted" | "sfdisk" | "mke2fs" | "mkfs.ext4"
        | "mkfs.ext3" | "mkfs.ext2" | "mkfs.xfs" | "mkfs.btrfs" | "mkfs.vfat" | "mkfs.ntfs"
        | "mkfs.fat" | "blkdiscard" | "badblocks" | "cryptsetup" | "sgdisk" => {
            for word in arguments {
                if word.prefix().starts_with("/dev/") {
                    walker.write(word, Reach::Itself);
                }
            }
            return Some(Scope::Anything);
        }
        _ => return None,
    }
    Some(Scope::Listed)
}

fn reach(is_deep: bool) -> Reach {
    if is_deep {
        Reach::Beneath
    } else {
        Reach::Itself
    }
}

fn remove(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) {
    let spec = if name == "shred" { SHRED } else { NO_VALUES };
    let given = sort(arguments, spec, Order::Mixed);
    let is_deep =
        name == "trash" || !given.is_certain || given.has(&["r", "R", "recursive", "p", "parents"]);
    for word in &given.operands {
        walker.remove(word, reach(is_deep));
    }
}

/// The sources and where they go.
fn copy(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) {
    let spec = if name == "install" { INSTALL } else { COPY };
    let given = sort(arguments, spec, Order::Mixed);
    if name == "install" && given.has(&["d", "directory"]) {
        for word in &given.operands {
            walker.write(word, Reach::Itself);
        }
        return;
    }
    let mut sources: Vec<&Word> = given.operands.iter().collect();
    let folders = given.values(&["t", "target-directory"]);
    let is_into_folder = !folders.is_empty() || sources.len() > 2;
    let last = match folders.is_empty() && sources.len() > 1 {
        true => sources.pop(),
        false => None,
    };
    let is_deep = given.has(&["r", "R", "a", "recursive", "archive"]) || name.ends_with("mv");
    for source in &sources {
        match name {
            "mv" | "gmv" => {
                walker.read(source, Reach::Beneath);
                walker.remove(source, Reach::Beneath);
            }
            _ => walker.read(source, reach(is_deep)),
        }
    }
    for target in folders.iter().chain(last) {
        let is_glob = sources.iter().any(|source| source.literal().is_none());
        walker.write(target, reach(is_deep || is_into_folder || is_glob));
        walker.write_into(target, &sources);
    }
    if folders.is_empty() && last.is_none() {
        // A link without a name is made here; a pattern may hold the target too.
        walker.write_here(Reach::Beneath);
    }
}

fn create(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) {
    let spec = match name {
        "mkdir" | "mkfifo" | "mknod" => Spec {
            short: "m",
            long: &["mode"],
        },
        "touch" => Spec {
            short: "rtd",
            long: &["reference", "date", "time"],
        },
        _ => Spec {
            short: "sr",
            long: &["size", "reference"],
        },
    };
    let given = sort(arguments, spec, Order::Mixed);
    for word in &given.operands {
        match name {
            "truncate" => walker.remove(word, Reach::Itself),
            _ => walker.write(word, Reach::Itself),
        }
    }
}

/// Modes, owners and attributes. The first operand is the mode, or a file if it looks like one.
fn open_up(walker: &mut Walker<'_>, arguments: &[Word]) {
    let given = sort(
        arguments,
        Spec {
            short: "",
            long: &["reference", "from"],
        },
        Order::Mixed,
    );
    let is_deep = given.has(&["R", "recursive"]) || !given.is_certain;
    let skipped = usize::from(!has_mode_option(&given, arguments));
    for word in given.operands.iter().skip(skipped) {
        walker.open_up(word, reach(is_deep));
    }
}

/// Whether the mode is written like an option (`chmod -x file`), or taken from another file.
fn has_mode_option(given: &Given, arguments: &[Word]) -> bool {
    let is_mode = |word: &Word| {
        let text = word.literal().unwrap_or_default();
        let letters = text.strip_prefix('-').unwrap_or_default();
        !letters.is_empty() && letters.chars().all(|c| "rwxXstugo".contains(c))
    };
    given.has(&["reference"]) || arguments.iter().any(is_mode)
}

fn dd(walker: &mut Walker<'_>, arguments: &[Word]) {
    for word in arguments {
        let prefix = word.prefix();
        if prefix.starts_with("if=") {
            walker.read(&word.without(3), Reach::Itself);
        } else if prefix.starts_with("of=") {
            walker.write(&word.without(3), Reach::Itself);
        } else if word.literal().is_none() {
            walker.write(word, Reach::Itself);
        }
    }
}

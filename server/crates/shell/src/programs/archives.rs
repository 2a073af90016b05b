//! Archives and compressed files.
use super::options::{Order, Spec, sort};
use crate::effect::Scope;
use crate::walk::{Reach, Walker};
use crate::word::Word;

/// What a program for archives does.
pub(super) fn run(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Option<Scope> {
    match name {
        "tar" | "gtar" | "bsdtar" => Some(tar(walker, arguments)),
        "unzip" => Some(unzip(walker, arguments)),
        "zip" => Some(zip(walker, arguments)),
        "gzip" | "gunzip" | "bzip2" | "bunzip2" | "xz" | "unxz" | "zstd" | "unzstd" | "lz4"
        | "brotli" | "compress" | "uncompress" => Some(compress(walker, name, arguments)),
        "cpio" | "pax" | "ar" | "7z" | "7za" | "unrar" | "rar" | "patch" => {
            walker.write_here(Reach::Beneath);
            for word in arguments
                .iter()
                .filter(|word| !word.prefix().starts_with('-'))
            {
                walker.write(word, Reach::Beneath);
            }
            Some(Scope::Anything)
        }
        _ => None,
    }
}

fn tar(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    let spec = Spec {
        short: "fCTXbgHIKLNV",
        long: &[
            "file",
            "directory",
            "files-from",
            "exclude",
            "exclude-from",
            "to-command",
            "checkpoint-action",
            "use-compress-program",
            "info-script",
            "new-volume-script",
            "rsh-command",
            "rmt-command",
            "transform",
            "owner",
            "group",
            "mode",
            "mtime",
            "strip-components",
            "listed-incremental",
            "index-file",
        ],
    };
    let arguments = with_dashes(arguments, spec);
    let given = sort(&arguments, spec, Order::Mixed);
    let archives = given.values(&["f", "file"]);
    let folders = given.values(&["C", "directory"]);
    let before = walker.state.clone();
    let is_extracting = given.has(&["x", "extract", "get"]);
    let is_listing = given.has(&["t", "list"]);
    let is_creating = given.has(&[
        "c",
        "create",
        "r",
        "append",
        "u",
        "update",
        "A",
        "catenate",
        "concatenate",
        "delete",
    ]);
    for archive in archives.iter().filter(|archive| !archive.is("-")) {
        if is_creating || !(is_extracting || is_listing) {
            walker.write(archive, Reach::Itself);
        } else {
            walker.read(archive, Reach::Itself);
        }
    }
    for file in given.values(&["T", "files-from", "X", "exclude-from"]) {
        walker.read(&file, Reach::Itself);
    }
    for file in given.values(&["g", "listed-incremental", "index-file"]) {
        walker.write(&file, Reach::Itself);
    }
    let may_read =
        is_creating || given.has(&["d", "diff", "compare"]) || !(is_extracting || is_listing);
    if is_extracting {
        match folders.last() {
            Some(folder) => walker.write(folder, Reach::Beneath),
            None => walker.write_here(Reach::Beneath),
        }
    }
    for folder in &folders {
        let folders = walker.folders(folder);
        walker.state.enter(folders);
        walker.state.failed.clear();
    }
    if may_read {
        for word in &given.operands {
            walker.read(word, Reach::Beneath);
            if given.has(&["remove-files"]) {
                walker.remove(word, Reach::Beneath);
            }
        }
    }
    walker.state = before;
    let runs = given.has(&[
        "to-command",
        "checkpoint-action",
        "use-compress-program",
        "I",
        "info-script",
        "F",
        "new-volume-script",
        "rsh-command",
        "rmt-command",
        "P",
        "absolute-names",
        "T",
        "files-from",
    ]);
    let is_far = archives
        .iter()
        .any(|archive| archive.prefix().contains(':'));
    match (
        runs || is_far || !given.is_certain,
        is_listing && !is_extracting && !is_creating,
    ) {
        (true, _) => Scope::Anything,
        (false, true) => Scope::Reads,
        (false, false) => Scope::Listed,
    }
}

/// The first word may be letters without a dash, whose values come after it, in their order.
fn with_dashes(arguments: &[Word], spec: Spec) -> Vec<Word> {
    let letters = arguments.first().and_then(Word::literal);
    let Some(letters) = letters.filter(|letters| !letters.starts_with('-')) else {
        return arguments.to_vec();
    };
    let mut rest = arguments.iter().skip(1);
    let mut result = Vec::new();
    for letter in letters.chars() {
        result.push(Word::known(&format!("-{letter}")));
        if spec.short.contains(letter) {
            result.extend(rest.next().cloned());
        }
    }
    result.extend(rest.cloned());
    result
}

fn unzip(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    let given = sort(
        arguments,
        Spec {
            short: "dPx",
            long: &[],
        },
        Order::Mixed,
    );
    if let Some(archive) = given.operands.first() {
        walker.read(archive, Reach::Itself);
    }
    if given.has(&["l", "v", "t", "p", "c", "z", "Z"]) && given.is_certain {
        return Scope::Reads;
    }
    match given.values(&["d"]).first() {
        Some(folder) => walker.write(folder, Reach::Beneath),
        None => walker.write_here(Reach::Beneath),
    }
    if given.has(&[":"]) {
        Scope::Anything
    } else {
        Scope::Listed
    }
}

fn zip(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    let spec = Spec {
        short: "bntPsOT",
        long: &["unzip-command", "out", "temp-path"],
    };
    let given = sort(
        arguments,
        Spec {
            short: "bntPsO",
            ..spec
        },
        Order::Mixed,
    );
    for file in given
        .operands
        .first()
        .into_iter()
        .chain(&given.values(&["O", "out"]))
    {
        walker.write(file, Reach::Itself);
    }
    for file in given.operands.iter().skip(1) {
        walker.read(file, Reach::Beneath);
        if given.has(&["m", "move"]) {
            walker.remove(file, Reach::Beneath);
        }
    }
    if given.has(&["T", "TT", "unzip-command"]) || !given.is_certain {
        return Scope::Anything;
    }
    Scope::Listed
}

/// A file is replaced by one with another ending beside it, unless all goes to the output.
fn compress(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Scope {
    let spec = Spec {
        short: "SoDT",
        long: &["suffix", "output", "format", "threads", "memlimit"],
    };
    let given = sort(arguments, spec, Order::Mixed);
    let to_output = given.has(&["c", "stdout", "to-stdout", "l", "list", "t", "test"]);
    for word in &given.operands {
        walker.read(word, Reach::Itself);
        if !to_output {
            walker.remove(word, Reach::Beneath);
            let is_packing = !given.has(&["d", "decompress", "uncompress"]);
            write_beside(walker, if is_packing { name } else { "" }, word);
        }
    }
    for file in given.values(&["o", "output"]) {
        walker.write(&file, Reach::Itself);
    }
    match (
        to_output && given.is_certain && given.values(&["o"]).is_empty(),
        given.is_certain,
    ) {
        (true, _) => Scope::Reads,
        (false, true) => Scope::Listed,
        (false, false) => Scope::Anything,
    }
}

fn write_beside(walker: &mut Walker<'_>, name: &str, word: &Word) {
    let Some(text) = walker.text(word) else {
        walker.write(word, Reach::Beneath);
        return;
    };
    let ending = match name {
        "gzip" => ".gz",
        "bzip2" => ".bz2",
        "xz" => ".xz",
        "zstd" => ".zst",
        "lz4" => ".lz4",
        "brotli" => ".br",
        _ => "",
    };
    let plain = text
        .rsplit_once('.')
        .map_or(text.as_str(), |(plain, _)| plain);
    let written = match ending {
        "" => plain.to_owned(),
        ending => text.clone() + ending,
    };
    walker.write(&Word::known(&written), Reach::Itself);
}

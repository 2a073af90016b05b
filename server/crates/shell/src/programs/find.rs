//! `find` and `fd`: what they run, remove and write.
use crate::effect::Scope;
use crate::walk::{Reach, Walker};
use crate::word::Word;

/// What `find` does with its arguments.
pub(super) fn run(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Option<Scope> {
    match name {
        "find" | "gfind" => Some(find(walker, arguments)),
        "fd" | "fdfind" => Some(fd(walker, arguments)),
        _ => None,
    }
}

fn find(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    let is_start = |word: &&Word| {
        let prefix = word.prefix();
        !prefix.starts_with(['(', '!']) && (!prefix.starts_with('-') || is_link_option(&prefix))
    };
    let count = arguments.iter().take_while(is_start).count();
    let (starts, tests) = arguments.split_at(count);
    let mut is_certain = starts.iter().all(|word| !word.may_become_option());
    let starts: Vec<Word> = starts
        .iter()
        .filter(|word| !word.prefix().starts_with('-'))
        .cloned()
        .collect();
    let starts = match starts.is_empty() {
        true => vec![Word::known(".")],
        false => starts,
    };
    for start in &starts {
        walker.list(start, Reach::Beneath);
    }
    let mut writes = false;
    let is_narrow = is_narrow(tests);
    let mut rest = tests;
    while let Some((test, after)) = rest.split_first() {
        rest = after;
        let Some(name) = test.literal() else {
            is_certain &= !test.may_become_option();
            continue;
        };
        match name.as_str() {
            "-delete" => {
                writes = true;
                for path in found(&[Word::known("{}")], &starts, is_narrow) {
                    walker.remove(&path, Reach::Beneath);
                }
            }
            "-exec" | "-execdir" | "-ok" | "-okdir" => {
                let end = rest.iter().position(is_end).unwrap_or(rest.len());
                let words = found(&rest[..end], &starts, is_narrow);
                rest = rest.get(end + 1..).unwrap_or_default();
                let before = walker.state.clone();
                if name.ends_with("dir") {
                    walker.state.lose_folder();
                }
                walker.run(&words);
                walker.state = before;
            }
            "-fprint" | "-fprint0" | "-fls" | "-fprintf" => {
                writes = true;
                if let Some((file, after)) = rest.split_first() {
                    walker.write(file, Reach::Itself);
                    rest = after;
                }
            }
            "-files0-from" => is_certain = false,
            _ if takes_value(&name) => rest = rest.get(1..).unwrap_or_default(),
            _ => {}
        }
    }
    walker.printed = (is_certain && !writes && prints_only_names(tests)).then(|| {
        starts
            .iter()
            .map(|start| start.beneath(is_narrow))
            .collect()
    });
    match (is_certain, writes) {
        (false, _) => Scope::Anything,
        (true, true) => Scope::Listed,
        (true, false) => Scope::Reads,
    }
}

/// Whether what is written are names with a zero byte behind each.
fn prints_only_names(tests: &[Word]) -> bool {
    let is_other = |word: &Word| {
        let text = word.literal().unwrap_or_else(|| "-exec".to_owned());
        ["-exec", "-ok", "-ls", "-print"]
            .iter()
            .any(|start| text.starts_with(start))
            && text != "-print0"
    };
    tests.iter().any(|word| word.is("-print0")) && !tests.iter().any(is_other)
}

/// Whether only some names are looked for.
fn is_narrow(tests: &[Word]) -> bool {
    let choices = ["-o", "-or", "!", "-not", ","];
    let has_choice = tests
        .iter()
        .any(|word| choices.iter().any(|choice| word.is(choice)));
    let limits = [
        "-name", "-iname", "-path", "-regex", "-newer", "-mtime", "-mmin", "-size",
    ];
    let has_limit = tests.windows(2).any(|pair| {
        limits.iter().any(|test| pair[0].is(test))
            && pair[1].shown().contains(|c: char| c.is_alphanumeric())
    });
    has_limit && !has_choice
}

fn is_link_option(text: &str) -> bool {
    matches!(text, "-H" | "-L" | "-P") || text.starts_with("-O") || text.starts_with("-D")
}

fn is_end(word: &Word) -> bool {
    word.is(";") || word.is("+")
}

/// Whether the test has a value, which may look like an action and is none.
fn takes_value(test: &str) -> bool {
    matches!(
        test,
        "-name"
            | "-iname"
            | "-path"
            | "-ipath"
            | "-wholename"
            | "-regex"
            | "-iregex"
            | "-type"
            | "-maxdepth"
            | "-mindepth"
            | "-newer"
            | "-size"
            | "-mtime"
            | "-mmin"
            | "-atime"
            | "-amin"
            | "-ctime"
            | "-cmin"
            | "-user"
            | "-group"
            | "-perm"
            | "-printf"
            | "-lname"
            | "-ilname"
            | "-links"
            | "-inum"
            | "-samefile"
            | "-regextype"
            | "-fstype"
            | "-uid"
            | "-gid"
            | "-xtype"
            | "-used"
            | "-newermt"
            | "-anewer"
            | "-cnewer"
            | "-context"
    )
}

/// The words of a program with `{}` in place of what is found: something beneath where the
/// search starts.
fn found(words: &[Word], starts: &[Word], is_narrow: bool) -> Vec<Word> {
    let mut result = Vec::new();
    for word in words {
        let holds = word.literal().is_none_or(|text| text.contains("{}"));
        match (holds, word.is("{}"), starts) {
            (false, ..) => result.push(word.clone()),
            (true, true, starts) => {
                result.extend(starts.iter().map(|start| start.beneath(is_narrow)));
            }
            (true, false, _) => result.push(Word::unknown(word.raw())),
        }
    }
    result
}

fn fd(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    walker.read_here(Reach::Beneath);
    let is_plain = arguments.iter().all(|word| {
        let text = word.literal().unwrap_or_else(|| "-x".to_owned());
        let is_cluster = text.starts_with('-') && !text.starts_with("--");
        let runs = is_cluster && text.contains(['x', 'X', 'l'])
            || text.starts_with("--ex")
            || text.starts_with("--l");
        !runs
    });
    for word in arguments.iter().skip(1) {
        walker.list(word, Reach::Beneath);
    }
    if is_plain {
        Scope::Reads
    } else {
        Scope::Anything
    }
}

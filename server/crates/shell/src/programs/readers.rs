//! Programs that only read.
mod table;

use self::table::{Files, READERS, Reader};
use super::options::{Given, Order, Spec, sort};
use crate::effect::Scope;
use crate::walk::{Reach, Walker};
use crate::word::Word;

/// What a program of the table does.
pub(super) fn run(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Option<Scope> {
    let reader = READERS.iter().find(|reader| reader.names.contains(&name))?;
    let spec = Spec {
        short: reader.short,
        long: reader.long,
    };
    let given = sort(arguments, spec, Order::Mixed);
    if matches!(name, "test" | "[" | "printf") && given.has(&["v"]) {
        // The name of a variable may have a subscript, which is evaluated.
        for word in arguments {
            walker.names_variable(word, name, false);
        }
    }
    for file in given.values(reader.reads) {
        walker.read(&file, Reach::Itself);
    }
    if let Files::WritesSecond = reader.files {
        read_operands(walker, reader, &given);
        let writes = given.operands.len() > 1 || !given.is_certain;
        return Some(if writes { Scope::Listed } else { Scope::Reads });
    }
    read_operands(walker, reader, &given);
    if reader.risky.is_empty() {
        return Some(Scope::Reads);
    }
    for file in given.values(&["o", "output"]) {
        if given.has(reader.risky) {
            walker.write(&file, Reach::Itself);
        }
    }
    let is_risky = given.has(reader.risky) || !given.is_certain;
    Some(if is_risky {
        Scope::Anything
    } else {
        Scope::Reads
    })
}

fn read_operands(walker: &mut Walker<'_>, reader: &Reader, given: &Given) {
    let reach = match given.has(reader.recursive) {
        true => Reach::Beneath,
        false => Reach::Itself,
    };
    let (operands, reach, is_list) = match reader.files {
        Files::All => (given.operands.as_slice(), reach, false),
        Files::Names => (given.operands.as_slice(), reach, true),
        Files::Nothing => (&[] as &[Word], reach, false),
        Files::AfterFirst {
            unless,
            always_deep,
        } => {
            let skipped = usize::from(!given.has(unless)).min(given.operands.len());
            let reach = if always_deep { Reach::Beneath } else { reach };
            (&given.operands[skipped..], reach, false)
        }
        Files::WritesSecond => {
            let second = match given.operands.as_slice() {
                [_, second, ..] => Some(second),
                // A pattern may become two names.
                [first] if first.literal().is_none() => Some(first),
                [_] | [] => None,
            };
            if let Some(second) = second {
                walker.write(second, Reach::Itself);
            }
            let first = given.operands.len().min(1);
            (&given.operands[..first], reach, false)
        }
    };
    for word in operands.iter().filter(|word| !word.is("-")) {
        if is_list {
            walker.list(word, reach);
        } else {
            walker.read(word, reach);
        }
    }
    let reads_here = operands.is_empty()
        && match reader.files {
            Files::Names => true,
            Files::All | Files::AfterFirst { .. } => reach == Reach::Beneath,
            Files::Nothing | Files::WritesSecond => false,
        };
    if !reads_here {
        return;
    }
    if !is_list {
        walker.read_here(reach);
        return;
    }
    for path in walker.here(reach) {
        walker.effect(crate::effect::Effect::Read { path });
    }
}

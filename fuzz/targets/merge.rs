//! Three-way merges of any texts.
#![no_main]
mod input;

use aside_edit::merge::merge;
use input::{LINES, Numbers, texts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        Some((0, rest)) => {
            if let Some([base, ours, theirs]) = texts(rest) {
                check(base, ours, theirs);
            }
        }
        Some((_, rest)) => {
            let mut numbers = Numbers::new(rest);
            let [mut base, mut ours, mut theirs] = [const { String::new() }; 3];
            while !numbers.is_done() {
                let line = LINES[numbers.below(LINES.len())];
                let end = ["\n", "\n", "\n", "\r\n", "\r"][numbers.below(5)];
                let which = numbers.below(16);
                let which = if which > 7 { 7 } else { which };
                for (bit, text) in [(1, &mut base), (2, &mut ours), (4, &mut theirs)] {
                    if which & bit != 0 {
                        text.push_str(line);
                        text.push_str(end);
                    }
                }
            }
            check(&base, &ours, &theirs);
        }
        None => {}
    }
});

/// One side alone is taken whole, and neither side goes first.
fn check(base: &str, ours: &str, theirs: &str) {
    assert_eq!(merge(base, ours, base).as_deref(), Ok(ours));
    assert_eq!(merge(base, base, theirs).as_deref(), Ok(theirs));
    assert_eq!(merge(base, ours, ours).as_deref(), Ok(ours));
    let (one, other) = (merge(base, ours, theirs), merge(base, theirs, ours));
    match (one, other) {
        (Ok(one), Ok(other)) => assert_eq!(one, other),
        (Err(_), Err(_)) => {}
        (one, other) => panic!("{one:?}\n{other:?}"),
    }
}

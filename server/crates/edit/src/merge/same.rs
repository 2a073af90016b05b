//! What both sides made of the same lines, where part of it is the same.
use super::stay_apart;
use crate::lines::lines;

/// What both sides together made of the lines of `base`, if wherever both changed something,
/// they changed it in the same way. What both only insert is not taken apart.
pub(super) fn together(base: &str, ours: &str, theirs: &str) -> Option<String> {
    if base.is_empty() {
        return None;
    }
    let [base, ours, theirs] = [base, ours, theirs].map(|text| lines(text).collect::<Vec<_>>());
    let parts = line_by_line(&base, &ours, &theirs).or_else(|| between(&base, &ours, &theirs))?;
    joined(&parts)
}

/// Line by line, where both sides left as many as there were.
fn line_by_line<'a>(base: &[&str], ours: &[&'a str], theirs: &[&'a str]) -> Option<Vec<&'a str>> {
    if ours.len() != base.len() || theirs.len() != base.len() {
        return None;
    }
    let both = base.iter().zip(ours.iter().zip(theirs));
    both.map(|(base, (our, their))| match () {
        () if our == their || their == base => Some(*our),
        () if our == base => Some(*their),
        () => None,
    })
    .collect()
}

/// What both sides begin and end with, and between it what only one side changed.
fn between<'a>(base: &[&str], ours: &[&'a str], theirs: &[&'a str]) -> Option<Vec<&'a str>> {
    let pairs = ours.iter().zip(theirs);
    let head = pairs.take_while(|(our, their)| our == their).count();
    let pairs = ours[head..].iter().rev().zip(theirs[head..].iter().rev());
    let tail = pairs.take_while(|(our, their)| our == their).count();
    let (our_rest, their_rest) = (
        &ours[head..ours.len() - tail],
        &theirs[head..theirs.len() - tail],
    );
    let is_left = |rest: &[&str]| is_rest(base, rest, head > 0, tail > 0);
    let all = match (is_left(our_rest), is_left(their_rest)) {
        (true, false) => theirs,
        (false, true) => ours,
        // Each or neither may be what was there: who changed what is not known.
        (_, _) => return None,
    };
    Some(all.to_vec())
}

/// Whether `rest` can be lines of the base that a side left alone between what it replaced: it
/// replaced at least one line before them if it has a `head`, and none if not; and so behind.
fn is_rest(base: &[&str], rest: &[&str], head: bool, tail: bool) -> bool {
    if rest.is_empty() || rest.len() > base.len() {
        return false;
    }
    let last = base.len() - rest.len();
    match (head, tail) {
        (false, false) => false,
        (false, true) => last > 0 && base.starts_with(rest),
        (true, false) => last > 0 && base.ends_with(rest),
        (true, true) => {
            last > 1
                && base[1..base.len() - 1]
                    .windows(rest.len())
                    .any(|some| some == rest)
        }
    }
}

/// Lines as one text, if none runs into the next.
fn joined(lines: &[&str]) -> Option<String> {
    let apart = lines.windows(2).all(|pair| stay_apart(pair[0], pair[1]));
    apart.then(|| lines.concat())
}

//! What both sides made of the same lines, where part of it is the same.
use super::stay_apart;
use crate::lines::lines;

/// What both sides together made of the lines of `base`, if both left as many lines as there
/// were, and wherever both changed a line, they changed it in the same way.
pub(super) fn together(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let [base, ours, theirs] = [base, ours, theirs].map(|text| lines(text).collect::<Vec<_>>());
    if base.is_empty() || ours.len() != base.len() || theirs.len() != base.len() {
        return None;
    }
    let both = base.iter().zip(ours.iter().zip(&theirs));
    let lines = both.map(|(base, (our, their))| {
        if our == their || their == base {
            return Some(*our);
        }
        (our == base).then_some(*their)
    });
    let lines = lines.collect::<Option<Vec<_>>>()?;
    // None may run into the next.
    let apart = lines.windows(2).all(|pair| stay_apart(pair[0], pair[1]));
    apart.then(|| lines.concat())
}

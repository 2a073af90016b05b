//! Brace expansion: `{a,b}` and `{1..3}`.
use super::Unit;
use crate::bounds::MAX_WORDS;

/// All the words that `units` stand for. `None` if they are too many.
pub(super) fn expand(units: Vec<Unit>) -> Option<Vec<Vec<Unit>>> {
    let mut done = Vec::new();
    let mut waiting = vec![units];
    while let Some(units) = waiting.pop() {
        match first_group(&units) {
            None => done.push(units),
            Some(group) => {
                let (before, after) = (&units[..group.start], &units[group.end..]);
                for choice in group.choices.iter().rev() {
                    waiting.push([before, choice, after].concat());
                }
            }
        }
        if done.len() + waiting.len() > MAX_WORDS {
            return None;
        }
    }
    Some(done)
}

struct Group {
    start: usize,
    end: usize,
    choices: Vec<Vec<Unit>>,
}

/// The first braces that have something to choose from. Those that have not stand for
/// themselves.
fn first_group(units: &[Unit]) -> Option<Group> {
    (0..units.len())
        .filter(|at| units[*at] == Unit::Bare('{'))
        .find_map(|start| group_at(units, start))
}

fn group_at(units: &[Unit], start: usize) -> Option<Group> {
    let mut depth = 0_usize;
    let mut commas = vec![start];
    for (at, unit) in units.iter().enumerate().skip(start) {
        match unit {
            Unit::Bare('{') => depth += 1,
            Unit::Bare(',') if depth == 1 => commas.push(at),
            Unit::Bare('}') if depth == 1 => {
                commas.push(at);
                let inner = &units[start + 1..at];
                let choices = match commas.len() {
                    2 => range(inner)?,
                    _ => commas
                        .windows(2)
                        .map(|pair| units[pair[0] + 1..pair[1]].to_vec())
                        .collect(),
                };
                return Some(Group {
                    start,
                    end: at + 1,
                    choices,
                });
            }
            Unit::Bare('}') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The choices of `1..3` and `a..c`. Steps and long ranges are any text: what matters is that
/// nothing is left out.
fn range(inner: &[Unit]) -> Option<Vec<Vec<Unit>>> {
    let text: String = inner
        .iter()
        .map(|unit| unit.char())
        .collect::<Option<_>>()?;
    let (from, to) = text.split_once("..")?;
    if let (Ok(from), Ok(to)) = (from.parse::<i64>(), to.parse::<i64>())
        && from <= to
        && to.saturating_sub(from) < MAX_WORDS as i64
    {
        return Some(
            (from..=to)
                .map(|number| known(&number.to_string()))
                .collect(),
        );
    }
    Some(vec![vec![Unit::Unknown]])
}

fn known(text: &str) -> Vec<Unit> {
    text.chars().map(Unit::Expanded).collect()
}

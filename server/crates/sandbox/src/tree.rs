//! The processes that a process has started, and theirs, read from `/proc`.
use std::collections::HashMap;

use rustix::process::{Pid, Signal, kill_process};

/// No more processes are looked at in one pass.
pub(crate) const MAX_PROCESSES: usize = 65_536;

/// How often a pass over the tree is repeated until nothing is left of it.
pub(crate) const MAX_PASSES: usize = 500;

/// All that `root` started and that still lives, without `root`. Those that have ended and are not
/// yet waited for have no children any more.
pub(crate) fn descendants(root: i32) -> Vec<i32> {
    let mut found = Vec::new();
    let mut table = Table::default();
    let mut next = 0;
    table.children(root, &mut found);
    while next < found.len() && found.len() < MAX_PROCESSES {
        let process = found[next];
        next += 1;
        table.children(process, &mut found);
    }
    found.retain(|process| is_alive(*process));
    found
}

fn is_alive(process: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(')')
        .is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

/// The first child of a process, if it has one.
pub(crate) fn child(process: i32) -> Option<i32> {
    let mut found = Vec::new();
    Table::default().children(process, &mut found);
    found.first().copied()
}

/// Sends a signal to processes. Those that are gone are passed over.
pub(crate) fn signal(processes: &[i32], signal: Signal) {
    for process in processes {
        let Some(pid) = Pid::from_raw(*process) else {
            continue;
        };
        if kill_process(pid, signal).is_err() {
            tracing::trace!(process, "a process is gone already");
        }
    }
}

/// Ends all that `root` started, though not `root`. What is found is stopped first, so that it
/// starts nothing more while the rest is looked for. `after_pass` waits a little, and reaps.
pub(crate) fn kill_descendants(root: i32, mut after_pass: impl FnMut()) {
    for _ in 0..MAX_PASSES {
        let mut stopped = descendants(root);
        if stopped.is_empty() {
            return;
        }
        signal(&stopped, Signal::STOP);
        for _ in 0..MAX_STOPS {
            let again = descendants(root);
            let is_same = again.iter().all(|process| stopped.contains(process));
            signal(&again, Signal::STOP);
            stopped = again;
            if is_same {
                break;
            }
        }
        signal(&stopped, Signal::KILL);
        after_pass();
    }
}

/// Waits until a process that was killed has ended, for as long as a kernel may need.
pub(crate) fn wait_for_end(process: i32) {
    for _ in 0..MAX_PASSES {
        if !is_alive(process) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

/// How often a tree that still grows is looked through before the killing begins.
const MAX_STOPS: usize = 8;

/// Who started whom. The kernel lists the children of a thread where it is built to; otherwise
/// all processes are read once.
#[derive(Default)]
struct Table {
    everyone: Option<HashMap<i32, Vec<i32>>>,
}

impl Table {
    fn children(&mut self, process: i32, found: &mut Vec<i32>) {
        if let Some(everyone) = &self.everyone {
            found.extend(everyone.get(&process).into_iter().flatten());
            return;
        }
        let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else {
            return;
        };
        for thread in threads.flatten().take(MAX_PROCESSES) {
            match std::fs::read_to_string(thread.path().join("children")) {
                Ok(text) => found.extend(
                    text.split_ascii_whitespace()
                        .filter_map(|id| id.parse::<i32>().ok()),
                ),
                Err(_) if thread.path().exists() => {
                    self.everyone = Some(everyone());
                    return self.children(process, found);
                }
                Err(_) => {}
            }
        }
    }
}

fn everyone() -> HashMap<i32, Vec<i32>> {
    let mut table: HashMap<i32, Vec<i32>> = HashMap::new();
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return table;
    };
    for process in processes.flatten().take(MAX_PROCESSES) {
        let name = process.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        let Ok(text) = std::fs::read_to_string(process.path().join("stat")) else {
            continue;
        };
        if let Some(parent) = parent(&text) {
            table.entry(parent).or_default().push(id);
        }
    }
    table
}

/// The parent in a line of `/proc/*/stat`: `id (name) state parent ...`, where the name may hold
/// anything.
fn parent(stat: &str) -> Option<i32> {
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::parent;

    #[test]
    fn a_name_may_hold_anything() {
        let check = |stat: &str, expect: Option<i32>| assert_eq!(parent(stat), expect, "{stat}");
        check("12 (sh) S 7 12 12 0", Some(7));
        check("12 (a) R 1 (b) S 7 12", Some(7));
        check("12 (a\n) ) S 7", Some(7));
        check("12 (sh) S", None);
        check("", None);
        check("12 (sh) S x", None);
    }
}

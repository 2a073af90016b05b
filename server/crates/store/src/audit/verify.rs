//! Looking whether the chain is whole.
use super::{Head, HeadFile, LOSS, hash};
use crate::error::Result;
use crate::thread::Store;

/// How many rows that tell of a loss are named.
const MAX_LOSSES: usize = 100;

/// What a look at the whole chain finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How many rows are as they were appended, from the first one on.
    pub rows: i64,
    /// The hash of the last of them: whoever keeps it elsewhere can tell a chain that was made
    /// anew as a whole.
    pub hash: String,
    /// The first row that is not, if any.
    pub broken: Option<Broken>,
    /// Rows by which the log itself says that earlier ones are gone; the first of them.
    pub losses: Vec<i64>,
}

/// Where the chain breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The number of the row.
    pub seq: i64,
    /// A sentence's end: `row 5 ...`.
    pub why: String,
}

impl Store {
    /// Computes the whole chain anew, a page of rows at a time.
    pub async fn verify_audit(&self) -> Result<Verdict> {
        // Rows that are appended meanwhile are after it.
        let noted = HeadFile::of(self.path()).read();
        let mut state = State {
            end: Head::none(),
            noted,
            losses: Vec::new(),
        };
        let broken = loop {
            let rows = self.audit_after(state.end.seq).await?;
            if rows.is_empty() {
                break state.cut_off();
            }
            if let Some(broken) = rows.iter().find_map(|row| state.take(row)) {
                break Some(broken);
            }
        };
        Ok(Verdict {
            rows: state.end.seq,
            hash: state.end.hash,
            broken,
            losses: state.losses,
        })
    }
}

struct State {
    end: Head,
    noted: Option<Head>,
    losses: Vec<i64>,
}

impl State {
    /// Takes the next row; says what is wrong with it.
    fn take(&mut self, row: &super::AuditRow) -> Option<Broken> {
        let expected = self.end.seq + 1;
        let broken = |seq, why: &str| {
            Some(Broken {
                seq,
                why: why.to_owned(),
            })
        };
        if row.seq != expected {
            return broken(expected, "is missing");
        }
        if row.prev_hash != self.end.hash {
            return broken(expected, "does not follow from the row before it");
        }
        let own = hash(&row.prev_hash, row.seq, &row.entry);
        if row.hash != own {
            return broken(expected, "is not what was appended");
        }
        if row.entry.kind == LOSS && self.losses.len() < MAX_LOSSES {
            self.losses.push(row.seq);
        }
        let is_other = |noted: &Head| noted.seq == row.seq && noted.hash != own;
        if self.noted.as_ref().is_some_and(is_other) {
            return broken(
                expected,
                "is not the one that was noted beside the database when it was appended",
            );
        }
        self.end = Head {
            seq: row.seq,
            hash: own,
        };
        None
    }

    /// Whether rows are known that should come after the last one.
    fn cut_off(&self) -> Option<Broken> {
        let noted = self.noted.as_ref()?;
        (noted.seq > self.end.seq).then(|| Broken {
            seq: self.end.seq + 1,
            why: format!(
                "is missing, and all up to row {}: somebody cut them off, or a power failure took them",
                noted.seq
            ),
        })
    }
}

//! Rules of permission, of the workspace and of its sessions.
use rusqlite::{Row, Transaction, params};

use crate::error::{Result, StoreError};
use crate::sessions::check_session;
use crate::thread::Store;

/// How many rules the workspace may have, and each session.
pub const MAX_RULES: u32 = 1_000;

pub(crate) const RULES: &str = "SELECT session_id, effect, pattern, decision, created_at \
     FROM permission_rules WHERE session_id IS ?1 ORDER BY position LIMIT ?2";
const COUNT: &str = "SELECT count(*) FROM permission_rules WHERE session_id IS ?1";
const ADD: &str = "INSERT OR IGNORE INTO permission_rules \
     (session_id, effect, pattern, decision, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
pub(crate) const REMOVE: &str = "DELETE FROM permission_rules WHERE ifnull(session_id, '') = \
     ifnull(?1, '') AND effect = ?2 AND pattern = ?3 AND decision = ?4";

/// A rule of permission; the store does not know what it means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleRow {
    /// The session whose rule it is; the workspace's where there is none.
    pub session_id: Option<String>,
    /// Which effects it speaks of.
    pub effect: String,
    /// Which of these.
    pub pattern: String,
    /// What it says.
    pub decision: String,
    /// When it was made. Not looked at when a rule is removed.
    pub created_at: String,
}

impl Store {
    /// The rules of a session, or those of the workspace, oldest first; at most [`MAX_RULES`].
    pub async fn permission_rules(&self, session_id: Option<String>) -> Result<Vec<RuleRow>> {
        self.call(move |db| {
            let mut statement = db.conn.prepare_cached(RULES)?;
            let rows = statement.query_map(params![session_id, MAX_RULES], rule)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Removes rules, then adds others, all or nothing. A rule that is there already stays as it
    /// is. [`StoreError::NotFound`] for a rule to remove or a session that is not there,
    /// [`StoreError::Invalid`] where there would be more than [`MAX_RULES`].
    pub async fn change_permission_rules(
        &self,
        remove: Vec<RuleRow>,
        add: Vec<RuleRow>,
    ) -> Result<()> {
        self.call(move |db| db.writing(|tx, _| change(tx, &remove, &add)))
            .await
    }
}

fn change(tx: &Transaction<'_>, remove: &[RuleRow], add: &[RuleRow]) -> Result<()> {
    for row in remove {
        let removed = tx.prepare_cached(REMOVE)?.execute(params![
            row.session_id,
            row.effect,
            row.pattern,
            row.decision
        ])?;
        if removed == 0 {
            let name = format!("{} {} {}", row.decision, row.effect, row.pattern);
            return Err(StoreError::not_found("rule", &name));
        }
    }
    for row in add {
        if let Some(session_id) = &row.session_id {
            check_session(tx, session_id)?;
        }
        tx.prepare_cached(ADD)?.execute(params![
            row.session_id,
            row.effect,
            row.pattern,
            row.decision,
            row.created_at
        ])?;
        let count: u32 = tx
            .prepare_cached(COUNT)?
            .query_row([&row.session_id], |row| row.get(0))?;
        if count > MAX_RULES {
            let message = format!("there may be {MAX_RULES} rules; remove some first");
            return Err(StoreError::invalid("add", message));
        }
    }
    Ok(())
}

fn rule(row: &Row<'_>) -> rusqlite::Result<RuleRow> {
    Ok(RuleRow {
        session_id: row.get(0)?,
        effect: row.get(1)?,
        pattern: row.get(2)?,
        decision: row.get(3)?,
        created_at: row.get(4)?,
    })
}

//! The rules of permission in force, what they say to effects, and who changes them.
mod approver;
mod explain;
mod guest;
mod places;
mod requests;
mod user;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use aside_agent::host::Files;
use aside_agent::permission::{
    Decision, Effect, Judged, PermissionMode, Places, Rule, RuleDecision, RuleScope, decide,
};
use aside_store::{RuleRow, Store};
use tokio::sync::watch;

pub use approver::SessionApprover;
pub use guest::{Asks, GuestApprover, MAX_GUEST_RULES};
pub use requests::MAX_CHANGES;
pub use user::{MAX_FILE_BYTES as MAX_USER_FILE_BYTES, MAX_USER_RULES};

use super::error::EngineError;
use super::front::Front;
use super::{Engine, Workspace};
use crate::settings::Settings;
use crate::settings::items::{Place, RuleDecision as SettingsDecision};
use places::Whereabouts;

/// The rules of one workspace and its sessions, as they were read last. What changes them is
/// stored first; whoever waits for an answer hears of each change.
pub struct Permissions {
    whereabouts: Whereabouts,
    data: PathBuf,
    rules: RwLock<Rules>,
    /// What the file of the user's rules was when it was read last.
    users_file: Mutex<Option<user::Stamp>>,
    changed: watch::Sender<u64>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Rules {
    /// Of each session that is at work.
    sessions: HashMap<Arc<str>, OfSession>,
    workspace: Vec<Rule>,
    user: Vec<Rule>,
    /// Of the user's settings.
    settings: Vec<Rule>,
    /// Of the settings that a trusted workspace brings along.
    repository: Vec<Rule>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct OfSession {
    /// How many hold it: an actor may begin before the one before it is gone.
    holders: usize,
    rules: Vec<Rule>,
}

impl Permissions {
    /// What the settings say; the rest is read by [`Self::refresh`].
    pub fn new(workspace: &Workspace, settings: &Settings, front: &Arc<dyn Front>) -> Self {
        let files: Arc<dyn Files> = front.files();
        let permissions = Self {
            whereabouts: Whereabouts::new(workspace, files),
            data: workspace.data.clone(),
            rules: RwLock::default(),
            users_file: Mutex::default(),
            changed: watch::Sender::new(0),
        };
        permissions.set_settings(settings);
        permissions
    }

    /// Takes new settings.
    pub fn set_settings(&self, settings: &Settings) {
        let of = |place: Place| {
            let rules = settings.rules.iter().filter(|rule| rule.place == place);
            // What is wrong with one was said when the settings were read.
            rules.filter_map(read_setting).collect()
        };
        let (user, repository) = (of(Place::User), of(Place::Workspace));
        self.change(|rules| {
            rules.settings = user;
            rules.repository = repository;
        });
    }

    /// Reads what is stored: the rules of the user, of the workspace, and of the sessions at work.
    pub async fn refresh(&self, store: &Store) -> Result<(), EngineError> {
        let workspace = rules_of(store.permission_rules(None).await?, RuleScope::Workspace);
        let at_work: Vec<Arc<str>> = self.read(|rules| rules.sessions.keys().cloned().collect());
        let mut sessions = HashMap::new();
        for id in at_work {
            let rows = store.permission_rules(Some(id.to_string())).await?;
            sessions.insert(id, rules_of(rows, RuleScope::Session));
        }
        // Before the file, so that a change while it is read is seen later.
        self.note_users_file(user::stamp(&self.data));
        let data = self.data.clone();
        let user = tokio::task::spawn_blocking(move || user::read(&data))
            .await
            .map_err(|error| EngineError::internal(error.to_string()))?;
        let user = match user {
            Ok(user) => Some(user),
            Err(error) => {
                tracing::error!("{error}");
                None
            }
        };
        self.change(|rules| {
            rules.workspace = workspace;
            // A file that cannot be read takes no rule away, least of all one that denies.
            if let Some(user) = user {
                rules.user = user;
            }
            for (id, read) in sessions {
                // It may have ended meanwhile.
                if let Some(known) = rules.sessions.get_mut(&id) {
                    known.rules = read;
                }
            }
        });
        Ok(())
    }

    /// Whether the file of the user's rules is another one than was read.
    pub fn is_users_file_new(&self) -> bool {
        let now = user::stamp(&self.data);
        let read = self
            .users_file
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *read != now
    }

    fn note_users_file(&self, stamp: Option<user::Stamp>) {
        let mut read = self
            .users_file
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *read = stamp;
    }

    /// Begins to keep the rules of a session, which [`Self::refresh`] reads.
    fn begin(&self, session_id: &Arc<str>) {
        self.change(|rules| {
            let session = rules.sessions.entry(Arc::clone(session_id)).or_default();
            session.holders += 1;
        });
    }

    fn end(&self, session_id: &str) {
        self.change(|rules| {
            if let Some(session) = rules.sessions.get_mut(session_id) {
                session.holders = session.holders.saturating_sub(1);
                if session.holders == 0 {
                    rules.sessions.remove(session_id);
                }
            }
        });
    }

    /// What is said to each effect of a call.
    fn judge(
        &self,
        effects: &[Effect],
        session_rules: SessionRules<'_>,
        mode: PermissionMode,
    ) -> Vec<Judged> {
        let rules = self.all(session_rules);
        let places = self.whereabouts.places();
        let judge = |effect: &Effect| {
            let judged = decide(effect, &places, &rules, mode);
            // A symbolic link is where it leads, too.
            match self.whereabouts.real(effect) {
                Some(real) => stricter(judged, decide(&real, &places, &rules, mode)),
                None => judged,
            }
        };
        effects.iter().map(judge).collect()
    }

    /// All rules that count, those of the narrowest scope first.
    fn all(&self, session_rules: SessionRules<'_>) -> Vec<Rule> {
        self.read(|rules| {
            let session = match session_rules {
                SessionRules::Of(id) => {
                    let session = rules.sessions.get(id);
                    session.map_or_else(Vec::new, |session| session.rules.clone())
                }
                SessionRules::These(these) => these.to_vec(),
            };
            let others = [
                &rules.workspace,
                &rules.repository,
                &rules.user,
                &rules.settings,
            ];
            let others = others.into_iter().flatten().cloned();
            session.into_iter().chain(others).collect()
        })
    }

    fn places(&self) -> Places {
        self.whereabouts.places()
    }

    /// Fires with each change.
    fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Tells those who wait that what is said may be something else now.
    fn tell(&self) {
        self.changed.send_modify(|number| *number += 1);
    }

    fn read<T>(&self, read: impl FnOnce(&Rules) -> T) -> T {
        read(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, change: impl FnOnce(&mut Rules)) {
        let is_changed = {
            let mut rules = self.rules.write().unwrap_or_else(PoisonError::into_inner);
            let before = rules.clone();
            change(&mut rules);
            *rules != before
        };
        if is_changed {
            self.tell();
        }
    }
}

impl Engine {
    /// The rules of permission.
    pub fn permissions(&self) -> Arc<Permissions> {
        let permissions = self.permissions.get_or_init(|| {
            let settings = self.settings();
            Arc::new(Permissions::new(&self.workspace, &settings, &self.front))
        });
        Arc::clone(permissions)
    }
}

/// Whose rules of a session count.
#[derive(Debug, Clone, Copy)]
enum SessionRules<'a> {
    /// Those of a session at work.
    Of(&'a str),
    /// These.
    These(&'a [Rule]),
}

/// Of two decisions on the same effect the one that allows less.
fn stricter(first: Judged, second: Judged) -> Judged {
    let weight = |judged: &Judged| match judged.decision {
        Decision::Allow => 0,
        Decision::Ask(_) => 1,
        Decision::Deny(_) => 2,
    };
    match weight(&second) > weight(&first) {
        true => second,
        false => first,
    }
}

/// Rows that cannot be read, as those of a newer Aside, count for nothing, but are logged.
fn rules_of(rows: Vec<RuleRow>, scope: RuleScope) -> Vec<Rule> {
    let read = |row: RuleRow| {
        let decision = user::decision(&row.decision)?;
        match Rule::read(&row.effect, &row.pattern, decision, scope) {
            Ok(rule) => Some(rule),
            Err(error) => {
                tracing::warn!(%error, pattern = row.pattern, "a rule cannot be read");
                None
            }
        }
    };
    rows.into_iter().filter_map(read).collect()
}

fn read_setting(rule: &crate::settings::items::Rule) -> Option<Rule> {
    let decision = match rule.decision {
        SettingsDecision::Allow => RuleDecision::Allow,
        SettingsDecision::Ask => RuleDecision::Ask,
        SettingsDecision::Deny => RuleDecision::Deny,
    };
    let scope = match rule.place {
        Place::User => RuleScope::User,
        Place::Workspace => RuleScope::Workspace,
    };
    Rule::read(&rule.effect, &rule.pattern, decision, scope).ok()
}

/// A rule as a row of the workspace's database.
fn row_of(rule: &Rule, session_id: Option<&str>) -> RuleRow {
    RuleRow {
        session_id: session_id.map(str::to_owned),
        effect: rule.effect.word().to_owned(),
        pattern: rule.pattern.clone(),
        decision: rule.decision.word().to_owned(),
        created_at: crate::clock::now(),
    }
}

//! `permission/list` and `permission/update`.
use std::sync::Arc;

use aside_agent::permission::{DENIALS, Rule, RuleDecision, RuleScope, Use};
use aside_protocol::{
    BuiltInDenial, ErrorCode, ListedRule, PermissionListParams, PermissionListResult,
    PermissionRule, PermissionSource, PermissionUpdateParams,
};

use super::{Permissions, row_of, rules_of, user};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::trust::CONFIG_FILE;

/// The user's settings in their folder.
const SETTINGS_FILE: &str = "config.toml";
/// How many rules one request may add, and how many it may remove.
pub const MAX_CHANGES: usize = 1000;

impl Engine {
    /// `permission/list`.
    pub async fn permission_list(
        self: &Arc<Self>,
        params: PermissionListParams,
    ) -> Result<PermissionListResult, EngineError> {
        let store = self.store().await?;
        let permissions = self.permissions();
        permissions.refresh(&store).await?;
        let mut rules = Vec::new();
        if let Some(id) = params.session_id {
            // An unknown session is an error, not an empty list.
            store.get_session(&*id).await?;
            let rows = store.permission_rules(Some(id)).await?;
            let of_session = rules_of(rows, RuleScope::Session);
            rules.extend(of_session.iter().map(|rule| listed(rule, None)));
        }
        rules.extend(permissions.listed(self));
        Ok(PermissionListResult {
            rules,
            built_in: built_in(),
        })
    }

    /// `permission/update`.
    pub async fn permission_update(
        self: &Arc<Self>,
        params: PermissionUpdateParams,
    ) -> Result<PermissionListResult, EngineError> {
        let session_id = params.session_id.as_deref();
        let remove = read("remove", &params.remove, session_id)?;
        let add = read("add", &params.add, session_id)?;
        let store = self.store().await?;
        let permissions = self.permissions();
        permissions.refresh(&store).await?;
        for (at, rule) in remove.iter().enumerate() {
            permissions.check_removable(self, at, rule)?;
        }
        let is_users = |rule: &&Rule| rule.scope == RuleScope::User;
        let users =
            |rules: &[Rule]| -> Vec<Rule> { rules.iter().filter(is_users).cloned().collect() };
        let rows = |rules: &[Rule]| {
            let rules = rules.iter().filter(|rule| !is_users(rule));
            let rows = rules.map(|rule| match rule.scope {
                RuleScope::Session => row_of(rule, session_id),
                RuleScope::Workspace | RuleScope::User => row_of(rule, None),
            });
            rows.collect::<Vec<_>>()
        };
        if let Some(id) = session_id {
            store.get_session(id).await?;
        }
        let (fewer, more) = (users(&remove), users(&add));
        let undo = (more.clone(), fewer.clone());
        let has_users = !(fewer.is_empty() && more.is_empty());
        if has_users {
            permissions.change_users(fewer, more).await?;
        }
        let stored = store
            .change_permission_rules(rows(&remove), rows(&add))
            .await;
        if let Err(error) = stored {
            // All or nothing, over both places.
            if has_users && let Err(undone) = permissions.change_users(undo.0, undo.1).await {
                tracing::error!(error = %undone.message, "the user's rules stay changed");
            }
            return Err(error.into());
        }
        permissions.refresh(&store).await?;
        self.permission_list(PermissionListParams {
            session_id: params.session_id,
        })
        .await
    }
}

impl Permissions {
    async fn change_users(&self, remove: Vec<Rule>, add: Vec<Rule>) -> Result<(), EngineError> {
        let data = self.data.clone();
        let changed = tokio::task::spawn_blocking(move || user::change(&data, &remove, &add))
            .await
            .map_err(|error| EngineError::internal(error.to_string()))?;
        changed.map(drop).map_err(|error| {
            let code = match &error {
                user::UserRulesError::Busy(_) => ErrorCode::Busy,
                user::UserRulesError::Missing(_) => ErrorCode::NotFound,
                user::UserRulesError::TooMany => ErrorCode::Invalid,
                user::UserRulesError::Damaged { .. } | user::UserRulesError::Io { .. } => {
                    ErrorCode::Storage
                }
            };
            EngineError::new(code, error.to_string())
        })
    }

    /// The rules of workspace and user, and where each stands.
    fn listed(&self, engine: &Engine) -> Vec<ListedRule> {
        let workspace = engine.workspace();
        let own = user::file(&workspace.data).display().to_string();
        let settings = workspace.config.join(SETTINGS_FILE).display().to_string();
        let repository = workspace.key.join(CONFIG_FILE);
        let repository = repository.display().to_string();
        self.read(|rules| {
            let list = |rules: &[Rule], file: Option<(&str, PermissionSource)>| {
                let rules = rules.iter().map(|rule| listed(rule, file));
                rules.collect::<Vec<_>>()
            };
            [
                list(&rules.workspace, None),
                list(
                    &rules.repository,
                    Some((&repository, PermissionSource::Settings)),
                ),
                list(&rules.user, Some((&own, PermissionSource::Stored))),
                list(
                    &rules.settings,
                    Some((&settings, PermissionSource::Settings)),
                ),
            ]
            .concat()
        })
    }

    /// Rules of the settings are removed where they are written.
    fn check_removable(&self, engine: &Engine, at: usize, rule: &Rule) -> Result<(), EngineError> {
        let wire = to_wire(rule);
        let all = self.listed(engine);
        let mut same = all.iter().filter(|listed| listed.rule == wire).peekable();
        if same.peek().is_none() || same.any(|listed| listed.source == PermissionSource::Stored) {
            return Ok(());
        }
        let mut files = all.iter().filter(|listed| listed.rule == wire);
        let file = files.find_map(|listed| listed.file.as_deref());
        Err(EngineError::invalid(format!(
            "`remove[{at}]` is a rule of the settings; remove it in {}",
            file.unwrap_or("their file")
        )))
    }
}

/// The rules that clients sent; an error names the field of the first that is wrong.
fn read(
    list: &str,
    rules: &[PermissionRule],
    session_id: Option<&str>,
) -> Result<Vec<Rule>, EngineError> {
    if rules.len() > MAX_CHANGES {
        return Err(EngineError::invalid(format!(
            "`{list}` has more than {MAX_CHANGES} rules"
        )));
    }
    let one = |(at, rule): (usize, &PermissionRule)| {
        let wrong = |field: &str, message: &str| {
            EngineError::invalid(format!("`{list}[{at}].{field}` {message}"))
        };
        if rule.scope == aside_protocol::PermissionScope::Session && session_id.is_none() {
            let message = "is `session`, so `sessionId` must say of which";
            return Err(wrong("scope", message));
        }
        from_wire(rule).map_err(|error| wrong(error.field, &error.message))
    };
    rules.iter().enumerate().map(one).collect()
}

fn from_wire(rule: &PermissionRule) -> Result<Rule, aside_agent::permission::RuleError> {
    let decision = match rule.decision {
        aside_protocol::PermissionDecision::Allow => RuleDecision::Allow,
        aside_protocol::PermissionDecision::Ask => RuleDecision::Ask,
        aside_protocol::PermissionDecision::Deny => RuleDecision::Deny,
    };
    let scope = match rule.scope {
        aside_protocol::PermissionScope::Session => RuleScope::Session,
        aside_protocol::PermissionScope::Workspace => RuleScope::Workspace,
        aside_protocol::PermissionScope::User => RuleScope::User,
    };
    Rule::read(&rule.effect, &rule.pattern, decision, scope)
}

/// A rule as clients know it.
pub(super) fn to_wire(rule: &Rule) -> PermissionRule {
    PermissionRule {
        effect: rule.effect.word().to_owned(),
        pattern: rule.pattern.clone(),
        decision: match rule.decision {
            RuleDecision::Allow => aside_protocol::PermissionDecision::Allow,
            RuleDecision::Ask => aside_protocol::PermissionDecision::Ask,
            RuleDecision::Deny => aside_protocol::PermissionDecision::Deny,
        },
        scope: match rule.scope {
            RuleScope::Session => aside_protocol::PermissionScope::Session,
            RuleScope::Workspace => aside_protocol::PermissionScope::Workspace,
            RuleScope::User => aside_protocol::PermissionScope::User,
        },
    }
}

fn listed(rule: &Rule, file: Option<(&str, PermissionSource)>) -> ListedRule {
    ListedRule {
        rule: to_wire(rule),
        source: file.map_or(PermissionSource::Stored, |(_, source)| source),
        file: file.map(|(file, _)| file.to_owned()),
    }
}

fn built_in() -> Vec<BuiltInDenial> {
    let denials = DENIALS.iter().map(|denial| BuiltInDenial {
        effect: match denial.what {
            Use::Any => "readPath".to_owned(),
            Use::Write => "writePath".to_owned(),
        },
        patterns: denial.patterns.iter().map(|&it| it.to_owned()).collect(),
        reason: format!("It is {}.", denial.why),
    });
    denials.collect()
}

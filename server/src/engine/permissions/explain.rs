//! `permission/explain`: what would happen with a call, and what decides that.
use std::sync::Arc;

use aside_agent::editing::EditMode;
use aside_agent::permission::{Decider, Decision, Effect, Judged, RuleScope, Verdict, verdict};
use aside_agent::tool::ToolContext;
use aside_protocol::{
    ErrorCode, PermissionDecision, PermissionExplainParams, PermissionExplainResult,
    PermissionJudgement,
};

use super::requests::to_wire;
use super::{SessionRules, rules_of};
use crate::engine::Engine;
use crate::engine::error::EngineError;

impl Engine {
    /// `permission/explain`.
    pub async fn permission_explain(
        self: &Arc<Self>,
        params: PermissionExplainParams,
    ) -> Result<PermissionExplainResult, EngineError> {
        let store = self.store().await?;
        let permissions = self.permissions();
        permissions.refresh(&store).await?;
        let (mode, rules) = match &params.session_id {
            Some(id) => {
                self.sync(id).await;
                let row = store.get_session(&**id).await?;
                let rows = store.permission_rules(Some(id.clone())).await?;
                let rules = rules_of(rows, RuleScope::Session);
                (crate::wire::parse_mode(&row.permission_mode), rules)
            }
            None => {
                let mode = crate::wire::name_of(&self.settings().permission_mode);
                (crate::wire::parse_mode(&mode), Vec::new())
            }
        };
        let tool = self.toolbox().get(&params.tool).ok_or_else(|| {
            let name = &params.tool;
            EngineError::new(
                ErrorCode::NotFound,
                format!("there is no tool `{name}`; `tool/list` lists those there are"),
            )
        })?;
        let context = ToolContext {
            session_id: Arc::from(params.session_id.as_deref().unwrap_or_default()),
            ..ToolContext::new(self.front().files())
        };
        let effects = match tool.effects(&params.arguments, &context) {
            Ok(effects) => effects,
            // The call is refused before anybody is asked.
            Err(error) => return Ok(refused(error.to_string())),
        };
        let judged = permissions.judge(&effects, SessionRules::These(&rules), mode);
        Ok(explained(self.settings().edits.mode, effects, judged))
    }
}

impl Engine {
    /// What is said to these effects outside of any session, where edits are made.
    pub async fn permission_verdict(
        self: &Arc<Self>,
        effects: &[Effect],
    ) -> Result<Verdict, EngineError> {
        let permissions = self.permissions();
        permissions.refresh(&self.store().await?).await?;
        let mode = crate::wire::name_of(&self.settings().permission_mode);
        let mode = crate::wire::parse_mode(&mode);
        let judged = permissions.judge(effects, SessionRules::These(&[]), mode);
        let decisions = judged.into_iter().map(|judged| judged.decision);
        Ok(verdict(EditMode::Apply, effects, decisions.collect()))
    }
}

fn refused(reason: String) -> PermissionExplainResult {
    PermissionExplainResult {
        decision: PermissionDecision::Deny,
        rule: None,
        reason,
        effects: Vec::new(),
        judgements: Vec::new(),
    }
}

/// What the decisions on all effects come to, by the same rule as in a turn.
fn explained(mode: EditMode, effects: Vec<Effect>, judged: Vec<Judged>) -> PermissionExplainResult {
    let decisions = judged.iter().map(|judged| judged.decision.clone());
    let verdict = verdict(mode, &effects, decisions.collect());
    let word = match &verdict {
        Verdict::Allow => PermissionDecision::Allow,
        Verdict::Ask(_) => PermissionDecision::Ask,
        Verdict::Deny(_) => PermissionDecision::Deny,
    };
    let pairs = || effects.iter().zip(&judged);
    let decisive = match &verdict {
        // What allows all of it is the last that allows; a rule says more than the mode.
        Verdict::Allow => {
            let by_rule = pairs().find(|(_, judged)| matches!(judged.by, Decider::Rule(_)));
            by_rule.or_else(|| pairs().next())
        }
        Verdict::Ask(open) => pairs().find(|(effect, judged)| {
            matches!(judged.decision, Decision::Ask(_))
                && open.iter().any(|open| open.effect == **effect)
        }),
        Verdict::Deny(_) => {
            pairs().find(|(_, judged)| matches!(judged.decision, Decision::Deny(_)))
        }
    };
    let is_proposed =
        |judged: &Judged| verdict == Verdict::Allow && !matches!(judged.decision, Decision::Allow);
    let (rule, reason) = match decisive {
        Some((_, judged)) if is_proposed(judged) => (
            None,
            "Edits are only proposed here, and made when you accept them.".to_owned(),
        ),
        Some((_, judged)) => (rule_of(judged), judged.reason.clone()),
        None => (
            None,
            "The call does nothing but read inside the workspace.".to_owned(),
        ),
    };
    let judgements = judged.iter().map(|judged| PermissionJudgement {
        decision: match judged.decision {
            Decision::Allow => PermissionDecision::Allow,
            Decision::Ask(_) => PermissionDecision::Ask,
            Decision::Deny(_) => PermissionDecision::Deny,
        },
        rule: rule_of(judged),
        reason: judged.reason.clone(),
    });
    PermissionExplainResult {
        decision: word,
        rule,
        reason,
        judgements: judgements.collect(),
        effects: effects.iter().map(crate::wire::effect).collect(),
    }
}

fn rule_of(judged: &Judged) -> Option<aside_protocol::PermissionRule> {
    match &judged.by {
        Decider::Rule(rule) => Some(to_wire(rule)),
        Decider::BuiltIn | Decider::Mode(_) => None,
    }
}

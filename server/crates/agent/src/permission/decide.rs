//! What rules and mode say to an effect.
use super::builtin::{self, Said};
use super::glob::Cover;
use super::places::Places;
use super::rule::{Rule, RuleDecision, RuleScope, has_unknown_parts};
use super::{Decision, Effect, PermissionMode, words};

/// What decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decider {
    /// What is built in: no rule and no mode changes it.
    BuiltIn,
    /// This rule.
    Rule(Rule),
    /// The session's mode.
    Mode(PermissionMode),
}

/// A decision on an effect, and what made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The decision.
    pub decision: Decision,
    /// What made it.
    pub by: Decider,
    /// A sentence that says why, for whom asks about it.
    pub reason: String,
}

/// Decides: built-in denials, then rules that deny, ask and allow, then the mode.
///
/// A rule that denies, of which only some of what the effect is about is known to fit, asks. A
/// rule that allows must fit all of it. In a read-only session no rule allows writing, and what was
/// allowed for the session does not count.
pub fn decide(effect: &Effect, places: &Places, rules: &[Rule], mode: PermissionMode) -> Judged {
    let said = builtin::said(effect, places);
    match said {
        Said::Denied(reason) => return deny(Decider::BuiltIn, reason),
        Said::Harmless(why) if mode != PermissionMode::ReadOnly || !is_write(effect) => {
            return Judged {
                decision: Decision::Allow,
                by: Decider::BuiltIn,
                reason: why.to_owned(),
            };
        }
        Said::Harmless(_) | Said::PartDenied(_) | Said::Nothing => {}
    }
    let denying = best(rules, RuleDecision::Deny, effect, places);
    if let Some((rule, Cover::All)) = denying {
        let reason = format!("The rule `{rule}` {} refuses it.", of_scope(rule.scope));
        return deny(Decider::Rule(rule.clone()), reason);
    }
    if mode == PermissionMode::ReadOnly && is_write(effect) {
        return by_mode(effect, places, mode);
    }
    if let Some((rule, _)) = denying {
        let reason = format!(
            "It may touch what the rule `{rule}` {} refuses.",
            of_scope(rule.scope)
        );
        return ask(Decider::Rule(rule.clone()), reason);
    }
    if let Said::PartDenied(reason) = said {
        return ask(Decider::BuiltIn, reason);
    }
    if let Some((rule, _)) = best(rules, RuleDecision::Ask, effect, places) {
        let reason = format!("The rule `{rule}` {} says to ask.", of_scope(rule.scope));
        return ask(Decider::Rule(rule.clone()), reason);
    }
    if has_unknown_parts(effect) {
        return match mode {
            PermissionMode::Full | PermissionMode::ReadOnly => by_mode(effect, places, mode),
            PermissionMode::Ask | PermissionMode::AcceptEdits => {
                let reason = "Part of it is known only when it runs.".to_owned();
                ask(Decider::BuiltIn, reason)
            }
        };
    }
    match best(rules, RuleDecision::Allow, effect, places) {
        Some((rule, Cover::All))
            if mode != PermissionMode::ReadOnly || rule.scope != RuleScope::Session =>
        {
            Judged {
                decision: Decision::Allow,
                reason: format!("The rule `{rule}` {} allows it.", of_scope(rule.scope)),
                by: Decider::Rule(rule.clone()),
            }
        }
        Some(_) | None => by_mode(effect, places, mode),
    }
}

/// The rule of a decision that fits best; of those that fit alike the first.
fn best<'a>(
    rules: &'a [Rule],
    decision: RuleDecision,
    effect: &Effect,
    places: &Places,
) -> Option<(&'a Rule, Cover)> {
    let mut best: Option<(&Rule, Cover)> = None;
    for rule in rules.iter().filter(|rule| rule.decision == decision) {
        let cover = rule.cover(effect, places);
        if cover > best.map_or(Cover::None, |(_, cover)| cover) {
            best = Some((rule, cover));
        }
        if cover == Cover::All {
            break;
        }
    }
    best
}

fn by_mode(effect: &Effect, places: &Places, mode: PermissionMode) -> Judged {
    let by = Decider::Mode(mode);
    let decision = match effect {
        Effect::ReadPath { path } if !places.holds(&places.roots, &places.named(path)) => {
            match mode {
                PermissionMode::Full => Decision::Allow,
                PermissionMode::Ask | PermissionMode::AcceptEdits | PermissionMode::ReadOnly => {
                    Decision::Ask(format!("{} lies outside the workspace.", words::cut(path)))
                }
            }
        }
        Effect::ReadPath { .. }
        | Effect::WritePath { .. }
        | Effect::RunProgram { .. }
        | Effect::Network { .. }
        | Effect::McpTool { .. } => super::by_mode(mode, effect),
    };
    let reason = match &decision {
        Decision::Deny(reason) => reason.clone(),
        Decision::Ask(reason) if !reason.is_empty() => reason.clone(),
        Decision::Ask(_) => format!("{} asks about it.", of_mode(mode)),
        Decision::Allow => match effect {
            Effect::ReadPath { .. } if mode != PermissionMode::Full => {
                "Reading inside the workspace is not asked about.".to_owned()
            }
            Effect::McpTool {
                read_only: true, ..
            } if mode != PermissionMode::Full => {
                "Its server says that the tool only reads.".to_owned()
            }
            Effect::ReadPath { .. }
            | Effect::WritePath { .. }
            | Effect::RunProgram { .. }
            | Effect::Network { .. }
            | Effect::McpTool { .. } => format!("{} allows it.", of_mode(mode)),
        },
    };
    Judged {
        decision,
        by,
        reason,
    }
}

fn is_write(effect: &Effect) -> bool {
    matches!(effect, Effect::WritePath { .. })
}

fn of_mode(mode: PermissionMode) -> &'static str {
    match mode {
        PermissionMode::Ask => "The mode `ask`",
        PermissionMode::AcceptEdits => "The mode `acceptEdits`",
        PermissionMode::ReadOnly => "The mode `readOnly`",
        PermissionMode::Full => "The mode `full`",
    }
}

fn of_scope(scope: RuleScope) -> &'static str {
    match scope {
        RuleScope::Session => "of this session",
        RuleScope::Workspace => "of this workspace",
        RuleScope::User => "of yours",
    }
}

fn deny(by: Decider, reason: String) -> Judged {
    Judged {
        decision: Decision::Deny(reason.clone()),
        by,
        reason,
    }
}

fn ask(by: Decider, reason: String) -> Judged {
    Judged {
        decision: Decision::Ask(reason.clone()),
        by,
        reason,
    }
}

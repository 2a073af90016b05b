//! What the user can answer, and the rules that an answer makes.
use super::glob;
use super::places::{Named, Places, is_unknown};
use super::rule::{EVERYTHING, Rule, RuleDecision, RuleEffect, RuleScope};
use super::{Effect, MAX_PATTERN_BYTES, builtin, words};

/// How many rules one answer makes; above that it can only be given once.
pub const MAX_RULES_OF_ANSWER: usize = 8;

/// What the user answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Do it.
    AllowOnce,
    /// Do it, and what is like it in this session.
    AllowSession,
    /// Do it, and what is like it in this workspace.
    AllowAlways,
    /// Do not do it.
    RejectOnce,
    /// Do not do it, nor what is like it in this workspace.
    RejectAlways,
}

/// An answer that the user may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What it means.
    pub answer: Answer,
    /// For people: exactly what it allows or refuses.
    pub label: String,
}

/// The answers to a question about these effects, in the order in which they are shown. Those
/// that make rules are left out where the effects are too many or not known well enough.
pub fn choices(effects: &[Effect], places: &Places) -> Vec<Choice> {
    let choice = |answer, label: String| Choice { answer, label };
    let lasting = |answer, start: &str| {
        let rules = rules_of(answer, effects, places);
        (!rules.is_empty()).then(|| choice(answer, format!("{start}: {}", listed(&rules))))
    };
    [
        Some(choice(Answer::AllowOnce, "Allow once".to_owned())),
        lasting(Answer::AllowSession, "Allow for this session"),
        lasting(Answer::AllowAlways, "Always allow in this workspace"),
        Some(choice(Answer::RejectOnce, "Reject".to_owned())),
        lasting(Answer::RejectAlways, "Always reject in this workspace"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The rules that an answer makes; none for one that is given once.
pub fn rules_of(answer: Answer, effects: &[Effect], places: &Places) -> Vec<Rule> {
    let (decision, scope) = match answer {
        Answer::AllowOnce | Answer::RejectOnce => return Vec::new(),
        Answer::AllowSession => (RuleDecision::Allow, RuleScope::Session),
        Answer::AllowAlways => (RuleDecision::Allow, RuleScope::Workspace),
        Answer::RejectAlways => (RuleDecision::Deny, RuleScope::Workspace),
    };
    let mut rules: Vec<Rule> = Vec::new();
    for effect in effects {
        let Some((effect, pattern)) = pattern_of(effect, decision, places) else {
            return Vec::new();
        };
        let rule = Rule {
            effect,
            pattern,
            decision,
            scope,
        };
        if rule.pattern.len() > MAX_PATTERN_BYTES {
            return Vec::new();
        }
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    match rules.len() > MAX_RULES_OF_ANSWER {
        true => Vec::new(),
        false => rules,
    }
}

/// What is like an effect: for what is allowed the workspace, the folder, the command with its
/// first word; for what is refused no more than the effect itself where it is a path.
fn pattern_of(
    effect: &Effect,
    decision: RuleDecision,
    places: &Places,
) -> Option<(RuleEffect, String)> {
    match effect {
        Effect::WritePath { path } if decision == RuleDecision::Allow => {
            let is_inside = places.holds(&places.roots, &places.named(path));
            is_inside.then(|| (RuleEffect::WritePath, glob::ANY_DEPTH.to_owned()))
        }
        Effect::WritePath { path } => Some((RuleEffect::WritePath, path_pattern(path, places)?)),
        Effect::ReadPath { path } => {
            let folder = folder_of(path, places).filter(|_| decision == RuleDecision::Allow);
            let path = folder.as_deref().unwrap_or(path);
            Some((RuleEffect::ReadPath, path_pattern(path, places)?))
        }
        Effect::RunProgram { program, arguments } => {
            Some((RuleEffect::RunProgram, command_pattern(program, arguments)?))
        }
        Effect::Network { host } => {
            (!is_unknown(host)).then(|| (RuleEffect::Network, glob::literal(host)))
        }
        Effect::McpTool { server, tool, .. } => {
            let pattern = format!("{}/{}", glob::literal(server), glob::literal(tool));
            Some((RuleEffect::McpTool, pattern))
        }
    }
}

/// The folder of a file with all beneath it, unless that is much or holds secrets.
fn folder_of(path: &str, places: &Places) -> Option<String> {
    let (folder, _) = path.rsplit_once('/')?;
    let is_deep = folder.split('/').filter(|part| !part.is_empty()).count() >= MIN_FOLDER_DEPTH;
    let path = format!("{folder}/{}", glob::ANY_DEPTH);
    let is_home = places
        .home
        .as_deref()
        .is_some_and(|home| home.starts_with(folder));
    let all = Effect::ReadPath { path: path.clone() };
    let is_open = builtin::said(&all, places) == builtin::Said::Nothing;
    (is_deep && is_open && !is_home).then_some(path)
}

/// How many parts the path of a folder has at least that is allowed for one file in it.
const MIN_FOLDER_DEPTH: usize = 2;

/// The path as a pattern: relative to the workspace where it is inside.
fn path_pattern(path: &str, places: &Places) -> Option<String> {
    let Named::Known(parts, extent) = places.named(path) else {
        return None;
    };
    let roots = places.roots.iter();
    let relative = roots
        .filter_map(|root| match places.named(&root.to_string_lossy()) {
            Named::Known(root, _) => parts.strip_prefix(root.as_slice()),
            Named::Unknown => None,
        })
        .next();
    let (mut pattern, parts) = match relative {
        Some(parts) => (String::new(), parts),
        None if cfg!(windows) => (String::new(), parts.as_slice()),
        None => ("/".to_owned(), parts.as_slice()),
    };
    let parts: Vec<String> = parts.iter().map(|part| glob::literal(part)).collect();
    pattern.push_str(&parts.join("/"));
    if extent == glob::Extent::Beneath {
        if !pattern.is_empty() && !pattern.ends_with('/') {
            pattern.push('/');
        }
        pattern.push_str(glob::ANY_DEPTH);
    }
    (!pattern.is_empty()).then_some(pattern)
}

/// The command with any further arguments after its first word where that is a subcommand, else
/// the command as it is.
fn command_pattern(program: &str, arguments: &[String]) -> Option<String> {
    let mut all = std::iter::once(program).chain(arguments.iter().map(String::as_str));
    if program.is_empty() || all.any(is_unknown) {
        return None;
    }
    let mut words = vec![glob::literal(program)];
    match arguments.split_first() {
        Some((first, _)) if is_subcommand(first) => {
            words.push(glob::literal(first));
            words.push(EVERYTHING.to_owned());
        }
        Some(_) | None => words.extend(arguments.iter().map(|word| glob::literal(word))),
    }
    // An empty argument has no pattern, and a control character none that fits on a line.
    let is_fit = words
        .iter()
        .all(|word| !word.is_empty() && !word.chars().any(char::is_control));
    is_fit.then(|| words.join(" "))
}

fn is_subcommand(word: &str) -> bool {
    let mut chars = word.chars();
    let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '/');
    chars.next().is_some_and(|c| c.is_ascii_alphanumeric()) && chars.all(is_fine)
}

/// What rules are about, for people.
fn listed(rules: &[Rule]) -> String {
    let name = |rule: &Rule| {
        let pattern = words::cut(&rule.pattern);
        match rule.effect {
            RuleEffect::WritePath if rule.pattern == glob::ANY_DEPTH => {
                "write any file in the workspace".to_owned()
            }
            RuleEffect::WritePath => format!("write `{pattern}`"),
            RuleEffect::ReadPath => format!("read `{pattern}`"),
            RuleEffect::RunProgram => format!("run `{pattern}`"),
            RuleEffect::Network => format!("talk to `{pattern}`"),
            RuleEffect::McpTool => format!("call `{pattern}`"),
            RuleEffect::Any => "everything".to_owned(),
        }
    };
    let names: Vec<String> = rules.iter().map(name).collect();
    words::list(&names)
}

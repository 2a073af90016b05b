//! Permission: what a tool call would do, and what the user says to it.
use serde::{Deserialize, Deserializer, Serialize};

use crate::{FileEdit, Item};

/// How much an agent may do unasked. Reading inside the workspace is never asked about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PermissionMode {
    /// Ask before each effect other than reading.
    #[default]
    Ask,
    /// Edit files unasked; ask before the rest.
    AcceptEdits,
    /// Read only; refuse the rest.
    ReadOnly,
    /// Do all unasked, inside the workspace.
    Full,
}

/// What a tool call would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Effect {
    /// Reads a path.
    ReadPath {
        /// Absolute.
        path: String,
    },
    /// Writes, creates, deletes or moves a path.
    WritePath {
        /// Absolute.
        path: String,
    },
    /// Runs a program.
    RunProgram {
        /// Its name or path.
        program: String,
        /// Its arguments.
        arguments: Vec<String>,
    },
    /// Talks to a host.
    Network {
        /// Its name or address.
        host: String,
    },
    /// Calls an MCP server's tool.
    McpTool {
        /// The server.
        server: String,
        /// The tool.
        tool: String,
        /// What the server says of it.
        read_only: bool,
    },
}

/// What happens with a tool call before the user is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PermissionDecision {
    /// It is done unasked.
    Allow,
    /// The user is asked.
    Ask,
    /// It is refused.
    Deny,
}

/// A rule of permission. Built-in denials go before all rules, then come rules that deny, that ask
/// and that allow, then the session's permission mode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PermissionRule {
    /// Which effects it speaks of: `readPath`, `writePath`, `runProgram`, `network`, `mcpTool`, or
    /// `*` for all of them.
    pub effect: String,
    /// Which of these. Of paths a glob, from the root, from `~`, or from each folder of the
    /// workspace; of programs the words of a command, such as `git push *`; a host, such as
    /// `*.example.org`; a server and its tool, such as `files/read_*`.
    pub pattern: String,
    /// What it says.
    pub decision: PermissionDecision,
    /// How far it reaches.
    pub scope: PermissionScope,
}

/// How far a rule of permission reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PermissionScope {
    /// One session.
    Session,
    /// All sessions of the workspace.
    Workspace,
    /// All workspaces of the user.
    User,
}

/// A rule of permission, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ListedRule {
    /// The rule.
    #[serde(flatten)]
    pub rule: PermissionRule,
    /// Who keeps it.
    pub source: PermissionSource,
    /// The file that it stands in, unless it is in the workspace's database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// Who keeps a rule of permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PermissionSource {
    /// Aside: it came from an answer or from `permission/update`, which can remove it too.
    Stored,
    /// The settings: it is removed in their file.
    Settings,
}

/// A place that is protected whatever rules say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BuiltInDenial {
    /// What is refused: `writePath`, or `readPath` for reading and writing.
    pub effect: String,
    /// The places, as patterns of rules.
    pub patterns: Vec<String>,
    /// A sentence: what they are.
    pub reason: String,
}

/// Params of `permission/list`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PermissionListParams {
    /// The rules of this session too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
}

/// Result of `permission/list` and `permission/update`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PermissionListResult {
    /// The rules in force, those of the session first, then the workspace's, then the user's.
    pub rules: Vec<ListedRule>,
    /// What is refused before any rule.
    pub built_in: Vec<BuiltInDenial>,
}

/// Params of `permission/update`. All is done or nothing; what is removed goes first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PermissionUpdateParams {
    /// The session whose rules are changed; needed for those of scope `session`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Rules to add; one that is there already stays as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<PermissionRule>,
    /// Rules to remove.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<PermissionRule>,
}

/// Params of `permission/explain`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PermissionExplainParams {
    /// The session that would make the call; a new one if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The tool.
    pub tool: String,
    /// Its arguments.
    #[serde(default)]
    pub arguments: serde_json::Map<String, serde_json::Value>,
}

/// Result of `permission/explain`: what would happen with the call before the user is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PermissionExplainResult {
    /// What would happen.
    pub decision: PermissionDecision,
    /// The rule that decided, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<PermissionRule>,
    /// A sentence: why.
    pub reason: String,
    /// What the call would do.
    pub effects: Vec<Effect>,
    /// What is said to each effect, in the same order.
    pub judgements: Vec<PermissionJudgement>,
}

/// What is said to one effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PermissionJudgement {
    /// What would happen if it were the only one.
    pub decision: PermissionDecision,
    /// The rule that decided, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<PermissionRule>,
    /// A sentence: why.
    pub reason: String,
}

/// Params of `chat/requestPermission`, which the server sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatRequestPermissionParams {
    /// Identifies the question.
    pub request_id: String,
    /// The session whose turn asks.
    pub session_id: String,
    /// The turn that asks.
    pub turn_id: String,
    /// The tool call that waits.
    pub item: Item,
    /// A sentence: why it is asked.
    pub reason: String,
    /// What the call would do that nothing allows yet.
    pub effects: Vec<Effect>,
    /// What its edits would change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<Vec<FileEdit>>,
    /// The answers that the user may choose from.
    pub options: Vec<PermissionOption>,
}

/// One answer that the user may choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PermissionOption {
    /// Identifies it in the answer.
    pub id: String,
    /// For people.
    pub label: String,
    /// What choosing it means.
    pub kind: PermissionOptionKind,
}

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PermissionOptionKind {
    /// Do it.
    AllowOnce,
    /// Do it, and do not ask again in this session for what the label says.
    AllowSession,
    /// Do it, and do not ask again in this workspace for what the label says.
    AllowAlways,
    /// Do not do it.
    RejectOnce,
    /// Do not do it, and refuse what the label says in this workspace.
    RejectAlways,
}

/// Result of `chat/requestPermission`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum ChatRequestPermissionResult {
    /// The user chose.
    Chosen {
        /// The `id` of the option.
        option_id: String,
        /// What the user wants instead, for the model.
        #[serde(skip_serializing_if = "Option::is_none")]
        feedback: Option<String>,
    },
    /// The user dismissed the question.
    Cancelled {
        /// Always true.
        #[cfg_attr(feature = "schema", schemars(extend("const" = true)))]
        cancelled: bool,
    },
}

impl<'de> Deserialize<'de> for ChatRequestPermissionResult {
    /// Reads both forms. Where an answer claims to be both, it is a dismissal: what is in
    /// doubt permits nothing.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer {
            option_id: Option<String>,
            feedback: Option<String>,
            cancelled: Option<bool>,
        }
        let answer = Answer::deserialize(deserializer)?;
        if answer.cancelled == Some(true) {
            return Ok(Self::Cancelled { cancelled: true });
        }
        match answer.option_id {
            Some(option_id) => Ok(Self::Chosen {
                option_id,
                feedback: answer.feedback,
            }),
            None => Err(serde::de::Error::missing_field("optionId")),
        }
    }
}

//! The agent at the other end, from its first call on.
use std::sync::Arc;

use aside_agent::seen::Seen;
use aside_agent::tool::Tool;
use aside_agent::toolbox::Toolbox;
use aside_store::{AuditEntry, Write};
use serde_json::{Map, Value, json};

use super::era::Client;
use super::tools::{self, GuestTool};
use crate::clock;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::permissions::{Asks, GuestApprover};

/// How many characters of an agent's name are shown.
pub const MAX_AGENT_CHARS: usize = 64;
/// What an agent is called that gives no name.
const UNNAMED: &str = "An agent";
/// The kind of the row in the audit log that says which agent it was.
const AUDIT_KIND: &str = "agent";

/// An agent that uses the tools.
pub struct Guest {
    /// Stands for its connection where a session would stand.
    pub id: String,
    /// What people are told of who it is.
    pub agent: String,
    /// Does the work.
    pub engine: Arc<Engine>,
    /// Says what it may.
    pub approver: Arc<GuestApprover>,
    /// What it has seen of files.
    pub seen: Arc<Seen>,
    /// The tools.
    pub tools: Toolbox,
}

impl Guest {
    /// Opens what the tools need, and notes in the audit log who it is.
    ///
    /// # Errors
    ///
    /// Where the workspace's database cannot be used.
    pub async fn begin(
        engine: &Arc<Engine>,
        client: &Client,
        asks: Asks,
    ) -> Result<Self, EngineError> {
        let Client { version, agent } = client.clone();
        let id = clock::new_id();
        engine.front().refresh_settings();
        let approver = GuestApprover::new(engine, agent.clone(), asks);
        approver.refresh().await?;
        let about = json!({ "agent": agent, "protocolVersion": version });
        let row = AuditEntry {
            at: clock::now(),
            session_id: Some(id.clone()),
            turn_id: None,
            kind: AUDIT_KIND.to_owned(),
            json: crate::wire::to_json(&about),
        };
        engine.audit(Write::Audit(row)).await?;
        let tools = tools::offered(engine.services()).into_iter();
        let tools = tools.map(|inner| {
            let agent = agent.clone();
            Arc::new(GuestTool { inner, agent }) as Arc<dyn Tool>
        });
        let tools = Toolbox::new(tools.collect());
        Ok(Self {
            id,
            agent,
            engine: Arc::clone(engine),
            approver: Arc::new(approver),
            seen: Arc::default(),
            tools,
        })
    }
}

/// The name of an agent by its `clientInfo`, fit to be shown.
pub fn agent_name(client_info: &Map<String, Value>) -> String {
    let named = ["title", "name"].iter();
    let mut named = named.filter_map(|key| client_info.get(*key)?.as_str());
    let shown = |name: &str| -> String {
        let plain = name.chars().map(|c| if c.is_control() { ' ' } else { c });
        let plain: String = plain.take(MAX_AGENT_CHARS).collect();
        plain.trim().to_owned()
    };
    let name = named.find_map(|name| Some(shown(name)).filter(|name| !name.is_empty()));
    name.unwrap_or_else(|| UNNAMED.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{MAX_AGENT_CHARS, agent_name};

    #[test]
    fn agents_are_called_by_what_can_be_shown() {
        for (info, name) in [
            (json!({}), "An agent".to_owned()),
            (json!({"name": 1, "title": null}), "An agent".to_owned()),
            (json!({"name": "x"}), "x".to_owned()),
            (json!({"name": "x", "title": "X y"}), "X y".to_owned()),
            (json!({"name": "x", "title": " \n"}), "x".to_owned()),
            (json!({"name": "a\nb\u{1b}[1m"}), "a b [1m".to_owned()),
            (
                json!({"name": "é".repeat(200)}),
                "é".repeat(MAX_AGENT_CHARS),
            ),
        ] {
            let info = info.as_object().unwrap();
            assert_eq!(agent_name(info), name, "{info:?}");
        }
    }
}

//! New sessions.
use std::sync::Arc;

use aside_protocol::{AgentInfo, AgentListResult, AgentSource, Session, SessionCreateParams};
use aside_store::{SessionRow, Store, Write};

use super::actor::check_title;
use super::error::EngineError;
use super::{Engine, NewSession, UNTITLED};
use crate::clock;

/// The one agent template there is so far.
const DEFAULT_AGENT: &str = "default";

/// `agent/list`.
pub fn agents() -> AgentListResult {
    let default = AgentInfo {
        name: DEFAULT_AGENT.to_owned(),
        description: "Works on the files of the workspace with all the tools there are.".to_owned(),
        source: AgentSource::Builtin,
    };
    AgentListResult {
        agents: vec![default],
    }
}

impl Engine {
    /// `session/create`.
    pub async fn create(
        self: &Arc<Self>,
        params: SessionCreateParams,
    ) -> Result<Session, EngineError> {
        let store = self.store().await?;
        let row = self
            .create_row(&clock::new_id(), NewSession { params }, &store)
            .await?;
        Ok(crate::wire::session(&row))
    }

    pub(super) async fn create_row(
        &self,
        session_id: &str,
        new: NewSession,
        store: &Store,
    ) -> Result<SessionRow, EngineError> {
        let params = new.params;
        check_title(params.title.as_deref())?;
        self.check_agent(params.agent.as_deref())?;
        let settings = self.settings();
        let model = params.model.unwrap_or_else(|| settings.model.clone());
        self.check_model(&model)?;
        let mode = params.permission_mode.unwrap_or(settings.permission_mode);
        let now = clock::now();
        let row = SessionRow {
            id: session_id.to_owned(),
            title: params.title.unwrap_or_else(|| UNTITLED.to_owned()),
            workspace_uri: self.workspace.uri.clone(),
            created_at: now.clone(),
            updated_at: now,
            model,
            agent: params.agent.unwrap_or_else(|| DEFAULT_AGENT.to_owned()),
            permission_mode: crate::wire::name_of(&mode),
            status: "idle".to_owned(),
            pinned: false,
            archived: false,
            parent_id: None,
            project_id: params.project_id,
            mcp_servers: params.mcp_servers.as_ref().map(crate::wire::to_json),
            effort: params.effort.map(|effort| crate::wire::name_of(&effort)),
            turn_count: 0,
            usage: crate::wire::model_usage(aside_llm::Usage::default()),
            owner: None,
            last_seq: 0,
        };
        store.write(vec![Write::CreateSession(row.clone())]).await?;
        Ok(row)
    }

    /// Refuses an agent template that there is not.
    pub(super) fn check_agent(&self, agent: Option<&str>) -> Result<(), EngineError> {
        match agent {
            None | Some(DEFAULT_AGENT) => Ok(()),
            Some(other) => Err(EngineError::invalid(format!(
                "`agent` \"{other}\" is not an agent template; there is \"{DEFAULT_AGENT}\""
            ))),
        }
    }
}

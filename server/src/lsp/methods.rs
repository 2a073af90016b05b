//! Aside's own methods: each reads its params and hands them to the engine.
//!
//! A handler does nothing that waits before its message is in a session's mailbox, so that
//! messages are handled in the order in which they came.
use std::sync::Arc;

use aside_protocol::methods as wire;
use aside_protocol::{
    ModelListResult, PermissionDecision, ProviderStatus, ServerStatusResult, ToolInfo,
    ToolListResult, read_params,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower_lsp::jsonrpc::Result;
use tower_lsp::{LspServiceBuilder, lsp_types};

use super::backend::Backend;
use super::error::{invalid, to_rpc};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::listing::Asking;

/// Registers them all.
pub fn register(service: LspServiceBuilder<Backend>) -> LspServiceBuilder<Backend> {
    service
        .custom_method(wire::SESSION_CREATE, Backend::session_create)
        .custom_method(wire::SESSION_LIST, Backend::session_list)
        .custom_method(wire::SESSION_GET, Backend::session_get)
        .custom_method(wire::SESSION_UPDATE, Backend::session_update)
        .custom_method(wire::SESSION_DELETE, Backend::session_delete)
        .custom_method(wire::SESSION_ITEMS, Backend::session_items)
        .custom_method(wire::SESSION_FORK, Backend::session_fork)
        .custom_method(wire::SESSION_SEARCH, Backend::session_search)
        .custom_method(wire::SESSION_EXPORT, Backend::session_export)
        .custom_method(wire::CHAT_SEND, Backend::chat_send)
        .custom_method(wire::CHAT_CANCEL, Backend::chat_cancel)
        .custom_method(wire::CHAT_EVENTS, Backend::chat_events)
        .custom_method(wire::SESSION_REWIND, Backend::session_rewind)
        .custom_method(wire::SESSION_UNREWIND, Backend::session_unrewind)
        .custom_method(wire::EDIT_LIST, Backend::edit_list)
        .custom_method(wire::EDIT_ACCEPT, Backend::edit_accept)
        .custom_method(wire::EDIT_REJECT, Backend::edit_reject)
        .custom_method(wire::EDIT_AMEND, Backend::edit_amend)
        .custom_method(wire::TOOL_LIST, Backend::tool_list)
        .custom_method(wire::JOB_LIST, Backend::job_list)
        .custom_method(wire::JOB_STOP, Backend::job_stop)
        .custom_method(wire::PERMISSION_LIST, Backend::permission_list)
        .custom_method(wire::PERMISSION_UPDATE, Backend::permission_update)
        .custom_method(wire::PERMISSION_EXPLAIN, Backend::permission_explain)
        .custom_method(wire::COMMAND_LIST, Backend::command_list)
        .custom_method(wire::CONTEXT_COMPLETE, Backend::context_complete)
        .custom_method(wire::MCP_LIST, Backend::mcp_list)
        .custom_method(wire::MCP_RESTART, Backend::mcp_restart)
        .custom_method(wire::MCP_SET_ENABLED, Backend::mcp_set_enabled)
        .custom_method(wire::MODEL_LIST, Backend::model_list)
        .custom_method(wire::AGENT_LIST, Backend::agent_list)
        .custom_method(wire::USAGE_GET, Backend::usage_get)
        .custom_method(wire::TRUST_GET, Backend::trust_get)
        .custom_method(wire::TRUST_SET, Backend::trust_set)
        .custom_method(wire::SERVER_STATUS, Backend::server_status)
        .custom_method("window/workDoneProgress/cancel", Backend::progress_cancel)
}

fn read<P: DeserializeOwned>(params: Value) -> Result<P> {
    read_params(Some(params)).map_err(|error| invalid(&error))
}

fn answer<T: Serialize>(result: std::result::Result<T, EngineError>) -> Result<Value> {
    let value = result.map_err(to_rpc)?;
    serde_json::to_value(value).map_err(|error| to_rpc(EngineError::internal(error.to_string())))
}

impl Backend {
    fn engine(&self) -> Result<Arc<Engine>> {
        self.shared.engine().map_err(to_rpc)
    }

    async fn session_create(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.create(read(params)?).await)
    }

    async fn session_list(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.list(read(params)?).await)
    }

    async fn session_get(&self, params: Value) -> Result<Value> {
        let params: aside_protocol::SessionGetParams = read(params)?;
        answer(self.engine()?.get(&params.session_id).await)
    }

    async fn session_update(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.update(read(params)?).await)
    }

    async fn session_delete(&self, params: Value) -> Result<Value> {
        let params: aside_protocol::SessionDeleteParams = read(params)?;
        answer(self.engine()?.delete(&params.session_id).await)
    }

    async fn session_items(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.items(read(params)?).await)
    }

    async fn session_fork(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.fork(read(params)?).await)
    }

    async fn session_search(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.search(read(params)?).await)
    }

    async fn session_export(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.export(read(params)?).await)
    }

    async fn chat_send(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.send(read(params)?).await)
    }

    async fn chat_cancel(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.cancel(read(params)?).await)
    }

    async fn chat_events(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.events(read(params)?).await)
    }

    async fn session_rewind(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.rewind(read(params)?).await)
    }

    async fn session_unrewind(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.unrewind(read(params)?).await)
    }

    async fn edit_list(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.edit_list(read(params)?).await)
    }

    async fn edit_accept(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.edit_accept(read(params)?).await)
    }

    async fn edit_reject(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.edit_reject(read(params)?).await)
    }

    async fn edit_amend(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.edit_amend(read(params)?).await)
    }

    async fn tool_list(&self, params: Value) -> Result<Value> {
        let _: aside_protocol::ToolListParams = read(params)?;
        let toolbox = self.engine()?.toolbox();
        let tools = toolbox.iter().map(|tool| tool_info(tool.spec())).collect();
        answer(Ok(ToolListResult { tools }))
    }

    async fn job_list(&self, params: Value) -> Result<Value> {
        answer(Ok(self.engine()?.jobs(&read(params)?)))
    }

    async fn job_stop(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.stop_job(&read(params)?).await)
    }

    async fn permission_list(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.permission_list(read(params)?).await)
    }

    async fn permission_update(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.permission_update(read(params)?).await)
    }

    async fn permission_explain(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.permission_explain(read(params)?).await)
    }

    async fn command_list(&self, params: Value) -> Result<Value> {
        let _: aside_protocol::CommandListParams = read(params)?;
        let commands = crate::mcp::commands(&self.engine()?);
        answer(Ok(aside_protocol::CommandListResult { commands }))
    }

    async fn context_complete(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.complete(read(params)?).await)
    }

    async fn mcp_list(&self, params: Value) -> Result<Value> {
        let _: aside_protocol::McpListParams = read(params)?;
        let servers = self.engine()?.mcp_list();
        answer(Ok(aside_protocol::McpListResult { servers }))
    }

    async fn mcp_restart(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.mcp_restart(read(params)?).await)
    }

    async fn mcp_set_enabled(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.mcp_set_enabled(read(params)?).await)
    }

    async fn model_list(&self, params: Value) -> Result<Value> {
        let _: aside_protocol::ModelListParams = read(params)?;
        let models = self.engine()?.models(Asking::Servers).await;
        let models = models.into_iter().map(crate::wire::model_info).collect();
        answer(Ok(ModelListResult { models }))
    }

    async fn agent_list(&self, params: Value) -> Result<Value> {
        let _: aside_protocol::AgentListParams = read(params)?;
        answer(Ok(crate::engine::agents()))
    }

    async fn usage_get(&self, params: Value) -> Result<Value> {
        answer(self.engine()?.usage(read(params)?).await)
    }

    async fn trust_get(&self, params: Value) -> Result<Value> {
        let _: aside_protocol::TrustGetParams = read(params)?;
        answer(Ok(super::trust::get(&self.shared)))
    }

    async fn trust_set(&self, params: Value) -> Result<Value> {
        answer(super::trust::set(&self.shared, read(params)?).await)
    }

    async fn server_status(&self, params: Value) -> Result<Value> {
        let _: aside_protocol::ServerStatusParams = read(params)?;
        let engine = self.shared.engine().ok();
        let providers = match &engine {
            Some(engine) => engine.provider_states().await,
            None => Vec::new(),
        };
        let providers = providers.into_iter().map(|state| ProviderStatus {
            name: state.id,
            available: state.reason.is_none(),
            reason: state.reason,
        });
        answer(Ok(ServerStatusResult {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            uptime_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            memory_bytes: crate::memory::resident_bytes(),
            database_path: engine.map(|engine| engine.workspace().database.display().to_string()),
            providers: providers.collect(),
        }))
    }

    async fn progress_cancel(&self, params: Value) {
        let Ok(params) = serde_json::from_value::<lsp_types::WorkDoneProgressCancelParams>(params)
        else {
            return;
        };
        super::progress::cancel(&self.shared, &params.token).await;
    }
}

fn tool_info(spec: &aside_agent::tool::ToolSpec) -> ToolInfo {
    use aside_agent::item::ToolKind;
    ToolInfo {
        name: spec.name.to_string(),
        description: spec.description.to_string(),
        source: aside_protocol::ToolSource::Builtin,
        kind: crate::wire::tool_kind(spec.kind),
        input_schema: spec.input_schema.as_object().cloned().unwrap_or_default(),
        permission: match spec.kind {
            ToolKind::Read | ToolKind::Search | ToolKind::Think => PermissionDecision::Allow,
            ToolKind::Edit
            | ToolKind::Delete
            | ToolKind::Move
            | ToolKind::Execute
            | ToolKind::Fetch
            | ToolKind::Other => PermissionDecision::Ask,
        },
    }
}

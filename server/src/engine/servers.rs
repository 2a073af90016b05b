//! `mcp/*`: the MCP servers as clients see and steer them.
use std::sync::Arc;

use aside_mcp::McpError;
use aside_protocol::{ErrorCode, McpRestartParams, McpServer, McpSetEnabledParams};

use super::Engine;
use super::error::EngineError;

impl Engine {
    /// `mcp/list`.
    pub fn mcp_list(self: &Arc<Self>) -> Vec<McpServer> {
        if self.settings().mcp_servers.is_empty() {
            return Vec::new();
        }
        let status = self.mcp().manager(self).status();
        status.iter().map(crate::wire::mcp_server).collect()
    }

    /// `mcp/restart`.
    pub async fn mcp_restart(
        self: &Arc<Self>,
        params: McpRestartParams,
    ) -> Result<McpServer, EngineError> {
        let checked = self.mcp().check(&params.name, &self.settings());
        checked.map_err(|why| EngineError::new(ErrorCode::Denied, why))?;
        let manager = self.mcp().manager(self);
        let status = manager.restart(&params.name).await.map_err(refused)?;
        Ok(crate::wire::mcp_server(&status))
    }

    /// `mcp/setEnabled`.
    pub async fn mcp_set_enabled(
        self: &Arc<Self>,
        params: McpSetEnabledParams,
    ) -> Result<McpServer, EngineError> {
        let manager = self.mcp().manager(self);
        let status = manager.set_enabled(&params.name, params.enabled).await;
        Ok(crate::wire::mcp_server(&status.map_err(refused)?))
    }
}

fn refused(error: McpError) -> EngineError {
    let code = match &error {
        McpError::UnknownServer { .. } => ErrorCode::NotFound,
        _ => ErrorCode::Internal,
    };
    EngineError::new(code, error.to_string())
}

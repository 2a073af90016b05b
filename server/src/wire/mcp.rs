//! MCP servers as clients are told of them.
use aside_mcp::{ServerState, ServerStatus, TransportKind};
use aside_protocol::{McpPrompt, McpResource, McpServer, McpStatus, McpTool, McpTransport};

/// A server at a moment.
pub fn mcp_server(status: &ServerStatus) -> McpServer {
    McpServer {
        name: status.name.clone(),
        status: match status.state {
            ServerState::Disabled => McpStatus::Disabled,
            ServerState::Stopped => McpStatus::Stopped,
            ServerState::Starting => McpStatus::Starting,
            ServerState::Ready => McpStatus::Ready,
            ServerState::Failed => McpStatus::Failed,
            ServerState::NeedsAuth => McpStatus::NeedsAuth,
        },
        transport: match status.transport {
            TransportKind::Stdio => McpTransport::Stdio,
            TransportKind::Http => McpTransport::Http,
        },
        origin: status.origin.clone(),
        tools: status.tools.iter().map(tool).collect(),
        prompts: status.prompts.iter().map(prompt).collect(),
        resources: status.resources.iter().map(resource).collect(),
        error: status.error.clone(),
    }
}

fn tool(tool: &aside_mcp::ToolInfo) -> McpTool {
    McpTool {
        name: tool.wire_name.clone(),
        description: tool.description.clone(),
        read_only: tool.read_only,
    }
}

fn prompt(prompt: &aside_mcp::PromptInfo) -> McpPrompt {
    McpPrompt {
        name: prompt.name.clone(),
        description: prompt.description.clone(),
    }
}

fn resource(resource: &aside_mcp::ResourceInfo) -> McpResource {
    McpResource {
        uri: resource.uri.clone(),
        name: resource.name.clone(),
    }
}

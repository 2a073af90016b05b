//! The client of Model Context Protocol servers: started when first needed, shared by all
//! sessions, bounded in all they may send, and ended with everything they started.
//!
//! A [`Manager`] holds the servers of a [`Servers`] list, which [`config::read`] takes from the
//! files that users write. What a server asks of its client goes to a [`Peer`], the host.
//! Specification: <https://modelcontextprotocol.io/specification>.
pub mod bounds;
mod call;
pub mod config;
mod connection;
mod error;
mod group;
mod handler;
mod http;
mod life;
mod limits;
mod lists;
mod login;
mod manager;
mod names;
mod peer;
mod process;
mod questions;
mod request;
mod result;
mod schema;
mod server;
mod signals;
mod status;
mod stderr;
mod stdio;
mod tap;
#[cfg(test)]
mod tests;
mod vault;

pub use call::{Call, OnProgress, Progress};
pub use config::{Http, ServerConfig, Servers, Stdio, ToolFilter, Transport};
pub use error::McpError;
pub use limits::Limits;
pub use manager::Manager;
pub use names::wire_name;
pub use peer::{
    Elicitation, Elicited, LogLevel, NoTokens, Peer, Root, SampleMessage, SampleRequest, Sampled,
    TokenStore,
};
pub use result::{Block, CallResult, PromptMessage, ResourceContent, ResourceData};
pub use status::{
    PromptArgument, PromptInfo, ResourceInfo, ServerState, ServerStatus, ToolInfo, TransportKind,
};

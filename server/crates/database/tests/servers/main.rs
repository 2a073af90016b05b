//! Schemas of true databases. Those of servers are read where `cargo xtask databases` says where
//! a server is.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "the helpers of tests may panic and print as tests do"
)]
mod hostile;
mod mysql;
mod postgres;
mod sqlite;

use std::future::Future;
use std::time::Duration;

use aside_database::{Limits, Schema, SchemaError, fetch_schema};

/// How long anything may take that is bound to come.
const PATIENCE: Duration = Duration::from_secs(60);

fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async { tokio::time::timeout(PATIENCE * 2, test).await.unwrap() })
}

fn limits() -> Limits {
    Limits {
        timeout: PATIENCE,
        ..Limits::default()
    }
}

async fn fetch(url: &str, table: Option<&str>) -> Result<Schema, SchemaError> {
    fetch_schema(url, table, &limits()).await
}

/// All of it as Markdown, without the version.
async fn shown(url: &str, table: Option<&str>) -> String {
    let mut schema = fetch(url, table).await.unwrap();
    schema.version.clear();
    schema.to_markdown(100_000)
}

/// The URL of a server, or that nobody asked for this.
fn server(variable: &str) -> Option<String> {
    let url = std::env::var(variable).ok();
    if url.is_none() {
        println!("not asked: {variable} is not set");
    }
    url
}

//! `aside mcp`: the servers of tools.
mod serve;

use std::io::{self, Read as _};
use std::path::Path;
use std::time::Instant;

use aside_mcp::ServerState;
use aside_protocol::{McpServer, McpStatus};
use serde_json::{Map, Value, json};

use super::args::{McpAddArgs, McpArgs, McpCommand};
use super::context::{Context, environment};
use super::terminal::{self, Style};
use super::{Failure, exit};
use crate::columns::aligned;
use crate::own_file;
use crate::settings::Dirs;
use crate::trust::SERVERS_FILE;

/// The user's file of servers, in the folder of settings.
const USER_FILE: &str = "mcp.json";
/// The table of it.
const TABLE: &str = "mcpServers";
/// How many bytes the file may have.
const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// How many tools of a server are listed.
const MAX_LISTED_TOOLS: usize = 200;

/// Does what is asked.
pub async fn mcp(args: McpArgs) -> Result<u8, Failure> {
    match args.command {
        McpCommand::List { json } => list(json).await,
        McpCommand::Test { name, json } => test(name, json).await,
        McpCommand::Serve(args) => serve::serve(&args).await,
        McpCommand::Add(args) => add(&args),
        McpCommand::Remove { name } => remove(&name),
    }
}

async fn list(json: bool) -> Result<u8, Failure> {
    let context = Context::open()?;
    let servers = context.engine.mcp_list();
    context.engine.close().await;
    if json {
        terminal::line(&crate::wire::to_json(&servers), Style::Plain)?;
        return Ok(exit::DONE);
    }
    if servers.is_empty() {
        terminal::note(
            "No MCP server is configured. Add one: aside mcp add NAME -- COMMAND",
            Style::Dim,
        );
        return Ok(exit::DONE);
    }
    let rows: Vec<[String; 4]> = servers.iter().map(row).collect();
    for line in aligned(&rows, 3) {
        terminal::line(&line, Style::Plain)?;
    }
    Ok(exit::DONE)
}

fn row(server: &McpServer) -> [String; 4] {
    [
        server.name.clone(),
        crate::wire::name_of(&server.transport),
        server.origin.clone(),
        match (&server.error, server.status) {
            (Some(error), _) => error.clone(),
            (None, McpStatus::Stopped) => "starts when it is needed".to_owned(),
            (None, status) => crate::wire::name_of(&status),
        },
    ]
}

async fn test(name: Option<String>, json: bool) -> Result<u8, Failure> {
    let context = Context::open()?;
    let manager = context.engine.mcp().manager(&context.engine);
    let mut names: Vec<String> = manager.status().into_iter().map(|it| it.name).collect();
    if let Some(wanted) = name {
        if !names.contains(&wanted) {
            return Err(Failure::failed(format!(
                "there is no MCP server {wanted}; `aside mcp list` names those there are"
            )));
        }
        names = vec![wanted];
    }
    let mut failed = false;
    let mut reports = Vec::new();
    for name in names {
        let started = Instant::now();
        if !json {
            terminal::note(&format!("Starting {name} …"), Style::Dim);
        }
        let checked = context
            .engine
            .mcp()
            .check(&name, &context.engine.settings());
        let tools = match checked {
            Ok(()) => manager
                .tools(&name)
                .await
                .map_err(|error| error.to_string()),
            Err(why) => Err(why),
        };
        let took = started.elapsed();
        let is_off = manager
            .server(&name)
            .is_ok_and(|server| server.state == ServerState::Disabled);
        match &tools {
            Ok(tools) if !json => {
                let line = format!(
                    "{name}: {} tools after {} ms",
                    tools.len(),
                    took.as_millis()
                );
                terminal::line(&line, Style::Green)?;
                for tool in tools.iter().take(MAX_LISTED_TOOLS) {
                    let about = tool.description.lines().next().unwrap_or_default();
                    terminal::line(&format!("  {}  {about}", tool.wire_name), Style::Plain)?;
                }
            }
            Err(_) if is_off && !json => {
                terminal::line(&format!("{name}: switched off"), Style::Dim)?;
            }
            Err(error) if !json => terminal::error(&format!("{name}: {error}")),
            Ok(_) | Err(_) => {}
        }
        failed |= tools.is_err() && !is_off;
        let server = manager
            .server(&name)
            .map_err(|error| Failure::failed(error.to_string()))?;
        reports.push(json!({
            "server": crate::wire::mcp_server(&server),
            "durationMs": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "error": tools.err(),
        }));
    }
    context.engine.close().await;
    if json {
        terminal::line(&Value::Array(reports).to_string(), Style::Plain)?;
    }
    Ok(if failed { exit::FAILED } else { exit::DONE })
}

fn add(args: &McpAddArgs) -> Result<u8, Failure> {
    let mut entry = Map::new();
    match (&args.url, args.command.split_first()) {
        (Some(url), _) => {
            entry.insert("url".to_owned(), json!(url));
            if !args.header.is_empty() {
                entry.insert("headers".to_owned(), pairs("--header", &args.header)?);
            }
        }
        (None, Some((program, rest))) => {
            entry.insert("command".to_owned(), json!(program));
            entry.insert("args".to_owned(), json!(rest));
            if !args.env.is_empty() {
                entry.insert("env".to_owned(), pairs("--env", &args.env)?);
            }
        }
        (None, None) => return Err(Failure::usage("give a command after `--`, or --url")),
    }
    let entries = Map::from_iter([(args.name.clone(), Value::Object(entry.clone()))]);
    let variables = aside_mcp::config::Environment::new(environment(), String::new());
    let read = aside_mcp::config::read_entries(&entries, TABLE, USER_FILE, &variables);
    let read = read.map_err(|error| Failure::usage(error.to_string()))?;
    if let Some(fault) = read.faults.first() {
        return Err(Failure::usage(fault.error.to_string()));
    }
    let path = Dirs::new(&environment()).config.join(USER_FILE);
    let mut file = UserFile::read(&path)?;
    let replaced = file
        .servers()?
        .insert(args.name.clone(), Value::Object(entry))
        .is_some();
    file.write(&path)?;
    let what = if replaced { "Changed" } else { "Added" };
    terminal::note(
        &format!(
            "{what} {} in {}. Try it: aside mcp test {}",
            args.name,
            path.display(),
            args.name
        ),
        Style::Green,
    );
    Ok(exit::DONE)
}

fn pairs(flag: &str, given: &[String]) -> Result<Value, Failure> {
    let mut out = Map::new();
    for pair in given {
        let Some((name, value)) = pair.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Err(Failure::usage(format!("{flag} must be NAME=VALUE")));
        };
        out.insert(name.to_owned(), json!(value));
    }
    Ok(Value::Object(out))
}

fn remove(name: &str) -> Result<u8, Failure> {
    let path = Dirs::new(&environment()).config.join(USER_FILE);
    let mut file = UserFile::read(&path)?;
    if file.servers()?.remove(name).is_some() {
        file.write(&path)?;
        terminal::note(
            &format!("Removed {name} from {}.", path.display()),
            Style::Plain,
        );
        return Ok(exit::DONE);
    }
    Err(Failure::failed(format!(
        "{name} is not in {}; servers in config.toml or {SERVERS_FILE} are removed there",
        path.display()
    )))
}

/// The user's file of servers.
struct UserFile {
    whole: Map<String, Value>,
}

impl UserFile {
    /// An absent or empty file has no servers.
    fn read(path: &Path) -> Result<Self, Failure> {
        let mut text = String::new();
        match std::fs::File::open(path) {
            Ok(file) => {
                file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        let broken =
            |why: &str| Failure::failed(format!("{} {why}; change it by hand", path.display()));
        if text.len() as u64 > MAX_FILE_BYTES {
            return Err(broken("is too long"));
        }
        if text.trim().is_empty() {
            return Ok(Self { whole: Map::new() });
        }
        match serde_json::from_str(&text) {
            Ok(Value::Object(whole)) => Ok(Self { whole }),
            Ok(_) => Err(broken("is not a JSON object")),
            Err(_) => Err(broken("is not plain JSON, so comments in it would be lost")),
        }
    }

    fn servers(&mut self) -> Result<&mut Map<String, Value>, Failure> {
        let table = self
            .whole
            .entry(TABLE)
            .or_insert_with(|| Value::Object(Map::new()));
        let table = table.as_object_mut();
        table.ok_or_else(|| Failure::failed(format!("`{TABLE}` of {USER_FILE} is not a table")))
    }

    /// All of it or nothing, for its owner alone: it may hold secrets.
    fn write(&self, path: &Path) -> Result<(), Failure> {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let text = serde_json::to_string_pretty(&self.whole).map_err(io::Error::other)?;
        own_file::write(folder, path, (text + "\n").as_bytes())?;
        Ok(())
    }
}

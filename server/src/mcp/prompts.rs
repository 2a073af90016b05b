//! Prompts of MCP servers as slash commands: `/server:prompt first second rest of the line`.
use std::collections::BTreeMap;
use std::sync::Arc;

use aside_agent::item::ContentBlock;
use aside_mcp::{Manager, PromptInfo, ServerState};
use aside_protocol::{ErrorCode, SlashArgument, SlashCommand};

use super::result;
use crate::engine::Engine;
use crate::engine::error::EngineError;

/// Between the name of a server and that of its prompt.
const BETWEEN: char = ':';

/// The prompts of all servers that run. Those that do not are started meanwhile, and tell of
/// their prompts by `mcp/event`.
pub fn commands(engine: &Arc<Engine>) -> Vec<SlashCommand> {
    let settings = engine.settings();
    if settings.mcp_servers.is_empty() {
        return Vec::new();
    }
    let manager = engine.mcp().manager(engine);
    let mut found = Vec::new();
    for server in manager.status() {
        if server.state == ServerState::Stopped && engine.mcp().may_act(&server.name, &settings) {
            let (manager, name) = (Arc::clone(&manager), server.name.clone());
            tokio::spawn(async move {
                if let Err(error) = manager.prompts(&name).await {
                    tracing::debug!(%error, server = name, "no prompts");
                }
            });
        }
        found.extend(
            server
                .prompts
                .iter()
                .map(|prompt| command(&server.name, prompt)),
        );
    }
    found
}

fn command(server: &str, prompt: &PromptInfo) -> SlashCommand {
    let arguments = prompt.arguments.iter().map(|argument| SlashArgument {
        name: argument.name.clone(),
        description: argument.description.clone(),
        required: argument.required,
    });
    SlashCommand {
        name: format!("{server}{BETWEEN}{}", prompt.name),
        description: prompt.description.clone(),
        arguments: arguments.collect(),
    }
}

/// Whether a message may begin with a prompt of a server: a slash, a name, a colon and a name.
pub fn is_meant(content: &[ContentBlock], engine: &Engine) -> bool {
    let called = first_text(content).and_then(called);
    called.is_some_and(|(server, _, _)| {
        let servers = &engine.settings().mcp_servers;
        servers.iter().any(|known| known.name == server)
    })
}

/// Puts the prompt in the place of the line that calls it.
pub async fn expand(
    mut content: Vec<ContentBlock>,
    engine: &Arc<Engine>,
) -> Result<Vec<ContentBlock>, EngineError> {
    let Some(ContentBlock::Text { text }) = content.first() else {
        return Ok(content);
    };
    let Some((server, prompt, rest)) = called(text) else {
        return Ok(content);
    };
    let checked = engine.mcp().check(server, &engine.settings());
    checked.map_err(|why| EngineError::new(ErrorCode::Denied, why))?;
    let manager = engine.mcp().manager(engine);
    let text = fetch(&manager, server, prompt, rest).await?;
    content[0] = ContentBlock::Text { text };
    Ok(content)
}

async fn fetch(
    manager: &Manager,
    server: &str,
    prompt: &str,
    rest: &str,
) -> Result<String, EngineError> {
    let failed = |error: aside_mcp::McpError| EngineError::invalid(error.to_string());
    let prompts = manager.prompts(server).await.map_err(failed)?;
    let Some(info) = prompts.iter().find(|known| known.name == prompt) else {
        let names = prompts
            .iter()
            .map(|known| known.name.as_str())
            .collect::<Vec<_>>();
        return Err(EngineError::new(
            ErrorCode::NotFound,
            format!(
                "{server} has no prompt {prompt}; it has: {}",
                names.join(", ")
            ),
        ));
    };
    let arguments = arguments(info, rest)?;
    let messages = manager
        .get_prompt(server, prompt, arguments)
        .await
        .map_err(failed)?;
    let mut text = String::new();
    for message in messages {
        if message.is_assistant {
            text.push_str("\n[As if you had answered:]\n");
        }
        result::push(message.content, &mut text, &mut Vec::new());
    }
    Ok(text)
}

/// Words in the order of the prompt's arguments, or `name=value`; the last takes the rest.
fn arguments(info: &PromptInfo, rest: &str) -> Result<BTreeMap<String, String>, EngineError> {
    let mut given = BTreeMap::new();
    let mut rest = rest.trim();
    while !rest.is_empty() {
        let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        if let Some((name, value)) = word.split_once('=')
            && info.arguments.iter().any(|argument| argument.name == name)
        {
            given.insert(name.to_owned(), value.to_owned());
            rest = after.trim_start();
            continue;
        }
        let mut open = info.arguments.iter();
        let mut open = open
            .by_ref()
            .filter(|argument| !given.contains_key(&argument.name));
        let (next, is_last) = (open.next().map(|it| it.name.clone()), open.next().is_none());
        let Some(next) = next else {
            return Err(EngineError::invalid(format!(
                "`{rest}` is more than {} takes",
                info.name
            )));
        };
        let (value, left) = if is_last { (rest, "") } else { (word, after) };
        given.insert(next, value.trim().to_owned());
        rest = left.trim_start();
    }
    let missing = info
        .arguments
        .iter()
        .find(|it| it.required && !given.contains_key(&it.name));
    match missing {
        Some(missing) => Err(EngineError::invalid(format!(
            "{} needs `{}`: {}",
            info.name, missing.name, missing.description
        ))),
        None => Ok(given),
    }
}

fn first_text(content: &[ContentBlock]) -> Option<&str> {
    match content.first()? {
        ContentBlock::Text { text } => Some(text),
        ContentBlock::Image { .. } | ContentBlock::Resource { .. } => None,
    }
}

/// The server, its prompt, and the rest of `/server:prompt rest`.
fn called(text: &str) -> Option<(&str, &str, &str)> {
    let line = text.strip_prefix('/')?;
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let (server, prompt) = name.split_once(BETWEEN)?;
    (!server.is_empty() && !prompt.is_empty()).then_some((server, prompt, rest))
}

#[cfg(test)]
mod tests {
    use aside_mcp::{PromptArgument, PromptInfo};
    use serde_json::json;

    use super::{arguments, called};

    fn prompt() -> PromptInfo {
        let argument = |name: &str, required| PromptArgument {
            name: name.to_owned(),
            description: "Said.".to_owned(),
            required,
        };
        PromptInfo {
            name: "p".to_owned(),
            title: None,
            description: String::new(),
            arguments: vec![argument("city", true), argument("text", false)],
        }
    }

    #[test]
    fn words_become_arguments() {
        for (rest, expected) in [
            ("Oslo", Ok(json!({"city": "Oslo"}))),
            (
                " Oslo  and all the rest ",
                Ok(json!({"city": "Oslo", "text": "and all the rest"})),
            ),
            ("text=x Oslo", Ok(json!({"city": "Oslo", "text": "x"}))),
            (
                "city=Oslo other=1 x",
                Ok(json!({"city": "Oslo", "text": "other=1 x"})),
            ),
            ("", Err("p needs `city`: Said.")),
            ("text=x", Err("p needs `city`: Said.")),
            ("city=a text=b c", Err("`c` is more than p takes")),
        ] {
            let given = arguments(&prompt(), rest).map(|given| json!(given));
            let given = given.map_err(|error| error.message);
            assert_eq!(given, expected.map_err(str::to_owned), "{rest}");
        }
    }

    #[test]
    fn only_a_line_that_begins_so_is_a_call() {
        assert_eq!(called("/a:b c d"), Some(("a", "b", "c d")));
        assert_eq!(called("/a:b"), Some(("a", "b", "")));
        for text in ["a:b", "/a", "/:b", "/a:", "/ a:b", "see /a:b"] {
            assert_eq!(called(text), None, "{text}");
        }
    }
}

//! `aside tokens`: how many tokens a text has.
use std::io::Read;

use aside_llm::Tokenizer;
use aside_llm::tokens::{Counter, estimate};

use super::args::TokensArgs;
use super::context::Context;
use super::terminal::{self, Style};
use super::{Failure, exit};

/// The longest text that is counted, in bytes.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Counts the tokens of a file or of standard input.
pub async fn tokens(args: TokensArgs) -> Result<u8, Failure> {
    let context = Context::open()?;
    let model = args
        .model
        .unwrap_or_else(|| context.resolved.settings.model.clone());
    let facts = context.engine.facts(&model)?;
    let text = match args.file.as_deref() {
        None => read(std::io::stdin(), "standard input")?,
        Some(path) if path.as_os_str() == "-" => read(std::io::stdin(), "standard input")?,
        Some(path) => {
            let name = path.display().to_string();
            let file = std::fs::File::open(path)
                .map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?;
            read(file, &name)?
        }
    };
    let bytes = text.len();
    let (count, how) = match facts.tokenizer {
        Some(tokenizer) => {
            let count = Counter::new(tokenizer).count(&text);
            (u64::try_from(count).unwrap_or(u64::MAX), name(tokenizer))
        }
        None => (estimate(&text), "estimated"),
    };
    if args.json {
        let line = serde_json::json!({
            "model": model, "tokens": count, "bytes": bytes,
            "exact": facts.tokenizer.is_some(), "contextWindow": facts.context_window,
        });
        terminal::line(&line.to_string(), Style::Plain)?;
        return Ok(exit::DONE);
    }
    terminal::line(
        &format!("{count} tokens of {bytes} bytes ({how}, {model})"),
        Style::Plain,
    )?;
    Ok(exit::DONE)
}

fn name(tokenizer: Tokenizer) -> &'static str {
    match tokenizer {
        Tokenizer::Cl100k => "exact by cl100k_base",
        Tokenizer::O200k => "exact by o200k_base",
    }
}

fn read(from: impl Read, name: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Failure::usage(format!(
            "{name} is longer than {MAX_BYTES} bytes"
        )));
    }
    String::from_utf8(bytes)
        .map_err(|_| Failure::usage(format!("{name} is not UTF-8, so it is no text")))
}

//! Places in files: from what a model says, and to what it is told.
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use aside_agent::host::Document;
use aside_agent::item::Location;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError, ToolOutput};
use aside_agent::world::{EditorError, Place};
use aside_edit::lines::lines;

use super::definition::Args;
use crate::{definition, text};

/// How many places one call shows.
pub(crate) const MAX_PLACES: usize = 100;

pub(super) fn title(what: &str, arguments: &Arguments) -> String {
    let symbol = definition::word(arguments, "symbol").unwrap_or("a symbol");
    text::title(&format!("{what} `{symbol}`"))
}

/// The place of a symbol in a line, or in the nearest line that has it: models miscount.
pub(super) async fn find(args: &Args, context: &ToolContext) -> Result<Place, ToolError> {
    let path = context.files.resolve(&args.path)?;
    let document = context.files.read_text(&path).await?;
    let symbol = args.symbol.trim();
    if symbol.is_empty() {
        return Err(ToolError(
            "`symbol` is empty. Give the name as it stands in the line.".to_owned(),
        ));
    }
    let wanted = usize::try_from(args.line.saturating_sub(1)).unwrap_or(usize::MAX);
    let numbered = lines(&document.text).enumerate();
    let hits = numbered.filter_map(|(number, line)| Some((number, word_at(line, symbol)?)));
    let nearest = hits.min_by_key(|(number, _)| number.abs_diff(wanted));
    let Some((number, byte)) = nearest else {
        return Err(ToolError(format!(
            "`{symbol}` is not in {}. Read the file, and give a name that is there and its line.",
            path.display()
        )));
    };
    let Ok(line) = u32::try_from(number) else {
        return Err(ToolError(format!("{} has too many lines.", path.display())));
    };
    Ok(Place { path, line, byte })
}

/// Where a name stands in a line, as a whole word if it does anywhere.
fn word_at(line: &str, symbol: &str) -> Option<usize> {
    let is_word = |char: char| char.is_alphanumeric() || char == '_';
    let is_whole = |at: &usize| {
        let before = line[..*at].chars().next_back();
        let after = line[*at + symbol.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    };
    let mut places = line.match_indices(symbol).map(|(at, _)| at);
    places.clone().find(is_whole).or_else(|| places.next())
}

pub(super) fn unknown(error: &EditorError, symbol: &str) -> ToolError {
    ToolError(format!("{error} Search for `{symbol}` with grep."))
}

/// Places with the line that is there, those inside the workspace first.
pub(super) async fn show(
    mut found: Vec<Location>,
    context: &ToolContext,
    nothing: String,
) -> Outcome {
    let all = found.len();
    found.truncate(MAX_PLACES);
    let mut documents: BTreeMap<PathBuf, Option<Document>> = BTreeMap::new();
    let mut out = String::new();
    for location in &found {
        if !documents.contains_key(&location.path) {
            let read = read(&location.path, context).await;
            documents.insert(location.path.clone(), read);
        }
        let document = documents.get(&location.path).and_then(Option::as_ref);
        let shown = document.map_or_else(
            || location.path.display().to_string(),
            |document| document.path.display().to_owned(),
        );
        let line = location.lines.map_or(0, |lines| lines.start);
        // Writing to a string cannot fail.
        let _ = write!(out, "{shown}:{}", line.saturating_add(1));
        let at = usize::try_from(line).unwrap_or(usize::MAX);
        let there = document.and_then(|document| lines(&document.text).nth(at));
        match there {
            Some(line) => {
                out.push_str(": ");
                text::push_line(&mut out, line.trim());
            }
            None => out.push('\n'),
        }
    }
    if all == 0 {
        out = nothing;
    }
    if all > found.len() {
        let _ = write!(out, "[{} more are not shown.]", all - found.len());
    }
    Outcome::Done(ToolOutput {
        text: out,
        locations: found,
        ..ToolOutput::default()
    })
}

async fn read(path: &std::path::Path, context: &ToolContext) -> Option<Document> {
    let path = context.files.resolve(&path.to_string_lossy()).ok()?;
    context.files.read_text(&path).await.ok()
}

#[cfg(test)]
mod tests {
    use super::super::definition::Args;
    use super::find;
    use crate::tests::Workspace;

    const TEXT: &str =
        "let user_id = 1;\r\nlet id = user_id;\r\n// é🦀 id\r\n\r\nfn über(id: u8) {}";

    /// Where a symbol is found: its line from 1 and the bytes before it, or what the model is told.
    async fn check(line: u64, symbol: &str, expect: Result<(u32, usize), &str>) {
        let workspace = Workspace::new(&[("a.rs", TEXT)]);
        let args = Args {
            path: "a.rs".to_owned(),
            line,
            symbol: symbol.to_owned(),
        };
        let found = find(&args, &workspace.context()).await;
        match (found, expect) {
            (Ok(place), Ok(expect)) => {
                assert_eq!((place.line + 1, place.byte), expect, "{line} {symbol}");
            }
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (found, _) => panic!("{line} {symbol}: {found:?}"),
        }
    }

    #[tokio::test]
    async fn whole_words_count_before_parts() {
        check(2, "id", Ok((2, 4))).await;
        // Only a part of a word is there.
        check(1, "id", Ok((1, 9))).await;
        check(5, "id", Ok((5, 9))).await;
        check(2, " user_id ", Ok((2, 9))).await;
    }

    #[tokio::test]
    async fn a_wrong_line_leads_to_the_nearest() {
        check(1, "über", Ok((5, 3))).await;
        check(0, "let", Ok((1, 0))).await;
        check(u64::MAX, "user_id", Ok((2, 9))).await;
        check(4, "🦀", Ok((3, 5))).await;
    }

    #[tokio::test]
    async fn what_is_not_there_is_said() {
        check(1, "nothing", Err("`nothing` is not in a.rs")).await;
        check(1, "  ", Err("`symbol` is empty")).await;
        check(1, "id;\r\n//", Err("is not in a.rs")).await;
    }
}

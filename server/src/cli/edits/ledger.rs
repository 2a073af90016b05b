//! The edit ledger: how well models edit, and whether the engine still does what it did.
use aside_store::{AttemptRow, StatRow, Store};
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::terminal::{self, Style};
use crate::cli::{Failure, exit};
use crate::columns::aligned;
use crate::engine::error::EngineError;

/// How many attempts are read at once.
const PAGE: u32 = 100;

/// Shows first-try rates by model and dialect.
pub async fn stats(context: &Context, json: bool) -> Result<(), Failure> {
    let store = context.engine.store().await?;
    let rows = store.attempt_stats().await.map_err(EngineError::from)?;
    if json {
        let rows: Vec<_> = rows.iter().map(stat_json).collect();
        terminal::line(&crate::wire::to_json(&rows), Style::Plain)?;
        return Ok(());
    }
    if rows.is_empty() {
        terminal::note("No model has edited in this folder yet.", Style::Dim);
        return Ok(());
    }
    let head = [
        "model",
        "dialect",
        "first try",
        "rate",
        "all",
        "made",
        "refused",
        "conflicts",
    ];
    let mut table = vec![head.map(str::to_owned)];
    table.extend(rows.iter().map(|row| {
        [
            row.model.clone(),
            row.dialect.clone(),
            format!("{}/{}", row.first_try_ok, row.first_tries),
            percent(row.first_try_ok, row.first_tries),
            row.attempts.to_string(),
            row.ok.to_string(),
            row.refused.to_string(),
            row.conflicted.to_string(),
        ]
    }));
    for (index, line) in aligned(&table, 2).iter().enumerate() {
        let style = if index == 0 {
            Style::Bold
        } else {
            Style::Plain
        };
        terminal::line(line, style)?;
    }
    for row in &rows {
        for (what, list) in [("stages", &row.by_stage), ("refusals", &row.by_code)] {
            if !list.is_empty() {
                let list = list.iter().map(|(name, count)| format!("{name} {count}"));
                let list = list.collect::<Vec<_>>().join(", ");
                let line = format!("{} {}: {what} {list}", row.model, row.dialect);
                terminal::line(&line, Style::Dim)?;
            }
        }
    }
    Ok(())
}

fn stat_json(row: &StatRow) -> serde_json::Value {
    let counts = |list: &[(String, i64)]| {
        let entries = list
            .iter()
            .map(|(name, count)| (name.clone(), json!(count)));
        serde_json::Value::Object(entries.collect())
    };
    json!({
        "model": row.model,
        "dialect": row.dialect,
        "attempts": row.attempts,
        "firstTries": row.first_tries,
        "firstTryOk": row.first_try_ok,
        "ok": row.ok,
        "rebased": row.rebased,
        "proposed": row.proposed,
        "refused": row.refused,
        "conflicted": row.conflicted,
        "failed": row.failed,
        "byStage": counts(&row.by_stage),
        "byCode": counts(&row.by_code),
    })
}

fn percent(part: i64, whole: i64) -> String {
    match whole {
        0 => "–".to_owned(),
        _ => format!("{} %", (part * 100 + whole / 2) / whole),
    }
}

/// Columns side by side: the first two to the left, numbers to the right.
/// What came of running the ledger again.
#[derive(Debug, Default)]
struct Tally {
    same: usize,
    better: usize,
    worse: usize,
    other: usize,
    skipped: usize,
}

/// How an attempt goes now beside how it went.
enum Verdict {
    Same,
    Better,
    Worse,
    Other,
    Skipped,
}

/// Runs every recorded attempt again. Exit code 1 if any goes worse or comes out differently.
pub async fn replay(context: &Context, json: bool) -> Result<u8, Failure> {
    let store = context.engine.store().await?;
    let mut tally = Tally::default();
    let mut position = 0;
    // Each page begins behind the last one, so this ends.
    loop {
        let page = store
            .attempts_after(position, PAGE)
            .await
            .map_err(EngineError::from)?;
        let Some((last, _)) = page.last() else {
            break;
        };
        position = *last;
        for (_, row) in &page {
            let (verdict, now) = again(&store, row).await;
            let count = match verdict {
                Verdict::Same => &mut tally.same,
                Verdict::Better => &mut tally.better,
                Verdict::Worse => &mut tally.worse,
                Verdict::Other => &mut tally.other,
                Verdict::Skipped => &mut tally.skipped,
            };
            *count += 1;
            let changed = matches!(verdict, Verdict::Better | Verdict::Worse | Verdict::Other);
            if changed {
                tell(row, &now, json)?;
            }
        }
    }
    let Tally {
        same,
        better,
        worse,
        other,
        skipped,
    } = tally;
    terminal::note(
        &format!(
            "{same} as before, {better} match now, {worse} are refused now, {other} come out \
             differently, {skipped} cannot be run again"
        ),
        Style::Bold,
    );
    Ok(match worse + other {
        0 => exit::DONE,
        _ => exit::FAILED,
    })
}

fn tell(row: &AttemptRow, now: &str, json: bool) -> Result<(), Failure> {
    let before = row.code.as_deref().or(row.stage.as_deref()).unwrap_or("-");
    let line = match json {
        true => json!({
            "id": row.id, "model": row.model, "dialect": row.dialect, "path": row.path,
            "before": before, "now": now,
        })
        .to_string(),
        false => format!(
            "{}  {}  {}: {before} → {now}",
            row.model, row.dialect, row.path
        ),
    };
    terminal::line(&line, Style::Plain)?;
    Ok(())
}

/// One attempt again: how it compares, and its stage or refusal now.
async fn again(store: &Store, row: &AttemptRow) -> (Verdict, String) {
    let skipped = |why: &str| (Verdict::Skipped, why.to_owned());
    let Ok(request) = serde_json::from_str::<serde_json::Value>(&row.request) else {
        return skipped("its request cannot be read");
    };
    let Some(hash) = &row.base_hash else {
        return skipped("its text was not kept");
    };
    let base = match store.blob(hash.as_str()).await.map(String::from_utf8) {
        Ok(Ok(base)) => base,
        Ok(Err(_)) | Err(_) => return skipped("its text cannot be read"),
    };
    if request.is_null() {
        return skipped("its request was too large to keep");
    }
    // A conflict is between the result and what the user typed, which is not in the ledger: what
    // is compared is the match.
    let matched_before = row.result_hash.is_some();
    match aside_tools::replay::replay(&row.dialect, &request, &base) {
        Ok(replayed) => {
            let hash = aside_store::blob_hash(replayed.text.as_bytes());
            let now = replayed.stage.unwrap_or("made").to_owned();
            match (&row.result_hash, matched_before) {
                (Some(before), _) if *before == hash => (Verdict::Same, now),
                (Some(_), _) => (Verdict::Other, now),
                (None, _) => (Verdict::Better, now),
            }
        }
        Err(code) if matched_before => (Verdict::Worse, code),
        Err(code) => (Verdict::Same, code),
    }
}

#[cfg(test)]
mod tests {
    use super::{aligned, percent};

    #[test]
    fn tables_are_aligned() {
        let cell = |text: &str| text.to_owned();
        let table = [
            [cell("model"), cell("d"), cell("n")],
            [cell("a"), cell("v4a"), cell("100")],
        ];
        assert_eq!(aligned(&table, 2), ["model  d      n", "a      v4a  100"]);
        assert_eq!(percent(1, 3), "33 %");
        assert_eq!(percent(0, 0), "–");
    }
}

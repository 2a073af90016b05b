//! `aside usage`: what models were sent, and what it cost.
use std::sync::Arc;

use aside_llm::Usage;
use aside_protocol::{ModelUsage, UsageGetParams, UsageGetResult};

use super::args::UsageArgs;
use super::context::Context;
use super::terminal::{self, Style};
use super::{Failure, exit};
use crate::columns::aligned;
use crate::engine::usage::start;
use crate::engine::{Engine, Workspace};

/// How many workspaces `--all` looks at.
const MAX_WORKSPACES: usize = 10_000;
/// How many days back `--since 30d` may go.
const MAX_DAYS: i64 = 36_500;

/// Shows what was used.
pub async fn usage(args: UsageArgs) -> Result<u8, Failure> {
    let context = Context::open()?;
    let params = UsageGetParams {
        session_id: args.session,
        since: args.since.as_deref().map(since).transpose()?,
    };
    let result = if args.all {
        all(&context, &params).await?
    } else {
        context.engine.usage(params).await?
    };
    context.engine.close().await;
    if args.json {
        terminal::line(&crate::wire::to_json(&result), Style::Plain)?;
        return Ok(exit::DONE);
    }
    if result.days.is_empty() {
        terminal::note("No tokens were used in that time.", Style::Dim);
        return Ok(exit::DONE);
    }
    print(&result)?;
    Ok(exit::DONE)
}

/// Of all workspaces together.
async fn all(context: &Context, params: &UsageGetParams) -> Result<UsageGetResult, Failure> {
    let mut days: Vec<ModelUsage> = Vec::new();
    let mut total = Usage::default();
    for workspace in Workspace::all(&context.dirs)
        .into_iter()
        .take(MAX_WORKSPACES)
    {
        let settings = Arc::clone(&context.engine.settings());
        let engine = Engine::new(workspace, settings, context.engine.front());
        let result = engine.usage(params.clone()).await;
        engine.close().await;
        let result = match result {
            Ok(result) => result,
            // One that cannot be read, as a newer Aside's, hides none of the others.
            Err(error) => {
                let database = engine.workspace().database.display();
                let note = format!("{database} is not counted. {}", error.message);
                terminal::note(&crate::redact::redact(&note), Style::Red);
                continue;
            }
        };
        for more in result.days {
            total += crate::wire::from_usage(more.usage);
            let same = |day: &&mut ModelUsage| day.day == more.day && day.model == more.model;
            match days.iter_mut().find(same) {
                Some(day) => {
                    let mut sum = crate::wire::from_usage(day.usage);
                    sum += crate::wire::from_usage(more.usage);
                    day.usage = crate::wire::usage(sum);
                    day.requests += more.requests;
                    day.estimated |= more.estimated;
                }
                None => days.push(more),
            }
        }
    }
    days.sort_by(|a, b| b.day.cmp(&a.day).then_with(|| a.model.cmp(&b.model)));
    Ok(UsageGetResult {
        days,
        total: crate::wire::usage(total),
    })
}

fn print(result: &UsageGetResult) -> Result<(), Failure> {
    let head = [
        "day",
        "model",
        "requests",
        "input",
        "cached",
        "output",
        "reasoning",
        "cost",
    ];
    let mut rows = vec![head.map(str::to_owned)];
    let row = |day: &ModelUsage| {
        let usage = &day.usage;
        let about = |count: u64| match day.estimated {
            true => format!("~{count}"),
            false => count.to_string(),
        };
        [
            day.day.clone(),
            day.model.clone(),
            day.requests.to_string(),
            about(usage.input_tokens),
            usage.cached_input_tokens.to_string(),
            about(usage.output_tokens),
            usage.reasoning_tokens.to_string(),
            cost(usage.cost_usd),
        ]
    };
    rows.extend(result.days.iter().map(row));
    let is_estimated = result.days.iter().any(|day| day.estimated);
    rows.push(row(&ModelUsage {
        day: "total".to_owned(),
        model: String::new(),
        requests: result.days.iter().map(|day| day.requests).sum(),
        usage: result.total,
        estimated: is_estimated,
    }));
    let last = rows.len() - 1;
    for (at, line) in aligned(&rows, 2).iter().enumerate() {
        let style = if at == 0 || at == last {
            Style::Bold
        } else {
            Style::Plain
        };
        terminal::line(line, style)?;
    }
    if is_estimated {
        terminal::note(
            "`~` marks tokens that the server did not count: they are estimated.",
            Style::Dim,
        );
    }
    if result.total.cost_usd.is_none() {
        terminal::note(
            "`-` stands where no price is known. Set providers.NAME.models.MODEL.input_price and output_price in config.toml to count costs from now on.",
            Style::Dim,
        );
    }
    Ok(())
}

fn cost(usd: Option<f64>) -> String {
    usd.map_or_else(|| "-".to_owned(), |usd| format!("${usd:.4}"))
}

/// A day as it is, or so many days back from today: `7d`.
pub fn since(text: &str) -> Result<String, Failure> {
    let Some(days) = text
        .strip_suffix('d')
        .and_then(|days| days.parse::<i64>().ok())
    else {
        return start(text).ok_or_else(|| {
            Failure::usage(format!(
                "--since {text:?}: give a day such as 2026-01-31, a time such as 2026-01-31T08:00:00Z, or a number of days back such as 7d"
            ))
        });
    };
    let too_far = || Failure::usage(format!("--since {text}: there are not that many days"));
    if !(0..=MAX_DAYS).contains(&days) {
        return Err(too_far());
    }
    let today = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    let day = today
        .checked_sub(jiff::Span::new().days(days))
        .map_err(|_| too_far())?;
    Ok(day.to_string())
}

//! `aside models`: which models and providers there are, and what is missing to use them.
use std::collections::BTreeMap;

use aside_llm::ReasoningStyle;
use aside_llm::catalog::{ModelSettings, ProviderSettings, ProviderSpec, providers, split};

use super::args::ModelsArgs;
use super::context::Context;
use super::terminal::{self, Style};
use super::{Failure, exit};
use crate::columns::aligned;
use crate::engine::listing::{Asking, Listed};

/// How many reasons are told why no model of some name can be used.
const MAX_REASONS: usize = 4;

/// Lists models, or providers.
pub async fn models(args: ModelsArgs) -> Result<u8, Failure> {
    let context = Context::open()?;
    if args.providers {
        let own = context.engine.provider_settings(None).await;
        show_providers(&context, &own, args.json)?;
        return Ok(exit::DONE);
    }
    let asking = if args.offline {
        Asking::Nobody
    } else {
        Asking::Servers
    };
    let mut models = context.engine.models(asking).await;
    if let Some(filter) = &args.filter {
        let filter = filter.to_lowercase();
        models.retain(|model| model.id.to_lowercase().contains(&filter));
    }
    let unusable: Vec<String> = models.iter().filter_map(|it| it.reason.clone()).collect();
    let hidden = unusable.len();
    if !args.all {
        models.retain(|model| model.reason.is_none());
    }
    if args.json {
        let models = models.into_iter().map(crate::wire::model_info).collect();
        let result = aside_protocol::ModelListResult { models };
        terminal::line(&crate::wire::to_json(&result), Style::Plain)?;
        return Ok(exit::DONE);
    }
    show(&models, &context.resolved.settings.providers.own)?;
    let reasons = match &args.filter {
        // Those that are not set up at all are many, and few want to know.
        None if !args.all => failing(&context).await,
        Some(_) if models.is_empty() => distinct(unusable),
        Some(_) | None => Vec::new(),
    };
    for reason in &reasons {
        terminal::note(&crate::redact::redact(reason), Style::Bold);
    }
    if models.is_empty() && hidden == 0 {
        terminal::note(
            "No model of that name is known here. `aside run --model PROVIDER/NAME` sends any name as it is.",
            Style::Dim,
        );
    } else if models.is_empty() && args.filter.is_none() {
        terminal::note(
            "No model can be used yet. `aside models --providers` lists what there is; a local server such as Ollama needs no key.",
            Style::Dim,
        );
    }
    if !args.all && hidden > 0 {
        let more = if models.is_empty() { "" } else { " more" };
        let note = format!("{hidden}{more} are known but not set up; --all lists them.");
        terminal::note(&note, Style::Dim);
    }
    Ok(exit::DONE)
}

/// Why providers that are set up, or that new sessions use, cannot be used.
async fn failing(context: &Context) -> Vec<String> {
    let settings = &context.resolved.settings;
    let chosen = split(&settings.model, &settings.providers.own);
    let chosen = chosen.map_or("", |name| name.provider);
    let states = context.engine.provider_states().await;
    let reasons = states.into_iter().filter_map(|state| {
        let reason = state.reason?;
        let is_chosen = state.id == chosen;
        Some(match is_chosen {
            true => format!("{} is the model in force. {reason}", settings.model),
            false => reason,
        })
    });
    reasons.collect()
}

/// Each once, in order, and not too many.
fn distinct(reasons: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut distinct = Vec::new();
    for reason in reasons {
        if !distinct.contains(&reason) && distinct.len() < MAX_REASONS {
            distinct.push(reason);
        }
    }
    distinct
}

fn show(models: &[Listed], own: &BTreeMap<String, ProviderSettings>) -> Result<(), Failure> {
    if models.is_empty() {
        return Ok(());
    }
    let head = [
        "model", "can", "context", "output", "$ in", "$ cached", "$ out",
    ];
    let mut rows = vec![head.map(str::to_owned)];
    rows.extend(models.iter().map(|model| {
        let said = own.get(&model.provider);
        row(model, said.and_then(|said| said.models.get(&model.name)))
    }));
    let lines = aligned(&rows, 2);
    terminal::line(&lines[0], Style::Bold)?;
    let mut last_reason = None;
    for (model, line) in models.iter().zip(&lines[1..]) {
        let reason = model.reason.as_deref();
        if reason != last_reason {
            if let Some(reason) = reason {
                terminal::line("", Style::Plain)?;
                terminal::line(&crate::redact::redact(reason), Style::Bold)?;
            }
            last_reason = reason;
        }
        let style = match reason {
            Some(_) => Style::Dim,
            None => Style::Plain,
        };
        terminal::line(line, style)?;
    }
    Ok(())
}

fn row(model: &Listed, said: Option<&ModelSettings>) -> [String; 7] {
    let facts = &model.facts;
    let mut can = Vec::new();
    // Of a model that nobody knows, only that is told which the user says.
    let is_known = facts.reasoning != ReasoningStyle::Unknown;
    let says = |of: fn(&ModelSettings) -> Option<bool>| said.and_then(of).is_some();
    if facts.tools && (is_known || says(|said| said.tools)) {
        can.push("tools");
    }
    if facts.vision && (is_known || says(|said| said.vision)) {
        can.push("vision");
    }
    match facts.reasoning {
        ReasoningStyle::None | ReasoningStyle::Unknown => {}
        ReasoningStyle::Effort | ReasoningStyle::Budget | ReasoningStyle::Always => {
            can.push("reasoning");
        }
    }
    let price = |price: Option<f64>| price.map_or_else(|| "-".to_owned(), |usd| format!("{usd}"));
    let prices = facts.prices;
    [
        model.id.clone(),
        can.join(" "),
        tokens(facts.context_window),
        tokens(facts.max_output),
        price(prices.map(|prices| prices.input)),
        price(prices.map(|prices| prices.cached_input)),
        price(prices.map(|prices| prices.output)),
    ]
}

/// In thousands, as people speak of them.
fn tokens(count: Option<u64>) -> String {
    match count {
        None => "-".to_owned(),
        Some(count) if count >= 10_000 => format!("{}k", count / 1000),
        Some(count) => count.to_string(),
    }
}

fn show_providers(
    context: &Context,
    own: &BTreeMap<String, ProviderSettings>,
    json: bool,
) -> Result<(), Failure> {
    let added = own
        .keys()
        .filter(|id| providers().iter().all(|spec| spec.id != id.as_str()));
    if json {
        let of_table = providers().iter().map(|spec| {
            serde_json::json!({
                "id": spec.id, "name": spec.name, "wire": spec.wire.word(),
                "baseUrl": base_url(spec, own), "keyVariables": spec.key_env,
                "key": key(context, spec.id, own), "keyUrl": spec.key_url,
            })
        });
        let added = added.map(|id| serde_json::json!({"id": id, "baseUrl": own[id].base_url.as_deref().map(crate::redact::url)}));
        let all: Vec<serde_json::Value> = of_table.chain(added).collect();
        terminal::line(&crate::wire::to_json(&all), Style::Plain)?;
        return Ok(());
    }
    let head = ["provider", "name", "key", "where it is"];
    let mut rows = vec![head.map(str::to_owned)];
    for spec in providers() {
        rows.push([
            spec.id.to_owned(),
            spec.name.to_owned(),
            key(context, spec.id, own).unwrap_or_else(|| missing(spec)),
            base_url(spec, own),
        ]);
    }
    for id in added {
        let url = own[id].base_url.as_deref().map(crate::redact::url);
        rows.push([
            id.clone(),
            "yours".to_owned(),
            key(context, id, own).unwrap_or_default(),
            url.unwrap_or_else(|| format!("not set: providers.{id}.base_url")),
        ]);
    }
    for (at, line) in aligned(&rows, 4).iter().enumerate() {
        let style = if at == 0 { Style::Bold } else { Style::Plain };
        terminal::line(line, style)?;
    }
    terminal::note(
        "Any compatible server: set providers.NAME.base_url (and wire: chat, responses, messages or gemini) in config.toml, or OPENAI_BASE_URL.",
        Style::Dim,
    );
    Ok(())
}

fn base_url(spec: &ProviderSpec, own: &BTreeMap<String, ProviderSettings>) -> String {
    let said = own.get(spec.id).and_then(|own| own.base_url.clone());
    match (said, spec.base_url_env.first()) {
        (Some(said), _) => crate::redact::url(&said),
        (None, Some(variable)) if spec.base_url.is_empty() => format!("not set: {variable}"),
        (None, _) => spec.base_url.to_owned(),
    }
}

/// Where the key comes from.
fn key(context: &Context, id: &str, own: &BTreeMap<String, ProviderSettings>) -> Option<String> {
    let said = own.get(id)?;
    said.key.as_ref().or(said.token.as_ref())?;
    Some(context.key_origin(id).unwrap_or("aside auth").to_owned())
}

fn missing(spec: &ProviderSpec) -> String {
    match spec.key_env.first() {
        _ if !spec.ports.is_empty() => "needs none".to_owned(),
        Some(variable) => format!("not set: {variable}"),
        None => format!("not set: aside auth add {}", spec.id),
    }
}

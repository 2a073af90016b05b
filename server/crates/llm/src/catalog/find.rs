//! Which entry of the table a model's name means, and what is known of the model.
use super::{ModelSettings, ModelSpec, ProviderSettings, ProviderSpec, provider};
use crate::{ModelFacts, Prices, ReasoningStyle};

/// A model of a provider, as the table and the settings have it.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownModel {
    /// The provider's name for it.
    pub name: String,
    /// What is known of it.
    pub facts: ModelFacts,
}

/// The models of a provider that the table and the settings name: the table's in its order, then
/// those that only the settings name.
#[must_use]
pub fn known_models(provider_id: &str, own: &ProviderSettings) -> Vec<KnownModel> {
    let spec = provider(provider_id);
    let of_table = spec.map_or(&[][..], |spec| spec.models);
    let names = of_table.iter().map(|model| model.name);
    let is_new = |name: &&str| !of_table.iter().any(|model| model.name == *name);
    let added = own.models.keys().map(String::as_str).filter(is_new);
    names
        .chain(added)
        .map(|name| KnownModel {
            name: name.to_owned(),
            facts: facts_of(provider_id, name, own),
        })
        .collect()
}

/// What is known of a provider's model, by the table and over it by the settings. The table's
/// prices are those of the provider's own address: at another they are unknown.
#[must_use]
pub fn facts_of(provider_id: &str, name: &str, own: &ProviderSettings) -> ModelFacts {
    let mut facts = match provider(provider_id) {
        Some(spec) => of_table(spec, name, own),
        None => ModelFacts::default(),
    };
    if let Some(said) = own.models.get(name) {
        apply(&mut facts, said);
    }
    facts
}

fn of_table(spec: &ProviderSpec, name: &str, own: &ProviderSettings) -> ModelFacts {
    let (plain, variant) = match name.rsplit_once(':') {
        Some((plain, variant)) if spec.id == "openrouter" => (plain, Some(variant)),
        Some(_) | None => (name, None),
    };
    let Some(model) = find(spec, plain) else {
        return ModelFacts::default();
    };
    let mut facts = model.facts;
    match variant {
        // OpenRouter's free variants cost nothing, others what the chosen host asks.
        Some("free") => facts.prices = Some(FREE),
        Some(_) => facts.prices = None,
        None => {}
    }
    if !super::assemble::is_at_home(spec, own) {
        facts.prices = None;
    }
    facts
}

const FREE: Prices = Prices {
    input: 0.0,
    cached_input: 0.0,
    cache_write: 0.0,
    output: 0.0,
    long: None,
};

/// The entry that a name means: the one of that name, else the longest that the name goes on
/// from with nothing but a date (`gpt-5-mini-2025-08-07`, `claude-sonnet-4-5-20250929`,
/// `mistral-small-2603`) or `-latest`. Letters may be of either case.
pub(super) fn find(spec: &ProviderSpec, name: &str) -> Option<&'static ModelSpec> {
    let is_meant = |model: &&ModelSpec| {
        let head = name.get(..model.name.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(model.name))
            && is_dated(&name[model.name.len()..])
    };
    let candidates = spec.models.iter().filter(is_meant);
    candidates.max_by_key(|model| model.name.len())
}

/// Whether that is nothing, `-latest`, or a date: groups of digits with hyphens before them, at
/// least four and at most eight digits in all, the first group of four or more.
fn is_dated(rest: &str) -> bool {
    if rest.is_empty() || rest.eq_ignore_ascii_case("-latest") {
        return true;
    }
    let Some(rest) = rest.strip_prefix('-') else {
        return false;
    };
    let groups = || rest.split('-');
    let digits: usize = groups().map(str::len).sum();
    let is_number = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    groups().all(is_number)
        && groups().next().is_some_and(|first| first.len() >= 4)
        && (4..=8).contains(&digits)
}

/// Lays what the user says over what the table has.
pub(super) fn apply(facts: &mut ModelFacts, said: &ModelSettings) {
    facts.context_window = said.context_window.or(facts.context_window);
    facts.max_output = said.max_output.or(facts.max_output);
    facts.temperature = said.temperature.or(facts.temperature);
    facts.vision = said.vision.unwrap_or(facts.vision);
    facts.tools = said.tools.unwrap_or(facts.tools);
    facts.reasoning = match (said.reasoning, facts.reasoning) {
        (Some(false), _) => ReasoningStyle::None,
        (Some(true), ReasoningStyle::Budget) => ReasoningStyle::Budget,
        (Some(true), _) => ReasoningStyle::Effort,
        (None, style) => style,
    };
    let known = facts.prices;
    let input = said.input_price.or(known.map(|prices| prices.input));
    let output = said.output_price.or(known.map(|prices| prices.output));
    let says_any = said
        .input_price
        .or(said.cached_input_price)
        .or(said.output_price);
    // Half of a price is none: a cost that leaves out the output would be wrong.
    if let (Some(_), Some(input), Some(output)) = (says_any, input, output) {
        let same_input = said.input_price.is_none();
        let known = known.filter(|_| same_input);
        let cached = said
            .cached_input_price
            .or(known.map(|prices| prices.cached_input));
        facts.prices = Some(Prices {
            input,
            cached_input: cached.unwrap_or(input),
            cache_write: known.map_or(input, |prices| prices.cache_write),
            output,
            long: None,
        });
    }
}

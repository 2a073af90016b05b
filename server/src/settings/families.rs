//! Settings of providers and of models, whose names are the user's own:
//! `providers.NAME.field`, `providers.NAME.headers.HEADER` and
//! `providers.NAME.models.MODEL.field`.
use std::collections::BTreeMap;

use aside_llm::catalog::{ModelSettings, ProviderSettings, provider, providers};
use aside_llm::{Effort, Wire};

use super::Entry;
use super::table::{EFFORTS, Kind, Spec, find, integer, optional};
use super::value::Value;

/// What all names here begin with.
const PREFIX: &str = "providers.";
/// The longest name of a provider, in bytes.
const MAX_ID: usize = 64;

/// What may be said of a provider; shown as `providers.NAME.` and the key.
pub static PROVIDER_FIELDS: [Spec; 10] = [
    Spec {
        doc: "Where it is, the version included where its own address has one. A local server, a gateway, or Azure's endpoint.",
        ..optional("base_url", Kind::Url)
    },
    Spec {
        doc: "Its key; better kept in the environment or by `aside auth add NAME`. Never shown or logged.",
        ..optional("api_key", Kind::Secret)
    },
    Spec {
        doc: "An OAuth token in place of a key (Anthropic). Never shown or logged.",
        ..optional("token", Kind::Secret)
    },
    Spec {
        doc: "The wire format, where it is not the provider's usual one.",
        ..optional(
            "wire",
            Kind::Choice(&["chat", "responses", "messages", "gemini"]),
        )
    },
    Spec {
        doc: "The organisation that requests are made for (OpenAI, GitHub Models).",
        ..optional("organization", Kind::Text)
    },
    Spec {
        doc: "The project that requests are made for (OpenAI, Vertex).",
        ..optional("project", Kind::Text)
    },
    Spec {
        doc: "The region (Vertex); `global` where nobody says.",
        ..optional("location", Kind::Text)
    },
    Spec {
        doc: "The deployment (Azure OpenAI); the model's name where nobody says.",
        ..optional("deployment", Kind::Text)
    },
    Spec {
        doc: "The version of the API (Azure OpenAI).",
        ..optional("api_version", Kind::Text)
    },
    Spec {
        doc: "`headers.HEADER`: added to each request, for gateways. Never shown or logged.",
        ..optional("headers", Kind::Secret)
    },
];

/// What may be said of a model; shown as `providers.NAME.models.MODEL.` and the key.
pub static MODEL_FIELDS: [Spec; 11] = [
    Spec {
        doc: "How much it can be sent at once, its answer included.",
        ..optional("context_window", integer(256, 100_000_000, "tokens"))
    },
    Spec {
        doc: "How much it can answer at once.",
        ..optional("max_output", integer(16, 10_000_000, "tokens"))
    },
    Spec {
        doc: "Whether it sees pictures.",
        ..optional("vision", Kind::Switch)
    },
    Spec {
        doc: "Whether it calls tools.",
        ..optional("tools", Kind::Switch)
    },
    Spec {
        doc: "Whether it reasons and takes a word about how much.",
        ..optional("reasoning", Kind::Switch)
    },
    Spec {
        doc: "How much it is to think.",
        ..optional("effort", Kind::Choice(&EFFORTS))
    },
    Spec {
        doc: "How much it is to think, for models that take a number.",
        ..optional("thinking_budget", integer(0, 1_000_000, "tokens"))
    },
    Spec {
        doc: "How freely it chooses its words; 0 is not at all, which helps small models that edit. The server's own where nobody says.",
        ..optional("temperature", Kind::Decimal(2))
    },
    Spec {
        doc: "What a million tokens of input cost.",
        ..optional("input_price", Kind::Dollars)
    },
    Spec {
        doc: "What a million tokens of input from a cache cost.",
        ..optional("cached_input_price", Kind::Dollars)
    },
    Spec {
        doc: "What a million tokens of output cost.",
        ..optional("output_price", Kind::Dollars)
    },
];

/// Variables of the environment beside the addresses and keys that the table of providers names.
static VARIABLES: [(&str, &str); 7] = [
    ("ANTHROPIC_AUTH_TOKEN", "providers.anthropic.token"),
    ("AZURE_OPENAI_DEPLOYMENT", "providers.azure.deployment"),
    ("AZURE_OPENAI_API_VERSION", "providers.azure.api_version"),
    ("OPENAI_ORG_ID", "providers.openai.organization"),
    ("OPENAI_PROJECT_ID", "providers.openai.project"),
    ("GOOGLE_CLOUD_PROJECT", "providers.vertex.project"),
    ("GOOGLE_CLOUD_LOCATION", "providers.vertex.location"),
];

/// A setting by its whole name.
#[derive(Debug, Clone)]
pub struct Key {
    /// For people and files: the tables and the key, joined by dots.
    pub name: String,
    /// What it may be.
    pub spec: &'static Spec,
    part: Part,
}

/// What a setting is about.
#[derive(Debug, Clone)]
enum Part {
    /// Aside itself.
    Fixed,
    Provider(String),
    Header(String, String),
    Model(String, String),
}

impl Key {
    /// The setting of that name, if there can be one.
    pub fn find(name: &str) -> Option<Self> {
        let key = |spec, part| Self {
            name: name.to_owned(),
            spec,
            part,
        };
        if let Some(spec) = find(name) {
            return Some(key(spec, Part::Fixed));
        }
        let (id, rest) = split(name)?;
        if let Some(header) = rest.strip_prefix("headers.") {
            let spec = PROVIDER_FIELDS.iter().find(|spec| spec.key == "headers")?;
            return Some(key(spec, Part::Header(id.to_owned(), header.to_owned())));
        }
        if let Some(rest) = rest.strip_prefix("models.") {
            // Names of models have dots.
            let (model, field) = rest.rsplit_once('.')?;
            let spec = MODEL_FIELDS.iter().find(|spec| spec.key == field)?;
            return Some(key(spec, Part::Model(id.to_owned(), model.to_owned())));
        }
        let mut fields = PROVIDER_FIELDS.iter();
        let spec = fields.find(|spec| spec.key == rest && rest != "headers")?;
        Some(key(spec, Part::Provider(id.to_owned())))
    }

    /// A setting of the fixed table.
    pub fn fixed(spec: &'static Spec) -> Self {
        Self {
            name: spec.key.to_owned(),
            spec,
            part: Part::Fixed,
        }
    }

    /// The setting in whose place this one stands: of a provider's key and its token the one that
    /// is said later counts, as if they were one setting.
    pub fn rival(&self) -> Option<String> {
        let Part::Provider(id) = &self.part else {
            return None;
        };
        let other = match self.spec.key {
            "api_key" => "token",
            "token" => "api_key",
            _ => return None,
        };
        Some(format!("{PREFIX}{id}.{other}"))
    }

    /// Whether only the user's own file, environment and flags may say it: where requests go by
    /// way of, whose certificates are trusted, what is sent along, which file is written, what
    /// confines programs.
    pub fn is_users_alone(&self) -> bool {
        const ALONE: [&str; 5] = [
            "providers.proxy",
            "providers.ca_file",
            "usage.ledger",
            "web.search.url",
            "web.allow_hosts",
        ];
        match &self.part {
            // An editor takes settings from the workspace, which may not loosen what confines it.
            Part::Fixed => ALONE.contains(&self.name.as_str()) || self.name.starts_with("sandbox."),
            Part::Header(..) => true,
            Part::Provider(_) | Part::Model(..) => false,
        }
    }

    /// Whether a workspace that the user trusts may say it. It may say what is done, not where
    /// keys and prompts go, which file is written, and what is logged.
    pub fn is_a_workspaces(&self) -> bool {
        match &self.part {
            Part::Fixed => {
                !self.is_users_alone()
                    && !matches!(self.spec.kind, Kind::Secret)
                    && !["keys.", "log.", "storage."]
                        .iter()
                        .any(|table| self.name.starts_with(table))
            }
            Part::Provider(_) | Part::Header(..) => false,
            Part::Model(..) => true,
        }
    }

    /// The provider whose address it is.
    pub fn address_of(&self) -> Option<&str> {
        match &self.part {
            Part::Provider(id) if self.spec.key == "base_url" => Some(id),
            Part::Fixed | Part::Provider(_) | Part::Header(..) | Part::Model(..) => None,
        }
    }

    /// The provider whose secret it is.
    pub fn secret_of(&self) -> Option<&str> {
        match &self.part {
            Part::Provider(id) if matches!(self.spec.kind, Kind::Secret) => Some(id),
            Part::Header(id, _) => Some(id),
            Part::Fixed | Part::Provider(_) | Part::Model(..) => None,
        }
    }

    /// Whether it is of the fixed table.
    pub fn is_fixed(&self) -> bool {
        matches!(self.part, Part::Fixed)
    }
}

/// Whether what stands under that name must be a table of settings of providers or models.
pub fn is_table(name: &str) -> bool {
    if find(name).is_some() {
        return false;
    }
    match name.strip_prefix(PREFIX) {
        Some(id) if !id.contains('.') => is_id(id),
        _ => split(name).is_some_and(|(_, rest)| match rest.strip_prefix("models.") {
            Some(model) => !model.contains('.'),
            None => matches!(rest, "headers" | "models"),
        }),
    }
}

/// Whether a table of that name holds settings of a model; names of models may have dots.
pub fn is_model(name: &str) -> bool {
    split(name).is_some_and(|(_, rest)| rest.starts_with("models."))
}

/// The provider's id and what follows it.
fn split(name: &str) -> Option<(&str, &str)> {
    let (id, rest) = name.strip_prefix(PREFIX)?.split_once('.')?;
    is_id(id).then_some((id, rest))
}

fn is_id(id: &str) -> bool {
    let is_fine =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    !id.is_empty() && id.len() <= MAX_ID && id.bytes().all(is_fine)
}

/// The variables of the environment that say something of providers, and the settings that they
/// are. Of those that say the same the first that is set counts.
pub fn variables() -> impl Iterator<Item = (&'static str, String)> {
    let extra = VARIABLES.iter();
    let extra = extra.map(|(variable, name)| (*variable, (*name).to_owned()));
    let of_table = providers().iter().flat_map(|spec| {
        let urls = spec.base_url_env.iter().map(|name| (*name, "base_url"));
        let keys = spec.key_env.iter().map(|name| (*name, "api_key"));
        urls.chain(keys)
            .filter(|(variable, _)| !VARIABLES.iter().any(|(other, _)| other == variable))
            .map(|(variable, field)| (variable, format!("{PREFIX}{}.{field}", spec.id)))
    });
    of_table.chain(extra)
}

/// What the user says of each provider.
pub fn collect(entries: &BTreeMap<String, Entry>) -> BTreeMap<String, ProviderSettings> {
    let mut all: BTreeMap<String, ProviderSettings> = BTreeMap::new();
    for entry in entries.values() {
        let value = &entry.value;
        match &entry.key.part {
            Part::Fixed => {}
            Part::Provider(id) => {
                set_provider(
                    all.entry(id.clone()).or_default(),
                    entry.key.spec.key,
                    value,
                );
            }
            Part::Header(id, header) => {
                if let Value::Secret(text) = value {
                    let headers = &mut all.entry(id.clone()).or_default().headers;
                    headers.insert(header.clone(), text.clone());
                }
            }
            Part::Model(id, model) => {
                let models = &mut all.entry(id.clone()).or_default().models;
                let model = models.entry(model.clone()).or_default();
                set_model(model, entry.key.spec.key, value);
            }
        }
    }
    all
}

/// Providers that the settings speak of, but that can mean none.
pub fn unknown(all: &BTreeMap<String, ProviderSettings>) -> impl Iterator<Item = String> {
    let nobody =
        |(id, own): &(&String, &ProviderSettings)| provider(id).is_none() && own.base_url.is_none();
    all.iter().filter(nobody).map(|(id, _)| {
        format!(
            "providers.{id}: Aside knows no provider of that name; correct it (`aside models --providers` lists them), or set providers.{id}.base_url"
        )
    })
}

fn set_provider(own: &mut ProviderSettings, field: &str, value: &Value) {
    match (field, value) {
        ("base_url", Value::Text(text)) => own.base_url = Some(text.clone()),
        ("api_key", Value::Secret(key)) => own.key = Some(key.clone()),
        ("token", Value::Secret(token)) => own.token = Some(token.clone()),
        ("wire", Value::Text(text)) => own.wire = Wire::of_word(text),
        ("organization", Value::Text(text)) => own.organization = Some(text.clone()),
        ("project", Value::Text(text)) => own.project = Some(text.clone()),
        ("location", Value::Text(text)) => own.location = Some(text.clone()),
        ("deployment", Value::Text(text)) => own.deployment = Some(text.clone()),
        ("api_version", Value::Text(text)) => own.api_version = Some(text.clone()),
        _ => {}
    }
}

fn set_model(own: &mut ModelSettings, field: &str, value: &Value) {
    match (field, value) {
        ("context_window", Value::Integer(number)) => own.context_window = Some(*number),
        ("max_output", Value::Integer(number)) => own.max_output = Some(*number),
        ("vision", Value::Text(text)) => own.vision = Some(text == "true"),
        ("tools", Value::Text(text)) => own.tools = Some(text == "true"),
        ("reasoning", Value::Text(text)) => own.reasoning = Some(text == "true"),
        ("effort", Value::Text(text)) => own.effort = Effort::of_word(text),
        ("thinking_budget", Value::Integer(number)) => {
            own.thinking_budget = u32::try_from(*number).ok();
        }
        ("temperature", Value::Number(number)) => own.temperature = Some(*number),
        ("input_price", Value::Number(price)) => own.input_price = Some(*price),
        ("cached_input_price", Value::Number(price)) => own.cached_input_price = Some(*price),
        ("output_price", Value::Number(price)) => own.output_price = Some(*price),
        _ => {}
    }
}

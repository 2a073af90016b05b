//! The settings for people: `aside doctor --settings`, and docs/settings.md.
use super::bounds::{Bound, bounds};
#[cfg(test)]
use super::families::{MODEL_FIELDS, PROVIDER_FIELDS, variables};
use super::table::{SETTINGS, Spec};
use super::value::{self, Value};
use super::{DEFAULT_ORIGIN, Entry, Resolved};
use crate::columns::aligned;

impl Resolved {
    /// All settings, aligned: name, value, default, where the value comes from, what it is for;
    /// then the bounds that no setting changes. Ends with a line break.
    pub fn table(&self) -> String {
        let head = ["SETTING", "VALUE", "DEFAULT", "FROM", "WHAT IT IS FOR"];
        let mut rows = vec![head.map(str::to_owned)];
        rows.extend(self.in_order().map(|entry| {
            let spec = entry.key.spec;
            [
                entry.key.name.clone(),
                value::shown(spec, &entry.value),
                default(spec),
                entry.origin.clone(),
                spec.doc.replace('`', ""),
            ]
        }));
        rows.extend(self.items.iter().map(|(name, item, origin)| {
            let what = item.family().purpose().to_owned();
            let unset = value::shown_unset();
            [name.clone(), item.shown(), unset, origin.clone(), what]
        }));
        let mut text = lines(&rows);
        text.push('\n');
        let mut rows = vec![["FIXED BOUND", "VALUE"].map(str::to_owned)];
        rows.extend(bounds().map(|bound| [bound.what.to_owned(), amount(&bound)]));
        text.push_str(&lines(&rows));
        text
    }

    /// A line for each setting that someone set: `name = value  (where from)`.
    pub fn changed(&self) -> Vec<String> {
        let set = self
            .in_order()
            .filter(|entry| entry.origin != DEFAULT_ORIGIN);
        let set = set.map(|Entry { key, value, origin }| {
            format!(
                "{} = {}  ({origin})",
                key.name,
                value::shown(key.spec, value)
            )
        });
        let items = self.items.iter();
        set.chain(
            items.map(|(name, item, origin)| format!("{name} = {}  ({origin})", item.shown())),
        )
        .collect()
    }

    /// Where a setting's value comes from, if it is set.
    pub fn origin(&self, name: &str) -> Option<&str> {
        Some(self.entries.get(name)?.origin.as_str())
    }

    /// Those of the fixed table in its order, then those of providers and models by name.
    fn in_order(&self) -> impl Iterator<Item = &Entry> {
        let fixed = SETTINGS
            .iter()
            .filter_map(|spec| self.entries.get(spec.key));
        fixed.chain(self.entries.values().filter(|entry| !entry.key.is_fixed()))
    }
}

/// docs/settings.md.
#[cfg(test)]
pub fn settings_markdown() -> String {
    let mut text = include_str!("intro.md").to_owned();
    text.push_str("\n| setting | default | may be | environment | what it is for |\n");
    text.push_str("| --- | --- | --- | --- | --- |\n");
    for spec in SETTINGS {
        let env = spec
            .env
            .map_or_else(String::new, |name| format!("`{name}`"));
        let default = default(spec);
        let default = match spec.default {
            "" => default,
            _ => format!("`{default}`"),
        };
        text.push_str(&format!(
            "| `{}` | {default} | {} | {env} | {} |\n",
            spec.key,
            value::expected(&spec.kind),
            spec.doc
        ));
    }
    text.push_str(include_str!("families.md"));
    text.push_str("\n| `providers.NAME.` | may be | what it is for |\n| --- | --- | --- |\n");
    push_fields(&mut text, &PROVIDER_FIELDS);
    text.push_str(
        "\n| `providers.NAME.models.MODEL.` | may be | what it is for |\n| --- | --- | --- |\n",
    );
    push_fields(&mut text, &MODEL_FIELDS);
    text.push_str("\n| environment | setting |\n| --- | --- |\n");
    for (variable, name) in variables() {
        text.push_str(&format!("| `{variable}` | `{name}` |\n"));
    }
    text.push_str(include_str!("items.md"));
    text.push_str("\n## Bounds that no setting changes\n\n| what | bound |\n| --- | --- |\n");
    for bound in bounds() {
        text.push_str(&format!("| {} | {} |\n", bound.what, amount(&bound)));
    }
    text
}

#[cfg(test)]
fn push_fields(text: &mut String, fields: &[Spec]) {
    for spec in fields {
        let may_be = value::expected(&spec.kind);
        text.push_str(&format!("| `{}` | {may_be} | {} |\n", spec.key, spec.doc));
    }
}

fn default(spec: &Spec) -> String {
    match spec.default {
        "" => value::shown(spec, &Value::Unset),
        text => match value::from_text(spec, text) {
            Ok(value) => value::shown(spec, &value),
            Err(_) => text.to_owned(),
        },
    }
}

/// Bytes in the largest unit that leaves a whole number.
fn amount(bound: &Bound) -> String {
    const STEP: u64 = 1024;
    match (bound.unit, bound.value) {
        ("bytes", bytes) if bytes.is_multiple_of(STEP * STEP) => {
            format!("{} MB", bytes / (STEP * STEP))
        }
        ("bytes", bytes) if bytes.is_multiple_of(STEP) => format!("{} KB", bytes / STEP),
        (unit, value) => format!("{value} {unit}"),
    }
}

fn lines<const N: usize>(rows: &[[String; N]]) -> String {
    let mut text = aligned(rows, N).join("\n");
    text.push('\n');
    text
}

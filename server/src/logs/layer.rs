//! Events as JSON lines.
use std::fmt::{self, Write};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::MAX_FIELD_BYTES;
use super::file::RotatedFile;

/// When a field is cut, how far back a space is looked for, so that no part of a secret that the
/// cut made unrecognizable stays.
const MAX_CUT_WORD_BYTES: usize = 1024;

/// Writes each event as a line.
pub struct JsonLines {
    file: RotatedFile,
}

impl JsonLines {
    /// Writes to this file.
    pub fn new(file: RotatedFile) -> Self {
        Self { file }
    }
}

/// The fields of a span and of those around it.
struct SpanFields(Map<String, Value>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for JsonLines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else {
            return;
        };
        let outer = span.parent().and_then(|parent| {
            let extensions = parent.extensions();
            Some(extensions.get::<SpanFields>()?.0.clone())
        });
        let mut fields = Fields(outer.unwrap_or_default());
        attributes.record(&mut fields);
        span.extensions_mut().insert(SpanFields(fields.0));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else {
            return;
        };
        let mut extensions = span.extensions_mut();
        if let Some(SpanFields(fields)) = extensions.get_mut() {
            let mut recorded = Fields(std::mem::take(fields));
            values.record(&mut recorded);
            *fields = recorded.0;
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let outer = context.event_span(event).and_then(|span| {
            let extensions = span.extensions();
            Some(extensions.get::<SpanFields>()?.0.clone())
        });
        let mut fields = Fields(outer.unwrap_or_default());
        event.record(&mut fields);
        let line = line(event, fields.0);
        // There is nowhere to tell that the log cannot be written, and work must go on.
        let _ = self.file.append(crate::redact::redact(&line).as_bytes());
    }
}

fn line(event: &Event<'_>, mut fields: Map<String, Value>) -> String {
    let metadata = event.metadata();
    let message = fields.remove("message");
    let head = [
        ("time", Value::from(crate::clock::now())),
        ("level", Value::from(metadata.level().as_str())),
        ("target", Value::from(metadata.target())),
        (
            "message",
            message.unwrap_or_else(|| Value::from(metadata.name())),
        ),
    ];
    let mut line = String::from("{");
    for (name, value) in &head {
        fields.remove(*name);
        push(&mut line, name, value);
    }
    for (name, value) in &fields {
        push(&mut line, name, value);
    }
    line.push_str("}\n");
    line
}

fn push(line: &mut String, name: &str, value: &Value) {
    let comma = if line.len() > 1 { "," } else { "" };
    // Writing to a string cannot fail.
    let _ = write!(line, "{comma}{}:{value}", Value::from(name));
}

struct Fields(Map<String, Value>);

impl Fields {
    fn set(&mut self, field: &Field, value: impl Into<Value>) {
        // A number or a word of JSON has no quotes that its replacement could stand between.
        let value = if crate::redact::names_secret(field.name()) {
            Value::from(crate::redact::REDACTED)
        } else {
            value.into()
        };
        self.0.insert(field.name().to_owned(), value);
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, bounded(format_args!("{value}")));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field, bounded(format_args!("{value:?}")));
    }
}

/// The text, or its beginning where it is longer than a field may be.
fn bounded(text: fmt::Arguments<'_>) -> String {
    let mut start = Bounded(String::new());
    if start.write_fmt(text).is_ok() {
        return start.0;
    }
    let mut start = start.0;
    let keep = start.len().saturating_sub(MAX_CUT_WORD_BYTES);
    let keep = start.ceil_char_boundary(keep);
    let word = start[keep..].rfind(char::is_whitespace).unwrap_or(0);
    start.truncate(keep + word);
    start.push_str(" … (cut)");
    start
}

struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = MAX_FIELD_BYTES - self.0.len();
        if text.len() <= room {
            self.0.push_str(text);
            return Ok(());
        }
        self.0.push_str(&text[..text.floor_char_boundary(room)]);
        // Whatever is being written stops here.
        Err(fmt::Error)
    }
}

//! Questions of tools and MCP servers on the terminal: a line for each thing that is asked.
use aside_agent::world::{Elicitation, Elicited, Elicitor};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use super::ask::Asker;
use super::terminal::{self, Style};

/// How many things one question may ask for.
const MAX_FIELDS: usize = 20;
/// How often a line is asked for that does not fit.
const MAX_TRIES: usize = 3;

/// What is typed to refuse.
const NO: [&str; 2] = ["n", "no"];

impl Elicitor for Asker {
    fn elicit(&self, question: Elicitation) -> BoxFuture<'_, Elicited> {
        Box::pin(async move {
            if !terminal::is_interactive() {
                return Elicited::Unavailable(
                    "There is no terminal that the question could be shown on.".to_owned(),
                );
            }
            ask(self, question).await
        })
    }
}

async fn ask(asker: &Asker, question: Elicitation) -> Elicited {
    if let Some(server) = &question.server {
        terminal::note(&format!("The MCP server {server} asks:"), Style::Dim);
    }
    terminal::note(&question.message, Style::Bold);
    let fields = match (&question.url, fields(question.schema.as_ref())) {
        (Some(_), _) => Vec::new(),
        (None, Ok(fields)) => fields,
        (None, Err(why)) => return Elicited::Unavailable(why),
    };
    if let Some(url) = &question.url {
        terminal::note(&format!("  {url}"), Style::Plain);
    }
    if fields.is_empty() {
        let prompt = match question.url {
            Some(_) => "Press Enter once you have been there, or type no",
            None => "Press Enter to agree, or type no",
        };
        terminal::note(prompt, Style::Bold);
        return match asker.line().await {
            Ok(line) if NO.contains(&line.trim().to_lowercase().as_str()) => Elicited::Declined,
            Ok(_) => Elicited::Accepted(Map::new()),
            Err(_) => silent(),
        };
    }
    let mut content = Map::new();
    for field in fields {
        match fill(asker, &field).await {
            Filled::In(value) => {
                content.insert(field.name, value);
            }
            Filled::LeftOut if field.is_required => return Elicited::Declined,
            Filled::LeftOut => {}
            Filled::Wrong => return Elicited::Cancelled,
            Filled::Silent => return silent(),
        }
    }
    Elicited::Accepted(content)
}

fn silent() -> Elicited {
    Elicited::Unavailable("The terminal gave no answer.".to_owned())
}

/// One thing that is asked for.
#[derive(Debug, Clone, PartialEq)]
struct Field {
    name: String,
    title: String,
    kind: Kind,
    /// The values that may be chosen, and how each is shown; empty where there is no choice.
    options: Vec<(String, String)>,
    is_required: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Integer,
    Number,
    YesNo,
}

/// What came of one thing that was asked for.
enum Filled {
    In(Value),
    LeftOut,
    /// What was typed never fitted.
    Wrong,
    Silent,
}

/// The things that a form asks for; an error where it is no form of plain values.
fn fields(schema: Option<&Value>) -> Result<Vec<Field>, String> {
    let unclear = || "The question has a form that a terminal cannot show.".to_owned();
    let Some(schema) = schema else {
        return Ok(Vec::new());
    };
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Err(unclear());
    };
    if properties.len() > MAX_FIELDS {
        return Err(unclear());
    }
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| {
        let mut names = required.into_iter().flatten();
        names.any(|one| one.as_str() == Some(name))
    };
    let read = properties.iter().map(|(name, field)| {
        let word = |key: &str| field.get(key).and_then(Value::as_str);
        Some(Field {
            kind: match word("type") {
                Some("string") | None => Kind::Text,
                Some("integer") => Kind::Integer,
                Some("number") => Kind::Number,
                Some("boolean") => Kind::YesNo,
                Some(_) => return None,
            },
            title: word("description")
                .or(word("title"))
                .unwrap_or(name)
                .to_owned(),
            options: options(field),
            is_required: is_required(name),
            name: name.clone(),
        })
    });
    let fields: Option<Vec<Field>> = read.collect();
    fields.ok_or_else(unclear)
}

/// The values of `enum`, with their names where there are any.
fn options(field: &Value) -> Vec<(String, String)> {
    let list = |key: &str| field.get(key).and_then(Value::as_array);
    let names = list("enumNames");
    let values = list("enum").into_iter().flatten().filter_map(Value::as_str);
    let named = values.enumerate().map(|(at, value)| {
        let name = names.and_then(|names| names.get(at)?.as_str());
        (value.to_owned(), name.unwrap_or(value).to_owned())
    });
    named.collect()
}

async fn fill(asker: &Asker, field: &Field) -> Filled {
    for (at, (_, name)) in field.options.iter().enumerate() {
        terminal::note(&format!("  [{}] {name}", at + 1), Style::Plain);
    }
    let what = match (field.options.is_empty(), field.kind) {
        (false, _) => "the number of one of these",
        (true, Kind::Text) => "a line",
        (true, Kind::Integer) => "a whole number",
        (true, Kind::Number) => "a number",
        (true, Kind::YesNo) => "yes or no",
    };
    for _ in 0..MAX_TRIES {
        let prompt = format!(
            "{}: type {what}, or Enter alone to leave it out",
            field.title
        );
        terminal::note(&prompt, Style::Bold);
        let Ok(line) = asker.line().await else {
            return Filled::Silent;
        };
        let line = line.trim();
        if line.is_empty() {
            return Filled::LeftOut;
        }
        match value(field, line) {
            Some(value) => return Filled::In(value),
            None => terminal::note(&format!("That is not {what}."), Style::Dim),
        }
    }
    Filled::Wrong
}

/// What a line means, if it fits.
fn value(field: &Field, line: &str) -> Option<Value> {
    if !field.options.is_empty() {
        let numbered = line.parse::<usize>().ok();
        let numbered = numbered.and_then(|number| field.options.get(number.checked_sub(1)?));
        let mut options = field.options.iter();
        let named = options.find(|(value, name)| value == line || name == line);
        return Some(Value::from(named.or(numbered)?.0.as_str()));
    }
    match field.kind {
        Kind::Text => Some(Value::from(line)),
        Kind::Integer => line.parse::<i64>().ok().map(Value::from),
        Kind::Number => {
            let number = line.parse::<f64>().ok().filter(|number| number.is_finite());
            number.map(Value::from)
        }
        Kind::YesNo => match line.to_lowercase().as_str() {
            "y" | "yes" | "true" => Some(Value::from(true)),
            "n" | "no" | "false" => Some(Value::from(false)),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{MAX_FIELDS, fields, value};

    /// What each line means to the only field of a form.
    fn check(field: Value, lines: &[(&str, Value)]) {
        let schema = json!({"type": "object", "properties": {"a": field}, "required": ["a"]});
        let found = fields(Some(&schema)).unwrap();
        assert!(found[0].is_required);
        for (line, expected) in lines {
            assert_eq!(
                value(&found[0], line).unwrap_or_default(),
                *expected,
                "{line}"
            );
        }
    }

    #[test]
    fn lines_are_read_as_the_form_says() {
        check(
            json!({"type": "string"}),
            &[("7", json!("7")), ("a b", json!("a b"))],
        );
        check(
            json!({"type": "integer"}),
            &[
                ("7", json!(7)),
                ("-1", json!(-1)),
                ("1.5", Value::Null),
                ("x", Value::Null),
            ],
        );
        check(
            json!({"type": "number"}),
            &[
                ("1.5", json!(1.5)),
                ("NaN", Value::Null),
                ("1e999", Value::Null),
            ],
        );
        check(
            json!({"type": "boolean"}),
            &[
                ("Yes", json!(true)),
                ("n", json!(false)),
                ("perhaps", Value::Null),
            ],
        );
    }

    #[test]
    fn options_are_chosen_by_number_or_by_name() {
        let choice = json!({"type": "string", "enum": ["red", "2", "blue"], "enumNames": ["Red"]});
        check(
            choice,
            &[
                ("1", json!("red")),
                ("Red", json!("red")),
                ("red", json!("red")),
                ("2", json!("2")),
                ("3", json!("blue")),
                ("0", Value::Null),
                ("4", Value::Null),
                ("green", Value::Null),
            ],
        );
    }

    #[test]
    fn forms_that_a_terminal_cannot_show_are_refused() {
        assert_eq!(fields(None), Ok(Vec::new()));
        assert_eq!(fields(Some(&json!({"properties": {}}))), Ok(Vec::new()));
        let many = (0..=MAX_FIELDS).map(|number| (number.to_string(), json!({})));
        let many: Value = many.collect::<serde_json::Map<_, _>>().into();
        for schema in [
            json!(7),
            json!({}),
            json!({"properties": {"a": {"type": "object"}}}),
            json!({"properties": {"a": {"type": "array"}}}),
            json!({"properties": many}),
        ] {
            assert!(fields(Some(&schema)).is_err(), "{schema}");
        }
    }
}

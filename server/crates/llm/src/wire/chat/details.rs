//! OpenRouter's items of reasoning, put together from the pieces in which they come.
//! <https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning>.
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use super::kept::Kept;

/// Items of one answer; with more, none is sent back.
pub(crate) const MAX_ITEMS: usize = 4096;
/// Where the text of an item stands, by its type.
const TEXTS: [(&str, &str); 2] = [("reasoning.text", "text"), ("reasoning.summary", "summary")];

/// The items of one answer.
#[derive(Debug, Default)]
pub(super) struct Details {
    items: Vec<Map<String, Value>>,
    too_many: bool,
}

impl Details {
    /// Takes the items of one event and gives the text in them.
    pub(super) fn take(&mut self, json: &RawValue) -> String {
        // Anything but a list of objects is no reasoning of this kind.
        let items: Vec<Value> = serde_json::from_str(json.get()).unwrap_or_default();
        let mut text = String::new();
        for item in items {
            let Value::Object(item) = item else {
                continue;
            };
            if let Some(more) = text_field(&item).and_then(|field| item.get(field)?.as_str()) {
                text.push_str(more);
            }
            self.add(item);
        }
        text
    }

    /// Adds an item, or what it holds to the last one if it continues that.
    fn add(&mut self, item: Map<String, Value>) {
        let continued = self.items.last_mut().filter(|last| continues(last, &item));
        if let (Some(last), Some(field)) = (continued, text_field(&item)) {
            for (key, value) in item {
                match (last.get_mut(&key), value) {
                    (Some(Value::String(all)), Value::String(more)) if key == field => {
                        all.push_str(&more);
                    }
                    (Some(Value::Null) | None, value) => {
                        last.insert(key, value);
                    }
                    (Some(_), _) => {}
                }
            }
            return;
        }
        if self.items.len() >= MAX_ITEMS {
            self.too_many = true;
            return;
        }
        self.items.push(item);
    }

    /// What the server wants to see again, as JSON; `None` if there is nothing.
    pub(super) fn kept(&mut self) -> Option<String> {
        let items = std::mem::take(&mut self.items);
        if items.is_empty() || self.too_many {
            return None;
        }
        let raw: Vec<Box<RawValue>> = items
            .iter()
            .map(to_raw_value)
            .collect::<Result<_, _>>()
            .ok()?;
        let kept = Kept {
            reasoning_details: raw.iter().map(AsRef::as_ref).collect(),
            extra_content: None,
        };
        serde_json::to_string(&kept).ok()
    }
}

/// The field that holds the item's text, for items that come in pieces.
fn text_field(item: &Map<String, Value>) -> Option<&'static str> {
    let kind = item.get("type")?.as_str()?;
    let (_, field) = TEXTS.iter().find(|(name, _)| *name == kind)?;
    Some(field)
}

/// Whether an item is more of the last one: same type and same index, and the last one is not
/// signed yet, since a signature ends it.
fn continues(last: &Map<String, Value>, item: &Map<String, Value>) -> bool {
    let same = |field: &str| last.get(field) == item.get(field);
    let Some(field) = text_field(item) else {
        return false;
    };
    let is_text = |of: Option<&Value>| of.is_none_or(|text| text.is_null() || text.is_string());
    let is_signed = last.get("signature").is_some_and(|sign| !sign.is_null());
    let has_text = item.get(field).is_some_and(|text| text != "");
    same("type")
        && same("index")
        && is_text(last.get(field))
        && is_text(item.get(field))
        && !(is_signed && has_text)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(events: &[&str], shown: &str, kept: &Expect) {
        let mut details = Details::default();
        let text: String = events
            .iter()
            .map(|event| details.take(serde_json::from_str(event).unwrap()))
            .collect();
        assert_eq!(text, shown);
        kept.assert_eq(&details.kept().unwrap_or_default());
    }

    #[test]
    fn pieces_of_one_item_are_put_together() {
        check(
            &[
                r#"[{"type":"reasoning.text","text":"I ","format":"anthropic-claude-v1","index":0}]"#,
                r#"[{"type":"reasoning.text","text":"think","index":0,"signature":null}]"#,
                r#"[{"type":"reasoning.text","signature":"s1","index":0}]"#,
                r#"[{"type":"reasoning.text","text":"again","index":0},
                    {"type":"reasoning.text","text":"!","index":1}]"#,
                r#"[{"type":"reasoning.summary","summary":"a","index":1}]"#,
                r#"[{"type":"reasoning.summary","summary":"b","index":1}]"#,
                r#"[{"type":"reasoning.encrypted","data":"x","id":"r","index":1}]"#,
                r#"[{"type":"reasoning.encrypted","data":"y","id":"r","index":1}]"#,
            ],
            "I thinkagain!ab",
            &expect![[
                r#"{"reasoning_details":[{"format":"anthropic-claude-v1","index":0,"signature":"s1","text":"I think","type":"reasoning.text"},{"index":0,"text":"again","type":"reasoning.text"},{"index":1,"text":"!","type":"reasoning.text"},{"index":1,"summary":"ab","type":"reasoning.summary"},{"data":"x","id":"r","index":1,"type":"reasoning.encrypted"},{"data":"y","id":"r","index":1,"type":"reasoning.encrypted"}]}"#
            ]],
        );
    }

    #[test]
    fn what_is_odd_is_kept_or_left() {
        check(
            &["null", "7", "{}", "[]", "[null, 1, [2]]"],
            "",
            &expect![[""]],
        );
        check(
            &[
                r#"[{"type":"new","text":"a"}]"#,
                r#"[{"type":"new","text":"b"}]"#,
                r#"[{"type":"reasoning.text","text":7}]"#,
                r#"[{"type":"reasoning.text","text":"c"}]"#,
                r#"[{}]"#,
            ],
            "c",
            &expect![[
                r#"{"reasoning_details":[{"text":"a","type":"new"},{"text":"b","type":"new"},{"text":7,"type":"reasoning.text"},{"text":"c","type":"reasoning.text"},{}]}"#
            ]],
        );
    }

    #[test]
    fn too_many_items_are_not_sent_back() {
        let mut details = Details::default();
        let event = serde_json::from_str(r#"[{"type":"reasoning.encrypted"}]"#).unwrap();
        for _ in 0..MAX_ITEMS {
            details.take(event);
        }
        assert!(details.items.len() == MAX_ITEMS && !details.too_many);
        details.take(event);
        assert_eq!(details.items.len(), MAX_ITEMS);
        assert_eq!(details.kept(), None);
    }
}

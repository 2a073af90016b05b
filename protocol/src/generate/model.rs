//! The schema as the emitters see it: the few shapes that serde's types take in it.
//!
//! A keyword that is not expected is an error rather than `any`, so that a new kind of type
//! is noticed when it is first generated.
use std::fmt;

use serde_json::{Map, Value};

/// The schema holds something that the emitters do not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownSchema {
    /// The part of the schema, as JSON.
    pub part: String,
}

impl fmt::Display for UnknownSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the emitters do not know this part of the schema: {}",
            self.part
        )
    }
}

impl std::error::Error for UnknownSchema {}

/// The whole protocol.
pub(super) struct Protocol {
    pub(super) version: String,
    pub(super) types: Vec<Named>,
    pub(super) client_requests: Vec<Method>,
    pub(super) server_requests: Vec<Method>,
    pub(super) server_notifications: Vec<Method>,
}

/// A type with a name.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) shape: Shape,
}

/// A method; a notification has no result.
pub(super) struct Method {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) params: Shape,
    pub(super) result: Option<Shape>,
}

/// What a value looks like.
pub(super) enum Shape {
    /// Any JSON at all.
    Any,
    Null,
    Boolean,
    Integer,
    Number,
    String,
    /// Any object.
    Dictionary,
    /// One value alone, as JSON; JSON's literals of strings, numbers and booleans are also
    /// TypeScript's and Lua's.
    Literal(String),
    Reference(String),
    List(Box<Shape>),
    Union(Vec<Member>),
    Object(Object),
}

/// One member of a union.
pub(super) struct Member {
    pub(super) doc: String,
    pub(super) shape: Shape,
}

/// An object: the fields of its parents, its own, and those of one of its variants, if any.
pub(super) struct Object {
    pub(super) parents: Vec<String>,
    pub(super) fields: Vec<Field>,
    pub(super) variants: Vec<Variant>,
}

/// One of the forms of an object.
pub(super) struct Variant {
    pub(super) doc: String,
    pub(super) object: Object,
}

/// A field of an object.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) optional: bool,
    pub(super) shape: Shape,
}

impl Protocol {
    pub(super) fn read(schema: &Value) -> Result<Self, UnknownSchema> {
        let types = entries(schema, "$defs")?
            .map(|(name, schema)| {
                Ok(Named {
                    name: name.clone(),
                    doc: doc(schema),
                    shape: Shape::read(schema)?,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            version: schema["protocolVersion"].to_string(),
            types,
            client_requests: methods(schema, "clientRequests")?,
            server_requests: methods(schema, "serverRequests")?,
            server_notifications: methods(schema, "serverNotifications")?,
        })
    }

    /// Whether a method's params may be left out: whether none of their fields is required.
    pub(super) fn may_be_absent(&self, params: &Shape) -> bool {
        let Shape::Reference(name) = params else {
            return false;
        };
        self.types
            .iter()
            .filter(|named| named.name == *name)
            .any(|named| match &named.shape {
                Shape::Object(object) => {
                    object.parents.is_empty()
                        && object.variants.is_empty()
                        && object.fields.iter().all(|field| field.optional)
                }
                _ => false,
            })
    }
}

impl Shape {
    fn read(schema: &Value) -> Result<Self, UnknownSchema> {
        if is_anything(schema) {
            return Ok(Self::Any);
        }
        if let Some(literal) = schema.get("const") {
            return Ok(Self::Literal(literal.to_string()));
        }
        match schema.get("type") {
            Some(Value::String(name)) => Self::of_type(name, schema),
            Some(Value::Array(names)) => names
                .iter()
                .map(|name| {
                    Ok(Member {
                        doc: String::new(),
                        shape: Self::of_type(name.as_str().unwrap_or_default(), schema)?,
                    })
                })
                .collect::<Result<_, _>>()
                .map(Self::Union),
            None => Self::untyped(schema),
            Some(_) => Err(unknown(schema)),
        }
    }

    fn of_type(name: &str, schema: &Value) -> Result<Self, UnknownSchema> {
        match name {
            "null" => Ok(Self::Null),
            "boolean" => Ok(Self::Boolean),
            "integer" => Ok(Self::Integer),
            "number" => Ok(Self::Number),
            "string" => match schema.get("enum") {
                Some(values) => Ok(Self::Union(literals(values))),
                None => Ok(Self::String),
            },
            "array" => match schema.get("items") {
                Some(items) => Ok(Self::List(Box::new(Self::read(items)?))),
                None => Err(unknown(schema)),
            },
            "object" if schema.get("additionalProperties") == Some(&Value::Bool(true)) => {
                Ok(Self::Dictionary)
            }
            "object" => Ok(Self::Object(Object::read(schema)?)),
            _ => Err(unknown(schema)),
        }
    }

    fn untyped(schema: &Value) -> Result<Self, UnknownSchema> {
        if let Some(reference) = schema.get("$ref") {
            return reference_name(reference)
                .map(Self::Reference)
                .ok_or_else(|| unknown(schema));
        }
        let Some(members) = members(schema) else {
            return Err(unknown(schema));
        };
        if members
            .iter()
            .all(|m| m.get("type") == Some(&"object".into()))
        {
            return Ok(Self::Object(Object::read(schema)?));
        }
        members
            .iter()
            .map(|member| {
                Ok(Member {
                    doc: doc(member),
                    shape: Self::read(member)?,
                })
            })
            .collect::<Result<_, _>>()
            .map(Self::Union)
    }

    /// The shape without `null`: a field that may be left out need not be sent as `null`.
    fn without_null(self) -> Self {
        let Self::Union(mut members) = self else {
            return self;
        };
        members.retain(|member| !matches!(member.shape, Self::Null));
        if members.len() == 1
            && let Some(member) = members.pop()
        {
            return member.shape;
        }
        Self::Union(members)
    }
}

impl Object {
    fn read(schema: &Value) -> Result<Self, UnknownSchema> {
        let parents = schema.get("$ref").and_then(reference_name);
        let required: Vec<&str> = match schema.get("required") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let mut fields = Vec::new();
        if let Some(Value::Object(properties)) = schema.get("properties") {
            for (name, property) in in_order(properties, &required) {
                let optional = !required.contains(&name.as_str());
                let shape = Shape::read(property)?;
                fields.push(Field {
                    name: name.clone(),
                    doc: doc(property),
                    optional,
                    shape: if optional {
                        shape.without_null()
                    } else {
                        shape
                    },
                });
            }
        }
        let variants = members(schema)
            .unwrap_or_default()
            .iter()
            .map(|variant| {
                Ok(Variant {
                    doc: doc(variant),
                    object: Self::read(variant)?,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            parents: parents.into_iter().collect(),
            fields,
            variants,
        })
    }
}

/// The required fields as they were declared, then the optional ones by name: the schema
/// keeps the order of the former only.
fn in_order<'a>(
    properties: &'a Map<String, Value>,
    required: &[&str],
) -> Vec<(&'a String, &'a Value)> {
    let mut fields: Vec<_> = properties.iter().collect();
    fields.sort_by_key(|(name, _)| {
        let place = required.iter().position(|r| r == name);
        (place.unwrap_or(required.len()), name.as_str())
    });
    fields
}

fn methods(schema: &Value, key: &str) -> Result<Vec<Method>, UnknownSchema> {
    entries(schema, key)?
        .map(|(name, method)| {
            Ok(Method {
                name: name.clone(),
                doc: doc(method),
                params: Shape::read(&method["params"])?,
                result: method.get("result").map(Shape::read).transpose()?,
            })
        })
        .collect()
}

fn entries<'a>(
    schema: &'a Value,
    key: &str,
) -> Result<impl Iterator<Item = (&'a String, &'a Value)> + use<'a>, UnknownSchema> {
    let entries = schema.get(key).and_then(Value::as_object);
    Ok(entries.ok_or_else(|| unknown(schema))?.iter())
}

fn members(schema: &Value) -> Option<&[Value]> {
    let members = schema.get("oneOf").or_else(|| schema.get("anyOf"))?;
    members.as_array().map(Vec::as_slice)
}

fn literals(values: &Value) -> Vec<Member> {
    let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
    values
        .iter()
        .map(|value| Member {
            doc: String::new(),
            shape: Shape::Literal(value.to_string()),
        })
        .collect()
}

/// Whether a schema says nothing of its value on purpose: it has no keyword but what describes it.
fn is_anything(schema: &Value) -> bool {
    match schema {
        Value::Bool(true) => true,
        Value::Object(keywords) => keywords.keys().all(|name| name == "description"),
        _ => false,
    }
}

fn reference_name(reference: &Value) -> Option<String> {
    let name = reference.as_str()?.strip_prefix("#/$defs/")?;
    Some(name.to_owned())
}

fn doc(schema: &Value) -> String {
    let doc = schema.get("description").and_then(Value::as_str);
    doc.unwrap_or_default().to_owned()
}

fn unknown(schema: &Value) -> UnknownSchema {
    UnknownSchema {
        part: schema.to_string(),
    }
}

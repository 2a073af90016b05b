//! The JSON schema and the TypeScript and Lua types, all generated from the wire types.
//!
//! There is one source: the schema that is derived from the Rust types and the table of
//! methods. The TypeScript and Lua emitters read that schema and nothing else, so the three
//! files cannot disagree.

mod lua;
mod model;
mod typescript;

pub use model::UnknownSchema;

use model::Protocol;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::{
    AsideClientCapabilities, AsideServerCapabilities, ErrorData, PROTOCOL_VERSION, methods,
};

/// The first line of each generated file, after the comment sign of its language.
const NOTE: &str = "Generated from the Rust types by `cargo xtask codegen`; do not edit.";

/// All generated files: their paths relative to the crate's folder, and their text.
pub fn generated_files() -> Result<Vec<(&'static str, String)>, UnknownSchema> {
    let schema = schema();
    let protocol = Protocol::read(&schema)?;
    let lua = lua::emit(&protocol);
    Ok(vec![
        ("schema.json", format!("{schema:#}\n")),
        ("ts/aside.ts", typescript::emit(&protocol)),
        ("lua/aside.lua", lua.clone()),
        // A plugin is installed as its folder alone, so that it has a copy of its own.
        ("../editors/neovim/lua/aside/_meta/protocol.lua", lua),
    ])
}

/// The whole protocol as one JSON schema document, the methods beside the types.
fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let client_requests = methods::client_requests(&mut generator);
    let server_requests = methods::server_requests(&mut generator);
    let server_notifications = methods::server_notifications(&mut generator);
    generator.subschema_for::<AsideClientCapabilities>();
    generator.subschema_for::<AsideServerCapabilities>();
    generator.subschema_for::<ErrorData>();
    let types = generator.take_definitions(true);
    sorted(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The wire protocol of Aside",
        "description": NOTE,
        "protocolVersion": PROTOCOL_VERSION,
        "clientRequests": client_requests,
        "serverRequests": server_requests,
        "serverNotifications": server_notifications,
        "$defs": types,
    }))
}

/// Sorts the keys of all objects, so that the files are the same whether or not some crate
/// of the build asks `serde_json` to keep the order of insertion.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.into_iter().collect();
            fields.sort_by(|(a, _), (b, _)| a.cmp(b));
            fields.into_iter().map(|(k, v)| (k, sorted(v))).collect()
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

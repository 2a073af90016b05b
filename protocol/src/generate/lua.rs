//! The Lua types: LuaCATS annotations, which language servers and type checkers read.
//!
//! LuaCATS has no anonymous variants, so that each variant of a union becomes a class of its
//! own, named after its tag, and the union an alias for these.
use super::NOTE;
use super::model::{Field, Method, Named, Object, Protocol, Shape};

/// The whole file.
pub(super) fn emit(protocol: &Protocol) -> String {
    let mut out = format!("---@meta aside\n-- {NOTE}\n");
    for named in &protocol.types {
        declare(&mut out, named);
    }
    let lists = [
        (
            "ClientRequests",
            "The requests that the server answers, by method.",
            &protocol.client_requests,
        ),
        (
            "ServerRequests",
            "The requests that the server sends, by method.",
            &protocol.server_requests,
        ),
        (
            "ServerNotifications",
            "The notifications that the server sends, by method.",
            &protocol.server_notifications,
        ),
    ];
    for (name, doc, methods) in lists {
        out.push('\n');
        comment(&mut out, doc);
        out.push_str(&format!("---@class aside.{name}\n"));
        for method in methods {
            declare_method(&mut out, protocol, method);
        }
    }
    out
}

fn declare(out: &mut String, named: &Named) {
    let name = format!("aside.{}", named.name);
    match &named.shape {
        Shape::Object(object) if object.variants.is_empty() => {
            declare_class(out, &name, &named.doc, &object.parents, &[&object.fields]);
        }
        Shape::Object(object) => {
            let mut leaves = Vec::new();
            declare_variants(out, &name, object, &[&object.fields], &mut leaves);
            out.push('\n');
            comment(out, &named.doc);
            out.push_str(&format!("---@alias {name}\n"));
            for leaf in leaves {
                out.push_str(&format!("---| {leaf}\n"));
            }
        }
        Shape::Union(members) => {
            out.push('\n');
            comment(out, &named.doc);
            out.push_str(&format!("---@alias {name}\n"));
            for member in members {
                let note = match one_line(&member.doc) {
                    none if none.is_empty() => none,
                    doc => format!(" # {doc}"),
                };
                out.push_str(&format!("---| {}{note}\n", shape_text(&member.shape)));
            }
        }
        shape => {
            out.push('\n');
            comment(out, &named.doc);
            out.push_str(&format!("---@alias {name} {}\n", shape_text(shape)));
        }
    }
}

/// Declares the variants of an object, and theirs, each with the fields of all above it.
fn declare_variants<'a>(
    out: &mut String,
    name: &str,
    object: &'a Object,
    above: &[&'a [Field]],
    leaves: &mut Vec<String>,
) {
    for (index, variant) in object.variants.iter().enumerate() {
        let name = format!("{name}.{}", variant_name(&variant.object, index));
        let mut fields = above.to_vec();
        fields.push(&variant.object.fields);
        if !variant.object.variants.is_empty() {
            declare_variants(out, &name, &variant.object, &fields, leaves);
            continue;
        }
        declare_class(out, &name, &variant.doc, &variant.object.parents, &fields);
        leaves.push(name);
    }
}

/// A variant is known by its tag, else by its first field.
fn variant_name(object: &Object, index: usize) -> String {
    match object.fields.first() {
        Some(Field {
            shape: Shape::Literal(tag),
            ..
        }) if tag.starts_with('"') => tag.trim_matches('"').to_owned(),
        Some(field) => field.name.clone(),
        None => index.to_string(),
    }
}

fn declare_class(out: &mut String, name: &str, doc: &str, parents: &[String], fields: &[&[Field]]) {
    let parents: Vec<_> = parents.iter().map(|p| format!("aside.{p}")).collect();
    let parents = match parents.join(", ") {
        none if none.is_empty() => none,
        parents => format!(" : {parents}"),
    };
    out.push('\n');
    comment(out, doc);
    out.push_str(&format!("---@class {name}{parents}\n"));
    for field in fields.iter().copied().flatten() {
        let mark = if field.optional { "?" } else { "" };
        let line = format!(
            "---@field {}{mark} {} {}",
            field.name,
            shape_text(&field.shape),
            one_line(&field.doc)
        );
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

fn declare_method(out: &mut String, protocol: &Protocol, method: &Method) {
    let mark = match protocol.may_be_absent(&method.params) {
        true => "?",
        false => "",
    };
    let result = match &method.result {
        Some(result) => format!(": {}", shape_text(result)),
        None => String::new(),
    };
    out.push_str(&format!(
        "---@field [\"{}\"] fun(params{mark}: {}){result} {}\n",
        method.name,
        shape_text(&method.params),
        one_line(&method.doc)
    ));
}

fn shape_text(shape: &Shape) -> String {
    match shape {
        Shape::Any => "any".to_owned(),
        Shape::Null => "nil".to_owned(),
        Shape::Boolean => "boolean".to_owned(),
        Shape::Integer => "integer".to_owned(),
        Shape::Number => "number".to_owned(),
        Shape::String => "string".to_owned(),
        Shape::Dictionary => "table<string, any>".to_owned(),
        Shape::Literal(literal) => literal.clone(),
        Shape::Reference(name) => format!("aside.{name}"),
        Shape::List(item) => match **item {
            Shape::Union(_) => format!("({})[]", shape_text(item)),
            _ => format!("{}[]", shape_text(item)),
        },
        Shape::Union(members) => {
            let members: Vec<_> = members.iter().map(|m| shape_text(&m.shape)).collect();
            members.join("|")
        }
        // Objects without a name do not occur: serde's structs have one, and variants are
        // declared as classes.
        Shape::Object(_) => "table".to_owned(),
    }
}

fn comment(out: &mut String, doc: &str) {
    for line in doc.lines() {
        out.push_str(format!("--- {line}").trim_end());
        out.push('\n');
    }
}

fn one_line(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

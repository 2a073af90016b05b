//! The TypeScript types: strict, and as a person would write them.
use super::NOTE;
use super::model::{Field, Method, Named, Object, Protocol, Shape};

/// The whole file.
pub(super) fn emit(protocol: &Protocol) -> String {
    let mut out = format!("// {NOTE}\n");
    out.push_str("\n/** The version of the protocol. */\n");
    out.push_str(&format!(
        "export const PROTOCOL_VERSION = {};\n",
        protocol.version
    ));
    for named in &protocol.types {
        out.push('\n');
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
        comment(&mut out, doc, 0);
        out.push_str(&format!("export interface {name} {{\n"));
        for method in methods {
            declare_method(&mut out, protocol, method);
        }
        out.push_str("}\n");
    }
    out
}

fn declare(out: &mut String, named: &Named) {
    let name = &named.name;
    comment(out, &named.doc, 0);
    match &named.shape {
        Shape::Object(object) if object.variants.is_empty() && !object.fields.is_empty() => {
            let parents = match object.parents.join(", ") {
                none if none.is_empty() => none,
                parents => format!(" extends {parents}"),
            };
            out.push_str(&format!("export interface {name}{parents} "));
            braces(out, &object.fields, 0);
            out.push('\n');
        }
        Shape::Union(members) => {
            out.push_str(&format!("export type {name} ="));
            for member in members {
                out.push('\n');
                comment(out, &member.doc, 1);
                out.push_str("  | ");
                write_shape(out, &member.shape, 1);
            }
            out.push_str(";\n");
        }
        shape => {
            out.push_str(&format!("export type {name} ="));
            if !matches!(shape, Shape::Object(object) if is_union(object)) {
                out.push(' ');
            }
            write_shape(out, shape, 0);
            out.push_str(";\n");
        }
    }
}

fn declare_method(out: &mut String, protocol: &Protocol, method: &Method) {
    comment(out, &method.doc, 1);
    let mark = match protocol.may_be_absent(&method.params) {
        true => "?",
        false => "",
    };
    out.push_str(&format!("  \"{}\": {{ params{mark}: ", method.name));
    write_shape(out, &method.params, 1);
    if let Some(result) = &method.result {
        out.push_str("; result: ");
        write_shape(out, result, 1);
    }
    out.push_str(" };\n");
}

fn write_shape(out: &mut String, shape: &Shape, depth: usize) {
    match shape {
        Shape::Any => out.push_str("unknown"),
        Shape::Null => out.push_str("null"),
        Shape::Boolean => out.push_str("boolean"),
        Shape::Integer | Shape::Number => out.push_str("number"),
        Shape::String => out.push_str("string"),
        Shape::Dictionary => out.push_str("Record<string, unknown>"),
        Shape::Literal(literal) => out.push_str(literal),
        Shape::Reference(name) => out.push_str(name),
        Shape::List(item) => {
            let is_plain = !matches!(**item, Shape::Union(_) | Shape::Object(_));
            out.push_str(if is_plain { "" } else { "(" });
            write_shape(out, item, depth);
            out.push_str(if is_plain { "[]" } else { ")[]" });
        }
        Shape::Union(members) => {
            for (index, member) in members.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { " | " });
                write_shape(out, &member.shape, depth);
            }
        }
        Shape::Object(object) => write_object(out, object, depth),
    }
}

/// Parents, own fields and variants, joined by `&` as far as there are any.
fn write_object(out: &mut String, object: &Object, depth: usize) {
    if is_union(object) {
        write_variants(out, object, depth);
        return;
    }
    let mut parts = object.parents.clone();
    if !object.fields.is_empty() {
        let mut own = String::new();
        braces(&mut own, &object.fields, depth);
        parts.push(own);
    }
    if !object.variants.is_empty() {
        let mut variants = "(".to_owned();
        write_variants(&mut variants, object, depth);
        variants.push_str(&format!("\n{})", indent(depth)));
        parts.push(variants);
    }
    match parts.is_empty() {
        true => out.push_str("Record<string, never>"),
        false => out.push_str(&parts.join(" & ")),
    }
}

fn write_variants(out: &mut String, object: &Object, depth: usize) {
    for variant in &object.variants {
        out.push('\n');
        comment(out, &variant.doc, depth + 1);
        out.push_str(&format!("{}| ", indent(depth + 1)));
        write_object(out, &variant.object, depth + 1);
    }
}

/// Whether an object is nothing but one of its variants.
fn is_union(object: &Object) -> bool {
    object.parents.is_empty() && object.fields.is_empty() && !object.variants.is_empty()
}

fn braces(out: &mut String, fields: &[Field], depth: usize) {
    out.push_str("{\n");
    for field in fields {
        comment(out, &field.doc, depth + 1);
        let mark = if field.optional { "?" } else { "" };
        out.push_str(&format!("{}{}{mark}: ", indent(depth + 1), field.name));
        write_shape(out, &field.shape, depth + 1);
        out.push_str(";\n");
    }
    out.push_str(&indent(depth));
    out.push('}');
}

fn comment(out: &mut String, doc: &str, depth: usize) {
    let indent = indent(depth);
    let doc = doc.replace("*/", "*\\/");
    match doc.lines().count() {
        0 => {}
        1 => out.push_str(&format!("{indent}/** {doc} */\n")),
        _ => {
            out.push_str(&format!("{indent}/**\n"));
            for line in doc.lines() {
                out.push_str(format!("{indent} * {line}").trim_end());
                out.push('\n');
            }
            out.push_str(&format!("{indent} */\n"));
        }
    }
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

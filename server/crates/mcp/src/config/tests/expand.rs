//! References to the environment.
use std::collections::BTreeMap;

use crate::config::Environment;
use crate::config::environment::{MAX_EXPANDED_BYTES, Missing};

fn environment() -> Environment {
    let variables = [
        ("A", "one"),
        ("EMPTY", ""),
        ("REF", "${A}"),
        ("LONG", &"x".repeat(MAX_EXPANDED_BYTES / 2 + 1)),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    Environment::new(BTreeMap::from(variables), "/project")
}

fn check(text: &str, expected: &str) {
    assert_eq!(
        environment().expand(text),
        Ok(expected.to_owned()),
        "{text}"
    );
}

#[test]
fn references_are_replaced() {
    check("", "");
    check("plain $A {A} $", "plain $A {A} $");
    check("${A}", "one");
    check("a${A}b${A}c", "aonebonec");
    check("${env:A}", "one");
    check("${A:-two}", "one");
    check("${NONE:-two}", "two");
    check("${env:NONE:-two}", "two");
    check("${NONE:-}", "");
    check("${EMPTY}", "");
    check("${EMPTY:-two}", "two");
    check("${workspaceFolder}/src", "/project/src");
    check("${NONE:-${A}}", "${A}");
}

#[test]
fn what_is_replaced_is_not_looked_at_again() {
    check("${REF}", "${A}");
}

#[test]
fn what_is_no_reference_stays() {
    check("${", "${");
    check("a ${A", "a ${A");
    check("${}", "${}");
    check("${a b}", "${a b}");
    check("${command:x}", "${command:x}");
}

#[test]
fn what_is_missing_is_named() {
    let check = |text: &str, expected: Missing| {
        assert_eq!(environment().expand(text), Err(expected), "{text}");
    };
    check("${NONE}", Missing::Variable("NONE".to_owned()));
    check("a${A}${env:NONE}", Missing::Variable("NONE".to_owned()));
    check("${input:key}", Missing::Input);
    check("${LONG}${LONG}", Missing::TooLong);
}

#[test]
fn values_are_not_shown() {
    let shown = format!("{:?}", environment());
    assert!(!shown.contains("one"), "{shown}");
}

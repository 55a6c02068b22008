//! Writes values as YAML.

use std::fmt::Write as _;

use super::{Data, Node};

/// Whether each value is followed by where it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origins {
    /// It is.
    Shown,
    /// It is not.
    Hidden,
}

/// The value as YAML that reads as the same value.
pub(crate) fn to_yaml(node: &Node, origins: Origins) -> String {
    let mut out = String::new();
    match &node.data {
        Data::Map(entries) if !entries.is_empty() => map(node, 0, origins, &mut out),
        Data::List(items) if !items.is_empty() => list(node, 0, origins, &mut out),
        _ => scalar(node, origins, &mut out),
    }
    out
}

fn map(node: &Node, depth: usize, origins: Origins, out: &mut String) {
    for (n, entry) in node.entries().iter().enumerate() {
        // The first key of an element of a list stands behind its dash.
        if n > 0 || !out.ends_with("- ") {
            indent(depth, out);
        }
        out.push_str(&text(&entry.key));
        out.push(':');
        below(&entry.node, depth + 1, origins, out);
    }
}

fn list(node: &Node, depth: usize, origins: Origins, out: &mut String) {
    for item in node.items() {
        indent(depth, out);
        match &item.data {
            Data::Map(entries) if !entries.is_empty() => {
                out.push_str("- ");
                map(item, depth + 1, origins, out);
            }
            _ => {
                out.push('-');
                below(item, depth + 1, origins, out);
            }
        }
    }
}

/// What follows a colon or a dash: the value itself, or lines of its own.
fn below(node: &Node, depth: usize, origins: Origins, out: &mut String) {
    match &node.data {
        Data::Map(entries) if !entries.is_empty() => {
            out.push('\n');
            map(node, depth, origins, out);
        }
        Data::List(items) if !items.is_empty() => {
            out.push('\n');
            list(node, depth, origins, out);
        }
        _ => {
            out.push(' ');
            scalar(node, origins, out);
        }
    }
}

fn scalar(node: &Node, origins: Origins, out: &mut String) {
    match &node.data {
        Data::Null => out.push_str("null"),
        Data::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Data::Whole(value) => out.push_str(&value.to_string()),
        // Debug keeps the point of `1.0`, without which it would be a whole number.
        Data::Ratio(value) => out.push_str(&format!("{value:?}")),
        Data::Text(value) => out.push_str(&text(value)),
        Data::List(_) => out.push_str("[]"),
        Data::Map(_) => out.push_str("{}"),
    }
    if origins == Origins::Shown {
        write!(out, "  # {}", node.at).ok();
    }
    out.push('\n');
}

fn indent(depth: usize, out: &mut String) {
    out.push_str(&"  ".repeat(depth));
}

/// A text as it is where that can mean nothing else, and otherwise in the quotes of JSON, which YAML shares.
fn text(value: &str) -> String {
    let mut letters = value.chars();
    let begins = letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '/');
    let plain = begins && letters.all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c));
    let is_word = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        .contains(&value.to_ascii_lowercase().as_str());
    if plain && !is_word { value.to_owned() } else { serde_json::Value::from(value).to_string() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::config::{
        Place,
        value::{KeyOrder, parse},
    };

    fn print(value: &Value) -> String {
        to_yaml(&Node::from_json(value.clone(), &Place::Default), Origins::Hidden)
    }

    #[test]
    fn maps_and_lists_are_indented() {
        let value = json!({
            "a": { "b": [1, { "c": "x", "d": ["z", []] }, {}], "e": {} },
            "f": null, "g": 1.0, "h": "1.0", "i": "yes", "a b": "line\nbreak",
        });
        assert_eq!(
            print(&value),
            "a:\n  b:\n    - 1\n    - c: x\n      d:\n        - z\n        - []\n    - {}\n  e: {}\nf: null\n\
             g: 1.0\nh: \"1.0\"\ni: \"yes\"\n\"a b\": \"line\\nbreak\"\n"
        );
    }

    #[test]
    fn origins_are_comments() {
        let place = Place::File { index: 0, name: Arc::from("a.yml"), line: 3 };
        let node = Node::from_json(json!({ "a": ["x"] }), &place);
        assert_eq!(to_yaml(&node, Origins::Shown), "a:\n  - x  # a.yml:3\n");
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let text = "[ -~äß😀\n\t]{0,12}";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e9..1e9_f64).prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(text, inner, 0..5).prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_as_the_same_value(value in any_value()) {
            let value = json!({ "root": value });
            let (node, flaws) = parse(&print(&value), 0, &Arc::from("printed.yml"));
            prop_assert_eq!(flaws, []);
            prop_assert_eq!(node.unwrap().to_json(KeyOrder::Written), value);
        }
    }
}

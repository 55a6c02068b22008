use std::collections::BTreeSet;

use jsonschema::Validator;

use super::*;
use crate::config::{
    Place,
    check::check,
    problem::Report,
    table::reference::complete,
    value::{Node, parse},
};

fn validator() -> Validator {
    jsonschema::options().build(&json_schema()).unwrap()
}

/// What the checker says about a document, as far as the table goes.
fn problems(document: &Value) -> Vec<String> {
    let mut report = Report::default();
    check(&TABLE, &Node::from_json(document.clone(), &Place::Default), "", &mut report);
    report.problems.iter().map(ToString::to_string).collect()
}

fn read(text: &str) -> Value {
    let (node, flaws) = parse(text, 0, &std::sync::Arc::from("sample.yml"));
    assert_eq!(flaws, []);
    node.unwrap().to_json(KeyOrder::Written)
}

#[test]
fn it_is_a_schema() {
    jsonschema::meta::validate(&json_schema()).unwrap();
}

fn collect(root: &Value, schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    let to = schema["$ref"].as_str().map(|to| &root["$defs"][to.trim_start_matches("#/$defs/")]);
    let schema = to.unwrap_or(schema);
    let properties = schema["properties"].as_object().filter(|known| !known.is_empty());
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for (name, below) in properties.into_iter().flatten() {
        collect(root, below, &join(name), found);
    }
    let mut is_leaf = properties.is_none();
    for each in [&schema["items"], &schema["additionalProperties"]] {
        if each.is_object() {
            found.insert(path.to_owned());
            collect(root, each, &join("*"), found);
            is_leaf = false;
        }
    }
    if is_leaf {
        found.insert(path.to_owned());
    }
}

#[test]
fn schema_and_table_have_the_same_keys() {
    let (schema, mut found) = (json_schema(), BTreeSet::new());
    collect(&schema, &schema, "", &mut found);
    // What stands under `config` depends on the hook; the table lists the keys of a web hook there.
    let is_config = |path: &String| path.contains(".hooks.*.config");
    let is_element = |path: &String| path.ends_with(".*");
    let keep = |path: &String| !is_config(path) && !is_element(path);
    let known: BTreeSet<String> = TABLE.paths().into_iter().filter(keep).collect();
    let found: BTreeSet<String> = found.into_iter().filter(keep).collect();
    assert_eq!(found, known);
}

#[test]
fn every_key_is_described() {
    let text = json_schema().to_string();
    assert!(text.contains("The port to listen at.") && text.contains("Outdated: write"));
    let hook = &json_schema()["$defs"][HOOKS]["items"];
    let config = &hook["allOf"][0]["then"]["properties"]["config"]["properties"];
    assert!(config["url"]["description"].is_string() && config["auth"]["properties"].is_object(), "{config}");
}

#[test]
fn whatever_loads_is_valid() {
    // Not among them: passkey.yml, which leaves the DSN to the environment.
    let samples = [
        include_str!("dev.yml"),
        include_str!("../../kratos-compat.yml"),
        include_str!("../../tests/config/fixtures/full.yml"),
        include_str!("../../tests/config/fixtures/minimal.yml"),
        include_str!("../../tests/config/fixtures/quickstart/all-strategies.yml"),
        include_str!("../../tests/config/fixtures/quickstart/email-password.yml"),
        include_str!("../../tests/config/fixtures/quickstart/phone-password.yml"),
        include_str!("../../tests/config/fixtures/quickstart/preset-id.yml"),
        include_str!("../../tests/config/fixtures/quickstart/webauthn.yml"),
    ];
    let validator = validator();
    let complete = complete().to_json(KeyOrder::Written);
    for document in samples.into_iter().map(read).chain([complete]) {
        let errors: Vec<String> =
            validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new(), "{document:#}");
    }
}

/// What stands around a path in the complete reference, and what is required.
fn around(complete: &Value, path: &str) -> Value {
    let mut document = json!({
        "dsn": "memory",
        "identity": complete["identity"],
        "selfservice": { "default_browser_return_url": "/" },
    });
    let (top, rest) = path.split_once('.').unwrap_or((path, ""));
    if top != "selfservice" {
        document[top] = complete[top].clone();
        return document;
    }
    let mut branch = rest.split('.');
    let (kind, name) = (branch.next().unwrap(), branch.next());
    match name {
        Some(name) => document[top][kind] = json!({ name: complete[top][kind][name] }),
        None => document[top][kind] = complete[top][kind].clone(),
    }
    document
}

/// Puts a value at a path of the complete reference, of which the rest is left out.
fn with(complete: &Value, path: &str, value: Value) -> Value {
    let mut document = around(complete, path);
    let mut at = &mut document;
    for segment in path.split('.') {
        at = match at {
            Value::Array(items) => {
                if items.is_empty() {
                    items.push(Value::Null);
                }
                &mut items[0]
            }
            other => {
                if !other.is_object() {
                    *other = json!({});
                }
                &mut other[if segment == "*" { "any" } else { segment }]
            }
        };
    }
    *at = value;
    document
}

/// Texts that some keys take and others do not.
const TEXTS: [&str; 37] = [
    "",
    " ",
    "x",
    "/",
    "//x",
    "/a",
    "1h",
    "0s",
    "1h30m",
    "1d",
    "64MB",
    "64",
    "v1.2.3",
    "1.2.3",
    "true",
    "https://a.example/b",
    "https://",
    "http:",
    "ftp://a.example",
    "mailto:a@b.example",
    "file:///a",
    "file://",
    "base64://e30=",
    "base64://*",
    "preset://email",
    "a@b.example",
    "smtp://mail",
    "smtps://",
    "smtp:///x",
    "POST",
    "code",
    "10.0.0.0/8",
    "::1",
    "10.0.0.0/99",
    "sms",
    "a text of thirty-two characters.",
    "sixteen letters.",
];

/// Values of every type.
fn odd_values() -> Vec<Value> {
    let mut values: Vec<Value> = TEXTS.into_iter().map(Value::from).collect();
    values.extend([
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(70000),
        json!(0.5),
        json!(1.5),
    ]);
    values.extend([
        json!([]),
        json!(["x"]),
        json!(["x", "x"]),
        json!([1]),
        json!([null]),
        json!([[]]),
        json!([{}]),
    ]);
    values.extend([json!({}), json!({"x": "y"}), json!({"x": 1}), json!({"x": null}), json!({"x": {}})]);
    values
}

/// Every key of the table with every odd value, in a file that is otherwise right.
#[test]
fn whatever_the_schema_refuses_the_checker_refuses() {
    let (validator, complete, values) = (validator(), complete().to_json(KeyOrder::Written), odd_values());
    let (mut refused, mut let_through) = (0, Vec::new());
    // Hooks are the same wherever they stand; which names they have is not in the table.
    let one = |path: &String| {
        let is_first = path.starts_with("selfservice.flows.login.before.hooks");
        !path.contains(".hooks") || (is_first && !path.ends_with(".hook"))
    };
    for path in TABLE.paths().into_iter().filter(one) {
        for value in &values {
            let document = with(&complete, &path, value.clone());
            let (is_valid, said) = (validator.is_valid(&document), problems(&document));
            assert!(is_valid || !said.is_empty(), "{path}: the schema refuses {value}, the checker does not");
            refused += usize::from(!is_valid);
            if is_valid && !said.is_empty() {
                let_through.push(format!("{path}: {value}"));
            }
        }
    }
    assert!(refused > 3000, "only {refused} were refused at all");
    // What a pattern cannot say: an address that is none, base64 that is none, what a URL lacks.
    assert!(
        let_through.len() * 20 < refused,
        "{refused} refused, {} let through: {let_through:#?}",
        let_through.len()
    );
}

#[test]
fn unknown_keys_are_refused_where_the_table_is_closed() {
    let (validator, complete) = (validator(), complete().to_json(KeyOrder::Written));
    for (path, is_open) in [
        ("serve.publik", false),
        ("serve.public.prot", false),
        ("zelos.more", false),
        ("selfservice.flows.login.before.hooks.0.more", false),
        ("selfservice.flows.login.before.hooks.0.config.more", false),
        ("security.more", true),
        ("clients.http.more", true),
        ("identity.schemas.0.more", true),
    ] {
        let document = with(&complete, path, json!("x"));
        assert_eq!(
            (validator.is_valid(&document), problems(&document).is_empty()),
            (is_open, is_open),
            "{path}"
        );
    }
}

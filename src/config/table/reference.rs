//! Holds `kratos-compat.yml` against the table.

use std::{collections::BTreeSet, sync::Arc};

use super::{TABLE, known_keys};
use crate::config::{
    check::check,
    problem::Report,
    value::{Data, Node, parse},
};

/// The reference with everything that it leaves out put back in.
pub(crate) fn complete() -> Node {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/kratos-compat.yml");
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().map(|line| match line.trim_start().strip_prefix('#') {
        // An explanation has one space after the sign; what is left out has none, or more.
        Some(rest) if rest.is_empty() || (rest.starts_with(' ') && !rest.starts_with("  ")) => String::new(),
        Some(rest) => format!("{}{rest}", " ".repeat(line.len() - line.trim_start().len())),
        None => line.to_owned(),
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    let (node, flaws) = parse(&text, 0, &Arc::from("kratos-compat.yml"));
    assert_eq!(flaws, []);
    node.unwrap()
}

fn collect(path: &str, node: &Node, found: &mut BTreeSet<String>) {
    found.insert(path.to_owned());
    match &node.data {
        Data::Map(entries) => {
            for entry in entries {
                let dot = if path.is_empty() { "" } else { "." };
                collect(&format!("{path}{dot}{}", entry.key), &entry.node, found);
            }
        }
        Data::List(items) => items.iter().for_each(|item| collect(&format!("{path}.*"), item, found)),
        _ => {}
    }
}

/// Whether the reference mentions a key: at its own place, or, for what can stand at many places, at one of them.
fn mentions(found: &BTreeSet<String>, key: &str) -> bool {
    let free = ["templates.*", "headers", "userinfo", "id_token", "limits", "compat", "appwrite"];
    let parts: Vec<&str> = key.split('.').collect();
    let matches = |path: &String| {
        let path: Vec<&str> = path.split('.').collect();
        path.len() == parts.len() && parts.iter().zip(&path).all(|(part, at)| part == at || *part == "*")
    };
    if found.iter().any(matches) {
        return true;
    }
    ["hooks.*.", "auth.config."]
        .iter()
        .any(|shared| key.find(shared).is_some_and(|at| found.iter().any(|path| path.ends_with(&key[at..]))))
        || free.iter().any(|name| key.ends_with(&format!("{name}.*")))
}

#[test]
fn the_reference_mentions_every_key_of_the_table() {
    let mut found = BTreeSet::new();
    collect("", &complete(), &mut found);
    let missing: Vec<String> = known_keys().into_iter().filter(|key| !mentions(&found, key)).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn the_reference_mentions_nothing_else() {
    let mut report = Report::default();
    check(&TABLE, &complete(), "", &mut report);
    let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems, Vec::<String>::new());
    let unknown = report.warnings.iter().filter(|warning| warning.reason.contains("not a known key"));
    assert_eq!(unknown.collect::<Vec<_>>(), Vec::<&crate::config::Problem>::new());
}

//! Defaults.

use serde_json::Value;

use crate::config::{
    Place,
    table::{Kind, NOTIFY, Spec, WEB_HOOK},
    value::{Data, Entry, Node},
};

/// Fills in every default that the table declares, also inside elements of lists and maps (03 Q1). Groups
/// that are absent stay absent: an outgoing request that nobody configured is not half configured.
pub(crate) fn fill(spec: &Spec, node: &mut Node) {
    match spec.row.kind {
        Kind::Section | Kind::OpenSection | Kind::Group(_) => fill_fields(spec, node),
        Kind::Hooks => fill_hooks(node),
        _ => {
            let Some(each) = &spec.each else { return };
            match &mut node.data {
                Data::List(items) => items.iter_mut().for_each(|item| fill(each, item)),
                Data::Map(entries) => entries.iter_mut().for_each(|entry| fill(each, &mut entry.node)),
                _ => {}
            }
        }
    }
}

fn fill_hooks(node: &mut Node) {
    let Data::List(hooks) = &mut node.data else { return };
    for hook in hooks {
        let name = hook.get("hook").and_then(Node::text).unwrap_or_default();
        let spec: &Spec = match name {
            "web_hook" => &WEB_HOOK,
            "notify_previous_addresses" => &NOTIFY,
            _ => continue,
        };
        let config = hook.slot("config", &Place::Default);
        if config.is_null() {
            *config = Node::empty_map(Place::Default);
        }
        fill(spec, config);
    }
}

fn fill_fields(spec: &Spec, node: &mut Node) {
    let Data::Map(entries) = &mut node.data else { return };
    for (name, field) in &spec.fields {
        if let Some(entry) = entries.iter_mut().find(|entry| entry.key == *name) {
            fill(field, &mut entry.node);
            continue;
        }
        if let Some(node) = missing(field) {
            entries.push(Entry { key: name.clone(), at: Place::Default, node });
        }
    }
}

fn missing(spec: &Spec) -> Option<Node> {
    if let Some(node) = default(spec) {
        return Some(node);
    }
    if !matches!(spec.row.kind, Kind::Section | Kind::OpenSection) || spec.fields.is_empty() {
        return None;
    }
    let mut section = Node::empty_map(Place::Default);
    fill_fields(spec, &mut section);
    (!section.entries().is_empty()).then_some(section)
}

/// The default of a key.
pub(crate) fn default(spec: &Spec) -> Option<Node> {
    let text = spec.row.default?;
    let value = match spec.row.kind {
        Kind::Bool | Kind::Whole { .. } | Kind::Ratio | Kind::List { .. } => {
            serde_json::from_str(text).ok()?
        }
        _ => Value::from(text),
    };
    Some(Node::from_json(value, &Place::Default))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{check::walk::check, problem::Report, table::TABLE};

    #[test]
    fn every_default_is_what_its_own_key_allows() {
        fn walk(path: &str, spec: &Spec) {
            if spec.row.default.is_some() {
                let node = default(spec).unwrap_or_else(|| panic!("the default of {path} is not JSON"));
                let mut report = Report::default();
                check(spec, &node, path, &mut report);
                assert_eq!(report.problems, [], "{path}");
                assert_eq!(report.warnings, [], "{path}");
            }
            for (name, field) in &spec.fields {
                walk(&format!("{path}.{name}"), field);
            }
            if let Some(each) = &spec.each {
                walk(&format!("{path}.*"), each);
            }
        }
        walk("", &TABLE);
    }
}

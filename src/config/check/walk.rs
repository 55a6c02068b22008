//! The walk over a configuration: types, unknown keys, missing keys, keys that do nothing.

use std::collections::HashSet;

use super::{fill::default, hook, leaf::leaf, nearest, shown};
use crate::config::{
    Place,
    problem::{Problem, ROOT, Report},
    table::{Kind, Spec, Standing, TABLE},
    value::{Data, Entry, KeyOrder, Node},
};

/// Checks `node` against `spec` and gives back what can be used of it. A null counts as absent.
///
/// Depth is bounded by the reader of files, so recursion is safe here.
pub(crate) fn check(spec: &Spec, node: &Node, path: &str, report: &mut Report) -> Option<Node> {
    if node.is_null() {
        return None;
    }
    warn_of_standing(spec, node, path, report);
    match spec.row.kind {
        Kind::Section | Kind::OpenSection | Kind::Group(_) => section(spec, node, path, report),
        Kind::Map => map(spec, node, path, report),
        Kind::List { min, unique } => list(spec, node, path, (min, unique), report),
        Kind::Hooks => hook::hooks(spec, node, path, report),
        kind => match leaf(kind, node) {
            Ok(node) => Some(node),
            Err(reason) => {
                report.problem(Problem::new(path, reason).value(shown(Some(spec), node)).at(&node.at));
                None
            }
        },
    }
}

pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn wrong_type(spec: &Spec, node: &Node, path: &str, wanted: &str, report: &mut Report) {
    let key = if path.is_empty() { ROOT } else { path };
    report.problem(Problem::new(key, wanted).value(shown(Some(spec), node)).at(&node.at));
}

pub(super) fn section(spec: &Spec, node: &Node, path: &str, report: &mut Report) -> Option<Node> {
    let Data::Map(entries) = &node.data else {
        wrong_type(spec, node, path, "must be a map of keys", report);
        return None;
    };
    let mut kept = Vec::new();
    for entry in entries {
        match spec.field(&entry.key) {
            Some(field) => {
                let checked = check(field, &entry.node, &join(path, &entry.key), report);
                kept.extend(checked.map(|node| Entry { key: entry.key.clone(), at: entry.at.clone(), node }));
            }
            None => unknown(spec, entry, path, report),
        }
    }
    for (name, field) in &spec.fields {
        if field.row.required && node.get(name).is_none() {
            missing(field, &join(path, name), &node.at, report);
        }
    }
    Some(Node::new(Data::Map(kept), node.at.clone()))
}

fn unknown(spec: &Spec, entry: &Entry, path: &str, report: &mut Report) {
    let siblings = spec.fields.iter().map(|(name, _)| name.as_str());
    let remedy = match nearest(&entry.key, siblings) {
        Some(name) => format!("did you mean {}?", join(path, name)),
        None => match elsewhere(&entry.key) {
            Some(path) => format!("did you mean {path}?"),
            None => "remove it, or look it up in kratos-compat.yml, which lists every key".to_owned(),
        },
    };
    let problem = Problem::new(join(path, &entry.key), "is not a known key")
        .value(shown(None, &entry.node))
        .remedy(remedy)
        .at(&entry.at);
    if matches!(spec.row.kind, Kind::OpenSection) { report.warn(problem) } else { report.problem(problem) }
}

/// The one place of the table where a key of this name belongs.
fn elsewhere(name: &str) -> Option<String> {
    let ending = format!(".{name}");
    let mut found = TABLE.paths().into_iter().filter(|path| path.ends_with(&ending));
    let first = found.next()?;
    if found.next().is_none() { Some(first) } else { None }
}

/// Reports a missing key, or, for a missing section, what has to stand in it.
fn missing(spec: &Spec, path: &str, parent: &Place, report: &mut Report) {
    let inner: Vec<_> = spec.fields.iter().filter(|(_, field)| field.row.required).collect();
    if matches!(spec.row.kind, Kind::Section) && !inner.is_empty() {
        for (name, field) in inner {
            missing(field, &join(path, name), parent, report);
        }
        return;
    }
    report.problem(Problem::new(path, "is required and missing").at(parent));
}

fn map(spec: &Spec, node: &Node, path: &str, report: &mut Report) -> Option<Node> {
    let Data::Map(entries) = &node.data else {
        wrong_type(spec, node, path, "must be a map", report);
        return None;
    };
    let Some(each) = &spec.each else { return Some(node.clone()) };
    let mut kept = Vec::new();
    for entry in entries {
        let checked = check(each, &entry.node, &join(path, &entry.key), report);
        kept.extend(checked.map(|node| Entry { key: entry.key.clone(), at: entry.at.clone(), node }));
    }
    Some(Node::new(Data::Map(kept), node.at.clone()))
}

fn list(spec: &Spec, node: &Node, path: &str, rule: (usize, bool), report: &mut Report) -> Option<Node> {
    let Data::List(items) = &node.data else {
        wrong_type(spec, node, path, "must be a list", report);
        return None;
    };
    let (min, unique) = rule;
    if items.len() < min {
        let reason = format!("must have at least {min} element{}", if min == 1 { "" } else { "s" });
        report.problem(Problem::new(path, reason).value(shown(Some(spec), node)).at(&node.at));
    }
    if unique {
        refuse_twins(spec, items, path, report);
    }
    let Some(each) = &spec.each else { return Some(node.clone()) };
    let checked = items.iter().enumerate().filter_map(|(n, item)| {
        if item.is_null() {
            let problem = Problem::new(format!("{path}.{n}"), "an element of a list must not be empty");
            report.problem(problem.at(&item.at));
        }
        check(each, item, &format!("{path}.{n}"), report)
    });
    let kept = checked.collect();
    Some(Node::new(Data::List(kept), node.at.clone()))
}

pub(super) fn refuse_twins(spec: &Spec, items: &[Node], path: &str, report: &mut Report) {
    let mut seen = HashSet::new();
    for (n, item) in items.iter().enumerate() {
        if !seen.insert(item.to_json(KeyOrder::Sorted).to_string()) {
            let problem = Problem::new(format!("{path}.{n}"), "stands twice in the list");
            report.problem(problem.value(shown(spec.each.as_deref(), item)).at(&item.at));
        }
    }
}

fn warn_of_standing(spec: &Spec, node: &Node, path: &str, report: &mut Report) {
    let json = |node: &Node| node.to_json(KeyOrder::Sorted);
    if !node.at.is_written() || default(spec).is_some_and(|default| json(&default) == json(node)) {
        return;
    }
    let (reason, remedy) = match spec.row.standing {
        Standing::Acts => return,
        Standing::Later => ("is accepted, but does nothing in this version yet", None),
        Standing::Deprecated(instead) => {
            ("still works, but is outdated", Some(format!("write {instead} instead")))
        }
        Standing::Inert(why) => ("is accepted and has no effect", Some(why.to_owned())),
        Standing::Vendor => {
            ("is accepted and has no effect: it belongs to the vendor's hosted product", None)
        }
    };
    let mut problem = Problem::new(path, reason).value(shown(Some(spec), node)).at(&node.at);
    problem.remedy = remedy;
    report.warn(problem);
}

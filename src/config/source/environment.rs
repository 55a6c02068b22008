//! Environment variables: `SERVE_PUBLIC_PORT` is `serve.public.port` (03 §1.3).

use std::collections::BTreeMap;

use super::{
    index::{Index, Target},
    variable::typed,
};
use crate::config::{
    Place,
    check::shown,
    problem::{Problem, Report},
    table::{Kind, TABLE},
    value::{Data, Node},
};

/// Names and values of environment variables.
pub type Environment = BTreeMap<String, String>;

/// The environment of this process; variables that are not UTF-8 are left out. `HOSTNAME` is filled in from
/// the kernel when no shell has set it.
pub fn process_environment() -> Environment {
    let mut environment: Environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    if let Ok(host) = std::fs::read_to_string("/proc/sys/kernel/hostname") {
        environment.entry("HOSTNAME".to_owned()).or_insert_with(|| host.trim().to_owned());
    }
    environment
}

/// The key that a variable of this name sets.
pub(crate) fn key_of_variable(name: &str) -> Option<Target<'static>> {
    Index::of(&TABLE).find(name)
}

/// Lays the variables that name a key over `node`. Whole values first, elements of lists after them and in the
/// order of their numbers, so that both forms can be used together.
pub(crate) fn overlay(node: &mut Node, environment: &Environment, report: &mut Report) {
    let index = Index::of(&TABLE);
    let mut found: Vec<(Target<'_>, &str, &str)> = environment
        .iter()
        .filter_map(|(name, value)| Some((index.find(name)?, name.as_str(), value.as_str())))
        .collect();
    found.sort_by_key(|(target, ..)| target.order());
    for (target, name, value) in found {
        if let Some(value) = usable(&target, name, value, report) {
            set(node, &target, value, report);
        }
    }
}

fn usable(target: &Target<'_>, name: &str, value: &str, report: &mut Report) -> Option<Node> {
    let place = Place::Variable(name.into());
    let path = target.path();
    // Traces of the command line of Kratos; as variables they mean something to other programs.
    if matches!(path.as_str(), "help" | "config") {
        return None;
    }
    // Container set-ups pass variables on that nobody has set. Where an empty value can be meant, it is.
    if value.is_empty() && !matches!(target.spec.row.kind, Kind::Text | Kind::List { .. }) {
        return None;
    }
    // A map under a single word (SESSION, LOG, …) is most likely somebody else's variable, unless it is JSON.
    let is_map = target.spec.is_section() || matches!(target.spec.row.kind, Kind::Map);
    if is_map && !path.contains('.') && !value.trim_start().starts_with('{') {
        return None;
    }
    let node = match typed(target.spec, value, &place) {
        Ok(node) => node,
        Err(reason) => {
            let raw = Node::new(Data::Text(value.to_owned()), place.clone());
            report.problem(Problem::new(path, reason).value(shown(Some(target.spec), &raw)).at(&place));
            return None;
        }
    };
    if path == "version"
        && crate::config::check::check(target.spec, &node, &path, &mut Report::default()).is_none()
    {
        let problem = Problem::new(path, "is not a version such as v1.2.3 and is ignored");
        report.warn(problem.value(shown(Some(target.spec), &node)).at(&place));
        return None;
    }
    Some(node)
}

fn set(root: &mut Node, target: &Target<'_>, value: Node, report: &mut Report) {
    let place = value.at.clone();
    let mut at = root;
    for segment in &target.segments {
        let Ok(number) = segment.parse::<usize>() else {
            at = at.slot(segment, &place);
            continue;
        };
        let length = at.items().len();
        if number > length {
            let reason = format!("names element {number} of a list that has {length}");
            let problem = Problem::new(target.path(), reason).remedy("elements are counted from 0");
            report.problem(problem.at(&place));
            return;
        }
        if !matches!(at.data, Data::List(_)) {
            *at = Node::new(Data::List(Vec::new()), place.clone());
        }
        let Data::List(items) = &mut at.data else { return };
        if number == items.len() {
            items.push(Node::new(Data::Null, place.clone()));
        }
        let Some(item) = items.get_mut(number) else { return };
        at = item;
    }
    *at = value;
}

//! Lists of hooks: what stands under `config` depends on the hook.

use super::{
    shown,
    walk::{check, join, refuse_twins, section},
};
use crate::config::{
    problem::{Problem, Report},
    table::{NOTIFY, Spec, WEB_HOOK},
    value::{Data, Entry, Node},
};

const TAKE_NOTHING: [&str; 6] = [
    "session",
    "revoke_active_sessions",
    "require_verified_address",
    "verification",
    "show_verification_ui",
    "verify_new_address",
];

/// Checks a list of hooks. Whether a hook may stand where it stands is not decided here.
pub(super) fn hooks(spec: &Spec, node: &Node, path: &str, report: &mut Report) -> Option<Node> {
    let Data::List(items) = &node.data else {
        report.problem(
            Problem::new(path, "must be a list of hooks").value(shown(Some(spec), node)).at(&node.at),
        );
        return None;
    };
    refuse_twins(spec, items, path, report);
    let each = spec.each.as_deref()?;
    let kept =
        items.iter().enumerate().filter_map(|(n, item)| hook(each, item, &format!("{path}.{n}"), report));
    let kept = kept.collect();
    Some(Node::new(Data::List(kept), node.at.clone()))
}

fn hook(spec: &Spec, node: &Node, path: &str, report: &mut Report) -> Option<Node> {
    // `config` is taken out before the walk and put back after it, checked against the rows of its hook.
    let config = node.entries().iter().find(|entry| entry.key == "config").cloned();
    let mut rest = node.clone();
    if let Data::Map(entries) = &mut rest.data {
        entries.retain(|entry| entry.key != "config");
    }
    let mut checked = section(spec, &rest, path, report)?;
    let name = checked.get("hook").and_then(Node::text).unwrap_or_default().to_owned();
    let config = match name.as_str() {
        "web_hook" => {
            let empty = || Entry {
                key: "config".to_owned(),
                at: node.at.clone(),
                node: Node::empty_map(node.at.clone()),
            };
            let config = config.filter(|entry| !entry.node.is_null()).unwrap_or_else(empty);
            entry(&WEB_HOOK, config, path, report)
        }
        "notify_previous_addresses" => config.and_then(|config| entry(&NOTIFY, config, path, report)),
        // Hooks of the vendor's own builds are accepted as they are, and left out later.
        "b2b_sso" | "organization" => config,
        // Unknown names are reported where positions are decided; a second problem would only distract.
        name if !TAKE_NOTHING.contains(&name) => None,
        name => {
            let config = config.filter(|config| !config.node.entries().is_empty());
            if let Some(config) = config {
                let problem = Problem::new(join(path, "config"), format!("the hook {name} takes no config"));
                report.problem(problem.value(shown(None, &config.node)).at(&config.at));
            }
            None
        }
    };
    if let (Data::Map(entries), Some(config)) = (&mut checked.data, config) {
        entries.push(config);
    }
    Some(checked)
}

fn entry(spec: &Spec, config: Entry, path: &str, report: &mut Report) -> Option<Entry> {
    let node = check(spec, &config.node, &join(path, "config"), report)?;
    Some(Entry { key: config.key, at: config.at, node })
}

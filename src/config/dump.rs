//! The configuration in effect, as somebody may be shown it.

use serde_json::{Map, Value};
use url::Url;

use super::{
    LoadRequest, Problems,
    load::{read, tree_of},
    table::{Kind, NOTIFY, Spec, TABLE, WEB_HOOK},
    value::{Data, Entry, KeyOrder, Node, Origins, to_yaml},
};

/// What stands where a secret is left out.
pub(crate) const HIDDEN: &str = "[redacted]";

/// Whether secrets are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// They are left out.
    Redacted,
    /// They are shown.
    Shown,
}

/// A valid configuration with every default, to be printed.
pub struct Effective(Node);

/// What files, environment, flags and defaults say together.
///
/// # Errors
/// Something is wrong: then nothing is in effect.
pub fn effective(request: &LoadRequest, secrecy: Secrecy) -> Result<Effective, Problems> {
    let (tree, report) = tree_of(request);
    read(&tree, report, request)?;
    let shown = match secrecy {
        Secrecy::Redacted => redacted(Some(&TABLE), &tree),
        Secrecy::Shown => tree,
    };
    Ok(Effective(in_order(&TABLE, shown)))
}

impl Effective {
    /// As YAML.
    pub fn yaml(&self) -> String {
        to_yaml(&self.0, Origins::Hidden)
    }

    /// As YAML, with a comment behind each value that says where it comes from.
    pub fn yaml_with_origins(&self) -> String {
        to_yaml(&self.0, Origins::Shown)
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        self.0.to_json(KeyOrder::Written)
    }

    /// Where each value comes from, by its dotted path.
    pub fn origins(&self) -> Value {
        let mut found = Map::new();
        collect("", &self.0, &mut found);
        Value::Object(found)
    }
}

fn collect(path: &str, node: &Node, found: &mut Map<String, Value>) {
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    if node.entries().is_empty() && node.items().is_empty() {
        found.insert(path.to_owned(), Value::from(node.at.to_string()));
    }
    node.entries().iter().for_each(|entry| collect(&join(&entry.key), &entry.node, found));
    node.items().iter().enumerate().for_each(|(n, item)| collect(&join(&n.to_string()), item, found));
}

/// The value with every secret left out: those that the table marks, passwords in URLs, and all texts at keys
/// that the table does not know.
// SECURITY: what is printed ends in tickets and logs (03 Q5); `secrets_are_left_out` in tests/config.
pub(crate) fn redacted(spec: Option<&Spec>, node: &Node) -> Node {
    let hide = spec.is_none_or(|spec| spec.row.secret);
    let data = match &node.data {
        Data::Text(_) if hide => Data::Text(HIDDEN.to_owned()),
        Data::Text(text) => Data::Text(without_password(text)),
        Data::Whole(_) | Data::Ratio(_) if hide => Data::Text(HIDDEN.to_owned()),
        Data::List(items) => {
            let each = spec.and_then(|spec| spec.each.as_deref());
            let is_hooks = spec.is_some_and(|spec| matches!(spec.row.kind, Kind::Hooks));
            let item = |item| if is_hooks { hook(each, item) } else { redacted(each, item) };
            Data::List(items.iter().map(item).collect())
        }
        Data::Map(entries) => {
            let known = |name: &str| spec.and_then(|spec| spec.field(name).or(spec.each.as_deref()));
            Data::Map(
                entries.iter().map(|entry| with(entry, redacted(known(&entry.key), &entry.node))).collect(),
            )
        }
        other => other.clone(),
    };
    Node::new(data, node.at.clone())
}

fn with(entry: &Entry, node: Node) -> Entry {
    Entry { key: entry.key.clone(), at: entry.at.clone(), node }
}

fn hook(spec: Option<&Spec>, node: &Node) -> Node {
    let config = match node.get("hook").and_then(Node::text) {
        Some("web_hook") => Some(&*WEB_HOOK),
        Some("notify_previous_addresses") => Some(&*NOTIFY),
        _ => None,
    };
    let entry = |entry: &Entry| {
        let below = if entry.key == "config" { config } else { spec.and_then(|spec| spec.field(&entry.key)) };
        with(entry, redacted(below, &entry.node))
    };
    Node::new(Data::Map(node.entries().iter().map(entry).collect()), node.at.clone())
}

/// A URL without the password that it may carry.
fn without_password(text: &str) -> String {
    let Some(mut url) = Url::parse(text).ok().filter(|url| url.password().is_some()) else {
        return text.to_owned();
    };
    match url.set_password(Some("redacted")) {
        Ok(()) => url.to_string(),
        Err(()) => HIDDEN.to_owned(),
    }
}

/// The same with the keys of sections in the order of the table.
fn in_order(spec: &Spec, mut node: Node) -> Node {
    let each = spec.each.as_deref();
    match &mut node.data {
        Data::Map(entries) => {
            let place = |name: &str| spec.fields.iter().position(|(known, _)| known == name);
            entries.sort_by_key(|entry| place(&entry.key).unwrap_or(usize::MAX));
            for entry in entries {
                let Some(below) = spec.field(&entry.key).or(each) else { continue };
                entry.node = in_order(below, entry.node.clone());
            }
        }
        Data::List(items) => {
            let Some(each) = each else { return node };
            *items = items.iter().map(|item| in_order(each, item.clone())).collect();
        }
        _ => {}
    }
    node
}

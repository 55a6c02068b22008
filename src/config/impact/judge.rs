//! Whether a change is of the kind that a rule is about.

use std::collections::BTreeSet;

use url::Url;

use super::When;
use crate::config::{
    check::{duration, size},
    value::{Data, KeyOrder, Node},
};

/// Two configurations, and what they say at one key.
pub(crate) struct Pair<'a> {
    /// The whole of the one that counts.
    pub old_tree: &'a Node,
    /// The whole of the one that is planned.
    pub new_tree: &'a Node,
    /// The value that counts.
    pub old: Option<&'a Node>,
    /// The value that is planned.
    pub new: Option<&'a Node>,
}

/// Whether the change of a value is of this kind.
pub(crate) fn holds(when: When, pair: &Pair<'_>) -> bool {
    match when {
        When::Changed => true,
        When::Off => is_on(pair.old) && !is_on(pair.new),
        When::On => !is_on(pair.old) && is_on(pair.new),
        When::Gone => is_gone(pair.old, pair.new),
        When::Less => number(pair.new) < number(pair.old),
        When::Becomes(value) => pair.new.and_then(Node::text) == Some(value),
        When::Judged(_, judge) => judge(pair.old_tree, pair.new_tree),
    }
}

fn is_on(node: Option<&Node>) -> bool {
    node.is_some_and(|node| matches!(node.data, Data::Bool(true)))
}

/// Whether there is nothing any more, or an element or an entry is missing that was there.
fn is_gone(old: Option<&Node>, new: Option<&Node>) -> bool {
    let Some(old) = old else { return false };
    let Some(new) = new else { return true };
    let named = |node: &Node| -> BTreeSet<String> {
        let items = node.items().iter().map(|item| match item.get("id").and_then(Node::text) {
            Some(id) => id.to_owned(),
            None => item.to_json(KeyOrder::Sorted).to_string(),
        });
        items.chain(node.entries().iter().map(|entry| entry.key.clone())).collect()
    };
    !named(old).is_subset(&named(new))
}

/// A value that can be compared: a number, a duration in nanoseconds, or a size in bytes.
fn number(node: Option<&Node>) -> Option<u128> {
    match &node?.data {
        Data::Whole(whole) => u128::try_from(*whole).ok(),
        Data::Text(text) => duration(text).map(|span| span.as_nanos()).or_else(|| size(text).map(u128::from)),
        Data::Null | Data::Bool(_) | Data::Ratio(_) | Data::List(_) | Data::Map(_) => None,
    }
}

pub(super) fn find<'a>(tree: &'a Node, path: &str) -> Option<&'a Node> {
    path.split('.').try_fold(tree, |node, key| node.get(key))
}

fn text<'a>(tree: &'a Node, path: &str) -> Option<&'a str> {
    find(tree, path).and_then(Node::text)
}

/// Whether the DSNs name different databases; user, password and parameters do not count.
pub(super) fn other_database(old: &Node, new: &Node) -> bool {
    let place = |tree| {
        let dsn = text(tree, "dsn").unwrap_or_default();
        let (scheme, rest) = dsn.split_once("://").unwrap_or((dsn, ""));
        let rest = rest.split('?').next().unwrap_or_default();
        let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        (scheme.replace("postgresql", "postgres"), rest.to_owned())
    };
    place(old) != place(new)
}

/// Whether the public URLs differ in what cookies go by.
pub(super) fn other_host(old: &Node, new: &Node) -> bool {
    let place = |tree| {
        let url = Url::parse(text(tree, "serve.public.base_url")?).ok()?;
        Some((url.scheme().to_owned(), url.host_str()?.to_owned()))
    };
    place(old) != place(new)
}

pub(super) fn session_cookie_domain(old: &Node, new: &Node) -> bool {
    let domain = |tree| text(tree, "session.cookie.domain").or_else(|| text(tree, "cookies.domain"));
    domain(old) != domain(new)
}

pub(super) fn session_cookie_path(old: &Node, new: &Node) -> bool {
    let path = |tree| text(tree, "session.cookie.path").or_else(|| text(tree, "cookies.path"));
    path(old) != path(new)
}

fn secrets<'a>(tree: &'a Node, list: &str) -> BTreeSet<&'a str> {
    find(tree, list).map(Node::items).unwrap_or_default().iter().filter_map(Node::text).collect()
}

/// Development keeps a secret of its own where none is configured; it goes when one is.
pub(super) fn default_secret_gone(old: &Node, new: &Node) -> bool {
    let (old, new) = (secrets(old, "secrets.default"), secrets(new, "secrets.default"));
    (old.is_empty() && !new.is_empty()) || !old.is_subset(&new)
}

/// Whether what is sealed under the secrets of a list can no longer be opened: the default secrets seal where
/// the list is empty, and open in any case.
fn is_sealer_gone(old: &Node, new: &Node, list: &str) -> bool {
    let sealers = match secrets(old, list) {
        own if own.is_empty() => secrets(old, "secrets.default"),
        own => own,
    };
    if sealers.is_empty() {
        return default_secret_gone(old, new);
    }
    let openers = &secrets(new, list) | &secrets(new, "secrets.default");
    !sealers.is_subset(&openers)
}

pub(super) fn cookie_secret_gone(old: &Node, new: &Node) -> bool {
    is_sealer_gone(old, new, "secrets.cookie")
}

pub(super) fn cipher_secret_gone(old: &Node, new: &Node) -> bool {
    is_sealer_gone(old, new, "secrets.cipher")
}

pub(super) fn pagination_secret_gone(old: &Node, new: &Node) -> bool {
    is_sealer_gone(old, new, "secrets.pagination")
}

//! What comes of one configuration taking the place of another.

use std::collections::BTreeSet;

use super::{
    LoadRequest, Place, Problems,
    dump::redacted,
    impact::{Concern, Pair, TakesEffect, holds, rules_of},
    load::{read, tree_of},
    table::{Kind, Spec, TABLE},
    value::{Entry, KeyOrder, Node},
};

/// What comes of a change.
#[derive(Debug)]
pub struct Plan {
    /// Each key whose value in effect differs, in the order of the table.
    pub changes: Vec<Change>,
}

/// A key whose value in effect differs.
#[derive(Debug)]
pub struct Change {
    /// Its dotted path; elements that have an id are named by it, as in `identity.schemas[staff].url`.
    pub key: String,
    /// What becomes of it.
    pub kind: ChangeKind,
    /// The value that counts, as JSON, secrets left out.
    pub before: Option<String>,
    /// The planned value, as JSON, secrets left out.
    pub after: Option<String>,
    /// What becomes of the elements, when it is a list of plain values.
    pub elements: Option<Elements>,
    /// Where the planned value comes from.
    pub place: Option<Place>,
    /// When it takes effect.
    pub effect: TakesEffect,
    /// What it does besides, and why.
    pub concerns: Vec<(Concern, &'static str)>,
}

/// What becomes of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was not written down, and is.
    Added,
    /// It was written down, and is not any more: the default counts, if there is one.
    Removed,
    /// It has another value.
    Changed,
}

/// What becomes of the elements of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elements {
    /// How many come.
    pub added: usize,
    /// How many go.
    pub removed: usize,
}

/// Why there is no plan.
#[derive(Debug)]
pub enum NoPlan {
    /// The configuration that counts is wrong.
    Current(Problems),
    /// The planned one is wrong.
    Planned(Problems),
}

impl ChangeKind {
    /// Its name in JSON.
    pub const fn wire_name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

impl Plan {
    /// Whether somebody should look at it before the change is made.
    pub fn needs_attention(&self) -> bool {
        self.changes.iter().flat_map(|change| &change.concerns).any(|(concern, _)| concern.needs_attention())
    }
}

/// Compares what two sources of configuration say, defaults and environment included.
///
/// # Errors
/// One of them is wrong.
pub fn plan(current: &LoadRequest, planned: &LoadRequest) -> Result<Plan, NoPlan> {
    let (old_tree, report) = tree_of(current);
    read(&old_tree, report, current).map_err(NoPlan::Current)?;
    let (new_tree, report) = tree_of(planned);
    read(&new_tree, report, planned).map_err(NoPlan::Planned)?;
    let mut walk = Walk { old_tree: &old_tree, new_tree: &new_tree, changes: Vec::new() };
    walk.compare(&TABLE, &At::default(), Some(&old_tree), Some(&new_tree));
    Ok(Plan { changes: walk.changes })
}

/// Where the comparison is: as it is shown, and as the table has it.
#[derive(Debug, Clone, Default)]
struct At {
    shown: String,
    pattern: String,
}

impl At {
    fn key(&self, name: &str, segment: &str) -> Self {
        let join = |path: &str, name: &str| {
            if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
        };
        Self { shown: join(&self.shown, name), pattern: join(&self.pattern, segment) }
    }

    fn element(&self, id: &str) -> Self {
        Self { shown: format!("{}[{id}]", self.shown), pattern: format!("{}.*", self.pattern) }
    }
}

struct Walk<'a> {
    old_tree: &'a Node,
    new_tree: &'a Node,
    changes: Vec<Change>,
}

impl<'a> Walk<'a> {
    fn compare(&mut self, spec: &Spec, at: &At, old: Option<&'a Node>, new: Option<&'a Node>) {
        if json(old) == json(new) {
            return;
        }
        match spec.row.kind {
            Kind::Section | Kind::OpenSection | Kind::Group(_) => {
                for (name, field) in &spec.fields {
                    let value = |node: Option<&'a Node>| node.and_then(|node| node.get(name));
                    self.compare(field, &at.key(name, name), value(old), value(new));
                }
            }
            Kind::Map => self.compare_map(spec, at, old, new),
            Kind::List { .. } => match spec.each.as_deref() {
                Some(each) if each.is_section() && has_ids(old) && has_ids(new) => {
                    self.compare_elements(each, at, old, new);
                }
                _ => self.tell(spec, at, old, new, self.concerns(at, old, new)),
            },
            _ => self.tell(spec, at, old, new, self.concerns(at, old, new)),
        }
    }

    fn compare_map(&mut self, spec: &Spec, at: &At, old: Option<&'a Node>, new: Option<&'a Node>) {
        let Some(each) = spec.each.as_deref() else {
            return self.tell(spec, at, old, new, self.concerns(at, old, new));
        };
        let entries = |node: Option<&'a Node>| node.map(Node::entries).unwrap_or_default().iter();
        let names: BTreeSet<&str> =
            entries(old).chain(entries(new)).map(|entry: &Entry| entry.key.as_str()).collect();
        for name in names {
            let value = |node: Option<&'a Node>| node.and_then(|node| node.get(name));
            let pair = (value(old), value(new));
            self.compare_one(each, (at, &at.key(name, "*")), (old, new), pair);
        }
    }

    fn compare_elements(&mut self, each: &Spec, at: &At, old: Option<&'a Node>, new: Option<&'a Node>) {
        let items = |node: Option<&'a Node>| node.map(Node::items).unwrap_or_default().iter();
        let ids: BTreeSet<&str> = items(old).chain(items(new)).filter_map(id).collect();
        for wanted in ids {
            let value = |node| items(node).find(|item| id(item) == Some(wanted));
            let pair = (value(old), value(new));
            self.compare_one(each, (at, &at.element(wanted)), (old, new), pair);
        }
    }

    /// An element or entry: what comes or goes is told as a whole, with what that means for its list or map.
    fn compare_one(
        &mut self,
        each: &Spec,
        (around, at): (&At, &At),
        (old_all, new_all): (Option<&'a Node>, Option<&'a Node>),
        (old, new): (Option<&'a Node>, Option<&'a Node>),
    ) {
        match (old, new) {
            (Some(_), Some(_)) => self.compare(each, at, old, new),
            (Some(_), None) => self.tell(each, at, old, new, self.concerns(around, old_all, new_all)),
            (None, _) => self.tell(each, at, old, new, Vec::new()),
        }
    }

    fn concerns(&self, at: &At, old: Option<&Node>, new: Option<&Node>) -> Vec<(Concern, &'static str)> {
        let pair = Pair { old_tree: self.old_tree, new_tree: self.new_tree, old, new };
        let rules = rules_of(&at.pattern).filter(|rule| holds(rule.when, &pair));
        let mut found: Vec<_> = rules.map(|rule| (rule.concern, rule.because)).collect();
        found.sort_unstable_by_key(|(concern, _)| *concern);
        found
    }

    fn tell(
        &mut self,
        spec: &Spec,
        at: &At,
        old: Option<&Node>,
        new: Option<&Node>,
        concerns: Vec<(Concern, &'static str)>,
    ) {
        let is_written = |node: Option<&Node>| node.is_some_and(|node| node.at.is_written());
        let effect = TakesEffect::of(spec, &at.pattern);
        let shown = |node: Option<&Node>| json(node.map(|node| redacted(Some(spec), node)).as_ref());
        self.changes.push(Change {
            key: at.shown.clone(),
            kind: match (is_written(old), is_written(new)) {
                (false, true) => ChangeKind::Added,
                (true, false) => ChangeKind::Removed,
                (true, true) | (false, false) => ChangeKind::Changed,
            },
            before: shown(old),
            after: shown(new),
            elements: elements(spec, old, new),
            place: new.filter(|node| node.at.is_written()).map(|node| node.at.clone()),
            effect,
            concerns: if effect == TakesEffect::Never { Vec::new() } else { concerns },
        });
    }
}

fn json(node: Option<&Node>) -> Option<String> {
    node.map(|node| node.to_json(KeyOrder::Sorted).to_string())
}

fn id(node: &Node) -> Option<&str> {
    node.get("id").and_then(Node::text)
}

/// Whether every element can be told from the others by its id.
fn has_ids(list: Option<&Node>) -> bool {
    let items = list.map(Node::items).unwrap_or_default();
    let ids: BTreeSet<&str> = items.iter().filter_map(id).collect();
    ids.len() == items.len()
}

fn elements(spec: &Spec, old: Option<&Node>, new: Option<&Node>) -> Option<Elements> {
    if !matches!(spec.row.kind, Kind::List { .. } | Kind::Hooks) {
        return None;
    }
    let values = |node: Option<&Node>| -> BTreeSet<Option<String>> {
        node.map(Node::items).unwrap_or_default().iter().map(|item| json(Some(item))).collect()
    };
    let (old, new) = (values(old), values(new));
    Some(Elements { added: new.difference(&old).count(), removed: old.difference(&new).count() })
}

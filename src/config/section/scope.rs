//! Typed reading from a checked tree.

use std::{cell::RefCell, time::Duration};

use crate::{
    config::{
        Place,
        check::{duration, shown, size},
        problem::{Problem, Report},
        table::{Spec, TABLE},
        value::{Data, Node},
    },
    kernel::Secret,
};

/// A key and what was found there. Values have the types that the table declares, so readers need no errors:
/// a value that failed its check is absent, and its problem is reported already.
#[derive(Clone)]
pub(crate) struct Scope<'a> {
    spec: Option<&'static Spec>,
    node: Option<&'a Node>,
    path: String,
    report: &'a RefCell<Report>,
}

impl<'a> Scope<'a> {
    pub fn root(node: &'a Node, report: &'a RefCell<Report>) -> Self {
        Self { spec: Some(&TABLE), node: Some(node), path: String::new(), report }
    }

    /// The key at a dotted path below this one.
    pub fn at(&self, below: &str) -> Self {
        below.split('.').fold(self.clone(), |scope, segment| scope.step(segment))
    }

    fn step(&self, segment: &str) -> Self {
        let path = if self.path.is_empty() { segment.to_owned() } else { format!("{}.{segment}", self.path) };
        let spec = self.spec.and_then(|spec| spec.field(segment));
        debug_assert!(spec.is_some(), "the table has no key {path}");
        Self { spec, node: self.node.and_then(|node| node.get(segment)), path, report: self.report }
    }

    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn node(&self) -> Option<&'a Node> {
        self.node
    }

    pub fn exists(&self) -> bool {
        self.node.is_some()
    }

    /// Whether somebody wrote the value down, in contrast to a default.
    pub fn is_written(&self) -> bool {
        self.node.is_some_and(|node| node.at.is_written())
    }

    pub fn text(&self) -> Option<String> {
        self.node.and_then(Node::text).map(str::to_owned)
    }

    /// The text, with an empty one counting as absent.
    pub fn filled(&self) -> Option<String> {
        self.text().filter(|text| !text.is_empty())
    }

    pub fn secret(&self) -> Option<Secret<String>> {
        self.filled().map(Secret::text)
    }

    pub fn flag(&self) -> bool {
        self.flag_if_written().unwrap_or_default()
    }

    /// The flag of a key without default.
    pub fn flag_if_written(&self) -> Option<bool> {
        self.node.and_then(|node| if let Data::Bool(value) = node.data { Some(value) } else { None })
    }

    /// A number within the range that the table declares; `T` has to be able to hold that range.
    pub fn whole<T: TryFrom<i64>>(&self) -> Option<T> {
        let Data::Whole(value) = self.node?.data else { return None };
        T::try_from(value).ok()
    }

    pub fn span(&self) -> Option<Duration> {
        duration(self.node?.text()?)
    }

    pub fn bytes(&self) -> Option<u64> {
        size(self.node?.text()?)
    }

    pub fn items(&self) -> Vec<Self> {
        let items = self.node.map(Node::items).unwrap_or_default();
        let spec = self.spec.and_then(|spec| spec.each.as_deref());
        let scope = |(n, node)| Self {
            spec,
            node: Some(node),
            path: format!("{}.{n}", self.path),
            report: self.report,
        };
        items.iter().enumerate().map(scope).collect()
    }

    /// The entries of a map with free keys, each with its name.
    pub fn entries(&self) -> Vec<(String, Self)> {
        let entries = self.node.map(Node::entries).unwrap_or_default();
        let spec = self.spec.and_then(|spec| spec.each.as_deref());
        let scope = |key: &String, node| Self {
            spec,
            node: Some(node),
            path: format!("{}.{key}", self.path),
            report: self.report,
        };
        entries.iter().map(|entry| (entry.key.clone(), scope(&entry.key, &entry.node))).collect()
    }

    pub fn texts(&self) -> Vec<String> {
        self.items().iter().filter_map(Self::text).collect()
    }

    /// The entries of a map with free keys and texts as values.
    pub fn pairs(&self) -> Vec<(String, Secret<String>)> {
        let entries = self.node.map(Node::entries).unwrap_or_default();
        entries
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), Secret::text(entry.node.text()?))))
            .collect()
    }

    fn blame(&self, reason: impl Into<String>) -> Problem {
        let problem = Problem::new(self.path.as_str(), reason);
        match self.node {
            Some(node) => problem.value(shown(self.spec, node)).at(&node.at),
            None => problem,
        }
    }

    pub fn problem(&self, reason: impl Into<String>) {
        let problem = self.blame(reason);
        self.report.borrow_mut().problem(problem);
    }

    pub fn problem_with_remedy(&self, reason: impl Into<String>, remedy: impl Into<String>) {
        let problem = self.blame(reason).remedy(remedy);
        self.report.borrow_mut().problem(problem);
    }

    pub fn warn(&self, reason: impl Into<String>, remedy: impl Into<String>) {
        let problem = self.blame(reason).remedy(remedy);
        self.report.borrow_mut().warn(problem);
    }

    /// A problem with this key because of another one, and therefore shown where that one stands.
    pub fn problem_because_of(&self, cause: &Self, reason: impl Into<String>) {
        let mut problem = self.blame(reason);
        if problem.place.is_none() {
            problem = problem.at(cause.node.map_or(&Place::Default, |node| &node.at));
        }
        self.report.borrow_mut().problem(problem);
    }
}

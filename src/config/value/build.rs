//! Puts the events of the YAML parser together: anchors, merge keys, duplicate keys, limits.

use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
    sync::Arc,
};

use yaml_rust2::{parser::Event, scanner::TScalarStyle};

use super::{Data, Entry, Node, scalar::scalar, yaml::Flaw};
use crate::config::Place;

/// Maps and lists inside one another; real files stay below 20.
const MAX_DEPTH: usize = 64;
/// Values in one file, counting each use of an alias as a copy; real files stay below 5000.
const MAX_NODES: usize = 100_000;

/// Collects events into a tree.
pub(crate) struct Builder {
    file_index: usize,
    file_name: Arc<str>,
    stack: Vec<Frame>,
    root: Option<Node>,
    /// Finished anchored values with their sizes.
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    documents: usize,
    flaws: Vec<Flaw>,
}

/// A map or list that is not closed yet.
struct Frame {
    anchor: usize,
    line: usize,
    /// How many values there were before this one, to know its size in the end.
    nodes_before: usize,
    open: Open,
}

enum Open {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, seen: HashMap<String, usize>, merged: Vec<Node>, next: Next },
}

/// What the next value inside a map is.
enum Next {
    Key,
    ValueOf(String, usize),
    MergedValue,
    /// The value of a key that could not be used.
    Nothing,
}

impl Builder {
    pub fn new(file_index: usize, file_name: Arc<str>) -> Self {
        Self {
            file_index,
            file_name,
            stack: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            nodes: 0,
            documents: 0,
            flaws: Vec::new(),
        }
    }

    pub fn flaw(&mut self, line: usize, reason: impl Into<String>) {
        self.flaws.push(Flaw { line: line.max(1), reason: reason.into() });
    }

    pub fn finish(mut self) -> (Option<Node>, Vec<Flaw>) {
        // Close what an error left open: what was read up to there is worth checking.
        while !self.stack.is_empty() {
            self.close();
        }
        (self.root.filter(|root| !root.is_null()), self.flaws)
    }

    /// Takes one event; breaks when the rest is not worth reading.
    pub fn take(&mut self, event: Event, line: usize) -> ControlFlow<()> {
        match event {
            Event::DocumentStart => return self.start_document(line),
            Event::MappingStart(anchor, _) => {
                let (seen, merged) = (HashMap::new(), Vec::new());
                let open = Open::Map { entries: Vec::new(), seen, merged, next: Next::Key };
                return self.open(anchor, line, open);
            }
            Event::SequenceStart(anchor, _) => return self.open(anchor, line, Open::List(Vec::new())),
            Event::MappingEnd | Event::SequenceEnd => self.close(),
            Event::Scalar(text, style, anchor, tag) => {
                return self.scalar(text, style, anchor, tag.as_ref(), line);
            }
            Event::Alias(anchor) => return self.alias(anchor, line),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        ControlFlow::Continue(())
    }

    fn start_document(&mut self, line: usize) -> ControlFlow<()> {
        self.documents += 1;
        if self.documents > 1 {
            self.flaw(line, "a second document starts here; a file holds one, name several files instead");
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn open(&mut self, anchor: usize, line: usize, open: Open) -> ControlFlow<()> {
        if self.stack.len() >= MAX_DEPTH {
            self.flaw(line, format!("maps and lists may be nested {MAX_DEPTH} deep at most"));
            return ControlFlow::Break(());
        }
        self.stack.push(Frame { anchor, line, nodes_before: self.nodes, open });
        self.count(1, line)
    }

    fn close(&mut self) {
        let Some(frame) = self.stack.pop() else { return };
        let data = match frame.open {
            Open::List(items) => Data::List(items),
            Open::Map { entries, seen, merged, .. } => Data::Map(self.merge(entries, &seen, merged)),
        };
        let node = Node::new(data, self.place(frame.line));
        self.keep(frame.anchor, &node, self.nodes - frame.nodes_before);
        self.place_value(node, frame.line);
    }

    fn scalar(
        &mut self,
        text: String,
        style: TScalarStyle,
        anchor: usize,
        tag: Option<&yaml_rust2::parser::Tag>,
        line: usize,
    ) -> ControlFlow<()> {
        if self.wants_key() {
            self.keep(anchor, &Node::new(Data::Text(text.clone()), self.place(line)), 1);
            let is_merge = text == "<<" && style == TScalarStyle::Plain;
            self.key(text, is_merge, line);
            return self.count(1, line);
        }
        match scalar(text, style, tag) {
            Ok(data) => {
                let node = Node::new(data, self.place(line));
                self.keep(anchor, &node, 1);
                self.place_value(node, line);
            }
            Err(reason) => {
                self.flaw(line, reason);
                self.place_value(Node::new(Data::Null, self.place(line)), line);
            }
        }
        self.count(1, line)
    }

    fn alias(&mut self, anchor: usize, line: usize) -> ControlFlow<()> {
        let Some((node, size)) = self.anchors.get(&anchor).map(|(node, size)| (node.clone(), *size)) else {
            self.flaw(line, "this alias refers to a value that contains it");
            return ControlFlow::Break(());
        };
        self.count(size, line)?;
        match node.data {
            Data::Text(text) if self.wants_key() => self.key(text, false, line),
            data => self.place_value(Node::new(data, node.at), line),
        }
        ControlFlow::Continue(())
    }

    /// Counts values, aliases as copies.
    // SECURITY: a few lines of nested aliases stand for billions of values; `hostile_texts_give_flaws`.
    fn count(&mut self, more: usize, line: usize) -> ControlFlow<()> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes > MAX_NODES {
            self.flaw(line, format!("a file may hold {MAX_NODES} values at most, aliases included"));
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn keep(&mut self, anchor: usize, node: &Node, size: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
    }

    fn place(&self, line: usize) -> Place {
        Place::File { index: self.file_index, name: Arc::clone(&self.file_name), line: line.max(1) }
    }

    fn wants_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { open: Open::Map { next: Next::Key, .. }, .. }))
    }

    fn key(&mut self, key: String, is_merge: bool, line: usize) {
        let Some(Frame { open: Open::Map { seen, next, .. }, .. }) = self.stack.last_mut() else { return };
        if is_merge {
            *next = Next::MergedValue;
        } else if let Some(first) = seen.get(&key) {
            let reason = format!("the key \"{key}\" stands twice in this map, first in line {first}");
            *next = Next::Nothing;
            self.flaw(line, reason);
        } else {
            seen.insert(key.clone(), line);
            *next = Next::ValueOf(key, line);
        }
    }

    fn place_value(&mut self, node: Node, line: usize) {
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(node);
            return;
        };
        match &mut frame.open {
            Open::List(items) => items.push(node),
            Open::Map { entries, merged, next, .. } => match std::mem::replace(next, Next::Key) {
                Next::ValueOf(key, key_line) => {
                    let at = Place::File {
                        index: self.file_index,
                        name: Arc::clone(&self.file_name),
                        line: key_line.max(1),
                    };
                    entries.push(Entry { key, at, node });
                }
                Next::MergedValue => merged.push(node),
                Next::Nothing => {}
                Next::Key => {
                    *next = Next::Nothing;
                    self.flaw(line, "a map or list cannot be a key");
                }
            },
        }
    }

    /// Resolves merge keys: own keys win over merged ones, earlier merged maps over later ones.
    fn merge(&mut self, mut own: Vec<Entry>, seen: &HashMap<String, usize>, merged: Vec<Node>) -> Vec<Entry> {
        let mut taken: HashSet<String> = seen.keys().cloned().collect();
        for node in merged {
            let line = if let Place::File { line, .. } = node.at { line } else { 1 };
            let maps = match node.data {
                Data::List(items) => items,
                data => vec![Node::new(data, node.at)],
            };
            for map in maps {
                let Data::Map(entries) = map.data else {
                    self.flaw(line, "the merge key << takes a map or a list of maps");
                    continue;
                };
                for entry in entries {
                    if taken.insert(entry.key.clone()) {
                        own.push(entry);
                    }
                }
            }
        }
        own
    }
}

//! The tree of located values, and how two of them are laid over each other.

use serde_json::Value;

use crate::config::Place;

/// A value with the place where it was written.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub data: Data,
    pub at: Place,
}

/// The value itself.
#[derive(Debug, Clone)]
pub(crate) enum Data {
    Null,
    Bool(bool),
    Whole(i64),
    Ratio(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One key of a map. Keys keep their order, so that maps of headers keep theirs.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub key: String,
    /// Where the key stands; its value may stand elsewhere, for instance behind an anchor.
    pub at: Place,
    pub node: Node,
}

impl Node {
    pub fn new(data: Data, at: Place) -> Self {
        Self { data, at }
    }

    pub fn empty_map(at: Place) -> Self {
        Self::new(Data::Map(Vec::new()), at)
    }

    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    pub fn text(&self) -> Option<&str> {
        if let Data::Text(text) = &self.data { Some(text) } else { None }
    }

    pub fn entries(&self) -> &[Entry] {
        if let Data::Map(entries) = &self.data { entries } else { &[] }
    }

    pub fn items(&self) -> &[Self] {
        if let Data::List(items) = &self.data { items } else { &[] }
    }

    /// The value under `key`; a null counts as absent.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.node).filter(|n| !n.is_null())
    }

    /// The value under `key`, made as an empty map when there is none. Turns `self` into a map.
    pub fn slot(&mut self, key: &str, at: &Place) -> &mut Self {
        if !matches!(self.data, Data::Map(_)) {
            *self = Self::empty_map(at.clone());
        }
        let Data::Map(entries) = &mut self.data else { unreachable!("it was made a map just above") };
        let found = entries.iter().position(|entry| entry.key == key);
        let index = found.unwrap_or_else(|| {
            let node = Self::new(Data::Null, at.clone());
            entries.push(Entry { key: key.to_owned(), at: at.clone(), node });
            entries.len() - 1
        });
        match entries.get_mut(index) {
            Some(entry) => &mut entry.node,
            None => unreachable!("the index was found or made just above"),
        }
    }

    /// Lays `over` on top: maps merge key by key, everything else is replaced as a whole.
    pub fn overlay(&mut self, over: Self) {
        match (&mut self.data, over.data) {
            (Data::Map(_), Data::Map(entries)) => {
                for entry in entries {
                    self.slot(&entry.key, &entry.at).overlay(entry.node);
                }
            }
            (data, new) => {
                *data = new;
                self.at = over.at;
            }
        }
    }

    /// The value as JSON, places left out. Keys are sorted when `sorted` is asked for.
    pub fn to_json(&self, keys: KeyOrder) -> Value {
        match &self.data {
            Data::Null => Value::Null,
            Data::Bool(value) => Value::from(*value),
            Data::Whole(value) => Value::from(*value),
            Data::Ratio(value) => Value::from(*value),
            Data::Text(value) => Value::from(value.as_str()),
            Data::List(items) => items.iter().map(|item| item.to_json(keys)).collect(),
            Data::Map(entries) => {
                let mut entries: Vec<&Entry> = entries.iter().collect();
                if keys == KeyOrder::Sorted {
                    entries.sort_by(|a, b| a.key.cmp(&b.key));
                }
                entries.into_iter().map(|entry| (entry.key.clone(), entry.node.to_json(keys))).collect()
            }
        }
    }

    /// The located form of a JSON value, all of it at one place.
    pub fn from_json(value: Value, at: &Place) -> Self {
        let data = match value {
            Value::Null => Data::Null,
            Value::Bool(value) => Data::Bool(value),
            Value::Number(number) => match number.as_i64() {
                Some(whole) => Data::Whole(whole),
                None => Data::Ratio(number.as_f64().unwrap_or_default()),
            },
            Value::String(text) => Data::Text(text),
            Value::Array(items) => {
                Data::List(items.into_iter().map(|item| Self::from_json(item, at)).collect())
            }
            Value::Object(entries) => Data::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| Entry { key, at: at.clone(), node: Self::from_json(value, at) })
                    .collect(),
            ),
        };
        Self::new(data, at.clone())
    }
}

/// In which order keys are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyOrder {
    /// As they were written.
    Written,
    /// By their bytes.
    Sorted,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn node(value: Value) -> Node {
        Node::from_json(value, &Place::Default)
    }

    #[test]
    fn maps_merge_and_lists_are_replaced() {
        let mut base = node(json!({"a": {"x": 1, "y": [1, 2, 3]}, "b": 1}));
        base.overlay(node(json!({"a": {"y": [9], "z": true}, "c": null})));
        let merged = base.to_json(KeyOrder::Written);
        assert_eq!(merged, json!({"a": {"x": 1, "y": [9], "z": true}, "b": 1, "c": null}));
        assert!(base.get("c").is_none());
    }

    #[test]
    fn sorted_json_does_not_depend_on_the_order_of_keys() {
        let (a, b) =
            (node(json!({"b": 1, "a": {"d": 1, "c": 2}})), node(json!({"a": {"c": 2, "d": 1}, "b": 1})));
        assert_eq!(a.to_json(KeyOrder::Sorted).to_string(), b.to_json(KeyOrder::Sorted).to_string());
        assert_ne!(a.to_json(KeyOrder::Written).to_string(), b.to_json(KeyOrder::Written).to_string());
    }
}

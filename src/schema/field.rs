//! The fields of a form (01 §8.1) and the keys that their order follows (01 §9.1).

use serde_json::{Map, Value};

use super::path::{Item, Kind, Path, Paths};
use crate::{
    text,
    ui::{Group, InputKind, Node, input},
};

/// The most choices that a field shows.
const MAX_OPTIONS: usize = 500;

/// A trait that a person can fill in.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name in forms: the dotted path, `traits.…`.
    pub name: String,
    /// Its path from the root of the validated object, in segments.
    pub path: Vec<String>,
    /// The type of its control.
    pub kind: InputKind,
    /// Its title; a field without one has no label.
    pub title: Option<String>,
    /// Whether the object that holds it requires it.
    pub required: bool,
    /// Whether it is shown but cannot be changed.
    pub disabled: bool,
    /// The regular expression that it has to match.
    pub pattern: Option<String>,
    /// The values that it can have, when they are listed.
    pub options: Vec<Value>,
    /// What a browser may fill in.
    pub autocomplete: Option<&'static str>,
}

impl Field {
    fn of(path: &Path) -> Option<Self> {
        let plain = match path.kind? {
            Kind::Object | Kind::List(Item::Object) => return None,
            Kind::Number => InputKind::Number,
            Kind::Boolean => InputKind::Checkbox,
            Kind::Text | Kind::List(_) => InputKind::Text,
        };
        let (kind, autocomplete) = match path.schema.get("format").and_then(Value::as_str) {
            Some("email") => (InputKind::Email, Some("email")),
            Some("tel") => (InputKind::Tel, Some("tel")),
            Some("uri") => (InputKind::Url, Some("url")),
            Some("date") => (InputKind::Date, None),
            Some("date-time") => (InputKind::DatetimeLocal, None),
            Some("regex") => (InputKind::Text, None),
            _ => (plain, None),
        };
        let listed = path.schema.get("enum").and_then(Value::as_array);
        Some(Self {
            name: path.name.clone(),
            path: path.segments.clone(),
            kind,
            title: path.title().map(str::to_owned),
            required: path.required,
            disabled: path.schema.get("disableFormField") == Some(&Value::Bool(true)),
            pattern: path.schema.get("pattern").and_then(Value::as_str).map(str::to_owned),
            options: listed.into_iter().flatten().take(MAX_OPTIONS).cloned().collect(),
            autocomplete,
        })
    }

    fn node(&self, group: Group, traits: &Map<String, Value>) -> Node {
        let mut builder =
            input(&self.name).group(group).kind(self.kind).options(self.options.iter().cloned());
        if let Some(title) = &self.title {
            builder = builder.label(text::label::from_schema(title, &self.name));
        }
        if self.required {
            builder = builder.required();
        }
        if self.disabled {
            builder = builder.disabled();
        }
        if let Some(pattern) = &self.pattern {
            builder = builder.pattern(pattern);
        }
        if let Some(what) = self.autocomplete {
            builder = builder.autocomplete(what);
        }
        if let Some(value) = self.value_in(traits) {
            builder = builder.value(value.clone());
        }
        builder.build()
    }

    /// The value that these traits have for it. Lists, objects and `null` cannot be shown in a field.
    fn value_in<'a>(&self, traits: &'a Map<String, Value>) -> Option<&'a Value> {
        let (name, rest) = self.path.get(1..)?.split_first()?;
        let value = rest.iter().try_fold(traits.get(name)?, |value, name| value.get(name))?;
        matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_)).then_some(value)
    }
}

pub(super) fn fields_of(paths: &Paths) -> Vec<Field> {
    paths.all.iter().filter_map(Field::of).collect()
}

pub(super) fn nodes_of(fields: &[Field], group: Group, traits: &Map<String, Value>) -> Vec<Node> {
    fields.iter().map(|field| field.node(group, traits)).collect()
}

/// The keys in the order of the document, read from it as it stands: only objects are entered, and
/// references are not followed. Dots in a name are escaped.
///
/// COMPAT: a document that does not say `"type": "object"` has one empty key, which all names begin with.
pub(super) fn leaf_keys_of(document: &Value) -> Vec<String> {
    let mut keys = Vec::new();
    add_leaf_keys(document, "", &mut keys);
    keys
}

fn add_leaf_keys(schema: &Value, prefix: &str, keys: &mut Vec<String>) {
    if schema.get("type") != Some(&Value::from("object")) {
        keys.push(prefix.to_owned());
        return;
    }
    for (name, child) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let name = name.replace('.', "\\.");
        let key = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
        add_leaf_keys(child, &key, keys);
    }
}

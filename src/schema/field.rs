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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::fixtures::{EMAIL, compiled, document, kinds, object, with_traits};

    fn names(schema: &crate::schema::Schema) -> Vec<&str> {
        schema.fields().iter().map(|field| field.name.as_str()).collect()
    }

    #[test]
    fn each_kind_of_trait_becomes_its_control() {
        let schema = kinds();
        let shown: Vec<String> = schema
            .fields()
            .iter()
            .map(|field| format!("{} {:?} {}", field.name, field.kind, field.autocomplete.unwrap_or("-")))
            .collect();
        assert_eq!(
            shown,
            [
                "traits.mail Email email",
                "traits.mood Text -",
                "traits.seats Number -",
                "traits.length Number -",
                "traits.day Date -",
                "traits.moment DatetimeLocal -",
                "traits.page Url url",
                "traits.plate Text -",
                "traits.fax Tel tel",
                "traits.agreed Checkbox -",
                "traits.words Text -",
                "traits.home.street Text -",
                "traits.home.town Text -",
            ]
        );
        let required: Vec<&str> =
            schema.fields().iter().filter(|field| field.required).map(|field| field.name.as_str()).collect();
        assert_eq!(required, ["traits.mail", "traits.agreed", "traits.home.town"]);
    }

    #[test]
    fn nodes_show_values_of_traits_that_fit_into_a_field() {
        let traits = object(
            json!({"mood": "odd", "seats": "many", "agreed": false, "words": ["a"], "home": {"town": ""}}),
        );
        let nodes = kinds().field_nodes(Group::Profile, &traits);
        let value = |name: &str| {
            let node = nodes.iter().find(|node| node.id() == name).unwrap();
            assert_eq!(node.group, Group::Profile);
            node.as_input().unwrap().value.clone()
        };
        assert_eq!(value("traits.mood"), Some(json!("odd")));
        assert_eq!(value("traits.seats"), Some(json!("many")));
        assert_eq!(value("traits.agreed"), Some(json!(false)));
        assert_eq!(value("traits.home.town"), Some(json!("")));
        assert_eq!(value("traits.words"), None);
        assert_eq!(value("traits.mail"), None);
        insta::assert_snapshot!(serde_json::to_string(&nodes[1]).unwrap(), @r#"{"type":"input","group":"profile","attributes":{"name":"traits.mood","type":"text","value":"odd","disabled":false,"options":[{"value":"fine"},{"value":"so so"}],"node_type":"input"},"messages":[],"meta":{"label":{"id":1070002,"text":"Mood","type":"info","context":{"title":"Mood","name":"traits.mood"}}}}"#);
    }

    #[test]
    fn references_and_combinations_are_walked() {
        let schema = compiled(
            &json!({
                "type": "object",
                "definitions": {
                    "mail": {"type": "string", "format": "email", "title": "Mail"},
                    "place": {"properties": {"town": {"type": "string"}}, "required": ["town"]},
                },
                "properties": {"traits": {
                    "type": "object",
                    "properties": {"mail": {"$ref": "#/definitions/mail", "title": "ignored"}, "where": {"$ref": "#/definitions/place"}},
                    "allOf": [{"properties": {"first": {"type": "string"}}}],
                    "anyOf": [{"properties": {"second": {"type": "string"}}}, {"required": ["mail"]}],
                    "oneOf": [{"properties": {"third": {"const": 3}}}],
                    "if": {"properties": {"fourth": {"const": true}}},
                    "then": {"properties": {"fifth": {"type": "integer"}}},
                    "else": {"properties": {"sixth": {"type": ["string", "null"]}, "seventh": {"type": ["string", "null"], "default": "x"}}},
                }},
            })
            .to_string(),
        );
        assert_eq!(
            names(&schema),
            [
                "traits.mail",
                "traits.where.town",
                "traits.first",
                "traits.second",
                "traits.third",
                "traits.fourth",
                "traits.fifth",
                "traits.seventh",
            ]
        );
        assert_eq!(schema.fields()[0].title.as_deref(), Some("Mail"));
        assert!(schema.fields()[1].required);
        assert_eq!(schema.fields()[4].kind, InputKind::Number);
        assert_eq!(schema.fields()[5].kind, InputKind::Checkbox);
    }

    #[test]
    fn a_later_description_replaces_one_without_a_default() {
        let schema = with_traits(
            json!({
                "a": {"type": "string", "allOf": [{"type": "number"}, {"minimum": 3}]},
                "b": {"type": "string", "default": "x", "allOf": [{"type": "number"}]},
                "c": {"type": "array", "items": {"type": "object"}},
                "d": {"type": "boolean", "disableFormField": true},
            }),
            json!({}),
        );
        assert_eq!(names(&schema), ["traits.a", "traits.b", "traits.d"]);
        assert_eq!(schema.fields()[0].kind, InputKind::Number);
        assert_eq!(schema.fields()[1].kind, InputKind::Text);
        assert!(schema.fields()[2].disabled);
    }

    #[test]
    fn a_list_of_choices_is_cut() {
        let many: Vec<Value> = (0..600).map(Value::from).collect();
        let schema = with_traits(json!({"a": {"type": "integer", "enum": many}}), json!({}));
        assert_eq!(schema.fields()[0].options.len(), MAX_OPTIONS);
    }

    #[test]
    fn leaf_keys_are_read_from_the_document_as_it_stands() {
        let keys: Vec<String> = compiled(EMAIL).leaf_keys().map(str::to_owned).collect();
        assert_eq!(keys, ["traits.email", "traits.name.first", "traits.name.last"]);
        let odd = document(
            json!({"a.b": {"type": "string"}, "c": {"$ref": "#/d"}, "e": {"type": "object"}}),
            json!({}),
        );
        assert_eq!(leaf_keys_of(&odd), ["traits.a\\.b", "traits.c"]);
        assert_eq!(leaf_keys_of(&json!({"properties": {}})), [""]);
    }
}

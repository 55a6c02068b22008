//! Schemas for tests.

use serde_json::{Map, Value, json};

use super::{Documents, Schema, Violation};

pub(super) const EMAIL: &str = include_str!("../../identity-schemas/email.schema.json");
pub(super) const USERNAME: &str = include_str!("../../identity-schemas/username.schema.json");
pub(super) const PHONE: &str = include_str!("../../identity-schemas/phone.schema.json");

/// Compiles a schema that has to be good.
pub(super) fn compiled(text: &str) -> Schema {
    Schema::compile("test", text, &Documents::default()).unwrap()
}

/// A schema with these descriptions of traits, and with what else belongs beside them.
pub(super) fn with_traits(properties: Value, beside: Value) -> Schema {
    compiled(&document(properties, beside).to_string())
}

pub(super) fn document(properties: Value, beside: Value) -> Value {
    let mut traits = json!({"type": "object", "properties": properties});
    traits.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
    json!({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": {"traits": traits}})
}

/// One trait of each kind.
pub(super) fn kinds() -> Schema {
    with_traits(
        json!({
            "mail": {"type": "string", "format": "email", "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}}},
            "mood": {"type": "string", "title": "Mood", "enum": ["fine", "so so"]},
            "seats": {"type": "integer", "title": "Seats", "minimum": 2, "maximum": 8, "multipleOf": 2},
            "length": {"type": "number", "title": "Length", "exclusiveMinimum": 0, "exclusiveMaximum": 9},
            "day": {"type": "string", "format": "date"},
            "moment": {"type": "string", "format": "date-time"},
            "page": {"type": "string", "format": "uri"},
            "plate": {"type": "string", "pattern": "^[A-Z]{2}$", "minLength": 2, "maxLength": 2},
            "fax": {"type": "string", "format": "tel"},
            "agreed": {"const": true, "type": "boolean", "title": "Agreed"},
            "words": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 2, "uniqueItems": true},
            "home": {
                "type": "object",
                "properties": {"street": {"type": "string"}, "town": {"type": "string"}},
                "required": ["town"],
            },
        }),
        json!({"required": ["mail", "agreed"]}),
    )
}

pub(super) fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// `field: id {context}` of each violation.
pub(super) fn shown(violations: &[Violation]) -> Vec<String> {
    let show = |violation: &Violation| {
        let field = violation.field.as_deref().unwrap_or("(form)");
        let context = violation.message.context.clone().map(|context| Value::Object(context).to_string());
        format!("{field}: {} {}", violation.message.id, context.unwrap_or_default())
    };
    violations.iter().map(show).collect()
}

//! What is wrong with traits, as messages at fields (01 §8.3).

use jsonschema::{
    ErrorIterator, JsonType, ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
    paths::{Location, LocationSegment},
};
use serde_json::{Number, Value};

use crate::text::{Message, validation};

/// A message about traits, and where it belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// The name of the field, `traits.…`; `None` for the form as a whole.
    pub field: Option<String>,
    /// What is wrong.
    pub message: Message,
}

/// A violation while it is sorted out: which rule of which sub-schema was broken.
struct Broken {
    rule: String,
    rank: usize,
    violation: Violation,
}

/// All violations, those of one field in the order in which its rules are checked.
pub(super) fn violations_of(errors: ErrorIterator<'_>) -> Vec<Violation> {
    let mut broken = Vec::new();
    for error in errors {
        add(&error, &mut broken);
    }
    // A value of the wrong type breaks other rules of the same sub-schema only because of that.
    let mistyped: Vec<(String, Option<String>)> = broken
        .iter()
        .filter(|broken| broken.rule.ends_with("/type"))
        .map(|broken| (parent(&broken.rule).to_owned(), broken.violation.field.clone()))
        .collect();
    broken.retain(|broken| {
        let of = (parent(&broken.rule).to_owned(), broken.violation.field.clone());
        broken.rule.ends_with("/type") || !mistyped.contains(&of)
    });
    broken.sort_by_key(|broken| broken.rank);
    broken.into_iter().map(|broken| broken.violation).collect()
}

fn parent(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn add(error: &ValidationError<'_>, broken: &mut Vec<Broken>) {
    let before = broken.len();
    if let Kind::AnyOf { context } | Kind::OneOfNotValid { context } = error.kind() {
        context.iter().flatten().for_each(|cause| add(cause, broken));
    }
    if broken.len() > before {
        return;
    }
    let field = match error.kind() {
        Kind::Required { property } => field_name(error.instance_path(), property.as_str()),
        _ => field_name(error.instance_path(), None),
    };
    let rule = error.schema_path().as_str().to_owned();
    let message = message_of(error);
    broken.push(Broken { rule, rank: rank(error.kind()), violation: Violation { field, message } });
}

/// The dotted name of the value at `path`, or of its child.
pub(super) fn field_name(path: &Location, child: Option<&str>) -> Option<String> {
    let segments = path.segments().map(|segment| match segment {
        LocationSegment::Property(name) => name.into_owned(),
        LocationSegment::Index(index) => index.to_string(),
    });
    let name = segments.chain(child.map(str::to_owned)).collect::<Vec<_>>().join(".");
    (!name.is_empty()).then_some(name)
}

fn message_of(error: &ValidationError<'_>) -> Message {
    let value = error.instance().as_ref();
    match error.kind() {
        Kind::Required { property } => validation::required(property.as_str().unwrap_or_default()),
        Kind::MinLength { limit } => validation::too_short(*limit, characters(value)),
        Kind::MaxLength { limit } => validation::too_long(*limit, characters(value)),
        Kind::Pattern { pattern } => validation::pattern(pattern),
        Kind::Minimum { limit } => validation::minimum(number(limit), number(value)),
        Kind::ExclusiveMinimum { limit } => validation::exclusive_minimum(number(limit), number(value)),
        Kind::Maximum { limit } => validation::maximum(number(limit), number(value)),
        Kind::ExclusiveMaximum { limit } => validation::exclusive_maximum(number(limit), number(value)),
        Kind::MultipleOf { multiple_of } => {
            validation::multiple_of(whole_or_real(*multiple_of), number(value))
        }
        Kind::MaxItems { limit } => validation::too_many_items(*limit, items(value)),
        Kind::MinItems { limit } => validation::too_few_items(*limit, items(value)),
        Kind::UniqueItems => {
            let (a, b) = first_duplicate(value);
            validation::duplicate_items(a, b)
        }
        Kind::Type { kind } => validation::wrong_type(&allowed(kind), type_name(value)),
        Kind::Constant { expected_value } => match expected_value.as_ref() {
            Value::Object(_) | Value::Array(_) => validation::constant_complex(),
            expected => validation::constant(&expected.to_string()),
        },
        Kind::Custom { keyword, message } if keyword == "format" => format_message(message, value),
        _ => validation::generic(&reason(error)),
    }
}

fn format_message(format: &str, value: &Value) -> Message {
    match (format, value.as_str()) {
        ("email" | "email_loose", Some(text)) if !text.is_empty() => validation::email_invalid(text),
        ("tel", Some(text)) if !text.is_empty() => validation::phone_invalid(text),
        _ => validation::generic(&format!("This is not a valid {format}.")),
    }
}

/// What to say about rules that have no message of their own. Names rules and keys, never other values.
fn reason(error: &ValidationError<'_>) -> String {
    match error.kind() {
        Kind::Enum { options } => {
            let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
            let options: Vec<String> = options.iter().map(Value::to_string).collect();
            format!("Please choose one of {}.", options.join(", "))
        }
        Kind::AdditionalProperties { unexpected } => {
            let names: Vec<String> = unexpected.iter().map(|name| format!("\"{name}\"")).collect();
            format!("{} cannot be set.", names.join(", "))
        }
        Kind::FalseSchema => "This cannot be set.".to_owned(),
        other => format!("This value does not satisfy the rule \"{}\".", other.keyword()),
    }
}

/// The order in which the rules of one sub-schema are reported.
fn rank(kind: &Kind) -> usize {
    const ORDER: [&str; 22] = [
        "type",
        "const",
        "enum",
        "format",
        "not",
        "allOf",
        "anyOf",
        "oneOf",
        "minProperties",
        "maxProperties",
        "required",
        "additionalProperties",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minLength",
        "maxLength",
        "pattern",
        "minimum",
        "exclusiveMinimum",
        "maximum",
        "exclusiveMaximum",
    ];
    ORDER.iter().position(|keyword| *keyword == kind.keyword()).unwrap_or(ORDER.len())
}

fn characters(value: &Value) -> u64 {
    count(value.as_str().map_or(0, |text| text.chars().count()))
}

fn items(value: &Value) -> u64 {
    count(value.as_array().map_or(0, Vec::len))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn number(value: &Value) -> Number {
    value.as_number().cloned().unwrap_or_else(|| Number::from(0))
}

/// The schema's `2` reaches us as `2.0`; it is shown as it was written.
fn whole_or_real(value: f64) -> Number {
    let whole = format!("{value}").parse::<i64>().ok().map(Number::from);
    whole.or_else(|| Number::from_f64(value)).unwrap_or_else(|| Number::from(0))
}

/// The first item that equals an earlier one; the earlier comes first.
fn first_duplicate(value: &Value) -> (u64, u64) {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let pair = list.iter().enumerate().find_map(|(later, item)| {
        let earlier = list.iter().take(later).position(|other| other == item)?;
        Some((count(earlier), count(later)))
    });
    pair.unwrap_or_default()
}

fn allowed(kind: &TypeKind) -> Vec<&'static str> {
    match kind {
        TypeKind::Single(one) => vec![json_type(*one)],
        TypeKind::Multiple(set) => set.iter().map(json_type).collect(),
    }
}

fn json_type(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "array",
        JsonType::Boolean => "boolean",
        JsonType::Integer => "integer",
        JsonType::Null => "null",
        JsonType::Number => "number",
        JsonType::Object => "object",
        JsonType::String => "string",
    }
}

/// COMPAT: a whole number is a `number` here; pinned by registration.trait_kinds.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

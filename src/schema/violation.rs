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
        Kind::Type { kind } => validation::wrong_type(&allowed(kind), validation::type_name(value)),
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::schema::{
        Schema,
        fixtures::{EMAIL, compiled, kinds, object, shown, with_traits},
    };

    fn broken(schema: &Schema, traits: Value) -> Vec<String> {
        shown(&schema.validate(&object(traits)).unwrap_err())
    }

    #[test]
    fn each_rule_has_its_message_and_context() {
        let table = [
            (
                json!({"mood": "odd"}),
                r#"traits.mood: 4000001 {"reason":"Please choose one of \"fine\", \"so so\"."}"#,
            ),
            (json!({"seats": 0}), r#"traits.seats: 4000018 {"minimum":2,"actual":0}"#),
            (json!({"seats": 10}), r#"traits.seats: 4000020 {"maximum":8,"actual":10}"#),
            (json!({"seats": 3}), r#"traits.seats: 4000022 {"base":2,"actual":3}"#),
            (
                json!({"seats": 2.5}),
                r#"traits.seats: 4000026 {"allowed_types":["integer"],"actual_type":"number"}"#,
            ),
            (json!({"length": 0}), r#"traits.length: 4000019 {"minimum":0,"actual":0}"#),
            (json!({"length": 9}), r#"traits.length: 4000021 {"maximum":9,"actual":9}"#),
            (json!({"day": "yesterday"}), r#"traits.day: 4000001 {"reason":"This is not a valid date."}"#),
            (
                json!({"moment": "soon"}),
                r#"traits.moment: 4000001 {"reason":"This is not a valid date-time."}"#,
            ),
            (json!({"page": "not a uri"}), r#"traits.page: 4000001 {"reason":"This is not a valid uri."}"#),
            (json!({"plate": "ab"}), r#"traits.plate: 4000004 {"pattern":"^[A-Z]{2}$"}"#),
            (json!({"fax": "12"}), r#"traits.fax: 4000041 {"value":"12"}"#),
            (json!({"fax": ""}), r#"traits.fax: 4000001 {"reason":"This is not a valid tel."}"#),
            (json!({"agreed": false}), r#"traits.agreed: 4000029 {"expected":"true"}"#),
            (json!({"words": ["a", "b", "c"]}), r#"traits.words: 4000023 {"max_items":2,"actual_items":3}"#),
            (json!({"words": []}), r#"traits.words: 4000024 {"min_items":1,"actual_items":0}"#),
            (json!({"words": ["a", "a"]}), r#"traits.words: 4000025 {"index_a":0,"index_b":1}"#),
            (
                json!({"words": [7]}),
                r#"traits.words.0: 4000026 {"allowed_types":["string"],"actual_type":"number"}"#,
            ),
            (
                json!({"words": "a"}),
                r#"traits.words: 4000026 {"allowed_types":["array"],"actual_type":"string"}"#,
            ),
            (json!({"home": {}}), r#"traits.home.town: 4000002 {"property":"town"}"#),
            (json!({"mail": "nobody"}), r#"traits.mail: 4000040 {"value":"nobody"}"#),
            (json!({"mail": ""}), r#"traits.mail: 4000001 {"reason":"This is not a valid email."}"#),
        ];
        for (more, expected) in table {
            let mut traits = object(json!({"mail": "ada@example.test", "agreed": true}));
            traits.extend(object(more.clone()));
            assert_eq!(broken(&kinds(), Value::Object(traits)), [expected], "{more}");
        }
    }

    #[test]
    fn rules_of_one_field_come_in_order_and_fields_in_that_of_the_form() {
        assert_eq!(
            broken(&kinds(), json!({"plate": "A", "mood": 7})),
            [
                r#"traits.mail: 4000002 {"property":"mail"}"#,
                r#"traits.mood: 4000026 {"allowed_types":["string"],"actual_type":"number"}"#,
                r#"traits.plate: 4000003 {"min_length":2,"actual_length":1}"#,
                r#"traits.plate: 4000004 {"pattern":"^[A-Z]{2}$"}"#,
                r#"traits.agreed: 4000002 {"property":"agreed"}"#,
            ]
        );
    }

    #[test]
    fn additional_properties_are_reported_at_the_object() {
        assert_eq!(
            broken(&compiled(EMAIL), json!({"email": "ada@example.test", "shoe": 43})),
            [r#"traits: 4000001 {"reason":"\"shoe\" cannot be set."}"#]
        );
    }

    #[test]
    fn a_wrong_type_silences_the_other_rules_of_its_schema() {
        let wrong = broken(&compiled(EMAIL), json!({"email": 7}));
        assert_eq!(wrong, [r#"traits.email: 4000026 {"allowed_types":["string"],"actual_type":"number"}"#]);
    }

    #[test]
    fn causes_in_branches_are_flattened() {
        let schema = with_traits(
            json!({
                "a": {"anyOf": [{"type": "string", "minLength": 3}, {"type": "number"}]},
                "b": {"oneOf": [{"minimum": 3}, {"minimum": 4}]},
                "c": {"not": {"const": 1}},
                "d": {"const": {"x": 1}},
                "e": {"type": ["string", "null"]},
            }),
            json!({"if": {"required": ["a"]}, "then": {"required": ["z"]}}),
        );
        assert_eq!(
            broken(&schema, json!({"a": "x", "b": 5, "c": 1, "d": 2, "e": 3})),
            [
                r#"traits.a: 4000026 {"allowed_types":["number"],"actual_type":"string"}"#,
                r#"traits.a: 4000003 {"min_length":3,"actual_length":1}"#,
                r#"traits.b: 4000001 {"reason":"This value does not satisfy the rule \"oneOf\"."}"#,
                r#"traits.c: 4000001 {"reason":"This value does not satisfy the rule \"not\"."}"#,
                "traits.d: 4000030 ",
                r#"traits.e: 4000026 {"allowed_types":["null","string"],"actual_type":"number"}"#,
                r#"traits.z: 4000002 {"property":"z"}"#,
            ]
        );
    }
}

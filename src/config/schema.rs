//! The table of keys as a JSON schema, for editors and for checks without this program.
//!
//! Whatever the schema refuses, the checker refuses as well; the checker knows more: what does not go together,
//! and what a text has to be that a pattern cannot say. Start at [`json_schema`].

use serde_json::{Map, Value, json};

use super::{
    about::{about, about_hook_config},
    check::default,
    section::HookName,
    table::{Kind, NOTIFY, Row, Spec, Standing, TABLE, WEB_HOOK},
    value::KeyOrder,
};

/// Where the schema of all lists of hooks stands.
const HOOKS: &str = "hooks";

/// The JSON schema (draft 2020-12) of a configuration as a whole.
pub fn json_schema() -> Value {
    let mut root = vec![
        ("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema")),
        ("title".to_owned(), json!(concat!("Configuration of Zelos ", env!("CARGO_PKG_VERSION")))),
    ];
    root.extend(of(&TABLE, "", &about));
    root.push(("$defs".to_owned(), json!({ HOOKS: hooks() })));
    Value::Object(root.into_iter().collect())
}

/// What the key at a path means.
type About<'a> = &'a dyn Fn(&str) -> Option<&'static str>;

/// The schema of one key with what stands below it.
fn of(spec: &Spec, path: &str, about: About<'_>) -> Map<String, Value> {
    let mut schema = Map::new();
    if let Some(text) = description(spec, path, about) {
        schema.insert("description".to_owned(), json!(text));
    }
    if matches!(spec.row.kind, Kind::Hooks) {
        schema.insert("$ref".to_owned(), json!(format!("#/$defs/{HOOKS}")));
        return schema;
    }
    schema.extend(or_nothing(spec, values(spec, path, about)));
    if let Some(default) = default(spec) {
        schema.insert("default".to_owned(), default.to_json(KeyOrder::Written));
    }
    if let Some(examples) = examples(spec.row.kind) {
        schema.insert("examples".to_owned(), examples);
    }
    if matches!(spec.row.standing, Standing::Deprecated(_) | Standing::Inert(_)) {
        schema.insert("deprecated".to_owned(), json!(true));
    }
    if spec.row.secret {
        schema.insert("writeOnly".to_owned(), json!(true));
    }
    schema
}

fn description(spec: &Spec, path: &str, about: About<'_>) -> Option<String> {
    let text = about(path)?;
    Some(match spec.row.standing {
        Standing::Acts => text.to_owned(),
        Standing::Later => format!("{text} Accepted, and does nothing in this version yet."),
        Standing::Deprecated(instead) => format!("{text} Outdated: write {instead} instead."),
        Standing::Inert(why) => format!("{text} Has no effect: {why}."),
        Standing::Vendor => format!("{text} Has no effect: it belongs to the vendor's hosted product."),
    })
}

/// What a value has to be.
fn values(spec: &Spec, path: &str, about: About<'_>) -> Map<String, Value> {
    let each = |suffix: &str| match &spec.each {
        Some(each) => Value::Object(of(each, &format!("{path}{suffix}"), about)),
        None => json!(true),
    };
    let value = match spec.row.kind {
        Kind::Section | Kind::Group(_) => return section(spec, path, about, false),
        Kind::OpenSection => return section(spec, path, about, true),
        Kind::Map => json!({ "type": "object", "additionalProperties": each(".*") }),
        Kind::List { min: 0, unique: false } => json!({ "type": "array", "items": each(".*") }),
        Kind::List { min, unique } => {
            json!({ "type": "array", "items": each(".*"), "minItems": min, "uniqueItems": unique })
        }
        Kind::Hooks | Kind::Any => json!({}),
        kind => leaf(kind),
    };
    object(value)
}

fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(map) = value { map } else { Map::new() }
}

fn section(spec: &Spec, path: &str, about: About<'_>, open: bool) -> Map<String, Value> {
    let property = |(name, field): &(String, Spec)| {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        (name.clone(), Value::Object(of(field, &path, about)))
    };
    let properties: Map<String, Value> = spec.fields.iter().map(property).collect();
    let required: Vec<&str> =
        spec.fields.iter().filter(|(_, field)| is_required(field)).map(|(name, _)| name.as_str()).collect();
    let mut schema = object(json!({ "type": "object", "properties": properties }));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    if !open {
        schema.insert("additionalProperties".to_owned(), json!(false));
    }
    schema
}

const fn is_required(spec: &Spec) -> bool {
    spec.row.required
}

fn leaf(kind: Kind) -> Value {
    const SPAN: &str = "[0-9]+(ns|us|ms|s|m|h)";
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    match kind {
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::BoolOrText => json!({ "enum": [true, false, "true", "false"] }),
        Kind::Whole { min, max: i64::MAX } => json!({ "type": "integer", "minimum": min }),
        Kind::Whole { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Ratio => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
        Kind::Name => text(r"\S"),
        Kind::OneOf(allowed) => json!({ "enum": allowed }),
        Kind::Duration => text(&format!("^({SPAN})+$")),
        Kind::SimpleDuration => text(&format!("^{SPAN}$")),
        // One of the numbers is not zero.
        Kind::LongDuration => text(&format!("^({SPAN})*[0-9]*[1-9][0-9]*(ns|us|ms|s|m|h)({SPAN})*$")),
        Kind::Size => text("^[0-9]+(B|KB|MB|GB|TB|PB|EB)$"),
        Kind::Version => text(r"^(v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?)?$"),
        Kind::Uri => json!({ "type": "string", "format": "uri", "pattern": "^[A-Za-z][A-Za-z0-9+.-]*:" }),
        Kind::HttpUrl => json!({ "type": "string", "format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?:" }),
        Kind::Page => json!({
            "type": "string",
            "format": "uri-reference",
            "pattern": r"^(/([^/\\]|$)|[A-Za-z][A-Za-z0-9+.-]*:)",
        }),
        Kind::Source => text("^(file://|base64://|[Hh][Tt][Tt][Pp][Ss]?:)."),
        Kind::SchemaSource => text("^(file://|base64://|preset://|[Hh][Tt][Tt][Pp][Ss]?:)."),
        Kind::Mail => json!({ "type": "string", "format": "email", "pattern": "@" }),
        Kind::SmtpUri => text("^smtps?://[^/:?]"),
        Kind::Secret { min, max: usize::MAX } => json!({ "type": "string", "minLength": min }),
        Kind::Secret { min, max } => json!({ "type": "string", "minLength": min, "maxLength": max }),
        Kind::Network => text("^[0-9A-Fa-f.:]+(/[0-9]+)?$"),
        Kind::Text
        | Kind::Section
        | Kind::OpenSection
        | Kind::Map
        | Kind::List { .. }
        | Kind::Hooks
        | Kind::Group(_)
        | Kind::Any => json!({ "type": "string" }),
    }
}

/// Adds null, which counts as absent, to what is not required.
fn or_nothing(spec: &Spec, mut schema: Map<String, Value>) -> Map<String, Value> {
    if is_required(spec) || is_element(&spec.row) {
        return schema;
    }
    if let Some(kind) = schema.get_mut("type") {
        *kind = json!([kind.clone(), "null"]);
    }
    if let Some(Value::Array(allowed)) = schema.get_mut("enum") {
        allowed.push(Value::Null);
    }
    schema
}

/// Whether a row is about the elements of a list, which are never absent.
fn is_element(row: &Row) -> bool {
    row.path.ends_with("[]")
}

fn examples(kind: Kind) -> Option<Value> {
    match kind {
        Kind::Duration | Kind::LongDuration => Some(json!(["90s", "1h30m"])),
        Kind::SimpleDuration => Some(json!(["90s", "1h"])),
        Kind::Size => Some(json!(["64MB", "1GB"])),
        Kind::Version => Some(json!(["v26.2.0"])),
        Kind::Uri => Some(json!(["https://example.com/path"])),
        Kind::Page => Some(json!(["https://example.com/path", "/path"])),
        Kind::Source => Some(json!(["file:///etc/zelos/file", "https://example.com/file"])),
        Kind::SchemaSource => Some(json!(["file:///etc/zelos/identity.schema.json", "preset://email"])),
        Kind::Mail => Some(json!(["accounts@example.com"])),
        Kind::SmtpUri => Some(json!(["smtps://user:password@mail.example.com:465/"])),
        Kind::HttpUrl => Some(json!(["https://hooks.example.com/login"])),
        Kind::Network => Some(json!(["10.0.0.0/8"])),
        Kind::Section
        | Kind::OpenSection
        | Kind::Map
        | Kind::List { .. }
        | Kind::Hooks
        | Kind::Group(_)
        | Kind::Bool
        | Kind::BoolOrText
        | Kind::Whole { .. }
        | Kind::Ratio
        | Kind::Text
        | Kind::Name
        | Kind::OneOf(_)
        | Kind::Secret { .. }
        | Kind::Any => None,
    }
}

/// A list of hooks. Which of them may stand where is left to the checker.
fn hooks() -> Value {
    let names = HookName::ALL.iter().map(|hook| hook.wire_name()).chain(["b2b_sso", "organization"]);
    let config_of = |name: &str, spec: &Spec, keys: &[&str]| {
        let then = json!({
            "required": keys,
            "properties": { "config": of(spec, "", &about_hook_config) },
        });
        json!({ "if": { "properties": { "hook": { "const": name } } }, "then": then })
    };
    json!({
        "type": ["array", "null"],
        "uniqueItems": true,
        "items": {
            "type": "object",
            "properties": {
                "hook": { "description": about("x.hooks.*.hook"), "enum": names.collect::<Vec<_>>() },
                "config": { "description": "What the hook takes." },
            },
            "required": ["hook"],
            "additionalProperties": false,
            "allOf": [
                config_of("web_hook", &WEB_HOOK, &["config"]),
                config_of("notify_previous_addresses", &NOTIFY, &[]),
            ],
        },
    })
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;

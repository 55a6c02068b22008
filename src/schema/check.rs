//! What a document must be before it is compiled (03 §4.2). All problems are collected.

use jsonschema::{Draft, error::ValidationErrorKind};
use serde_json::{Map, Value};

use super::{
    Refs,
    extension::{Extension, KEYWORD, Via},
    format::is_pattern,
    problem::Problems,
    reference::{Located, Resolver, base_of},
};

/// Formats that a trait with a verifiable address may have.
const ADDRESS_FORMATS: &[&str] = &["email", "tel", "date", "time", "date-time", "no-validate"];

/// Calls `visit` with the pointer and content of each sub-schema, the document included. Values that are
/// data and not schemas are left out.
pub(super) fn each_schema(document: &Value, visit: &mut impl FnMut(&str, &Map<String, Value>)) {
    walk(document, "", visit);
}

fn walk(value: &Value, pointer: &str, visit: &mut impl FnMut(&str, &Map<String, Value>)) {
    let Value::Object(schema) = value else { return };
    visit(pointer, schema);
    for (key, child) in schema {
        let at = format!("{pointer}/{}", escaped(key));
        match (key.as_str(), child) {
            ("const" | "enum" | "default" | "examples" | KEYWORD, _) => {}
            (
                "properties" | "patternProperties" | "definitions" | "$defs" | "dependencies",
                Value::Object(named),
            ) => {
                for (name, child) in named {
                    walk(child, &format!("{at}/{}", escaped(name)), visit);
                }
            }
            (_, Value::Array(list)) => {
                for (index, child) in list.iter().enumerate() {
                    walk(child, &format!("{at}/{index}"), visit);
                }
            }
            _ => walk(child, &at, visit),
        }
    }
}

fn escaped(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// The draft that a document is written in; draft-07 unless it says otherwise.
pub(super) fn draft_of(document: &Value) -> Option<Draft> {
    let Some(name) = document.get("$schema") else { return Some(Draft::Draft7) };
    let name = name.as_str()?.trim_end_matches('#');
    match name.split_once("://json-schema.org/")?.1 {
        "draft-07/schema" => Some(Draft::Draft7),
        "draft-06/schema" => Some(Draft::Draft6),
        "draft-04/schema" => Some(Draft::Draft4),
        _ => None,
    }
}

/// Checks an identity schema: its shape, and then each sub-schema.
pub(super) fn check_identity_schema(resolver: Resolver<'_>, refs: Refs, problems: &mut Problems) {
    let document = resolver.root;
    if !document.is_object() {
        problems.add("", "the document is not a JSON object", "write a JSON Schema with `properties.traits`");
        return;
    }
    check_shape(document, problems);
    check_document(document, "", resolver, refs, problems);
}

fn check_shape(document: &Value, problems: &mut Problems) {
    let Some(traits) = document.pointer("/properties/traits") else {
        problems.add("/properties", "`traits` is missing", "describe the traits at `properties.traits`");
        return;
    };
    if traits.get("type").is_some_and(|kind| kind != "object") {
        problems.add(
            "/properties/traits/type",
            "traits are not of type object",
            "set the type to \"object\"",
        );
    }
    let fields = traits.get("properties").and_then(Value::as_object);
    if fields.is_none_or(Map::is_empty) {
        problems.add(
            "/properties/traits/properties",
            "no trait is described",
            "add at least one, for instance `email`",
        );
    }
    for (name, _) in fields.into_iter().flatten().filter(|(_, schema)| !schema.is_object()) {
        problems.add(
            &format!("/properties/traits/properties/{}", escaped(name)),
            "the description of a trait is not an object",
            "describe it with an object, for instance {\"type\": \"string\"}",
        );
    }
}

/// Checks any of the documents that make up an identity schema.
pub(super) fn check_document(
    document: &Value,
    uri: &str,
    resolver: Resolver<'_>,
    refs: Refs,
    problems: &mut Problems,
) {
    check_meta_schema(document, problems);
    let base = base_of(document, uri);
    each_schema(document, &mut |pointer, schema| {
        check_extension(pointer, schema, problems);
        check_patterns(pointer, schema, problems);
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            check_reference(pointer, reference, &base, resolver, refs, problems);
        }
    });
}

fn check_meta_schema(document: &Value, problems: &mut Problems) {
    let meta = match draft_of(document) {
        Some(Draft::Draft4) => jsonschema::draft4::meta::validator(),
        Some(Draft::Draft6) => jsonschema::draft6::meta::validator(),
        Some(_) => jsonschema::draft7::meta::validator(),
        None => {
            problems.add(
                "/$schema",
                "this version of JSON Schema is not supported",
                "use \"http://json-schema.org/draft-07/schema#\"",
            );
            return;
        }
    };
    for error in meta.iter_errors(document) {
        // Patterns have a check of their own, which says more.
        if !matches!(error.kind(), ValidationErrorKind::Format { .. }) {
            let what = error.masked_with("the value").to_string();
            problems.add(error.instance_path().as_str(), what, "correct it as JSON Schema draft-07 asks for");
        }
    }
}

fn check_extension(pointer: &str, schema: &Map<String, Value>, problems: &mut Problems) {
    let Some(object) = schema.get(KEYWORD) else { return };
    let at = format!("{pointer}/{}", escaped(KEYWORD));
    let format = schema.get("format").and_then(Value::as_str);
    let extension = match Extension::parse(object, format) {
        Ok(extension) => extension,
        Err((inside, what)) => {
            problems.add(&format!("{at}{inside}"), what, "use the keys and values that the extension knows");
            return;
        }
    };
    match (extension.verification, format) {
        (Some(_), Some(format)) if !ADDRESS_FORMATS.contains(&format) => problems.add(
            &format!("{pointer}/format"),
            format!("the format \"{format}\" cannot be used with `verification`"),
            format!("use one of {}", ADDRESS_FORMATS.join(", ")),
        ),
        (Some(Via::Sms), None) => problems.add(
            pointer,
            "a phone number that can be verified has no format",
            "add `\"format\": \"tel\"`, or \"no-validate\" to accept anything",
        ),
        _ => {}
    }
}

fn check_patterns(pointer: &str, schema: &Map<String, Value>, problems: &mut Problems) {
    let remedy = "use a regular expression that JSON Schema and RE2 both know; flags such as (?i), look-around \
                  and back-references are not available";
    if let Some(Value::String(pattern)) = schema.get("pattern")
        && !is_pattern(pattern)
    {
        problems.add(&format!("{pointer}/pattern"), "the pattern is not supported", remedy);
    }
    if let Some(Value::Object(patterns)) = schema.get("patternProperties") {
        for pattern in patterns.keys().filter(|pattern| !is_pattern(pattern)) {
            let at = format!("{pointer}/patternProperties/{}", escaped(pattern));
            problems.add(&at, "the pattern is not supported", remedy);
        }
    }
}

fn check_reference(
    pointer: &str,
    reference: &str,
    base: &str,
    resolver: Resolver<'_>,
    refs: Refs,
    problems: &mut Problems,
) {
    let at = format!("{pointer}/$ref");
    if reference.contains("://json-schema.org/") {
        return;
    }
    let target = resolver.resolve(base, reference);
    let is_local = reference.starts_with('#') || reference.starts_with("base64://");
    match (refs, target) {
        (Refs::LocalOnly, _) if !is_local => problems.add(
            &at,
            "references to other documents are switched off",
            "copy the definition into this document, or unset security.disallow_ref_in_identity_schemas",
        ),
        (_, None) => problems.add(
            &at,
            format!("the reference \"{reference}\" leads to nothing"),
            "correct the URI or the JSON pointer; the document it names has to be reachable",
        ),
        (_, Some(target)) if is_endless(resolver, &target) => {
            problems.add(&at, "the reference only leads to itself", "let it lead to a schema");
        }
        (_, Some(_)) => {}
    }
}

/// Whether following references from here never arrives at a schema.
fn is_endless<'a>(resolver: Resolver<'a>, at: &Located<'a>) -> bool {
    let mut at = at.clone();
    let mut seen: Vec<&Value> = Vec::new();
    while let Some(reference) = at.schema.get("$ref").and_then(Value::as_str) {
        if seen.iter().any(|earlier| std::ptr::eq(*earlier, at.schema)) {
            return true;
        }
        seen.push(at.schema);
        match resolver.resolve(&at.base, reference) {
            Some(next) => at = next,
            None => return false,
        }
    }
    false
}

/// Replaces each extension object by its number in `table`, so that the validator reports that number for
/// each value it belongs to.
pub(super) fn number_extensions(document: &mut Value, table: &mut Vec<Extension>) {
    let mut found = Vec::new();
    each_schema(document, &mut |pointer, schema| {
        let format = schema.get("format").and_then(Value::as_str);
        if let Some(Ok(extension)) = schema.get(KEYWORD).map(|object| Extension::parse(object, format)) {
            found.push((format!("{pointer}/{}", escaped(KEYWORD)), extension));
        }
    });
    for (pointer, extension) in found {
        if let Some(object) = document.pointer_mut(&pointer) {
            *object = Value::from(table.len());
            table.push(extension);
        }
    }
}

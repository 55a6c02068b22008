//! What was submitted, in one shape for forms and JSON (01 §5.1).

use std::fmt;

use serde_json::{Map, Value};

use crate::{kernel::Secret, text::validation::type_name};

/// Dotted keys deeper than this are not turned into nested objects: no schema needs it, and dropping a very
/// deep value would exhaust the stack.
const DEEPEST_PATH: usize = 32;

/// The fields of a submission. Whether they came as a form or as JSON is visible only where it must be.
#[derive(Clone, PartialEq)]
pub struct Submission(Fields);

#[derive(Clone, PartialEq)]
enum Fields {
    Form(Vec<(String, String)>),
    Json(Map<String, Value>),
}

/// A field that holds another type than its method needs; shown at the field as message 4000026.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("field {field} has to be of type {allowed} and is of type {actual}")]
pub struct WrongType {
    /// The name of the field.
    pub field: String,
    /// The JSON type it should have.
    pub allowed: &'static str,
    /// The JSON type it has.
    pub actual: &'static str,
}

impl Submission {
    /// A submitted form, in the order in which it was sent.
    pub fn form(pairs: Vec<(String, String)>) -> Self {
        Self(Fields::Form(pairs))
    }

    /// A submitted JSON object.
    pub fn json(object: Map<String, Value>) -> Self {
        Self(Fields::Json(object))
    }

    /// The same fields with those of the query put over them: where both have a field, the query wins
    /// (02 §1.4). Empty parameters count as absent.
    #[must_use]
    pub fn with_query(self, query: Vec<(String, String)>) -> Self {
        let query = query.into_iter().filter(|(_, value)| !value.is_empty());
        Self(match self.0 {
            Fields::Form(pairs) => {
                let mut merged: Vec<_> = query.collect();
                let body: Vec<_> = pairs
                    .into_iter()
                    .filter(|(key, _)| !merged.iter().any(|(over, _)| over == key))
                    .collect();
                merged.extend(body);
                Fields::Form(merged)
            }
            Fields::Json(mut object) => {
                // The first value of a repeated parameter counts, as it does for forms.
                let mut seen = Vec::new();
                for (key, value) in query {
                    if !seen.contains(&key) {
                        object.insert(key.clone(), Value::String(value));
                        seen.push(key);
                    }
                }
                Fields::Json(object)
            }
        })
    }

    /// The fields in a form that can be put aside; only ever sealed, because they can hold secrets.
    pub fn pack(&self) -> Option<Secret<Vec<u8>>> {
        let packed = match &self.0 {
            Fields::Form(pairs) => serde_json::to_vec(&(Some(pairs), None::<&Map<String, Value>>)),
            Fields::Json(object) => serde_json::to_vec(&(None::<&Vec<(String, String)>>, Some(object))),
        };
        packed.ok().map(Secret::new)
    }

    /// What was packed.
    pub fn unpack(packed: &[u8]) -> Option<Self> {
        match serde_json::from_slice(packed).ok()? {
            (Some(pairs), None) => Some(Self(Fields::Form(pairs))),
            (None, Some(object)) => Some(Self(Fields::Json(object))),
            (Some(_), Some(_)) | (None, None) => None,
        }
    }

    /// A text field. Empty text is absent; of repeated form fields the first counts; JSON numbers and
    /// booleans are turned into text, other types are absent.
    pub fn text(&self, key: &str) -> Option<String> {
        let text = match &self.0 {
            Fields::Form(pairs) => pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone()),
            Fields::Json(object) => at(object, key).and_then(scalar_text),
        };
        text.filter(|text| !text.is_empty())
    }

    /// A text field that must not be shown or logged: a password, a code, a token.
    pub fn secret(&self, key: &str) -> Option<Secret<String>> {
        self.text(key).map(Secret::new)
    }

    /// A yes-or-no field. Of repeated form fields the last counts, because a checkbox is sent after the
    /// hidden field that stands for "no".
    ///
    /// # Errors
    /// When the text is none of the accepted words.
    pub fn flag(&self, key: &str) -> Result<Option<bool>, WrongType> {
        let text = match &self.0 {
            Fields::Form(pairs) => {
                pairs.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.clone())
            }
            Fields::Json(object) => match at(object, key) {
                Some(Value::Bool(flag)) => return Ok(Some(*flag)),
                Some(other) => scalar_text(other),
                None => None,
            },
        };
        match text.as_deref() {
            None | Some("") => Ok(None),
            Some(word) => match parse_flag(word) {
                Some(flag) => Ok(Some(flag)),
                None => Err(WrongType { field: key.to_owned(), allowed: "boolean", actual: "string" }),
            },
        }
    }

    /// A field that holds an object: in a form, one field with the text of a JSON object.
    ///
    /// # Errors
    /// When the field holds anything else.
    pub fn object(&self, key: &str) -> Result<Option<Map<String, Value>>, WrongType> {
        let wrong = |actual| WrongType { field: key.to_owned(), allowed: "object", actual };
        let value = match &self.0 {
            Fields::Form(pairs) => match pairs.iter().find(|(name, _)| name == key) {
                Some((_, text)) if !text.is_empty() => {
                    serde_json::from_str(text).map_err(|_| wrong("string"))?
                }
                Some(_) | None => Value::Null,
            },
            Fields::Json(object) => object.get(key).cloned().unwrap_or(Value::Null),
        };
        match value {
            Value::Null => Ok(None),
            Value::Object(map) => Ok(Some(map)),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err(wrong(type_name(&value)))
            }
        }
    }

    /// The pairs of a form, in order; nothing for JSON.
    pub fn form_pairs(&self) -> &[(String, String)] {
        match &self.0 {
            Fields::Form(pairs) => pairs,
            Fields::Json(_) => &[],
        }
    }

    /// The object of a JSON submission; `None` for a form.
    pub fn json_object(&self) -> Option<&Map<String, Value>> {
        match &self.0 {
            Fields::Form(_) => None,
            Fields::Json(object) => Some(object),
        }
    }

    /// Traits that came as flat fields `traits.…`, without that prefix, as text to be typed by the schema, in
    /// order, empty ones included.
    pub fn traits_form(&self) -> Vec<(String, String)> {
        match &self.0 {
            Fields::Form(pairs) => pairs
                .iter()
                .filter_map(|(key, value)| Some((key.strip_prefix("traits.")?.to_owned(), value.clone())))
                .collect(),
            Fields::Json(object) => object
                .iter()
                .filter_map(|(key, value)| {
                    Some((key.strip_prefix("traits.")?.to_owned(), scalar_text(value)?))
                })
                .collect(),
        }
    }

    /// Traits that came with their types: the object `traits`, and lists and objects under flat JSON keys.
    pub fn traits_json(&self) -> Map<String, Value> {
        // A `traits` that is no object counts as absent: the schema then tells which traits are missing.
        let mut traits = self.object("traits").ok().flatten().unwrap_or_default();
        if let Fields::Json(object) = &self.0 {
            for (key, value) in object {
                let compound = value.is_array() || value.is_object();
                if let (true, Some(path)) = (compound, key.strip_prefix("traits.")) {
                    put(&mut traits, path, value.clone());
                }
            }
        }
        traits
    }
}

impl fmt::Debug for Submission {
    /// Names only: values are passwords, codes and personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Fields::Form(pairs) => f.debug_list().entries(pairs.iter().map(|(key, _)| key)).finish(),
            Fields::Json(object) => f.debug_set().entries(object.keys()).finish(),
        }
    }
}

/// The value at `key`, as a flat key or else as a path of nested objects.
fn at<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    if let Some(value) = object.get(key) {
        return Some(value);
    }
    let mut steps = key.split('.');
    let first = object.get(steps.next()?)?;
    steps.try_fold(first, |value, step| value.as_object()?.get(step))
}

/// Puts `value` at a dotted path unless something is there already.
fn put(object: &mut Map<String, Value>, path: &str, value: Value) {
    if path.split('.').count() > DEEPEST_PATH {
        return;
    }
    match path.split_once('.') {
        None => {
            object.entry(path).or_insert(value);
        }
        Some((first, rest)) => {
            if let Value::Object(inner) = object.entry(first).or_insert_with(|| Value::Object(Map::new())) {
                put(inner, rest, value);
            }
        }
    }
}

fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The words for yes and no that existing clients send (02 §1.4); `on` is not among them.
fn parse_flag(word: &str) -> Option<bool> {
    match word {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn json(value: Value) -> Submission {
        Submission::json(value.as_object().unwrap().clone())
    }

    fn form(pairs: &[(&str, &str)]) -> Submission {
        Submission::form(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn texts_of_forms_and_of_json() {
        let f = form(&[("a", "1"), ("a", "2"), ("empty", ""), ("x.y", "z")]);
        assert_eq!(f.text("a").as_deref(), Some("1"));
        assert_eq!(f.text("empty"), None);
        assert_eq!(f.text("none"), None);
        assert_eq!(f.text("x.y").as_deref(), Some("z"));
        let j = json(json!({"s": "v", "n": 7, "b": true, "empty": "", "null": null, "list": ["v"],
                            "o": {"p": {"q": 1}}, "flat.key": "f"}));
        for (key, expected) in [
            ("s", Some("v")),
            ("n", Some("7")),
            ("b", Some("true")),
            ("empty", None),
            ("null", None),
            ("list", None),
            ("o", None),
            ("o.p.q", Some("1")),
            ("o.p.q.r", None),
            ("flat.key", Some("f")),
        ] {
            assert_eq!(j.text(key).as_deref(), expected, "{key}");
        }
    }

    #[test]
    fn of_repeated_flags_the_last_counts() {
        assert_eq!(form(&[("x", "false"), ("x", "true")]).flag("x"), Ok(Some(true)));
        assert_eq!(form(&[("x", "")]).flag("x"), Ok(None));
        assert_eq!(json(json!({"x": false})).flag("x"), Ok(Some(false)));
        assert_eq!(json(json!({"x": "T"})).flag("x"), Ok(Some(true)));
        assert_eq!(json(json!({"x": null})).flag("x"), Ok(None));
        assert!(form(&[("x", "on")]).flag("x").is_err());
    }

    #[test]
    fn objects_and_what_is_none() {
        let name = "transient_payload";
        assert_eq!(form(&[(name, r#"{"a":1}"#)]).object(name).unwrap().unwrap()["a"], 1);
        assert_eq!(form(&[(name, "")]).object(name), Ok(None));
        assert_eq!(json(json!({ name: null })).object(name), Ok(None));
        for (submission, actual) in [
            (form(&[(name, "7")]), "number"),
            (form(&[(name, "{")]), "string"),
            (json(json!({ name: 7 })), "number"),
            (json(json!({ name: [] })), "array"),
            (json(json!({ name: "x" })), "string"),
        ] {
            let expected = WrongType { field: name.to_owned(), allowed: "object", actual };
            assert_eq!(submission.object(name), Err(expected));
        }
    }

    #[test]
    fn traits_nested_flat_and_as_text() {
        let f = form(&[("traits.email", "a@b.test"), ("traits.name.first", ""), ("method", "x")]);
        assert_eq!(
            f.traits_form(),
            [("email".into(), "a@b.test".into()), ("name.first".into(), String::new())]
        );
        assert!(f.traits_json().is_empty());
        assert_eq!(form(&[("traits", r#"{"a":1}"#)]).traits_json()["a"], 1);
        let j = json(
            json!({"traits": {"a": ""}, "traits.b": 7, "traits.c.d": [1], "traits.a": {"x": 1}, "traits.n": null}),
        );
        assert_eq!(j.traits_form(), [("b".into(), "7".into())]);
        assert_eq!(Value::Object(j.traits_json()), json!({"a": "", "c": {"d": [1]}}));
        assert!(json(json!({"traits": 7})).traits_json().is_empty());
    }

    #[test]
    fn very_deep_flat_keys_are_dropped() {
        let key = format!("traits{}", ".a".repeat(100_000));
        assert!(json(json!({ key: [] })).traits_json().is_empty());
    }

    #[test]
    fn the_query_wins() {
        let query =
            || vec![("code".into(), "1".into()), ("code".into(), "2".into()), ("flow".into(), String::new())];
        for submission in [form(&[("code", "9"), ("flow", "f")]), json(json!({"code": "9", "flow": "f"}))] {
            let merged = submission.with_query(query());
            assert_eq!(merged.text("code").as_deref(), Some("1"));
            assert_eq!(merged.text("flow").as_deref(), Some("f"));
        }
    }

    #[test]
    fn what_is_packed_comes_back() {
        for submission in [form(&[("a", "1"), ("a", ""), ("x.y", "z")]), json(json!({"a": {"b": [1, true]}}))]
        {
            let packed = submission.pack().unwrap();
            assert_eq!(Submission::unpack(packed.expose()), Some(submission));
        }
        assert_eq!(Submission::unpack(b"[null,null]"), None);
        assert_eq!(Submission::unpack(b"{"), None);
    }

    #[test]
    fn debug_shows_no_values() {
        let text = format!("{:?}", json(json!({"password": "hunter2"})));
        assert!(text.contains("password") && !text.contains("hunter2"));
    }
}

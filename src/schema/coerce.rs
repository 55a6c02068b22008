//! Typed traits from what was submitted (01 §5.1).

use serde_json::{Map, Number, Value};

use super::path::{Item, Kind, Path, Paths};

/// Traits from the fields of a form.
pub(super) fn from_form(paths: &Paths, fields: &[(String, String)]) -> Map<String, Value> {
    let mut traits = Value::Object(Map::new());
    for path in &paths.all {
        let texts: Vec<&str> =
            fields.iter().filter(|(key, _)| *key == path.name).map(|(_, text)| text.as_str()).collect();
        put(&mut traits, path, typed(path, &texts));
    }
    finish(paths, traits)
}

/// Traits from a JSON body: the object `traits` as it is, then dotted keys as if they came from a form.
pub(super) fn from_json(paths: &Paths, body: &Map<String, Value>) -> Map<String, Value> {
    let nested = body.get("traits").filter(|traits| traits.is_object());
    let mut traits = nested.cloned().unwrap_or_else(|| Value::Object(Map::new()));
    for path in paths.all.iter().filter(|path| path.name != "traits") {
        let value = match body.get(&path.name) {
            None | Some(Value::Null) => None,
            Some(value @ (Value::Object(_) | Value::Array(_))) => Some(value.clone()),
            Some(Value::String(text)) => typed(path, &[text]),
            Some(value @ (Value::Bool(_) | Value::Number(_))) => typed(path, &[&value.to_string()]),
        };
        put(&mut traits, path, value);
    }
    finish(paths, traits)
}

fn typed(path: &Path, texts: &[&str]) -> Option<Value> {
    let (first, last) = (*texts.first()?, *texts.last()?);
    match path.kind {
        Some(Kind::Text) | None => (!first.is_empty()).then(|| Value::from(first)),
        Some(Kind::Number) if first.is_empty() => path.required.then(|| Value::from(0)),
        Some(Kind::Number) => Some(number(first)),
        Some(Kind::Boolean) if last.is_empty() => path.required.then(|| Value::from(false)),
        Some(Kind::Boolean) => Some(boolean(last)),
        Some(Kind::Object) if first.is_empty() => None,
        Some(Kind::Object) => Some(serde_json::from_str(first).unwrap_or_else(|_| Value::from(first))),
        Some(Kind::List(item)) => {
            let items: Vec<Value> =
                texts.iter().filter(|text| !text.is_empty()).map(|text| one_item(item, text)).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
    }
}

fn one_item(item: Item, text: &str) -> Value {
    match item {
        Item::Number => number(text),
        Item::Boolean => boolean(text),
        Item::Any | Item::Object => Value::from(text),
    }
}

/// A number, or the text itself when it is none: validation then says what is wrong with it.
fn number(text: &str) -> Value {
    if let Ok(whole) = text.parse::<i64>() {
        return Value::from(whole);
    }
    let parsed = text.parse::<f64>().ok().and_then(Number::from_f64);
    parsed.map_or_else(|| Value::from(text), Value::Number)
}

/// COMPAT: these spellings and no others; `on`, which browsers send by default, is not among them.
fn boolean(text: &str) -> Value {
    match text {
        "1" | "t" | "T" | "true" | "True" | "TRUE" => Value::from(true),
        "0" | "f" | "F" | "false" | "False" | "FALSE" => Value::from(false),
        _ => Value::from(text),
    }
}

fn put(traits: &mut Value, path: &Path, value: Option<Value>) {
    let Some(value) = value else { return };
    let mut at = traits;
    for name in path.segments.iter().skip(1) {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        let Some(object) = at.as_object_mut() else { return };
        at = object.entry(name.clone()).or_insert(Value::Null);
    }
    *at = value;
}

/// Adds an empty object for each object of the schema that is missing.
///
/// COMPAT: `{"email": …}` is stored with `"name": {}`; pinned by registration.flow_replay.
fn finish(paths: &Paths, traits: Value) -> Map<String, Value> {
    let Value::Object(mut traits) = traits else { return Map::new() };
    for path in paths.all.iter().filter(|path| path.kind == Some(Kind::Object)) {
        let Some((name, above)) = path.segments.get(1..).and_then(<[String]>::split_last) else { continue };
        let parent = above.iter().try_fold(&mut traits, |object, name| object.get_mut(name)?.as_object_mut());
        if let Some(parent) = parent {
            parent.entry(name.clone()).or_insert_with(|| Value::Object(Map::new()));
        }
    }
    traits
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::schema::{
        Schema,
        fixtures::{EMAIL, compiled, kinds, object, with_traits},
    };

    fn form(schema: &Schema, fields: &[(&str, &str)]) -> serde_json::Value {
        let fields: Vec<(String, String)> =
            fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        schema.traits_from_form(&fields).into()
    }

    fn body(schema: &Schema, body: serde_json::Value) -> serde_json::Value {
        schema.traits_from_json(&object(body)).into()
    }

    #[test]
    fn forms_are_typed_by_the_schema() {
        let table = [
            (
                vec![("traits.mail", "a@b.test"), ("traits.mail", "second")],
                json!({"mail": "a@b.test", "home": {}}),
            ),
            (vec![("traits.mail", "")], json!({"home": {}})),
            (vec![("traits.seats", "4")], json!({"seats": 4, "home": {}})),
            (vec![("traits.length", "1.75")], json!({"length": 1.75, "home": {}})),
            (vec![("traits.length", "1e3")], json!({"length": 1000.0, "home": {}})),
            (vec![("traits.length", "nan")], json!({"length": "nan", "home": {}})),
            (vec![("traits.seats", "many")], json!({"seats": "many", "home": {}})),
            (vec![("traits.seats", "")], json!({"home": {}})),
            (
                vec![("traits.agreed", "false"), ("traits.agreed", "true")],
                json!({"agreed": true, "home": {}}),
            ),
            (vec![("traits.agreed", "on")], json!({"agreed": "on", "home": {}})),
            (vec![("traits.agreed", "")], json!({"agreed": false, "home": {}})),
            (vec![("traits.words", "a"), ("traits.words", "b")], json!({"words": ["a", "b"], "home": {}})),
            (vec![("traits.words", "")], json!({"home": {}})),
            (vec![("traits.home.town", "London")], json!({"home": {"town": "London"}})),
            (vec![("traits.home", r#"{"town":"Bath"}"#)], json!({"home": {"town": "Bath"}})),
            (vec![("traits.home", "Bath")], json!({"home": "Bath"})),
            (vec![("traits", r#"{"mail":""}"#)], json!({"mail": "", "home": {}})),
            (vec![("traits", "7")], json!({})),
            (vec![("traits.shoe", "43"), ("mail", "x")], json!({"home": {}})),
        ];
        for (fields, expected) in table {
            assert_eq!(form(&kinds(), &fields), expected, "{fields:?}");
        }
    }

    #[test]
    fn nested_json_is_kept_and_missing_objects_are_added() {
        let schema = compiled(EMAIL);
        assert_eq!(body(&schema, json!({"traits": {"email": "x"}})), json!({"email": "x", "name": {}}));
        assert_eq!(
            body(&schema, json!({"traits": {"email": "", "shoe": 43}})),
            json!({"email": "", "shoe": 43, "name": {}})
        );
        assert_eq!(body(&schema, json!({"traits": {"name": null}})), json!({"name": null}));
        for nothing in [json!({}), json!({"traits": 7}), json!({"traits": null}), json!({"traits": []})] {
            assert_eq!(body(&schema, nothing), json!({"name": {}}));
        }
    }

    #[test]
    fn dotted_json_keys_are_typed_as_in_a_form() {
        assert_eq!(
            body(
                &kinds(),
                json!({"traits.seats": "4", "traits.plate": 7, "traits.mail": null, "traits.agreed": true})
            ),
            json!({"seats": 4, "plate": "7", "agreed": true, "home": {}})
        );
        assert_eq!(
            body(
                &kinds(),
                json!({"traits": {"home": {"street": "Long Lane"}}, "traits.home.town": "London"})
            ),
            json!({"home": {"street": "Long Lane", "town": "London"}})
        );
    }

    #[test]
    fn a_required_number_that_is_left_empty_is_zero() {
        let schema = with_traits(
            json!({"n": {"type": "integer"}, "m": {"type": "integer"}}),
            json!({"required": ["n"]}),
        );
        assert_eq!(form(&schema, &[("traits.n", ""), ("traits.m", "")]), json!({"n": 0}));
        assert_eq!(form(&schema, &[]), json!({}));
    }
}

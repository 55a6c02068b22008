//! JSON Patch (RFC 6902), the part of it that administrators may use: `add`, `remove` and `replace`.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// One operation, as it was sent.
#[derive(Debug, Clone, Deserialize)]
pub struct PatchOperation {
    /// What to do.
    #[serde(default)]
    op: String,
    /// Where: a JSON pointer.
    #[serde(default)]
    path: String,
    /// With what; `null` is a value, too.
    #[serde(default, deserialize_with = "present")]
    value: Option<Value>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Why a patch cannot be applied. The texts are for the client and repeat no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum PatchError {
    #[error("The patch has more than {MOST_OPERATIONS} operations.")]
    TooLong,
    #[error("The operations of a patch are add, remove and replace.")]
    Operation,
    #[error("The path {0:?} is not a JSON pointer to something inside the identity.")]
    Pointer(String),
    #[error("There is nothing at the path {0:?}.")]
    Missing(String),
    #[error("The operation at the path {0:?} needs a value.")]
    NoValue(String),
    #[error("What is put at the path {0:?} would be nested too deeply.")]
    TooDeep(String),
}

const MOST_OPERATIONS: usize = 1000;

/// SECURITY: without a limit, operations that each add below the one before build a document on which
/// recursion ends the process; guarded by `documents_do_not_grow_downwards_without_end`.
const DEEPEST: usize = 64;

/// An operation whose path was taken apart.
pub(super) struct Step<'a> {
    /// The keys on the way, unescaped; never empty.
    pub keys: Vec<String>,
    pub action: Action<'a>,
    path: &'a str,
}

#[derive(Clone, Copy)]
pub(super) enum Action<'a> {
    Add(&'a Value),
    Replace(&'a Value),
    Remove,
}

/// Takes a patch apart.
pub(super) fn steps(patch: &[PatchOperation]) -> Result<Vec<Step<'_>>, PatchError> {
    if patch.len() > MOST_OPERATIONS {
        return Err(PatchError::TooLong);
    }
    patch.iter().map(step).collect()
}

fn step(operation: &PatchOperation) -> Result<Step<'_>, PatchError> {
    let path = operation.path.as_str();
    let value = || operation.value.as_ref().ok_or_else(|| PatchError::NoValue(path.to_owned()));
    let action = match operation.op.as_str() {
        "add" => Action::Add(value()?),
        "replace" => Action::Replace(value()?),
        "remove" => Action::Remove,
        _ => return Err(PatchError::Operation),
    };
    let keys = keys(path).ok_or_else(|| PatchError::Pointer(path.to_owned()))?;
    let below = match action {
        Action::Add(value) | Action::Replace(value) => depth(value),
        Action::Remove => 0,
    };
    if keys.len() + below > DEEPEST {
        return Err(PatchError::TooDeep(path.to_owned()));
    }
    Ok(Step { keys, action, path })
}

fn keys(path: &str) -> Option<Vec<String>> {
    path.strip_prefix('/')?.split('/').map(unescape).collect()
}

fn unescape(key: &str) -> Option<String> {
    let mut parts = key.split('~');
    let mut text = parts.next()?.to_owned();
    for part in parts {
        match (part.strip_prefix('0'), part.strip_prefix('1')) {
            (Some(rest), _) => text.extend(['~'].into_iter().chain(rest.chars())),
            (None, Some(rest)) => text.extend(['/'].into_iter().chain(rest.chars())),
            (None, None) => return None,
        }
    }
    Some(text)
}

fn depth(value: &Value) -> usize {
    let below = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(object) => object.values().map(depth).max(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    };
    below.map_or(0, |below| below + 1)
}

/// Applies one step.
pub(super) fn apply(document: &mut Value, step: &Step<'_>) -> Result<(), PatchError> {
    let missing = || PatchError::Missing(step.path.to_owned());
    let (last, way) = step.keys.split_last().ok_or_else(missing)?;
    let mut parent = document;
    for key in way {
        parent = match parent {
            Value::Object(object) => object.get_mut(key),
            Value::Array(items) => index(key).and_then(|index| items.get_mut(index)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        }
        .ok_or_else(missing)?;
    }
    let done = match parent {
        Value::Object(object) => in_object(object, last, step.action),
        Value::Array(items) => in_array(items, last, step.action),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    };
    done.ok_or_else(missing)
}

fn in_object(object: &mut Map<String, Value>, key: &str, action: Action<'_>) -> Option<()> {
    match action {
        // COMPAT: replacing what is not there adds it (02 §7.7).
        Action::Add(value) | Action::Replace(value) => {
            object.insert(key.to_owned(), value.clone());
            Some(())
        }
        Action::Remove => object.shift_remove(key).map(drop),
    }
}

fn in_array(items: &mut Vec<Value>, key: &str, action: Action<'_>) -> Option<()> {
    match action {
        Action::Add(value) => {
            let at = if key == "-" { items.len() } else { index(key)? };
            (at <= items.len()).then(|| items.insert(at, value.clone()))
        }
        Action::Replace(value) => items.get_mut(index(key)?).map(|item| *item = value.clone()),
        Action::Remove => {
            let at = index(key)?;
            (at < items.len()).then(|| drop(items.remove(at)))
        }
    }
}

/// A place in a list: digits without a leading zero.
fn index(key: &str) -> Option<usize> {
    let plain = key.bytes().all(|byte| byte.is_ascii_digit()) && (key == "0" || !key.starts_with('0'));
    plain.then(|| key.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patched(mut document: Value, patch: Value) -> Result<Value, PatchError> {
        let patch: Vec<PatchOperation> = serde_json::from_value(patch).unwrap();
        for step in steps(&patch)? {
            apply(&mut document, &step)?;
        }
        Ok(document)
    }

    #[test]
    fn operations_in_objects_and_lists() {
        let document = json!({"a": {"b": 1, "x/y~": 2}, "l": [1, 2]});
        for (patch, expected) in [
            (json!([]), document.clone()),
            (
                json!([{"op": "add", "path": "/c", "value": null}]),
                json!({"a": {"b": 1, "x/y~": 2}, "l": [1, 2], "c": null}),
            ),
            (json!([{"op": "replace", "path": "/a", "value": 7}]), json!({"a": 7, "l": [1, 2]})),
            (
                json!([{"op": "replace", "path": "/new", "value": 7}, {"op": "remove", "path": "/new"}]),
                document.clone(),
            ),
            (json!([{"op": "remove", "path": "/a/x~1y~0"}]), json!({"a": {"b": 1}, "l": [1, 2]})),
            (
                json!([{"op": "add", "path": "/l/-", "value": 3}, {"op": "add", "path": "/l/0", "value": 0}]),
                json!({"a": {"b": 1, "x/y~": 2}, "l": [0, 1, 2, 3]}),
            ),
            (
                json!([{"op": "remove", "path": "/l/0"}, {"op": "replace", "path": "/l/0", "value": 9}]),
                json!({"a": {"b": 1, "x/y~": 2}, "l": [9]}),
            ),
        ] {
            assert_eq!(patched(document.clone(), patch.clone()), Ok(expected), "{patch}");
        }
    }

    #[test]
    fn what_does_not_apply() {
        let document = json!({"a": {"b": 1}, "l": [1]});
        let missing = |path: &str| PatchError::Missing(path.to_owned());
        for (operation, expected) in [
            (json!({"op": "remove", "path": "/x"}), missing("/x")),
            (json!({"op": "add", "path": "/x/y", "value": 1}), missing("/x/y")),
            (json!({"op": "add", "path": "/a/b/c", "value": 1}), missing("/a/b/c")),
            (json!({"op": "add", "path": "/l/2", "value": 1}), missing("/l/2")),
            (json!({"op": "add", "path": "/l/01", "value": 1}), missing("/l/01")),
            (json!({"op": "replace", "path": "/l/-", "value": 1}), missing("/l/-")),
            (json!({"op": "remove", "path": "/l/1"}), missing("/l/1")),
            (json!({"op": "add", "path": "/l/", "value": 1}), missing("/l/")),
            (json!({"op": "add", "path": "", "value": 1}), PatchError::Pointer(String::new())),
            (json!({"op": "add", "path": "a", "value": 1}), PatchError::Pointer("a".to_owned())),
            (json!({"op": "add", "path": "/a~2", "value": 1}), PatchError::Pointer("/a~2".to_owned())),
            (json!({"op": "add", "path": "/a"}), PatchError::NoValue("/a".to_owned())),
            (json!({"op": "move", "path": "/a", "from": "/l"}), PatchError::Operation),
            (json!({"op": "test", "path": "/a", "value": 1}), PatchError::Operation),
            (json!({"path": "/a", "value": 1}), PatchError::Operation),
        ] {
            assert_eq!(patched(document.clone(), json!([operation])), Err(expected), "{operation}");
        }
    }

    #[test]
    fn documents_do_not_grow_downwards_without_end() {
        let chain: Vec<Value> =
            (1..=70).map(|depth| json!({"op": "add", "path": "/a".repeat(depth), "value": {}})).collect();
        assert!(matches!(patched(json!({}), chain.into()), Err(PatchError::TooDeep(_))));
        let deep = (0..70).fold(json!(1), |value, _| json!([value]));
        let operation = json!([{"op": "add", "path": "/a", "value": deep}]);
        assert!(matches!(patched(json!({}), operation), Err(PatchError::TooDeep(_))));
        let many = vec![json!({"op": "remove", "path": "/a"}); MOST_OPERATIONS + 1];
        assert_eq!(patched(json!({}), many.into()), Err(PatchError::TooLong));
    }
}

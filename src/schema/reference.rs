//! `$ref`: which documents a schema needs, and what a reference points at.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use url::Url;

use super::check;

/// The URIs, without fragment, of the other documents that a schema refers to directly. Load them, ask them
/// in turn, and hand all of them to [`super::Schema::compile`].
pub fn references(document: &Value, uri: &str) -> BTreeSet<String> {
    let base = base_of(document, uri);
    let mut found = BTreeSet::new();
    check::each_schema(document, &mut |_, schema| {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let (target, _) = resolve_uri(&base, reference);
            if target != base && target != uri {
                found.insert(target);
            }
        }
    });
    found
}

/// The URI that relative references in a document start from: its `$id`, or else where it came from.
pub(super) fn base_of(document: &Value, uri: &str) -> String {
    let id = document.get("$id").or_else(|| document.get("id")).and_then(Value::as_str);
    id.map_or_else(|| uri.to_owned(), |id| resolve_uri(uri, id).0)
}

/// Splits a reference into the URI of a document and a fragment.
fn resolve_uri(base: &str, reference: &str) -> (String, String) {
    let (uri, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    if uri.is_empty() {
        return (base.to_owned(), fragment.to_owned());
    }
    let absolute = match Url::parse(base) {
        Ok(base) if !uri.contains("://") => base.join(uri).map_or_else(|_| uri.to_owned(), String::from),
        _ => uri.to_owned(),
    };
    (absolute, fragment.to_owned())
}

/// The documents that references can point at: the schema itself and those that were handed in.
#[derive(Clone, Copy)]
pub(super) struct Resolver<'a> {
    pub(super) root: &'a Value,
    pub(super) others: &'a BTreeMap<String, Value>,
}

/// A place in one of the documents.
#[derive(Clone)]
pub(super) struct Located<'a> {
    pub(super) base: String,
    pub(super) schema: &'a Value,
}

impl<'a> Resolver<'a> {
    pub(super) fn start(self) -> Located<'a> {
        Located { base: base_of(self.root, ""), schema: self.root }
    }

    /// What a reference found in a document with this base points at.
    pub(super) fn resolve(self, base: &str, reference: &str) -> Option<Located<'a>> {
        let (uri, fragment) = resolve_uri(base, reference);
        let document = if uri == base_of(self.root, "") {
            self.root
        } else {
            self.others.get(&uri).or_else(|| {
                self.others.iter().find(|(at, doc)| base_of(doc, at) == uri).map(|(_, doc)| doc)
            })?
        };
        let pointer = percent_decoded(&fragment)?;
        Some(Located { base: base_of(document, &uri), schema: document.pointer(&pointer)? })
    }
}

fn percent_decoded(fragment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let (high, low) = (rest.next()?, rest.next()?);
            let digits = [high, low];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_absolute_and_leave_out_the_document_itself() {
        let document = json!({
            "$id": "https://s.example/a/person.json",
            "properties": {
                "x": {"$ref": "#/definitions/x"},
                "y": {"$ref": "name.json#/definitions/y"},
                "z": {"items": {"$ref": "https://other.example/z.json"}},
                "$ref": {"type": "string"},
            },
            "enum": [{"$ref": "https://not.example/a-schema"}],
        });
        let expected = ["https://other.example/z.json", "https://s.example/a/name.json"];
        assert!(references(&document, "").iter().eq(expected.iter()));
    }

    #[test]
    fn resolves_within_and_across_documents() {
        let root = json!({"definitions": {"a/b": {"type": "string"}}});
        let others =
            BTreeMap::from([("https://s.example/n.json".to_owned(), json!({"definitions": {"n": {}}}))]);
        let resolver = Resolver { root: &root, others: &others };
        assert!(resolver.resolve("", "#/definitions/a~1b").is_some());
        assert!(resolver.resolve("", "#/definitions/%61~1b").is_some());
        assert!(resolver.resolve("", "#/definitions/none").is_none());
        let there = resolver.resolve("", "https://s.example/n.json#/definitions/n").unwrap();
        assert_eq!(there.base, "https://s.example/n.json");
        assert!(resolver.resolve(&there.base, "#/definitions/n").is_some());
        assert!(resolver.resolve("", "https://s.example/other.json").is_none());
    }
}

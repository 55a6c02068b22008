//! From a document to something that can validate.

use std::{collections::BTreeMap, error::Error, fmt};

use jsonschema::{PatternOptions, Retrieve, Uri, Validator};
use serde_json::{Map, Value};

use super::{
    Checked, Field, SchemaProblem, Violation,
    check::{check_document, check_identity_schema, draft_of, number_extensions},
    coerce,
    collect::collect,
    extension::{Extension, Via},
    field::{fields_of, leaf_keys_of, nodes_of},
    format::Format,
    path::{Paths, find_paths},
    problem::Problems,
    reference::Resolver,
    violation::violations_of,
};
use crate::{
    text::{self, Message},
    ui::{Group, Node},
};

/// The greatest size of a document in bytes (03 §4.1).
const MAX_BYTES: usize = 1024 * 1024;

/// Which documents `$ref` may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Refs {
    /// Any that was loaded.
    #[default]
    Anywhere,
    /// Only the document itself and `base64://`.
    LocalOnly,
}

/// The other documents of a schema. Nothing is fetched when a schema is compiled.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    /// Which of them may be used.
    pub refs: Refs,
    /// What [`super::references`] asked for, by URI.
    pub loaded: BTreeMap<String, Value>,
}

/// A compiled identity schema.
pub struct Schema {
    id: String,
    document: Value,
    validator: Validator,
    extensions: Vec<Extension>,
    paths: Paths,
    fields: Vec<Field>,
    leaf_keys: Vec<String>,
}

impl Schema {
    /// Compiles the document of the schema with the configured `id`.
    ///
    /// # Errors
    /// Everything that is wrong with the document, in the order in which it was found.
    pub fn compile(id: &str, text: &str, documents: &Documents) -> Result<Self, Vec<SchemaProblem>> {
        let mut problems = Problems::of(id);
        if text.len() > MAX_BYTES {
            problems.add("", "the document is larger than 1 MiB", "make it smaller");
            return Err(problems.into_found());
        }
        let document: Value = serde_json::from_str(text).map_err(|error| {
            let mut problems = Problems::of(id);
            problems.add("", format!("the document is not JSON: {error}"), "correct it at this line");
            problems.into_found()
        })?;
        let resolver = Resolver { root: &document, others: &documents.loaded };
        check_identity_schema(resolver, documents.refs, &mut problems);
        for (uri, other) in &documents.loaded {
            check_document(other, uri, resolver, documents.refs, &mut problems);
        }
        let paths = if problems.is_empty() { find_paths(resolver, &mut problems) } else { Paths::default() };
        if !problems.is_empty() {
            return Err(problems.into_found());
        }

        let mut extensions = Vec::new();
        let numbered = numbered(&document, &mut extensions);
        let others =
            documents.loaded.iter().map(|(uri, other)| (uri.clone(), numbered_other(other, &mut extensions)));
        let validator = build(&numbered, Loaded(others.collect())).map_err(|what| {
            problems.add("", what, "correct the document");
            problems.into_found()
        })?;
        let fields = fields_of(&paths);
        let leaf_keys = leaf_keys_of(&document);
        Ok(Self { id: id.to_owned(), document, validator, extensions, paths, fields, leaf_keys })
    }

    /// The configured id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The document as it was written.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The fields of a form, in the order of the document.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The nodes of a form, one per field, with the values that `traits` has for them.
    pub fn field_nodes(&self, group: Group, traits: &Map<String, Value>) -> Vec<Node> {
        nodes_of(&self.fields, group, traits)
    }

    /// Whether codes or links go to one of its addresses by this way.
    pub fn sends(&self, via: Via) -> bool {
        let ways = |extension: &Extension| [extension.code, extension.verification, extension.recovery];
        self.extensions.iter().any(|extension| ways(extension).contains(&Some(via)))
    }

    /// The keys that the order of a registration form follows (01 §9.1).
    pub fn leaf_keys(&self) -> impl Iterator<Item = &str> {
        self.leaf_keys.iter().map(String::as_str)
    }

    /// The paths of the traits, in the order of the document.
    pub(super) fn trait_paths(&self) -> &[super::path::Path] {
        &self.paths.all
    }

    /// The label of the login identifier: the title of the trait that is one, when there is exactly one
    /// (01 §7.4).
    pub fn identifier_label(&self) -> Message {
        match self.paths.identifiers.as_slice() {
            [(name, Some(title))] => text::label::from_schema(title, name),
            _ => text::label::identifier(),
        }
    }

    /// Traits from the fields of a form, with the types of the schema (01 §5.1). Keys that name no trait are
    /// left out.
    pub fn traits_from_form(&self, fields: &[(String, String)]) -> Map<String, Value> {
        coerce::from_form(&self.paths, fields)
    }

    /// Traits from a JSON body: its `traits` as they are, and its dotted keys as from a form.
    pub fn traits_from_json(&self, body: &Map<String, Value>) -> Map<String, Value> {
        coerce::from_json(&self.paths, body)
    }

    /// Validates traits and collects from them what the identity needs to know.
    ///
    /// # Errors
    /// What the person has to mend, each at its field, in the order of the fields.
    pub fn validate(&self, traits: &Map<String, Value>) -> Result<Checked, Vec<Violation>> {
        let mut instance = Map::new();
        instance.insert("traits".to_owned(), Value::Object(traits.clone()));
        let instance = Value::Object(instance);
        let violations = violations_of(self.validator.iter_errors(&instance));
        if !violations.is_empty() {
            return Err(self.in_field_order(violations));
        }
        collect(&self.validator.evaluate(&instance), &self.extensions, instance)
            .map_err(|violations| self.in_field_order(violations))
    }

    fn in_field_order(&self, mut violations: Vec<Violation>) -> Vec<Violation> {
        let position = |violation: &Violation| {
            let name = violation.field.as_deref();
            self.paths.all.iter().position(|path| Some(path.name.as_str()) == name).unwrap_or(usize::MAX)
        };
        violations.sort_by_cached_key(|violation| (position(violation), violation.field.clone()));
        violations.dedup();
        violations
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema").field("id", &self.id).finish_non_exhaustive()
    }
}

fn numbered(document: &Value, extensions: &mut Vec<Extension>) -> Value {
    let mut numbered = document.clone();
    number_extensions(&mut numbered, extensions);
    numbered
}

/// Another document; one that does not say its draft is of the same one as the schema, not of the newest.
fn numbered_other(document: &Value, extensions: &mut Vec<Extension>) -> Value {
    let mut other = numbered(document, extensions);
    if let Value::Object(schema) = &mut other
        && !schema.contains_key("$schema")
    {
        schema.insert("$schema".to_owned(), Value::from("http://json-schema.org/draft-07/schema#"));
    }
    other
}

fn build(document: &Value, loaded: Loaded) -> Result<Validator, String> {
    let draft = draft_of(document).unwrap_or(jsonschema::Draft::Draft7);
    jsonschema::options()
        .with_draft(draft)
        .with_pattern_options(PatternOptions::regex())
        .with_keyword("format", Format::keyword)
        // SECURITY: a schema must not make this process read files or call hosts on its own. Test:
        // references_are_never_fetched.
        .with_retriever(loaded)
        .build(document)
        .map_err(|error| error.masked_with("the value").to_string())
}

/// Gives out documents that were loaded before, and no others.
struct Loaded(BTreeMap<String, Value>);

impl Retrieve for Loaded {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        let document = self.0.get(uri.as_str());
        document.cloned().ok_or_else(|| format!("the document {uri} was not loaded").into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::{
        fixtures::{EMAIL, PHONE, USERNAME, compiled, document, object, with_traits},
        references,
    };

    fn problems(text: &str) -> Vec<(String, String)> {
        let found = Schema::compile("test", text, &Documents::default()).unwrap_err();
        assert!(found.iter().all(|problem| !problem.remedy.is_empty() && problem.schema == "test"));
        found.into_iter().map(|problem| (problem.pointer, problem.what)).collect()
    }

    fn pointers(document: &Value) -> Vec<String> {
        problems(&document.to_string()).into_iter().map(|(pointer, _)| pointer).collect()
    }

    #[test]
    fn the_presets_compile_and_sign_in_by_one_name() {
        for (text, label) in [(EMAIL, "traits.email"), (USERNAME, "traits.username"), (PHONE, "traits.phone")]
        {
            let label_of = compiled(text).identifier_label();
            assert_eq!(label_of.id, 1_070_002);
            assert_eq!(label_of.context.unwrap()["name"], label);
        }
    }

    #[test]
    fn a_document_has_to_be_json_of_a_bearable_size_that_describes_traits() {
        assert_eq!(problems("{").len(), 1);
        assert!(problems(&" ".repeat(MAX_BYTES + 1))[0].1.contains("1 MiB"));
        assert_eq!(pointers(&json!([])), [""]);
        assert_eq!(pointers(&json!({})), ["/properties"]);
        assert_eq!(pointers(&document(json!({}), json!({}))), ["/properties/traits/properties"]);
        assert_eq!(
            pointers(&document(json!({"a": {}}), json!({"type": "array"}))),
            ["/properties/traits/type"]
        );
        let draft = json!({"$schema": "https://json-schema.org/draft/2020-12/schema",
            "properties": {"traits": {"properties": {"a": {"type": "string"}}}}});
        assert_eq!(pointers(&draft), ["/$schema"]);
    }

    #[test]
    fn all_problems_are_found_at_once() {
        let document = document(
            json!({
                "a": true,
                "b": {"type": "string", "minLength": "3"},
                "c": {"type": "string", "pattern": "(?=x)y"},
                "d": {"type": "string", "ory.sh/kratos": {"verification": {"via": "post"}}},
                "e": {"type": "string", "format": "uri", "ory.sh/kratos": {"verification": {"via": "email"}}},
                "f": {"type": "string", "ory.sh/kratos": {"verification": {"via": "sms"}}},
                "g": {"items": {"allOf": [{"ory.sh/kratos": {"shoe": 1}}]}},
                "h": {"$ref": "#/definitions/none"},
            }),
            json!({}),
        );
        let at = |tail: &str| format!("/properties/traits/properties/{tail}");
        let expected = [
            at("a"),
            at("b/minLength"),
            at("c/pattern"),
            at("d/ory.sh~1kratos/verification/via"),
            at("e/format"),
            at("f"),
            at("g/items/allOf/0/ory.sh~1kratos/shoe"),
            at("h/$ref"),
        ];
        assert_eq!(pointers(&document), expected);
    }

    #[test]
    fn data_that_looks_like_a_schema_is_left_alone() {
        let schema = with_traits(
            json!({
                "pattern": {"type": "string", "title": "A trait called pattern"},
                "$ref": {"type": "string"},
                "x": {"enum": [{"ory.sh/kratos": 1}, {"pattern": "("}]},
            }),
            json!({}),
        );
        let fields: Vec<&str> = schema.fields().iter().map(|field| field.name.as_str()).collect();
        assert_eq!(fields, ["traits.pattern", "traits.$ref"]);
        assert!(schema.validate(&object(json!({"x": {"ory.sh/kratos": 1}}))).is_ok());
    }

    #[test]
    fn references_may_go_round_neither_at_once_nor_through_fields() {
        let pure = json!({"type": "object", "properties": {"traits": {"type": "object", "properties": {"a": {"$ref": "#/definitions/a"}}}},
            "definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}});
        assert!(problems(&pure.to_string()).iter().all(|(_, what)| what.contains("leads to itself")));
        let tree = json!({"type": "object", "properties": {"traits": {"type": "object", "properties": {"a": {"$ref": "#/definitions/a"}}}},
            "definitions": {"a": {"type": "object", "properties": {"child": {"$ref": "#/definitions/a"}}}}});
        assert!(problems(&tree.to_string())[0].1.contains("traits.a.child"));
    }

    #[test]
    fn a_small_document_cannot_describe_a_huge_form() {
        let mut definitions = Map::new();
        for level in 0..20 {
            let next = json!({"$ref": format!("#/definitions/d{}", level + 1)});
            definitions.insert(format!("d{level}"), json!({"properties": {"a": next, "b": next}}));
        }
        definitions.insert("d20".to_owned(), json!({"type": "string"}));
        let bomb = json!({"type": "object", "definitions": definitions,
            "properties": {"traits": {"type": "object", "properties": {"a": {"$ref": "#/definitions/d0"}}}}});
        assert!(problems(&bomb.to_string())[0].1.contains("too many fields"));
    }

    #[test]
    fn references_are_never_fetched() {
        let remote =
            document(json!({"a": {"$ref": "https://s.example/name.json#/definitions/a"}}), json!({}));
        let asked = references(&remote, "");
        assert!(asked.iter().eq(["https://s.example/name.json"]));
        assert_eq!(problems(&remote.to_string()).len(), 1);
        for uri in ["file:///etc/hostname", "http://127.0.0.1:1/x.json"] {
            let document = document(json!({"a": {"$ref": uri}}), json!({}));
            assert_eq!(problems(&document.to_string()).len(), 1, "{uri}");
        }

        let name = json!({"definitions": {"a": {"type": "string", "title": "A",
            "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}}}}});
        let mut documents = Documents {
            loaded: BTreeMap::from([("https://s.example/name.json".to_owned(), name)]),
            refs: Refs::Anywhere,
        };
        let schema = Schema::compile("test", &remote.to_string(), &documents).unwrap();
        assert_eq!(schema.fields()[0].title.as_deref(), Some("A"));
        let checked = schema.validate(&object(json!({"a": "Ada"}))).unwrap();
        assert_eq!(checked.password_identifiers, ["ada"]);

        documents.refs = Refs::LocalOnly;
        let refused = Schema::compile("test", &remote.to_string(), &documents).unwrap_err();
        assert!(refused[0].what.contains("switched off"));
    }

    #[test]
    fn the_label_of_the_identifier_is_general_when_there_are_several_or_no_title() {
        let login = json!({"credentials": {"password": {"identifier": true}}});
        let two = with_traits(
            json!({"a": {"type": "string", "title": "A", "ory.sh/kratos": login}, "b": {"type": "string", "title": "B", "ory.sh/kratos": login}}),
            json!({}),
        );
        assert_eq!(two.identifier_label().id, 1_070_004);
        let untitled = with_traits(json!({"a": {"type": "string", "ory.sh/kratos": login}}), json!({}));
        assert_eq!(untitled.identifier_label().id, 1_070_004);
        let none = with_traits(json!({"a": {"type": "string", "title": "A"}}), json!({}));
        assert_eq!(none.identifier_label().id, 1_070_004);
    }

    #[test]
    fn older_drafts_work() {
        let draft4 = json!({"$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "properties": {"traits": {
            "type": "object", "properties": {"n": {"type": "number", "minimum": 3, "exclusiveMinimum": true}}}}});
        let schema = compiled(&draft4.to_string());
        assert!(schema.validate(&object(json!({"n": 4}))).is_ok());
        let violations = schema.validate(&object(json!({"n": 3}))).unwrap_err();
        assert_eq!(violations[0].message.id, 4_000_019);
    }
}

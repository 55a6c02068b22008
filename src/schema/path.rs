//! Walks a schema for the paths of its traits: what can be a field, and how its text is typed.

use serde_json::{Map, Value};

use super::{
    extension::{Extension, KEYWORD},
    problem::Problems,
    reference::{Located, Resolver},
};

/// The most sub-schemas that are walked. References let a small document describe a huge form.
const MAX_VISITS: usize = 10_000;

/// The paths of a schema in the order of the document.
#[derive(Debug, Default)]
pub(super) struct Paths {
    pub(super) all: Vec<Path>,
    /// Traits that name an account, with their titles.
    pub(super) identifiers: Vec<(String, Option<String>)>,
}

/// A path below `traits`.
#[derive(Debug, Clone)]
pub(super) struct Path {
    pub(super) segments: Vec<String>,
    pub(super) name: String,
    /// `None` when the schema does not determine one type.
    pub(super) kind: Option<Kind>,
    pub(super) required: bool,
    pub(super) schema: Map<String, Value>,
}

/// The type of the value at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Boolean,
    Object,
    List(Item),
}

/// The type of the items of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Any,
    Number,
    Boolean,
    Object,
}

/// Finds all paths below `traits`.
pub(super) fn find_paths(resolver: Resolver<'_>, problems: &mut Problems) -> Paths {
    let mut walk = Walk { resolver, problems, trail: Vec::new(), visits: 0, found: Paths::default() };
    walk.visit(resolver.start(), &mut Vec::new(), false);
    if walk.visits > MAX_VISITS {
        walk.problems.add("", "the schema describes too many fields", "use fewer references or combinations");
    }
    walk.found
}

struct Walk<'a, 'p> {
    resolver: Resolver<'a>,
    problems: &'p mut Problems,
    /// The targets of the references that led here.
    trail: Vec<&'a Value>,
    visits: usize,
    found: Paths,
}

impl<'a> Walk<'a, '_> {
    fn visit(&mut self, at: Located<'a>, segments: &mut Vec<String>, required: bool) {
        let Value::Object(schema) = at.schema else { return };
        self.visits += 1;
        if self.visits > MAX_VISITS {
            return;
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            self.follow(&at.base, reference, segments, required);
            return;
        }
        self.record(schema, segments, required);
        let listed: Vec<&str> = strings(schema.get("required"));
        if let Some(Value::Object(properties)) = schema.get("properties") {
            let is_root = segments.is_empty();
            for (name, child) in properties.iter().filter(|(name, _)| !is_root || *name == "traits") {
                segments.push(name.clone());
                self.visit(at.to(child), segments, listed.contains(&name.as_str()));
                segments.pop();
            }
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for branch in schema.get(keyword).and_then(Value::as_array).into_iter().flatten() {
                self.visit(at.to(branch), segments, required);
            }
        }
        for keyword in ["not", "if", "then", "else"] {
            if let Some(branch) = schema.get(keyword) {
                self.visit(at.to(branch), segments, required);
            }
        }
    }

    fn follow(&mut self, base: &str, reference: &str, segments: &mut Vec<String>, required: bool) {
        let Some(target) = self.resolver.resolve(base, reference) else { return };
        if self.trail.iter().any(|earlier| std::ptr::eq(*earlier, target.schema)) {
            self.problems.add(
                "",
                format!("the reference \"{reference}\" at {} leads back to itself", segments.join(".")),
                "a form cannot show traits without an end; describe as many levels as there are",
            );
            return;
        }
        self.trail.push(target.schema);
        self.visit(target, segments, required);
        self.trail.pop();
    }

    fn record(&mut self, schema: &Map<String, Value>, segments: &[String], required: bool) {
        if segments.is_empty() {
            return;
        }
        let path = Path {
            segments: segments.to_vec(),
            name: segments.join("."),
            kind: kind_of(schema),
            required,
            schema: schema.clone(),
        };
        let extension = schema.get(KEYWORD).and_then(|object| Extension::parse(object, None).ok());
        if extension.is_some_and(|extension| extension.names_the_account())
            && !self.found.identifiers.iter().any(|(name, _)| *name == path.name)
        {
            self.found.identifiers.push((path.name.clone(), path.title().map(str::to_owned)));
        }
        match self.found.all.iter_mut().find(|earlier| earlier.name == path.name) {
            Some(earlier) if path.kind.is_some() && !earlier.has_settled() => *earlier = path,
            Some(_) => {}
            None => self.found.all.push(path),
        }
    }
}

impl Path {
    pub(super) fn title(&self) -> Option<&str> {
        self.schema.get("title").and_then(Value::as_str).filter(|title| !title.is_empty())
    }

    /// What the schema says that the trait is besides a value.
    pub(super) fn extension(&self) -> Option<Extension> {
        Extension::parse(self.schema.get(KEYWORD)?, None).ok()
    }

    pub(super) fn is_text(&self) -> bool {
        self.kind == Some(Kind::Text)
    }

    /// The text that `traits` have here, unless it is empty.
    pub(super) fn text_in<'a>(&self, traits: &'a Map<String, Value>) -> Option<&'a str> {
        let (name, rest) = self.segments.get(1..)?.split_first()?;
        let value = rest.iter().try_fold(traits.get(name)?, |value, name| value.get(name))?;
        value.as_str().filter(|text| !text.is_empty())
    }

    /// Whether a later description of the same path is ignored: one with a default stays.
    fn has_settled(&self) -> bool {
        self.kind.is_some() && self.schema.contains_key("default")
    }
}

impl<'a> Located<'a> {
    fn to(&self, schema: &'a Value) -> Self {
        Self { base: self.base.clone(), schema }
    }
}

fn kind_of(schema: &Map<String, Value>) -> Option<Kind> {
    match schema.get("type") {
        Some(Value::String(name)) => named(name, schema),
        Some(_) => schema.get("default").and_then(|value| kind_of_value(value, schema)),
        None => {
            let example = schema.get("const").or_else(|| schema.get("default"))?;
            kind_of_value(example, schema)
        }
    }
}

fn named(name: &str, schema: &Map<String, Value>) -> Option<Kind> {
    match name {
        "string" => Some(Kind::Text),
        "number" | "integer" => Some(Kind::Number),
        "boolean" => Some(Kind::Boolean),
        "object" => Some(Kind::Object),
        "array" => Some(Kind::List(item_of(schema))),
        _ => None,
    }
}

fn kind_of_value(value: &Value, schema: &Map<String, Value>) -> Option<Kind> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some(Kind::Boolean),
        Value::Number(_) => Some(Kind::Number),
        Value::String(_) => Some(Kind::Text),
        Value::Array(_) => Some(Kind::List(item_of(schema))),
        Value::Object(_) => Some(Kind::Object),
    }
}

fn item_of(schema: &Map<String, Value>) -> Item {
    match schema.get("items").and_then(|items| items.get("type")).and_then(Value::as_str) {
        Some("number" | "integer") => Item::Number,
        Some("boolean") => Item::Boolean,
        Some("object" | "array") => Item::Object,
        _ => Item::Any,
    }
}

fn strings(list: Option<&Value>) -> Vec<&str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

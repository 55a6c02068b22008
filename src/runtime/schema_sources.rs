//! Fetches and compiles the identity schemas that a configuration names.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{BuildError, Outside, Schemas, Served, fetch::bytes};
use crate::{
    config::{Config, SchemaSettings},
    schema::{Documents, Refs, Schema, references},
};

/// A schema larger than this is refused (03 §4.1).
const LARGEST: usize = 1024 * 1024;

/// A schema may refer to documents that refer to documents, this deep.
const DEEPEST: usize = 8;

/// The presets that come with the program, by name.
const PRESETS: [(&str, &str); 3] = [
    ("email", include_str!("../../identity-schemas/email.schema.json")),
    ("username", include_str!("../../identity-schemas/username.schema.json")),
    ("phone", include_str!("../../identity-schemas/phone.schema.json")),
];

/// Fetches and compiles all schemas; reports the problems of all of them.
pub async fn schemas(config: &Config, outside: &Outside) -> Result<Schemas, Vec<BuildError>> {
    let mut compiled = Vec::new();
    let mut problems = Vec::new();
    for settings in &config.identity.schemas {
        match compile(settings, config, outside).await {
            Ok(served) => compiled.push(served),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let default = &config.identity.default_schema_id;
    Schemas::new(compiled, default).ok_or_else(|| {
        vec![BuildError::new(
            "identity.default_schema_id",
            format!("names {default:?}, which is not among identity.schemas"),
        )]
    })
}

async fn compile(
    settings: &SchemaSettings,
    config: &Config,
    outside: &Outside,
) -> Result<Served, Vec<BuildError>> {
    let key = format!("identity.schemas ({})", settings.id);
    let one = |what: String| vec![BuildError::new(&key, what)];
    let text = match settings.source.preset() {
        Some(name) => preset(name).map(str::to_owned).map_err(one)?,
        None => fetch(settings.source.as_str(), outside).await.map_err(one)?,
    };
    let loaded = match (config.security.forbid_schema_references, serde_json::from_str::<Value>(&text)) {
        (false, Ok(document)) => follow(&document, outside).await.map_err(one)?,
        // A document that is no JSON is reported by the compiler, with its line.
        (true, _) | (false, Err(_)) => BTreeMap::new(),
    };
    let refs = if config.security.forbid_schema_references { Refs::LocalOnly } else { Refs::Anywhere };
    let schema = Schema::compile(&settings.id, &text, &Documents { refs, loaded }).map_err(|found| {
        found.iter().map(|problem| BuildError::new(&key, problem.to_string())).collect::<Vec<_>>()
    })?;
    Ok(Served {
        id: settings.id.clone(),
        document: schema.document().clone(),
        selectable: settings.selectable,
        schema,
    })
}

fn preset(name: &str) -> Result<&'static str, String> {
    let found = PRESETS.iter().find(|(known, _)| *known == name);
    let names: Vec<_> = PRESETS.iter().map(|(known, _)| *known).collect();
    found
        .map(|(_, text)| *text)
        .ok_or_else(|| format!("there is no preset {name:?}; there are: {}", names.join(", ")))
}

async fn fetch(uri: &str, outside: &Outside) -> Result<String, String> {
    let bytes = bytes(uri, LARGEST, outside).await?;
    String::from_utf8(bytes).map_err(|_| "the schema is not UTF-8 text".to_owned())
}

/// Fetches the documents that a schema refers to, and those that they refer to.
async fn follow(document: &Value, outside: &Outside) -> Result<BTreeMap<String, Value>, String> {
    let mut loaded = BTreeMap::new();
    let mut wanted: Vec<String> = references(document, "").into_iter().collect();
    for _ in 0..DEEPEST {
        let mut next = Vec::new();
        for uri in std::mem::take(&mut wanted) {
            if loaded.contains_key(&uri) {
                continue;
            }
            let text = fetch(&uri, outside).await?;
            let value: Value =
                serde_json::from_str(&text).map_err(|error| format!("{uri} is not valid JSON: {error}"))?;
            next.extend(references(&value, &uri));
            loaded.insert(uri, value);
        }
        wanted = next;
        if wanted.is_empty() {
            return Ok(loaded);
        }
    }
    Err(format!("its references are nested deeper than {DEEPEST} documents"))
}

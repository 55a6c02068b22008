//! `validate identity`: what an import would refuse, told before it.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{
    args::Files,
    client::{AdminApi, Asked},
    identity,
    source::{self, Entry},
};
use crate::{
    cli::{CliError, Out},
    config::Environment,
    schema::{Documents, Schema},
    web::admin::check_create,
};

/// Checks identities in files, up to the first that does not fit.
///
/// # Errors
/// One does not fit, or its schema cannot be had.
pub async fn validate(out: &Out, asked: &Files, environment: &Environment) -> Result<(), CliError> {
    let api = AdminApi::of(&asked.endpoint, environment)?;
    let mut schemas = Schemas { api, known: HashMap::new() };
    let mut count = 0_usize;
    for file in source::files(&asked.files) {
        for entry in source::read(&file)? {
            schemas
                .check(&entry)
                .await
                .map_err(|what| CliError::new(format!("{}, identity {}: {what}", entry.file, entry.index)))?;
            count = count.saturating_add(1);
        }
    }
    if !asked.output.quiet {
        out.line(format!("All {count} identities are valid."));
    }
    Ok(())
}

/// The schemas of a server, as far as they were needed.
struct Schemas {
    api: AdminApi,
    known: HashMap<String, Schema>,
}

impl Schemas {
    async fn check(&mut self, entry: &Entry) -> Result<(), String> {
        check_create(&entry.body)?;
        let id = identity::text(&entry.body, "schema_id");
        if id.is_empty() {
            return Err("schema_id is missing: name the identity schema".to_owned());
        }
        if !self.known.contains_key(&id) {
            let schema = self.fetch(&id).await?;
            self.known.insert(id.clone(), schema);
        }
        let nothing = Map::new();
        let traits = entry.body.get("traits").and_then(Value::as_object).unwrap_or(&nothing);
        let Some(schema) = self.known.get(&id) else { return Ok(()) };
        let Err(violations) = schema.validate(traits) else { return Ok(()) };
        let told: Vec<String> = violations
            .iter()
            .map(|violation| {
                let field = violation.field.as_deref().unwrap_or("traits");
                format!("{field}: {}", violation.message.text)
            })
            .collect();
        Err(told.join(" "))
    }

    async fn fetch(&self, id: &str) -> Result<Schema, String> {
        let answer = self.api.ask(&Asked::get(&["schemas", id])).await;
        let document = answer.map_err(|error| format!("the schema {id} cannot be had: {}", error.what))?.body;
        Schema::compile(id, &document.to_string(), &Documents::default()).map_err(|problems| {
            let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
            told.join("\n")
        })
    }
}

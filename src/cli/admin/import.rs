//! `import identities`: many at once, one by one where a whole batch is refused (03 §10).

use std::collections::HashMap;

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{
    args::Import,
    client::{AdminApi, Asked, CallError},
    failures::Failures,
    identity,
    source::{self, Entry},
};
use crate::{
    cli::{CliError, Out, Progress},
    config::Environment,
};

/// Passwords in clear that go in one request: each is hashed before the answer, which has to come in time.
const MOST_PASSWORDS: usize = 8;

/// Bytes of one request; servers take a few million.
const LARGEST_BATCH: usize = 1 << 20;

/// Imports what files hold, and goes on after what does not work.
///
/// # Errors
/// Something could not be imported; the rest is.
pub async fn import(out: &Out, asked: &Import, environment: &Environment) -> Result<(), CliError> {
    let api = AdminApi::of(&asked.files.endpoint, environment)?;
    let mut run = Run { api, failures: Failures::of_files(), created: Vec::new(), gone: false };
    let mut entries = Vec::new();
    for file in source::files(&asked.files.files) {
        match source::read(&file) {
            Ok(found) => entries.extend(found),
            Err(error) => run.failures.place(&file.display().to_string(), "-", &error.to_string()),
        }
    }
    let progress = Progress::over(entries.len(), "identities");
    for batch in batches(&entries, usize::from(asked.batch_size)) {
        run.batch(batch).await;
        progress.advance(batch.len());
    }
    progress.finish();
    run.end(out, asked).await
}

/// Cuts the entries into requests.
fn batches(entries: &[Entry], size: usize) -> Vec<&[Entry]> {
    let mut batches = Vec::new();
    let mut rest = entries;
    while !rest.is_empty() {
        let (mut passwords, mut bytes, mut count) = (0_usize, 0_usize, 0_usize);
        for entry in rest.iter().take(size) {
            passwords = passwords.saturating_add(usize::from(has_password(&entry.body)));
            bytes = bytes.saturating_add(entry.body.to_string().len());
            if count > 0 && (passwords > MOST_PASSWORDS || bytes > LARGEST_BATCH) {
                break;
            }
            count = count.saturating_add(1);
        }
        let (batch, more) = rest.split_at_checked(count).unwrap_or((rest, &[]));
        batches.push(batch);
        rest = more;
    }
    batches
}

fn has_password(body: &Value) -> bool {
    body.pointer("/credentials/password/config/password").is_some()
}

/// An import on its way.
struct Run {
    api: AdminApi,
    failures: Failures,
    /// What was created: ids, or whole identities where the server gave them.
    created: Vec<Value>,
    /// Whether the server cannot be reached, so that there is no use in asking further.
    gone: bool,
}

impl Run {
    async fn batch(&mut self, batch: &[Entry]) {
        if self.gone {
            return batch.iter().for_each(|entry| self.failed(entry, "not tried"));
        }
        let items: Vec<Value> = batch.iter().map(|entry| json!({ "create": entry.body })).collect();
        let body = json!({ "identities": items });
        let path = ["admin", "identities"];
        let asked = Asked { method: Method::PATCH, body: Some(&body), ..Asked::get(&path) };
        match self.api.ask(&asked).await {
            Ok(answer) => self.settle(batch, &answer.body),
            // One that makes no sense refuses all, and older servers know no batches.
            Err(error) if matches!(error.status, Some(400..=499)) => self.one_by_one(batch).await,
            Err(error) => self.all_failed(batch, &error),
        }
    }

    fn all_failed(&mut self, batch: &[Entry], error: &CallError) {
        self.gone = error.unreachable;
        batch.iter().for_each(|entry| self.failed(entry, &error.what));
    }

    /// Sorts the results of a batch, which come in its order.
    fn settle(&mut self, batch: &[Entry], answer: &Value) {
        let results = answer.get("identities").and_then(Value::as_array).map(Vec::as_slice);
        let mut results = results.unwrap_or_default().iter();
        for entry in batch {
            let result = results.next();
            match result.and_then(|result| result.get("identity")).filter(|id| id.is_string()) {
                Some(id) => self.created.push(json!({ "id": id })),
                None => {
                    let error = result.and_then(|result| result.get("error"));
                    self.failed(entry, &error.map_or("the server told no result".to_owned(), refusal));
                }
            }
        }
    }

    async fn one_by_one(&mut self, batch: &[Entry]) {
        for entry in batch {
            let path = ["admin", "identities"];
            let asked = Asked { method: Method::POST, body: Some(&entry.body), ..Asked::get(&path) };
            match self.api.ask(&asked).await {
                Ok(answer) => self.created.push(answer.body),
                Err(error) => self.failed(entry, &error.what),
            }
        }
    }

    fn failed(&mut self, entry: &Entry, what: &str) {
        self.failures.place(&entry.file, &entry.index.to_string(), what);
    }

    /// Shows what was created, then what was not.
    async fn end(mut self, out: &Out, asked: &Import) -> Result<(), CliError> {
        if !self.created.is_empty() {
            if !asked.files.output.quiet {
                self.complete(usize::from(asked.batch_size)).await?;
            }
            let data = match self.created.as_slice() {
                [one] => one.clone(),
                several => Value::Array(several.to_vec()),
            };
            identity::shown(&self.created, data).print(out, &asked.files.output)?;
        }
        self.failures.end(out, "could not be imported")
    }

    /// Asks for what a batch does not tell: all that an identity has besides its id.
    async fn complete(&mut self, size: usize) -> Result<(), CallError> {
        let unknown: Vec<String> = self
            .created
            .iter()
            .filter(|identity| identity.get("schema_id").is_none())
            .map(|identity| identity::text(identity, "id"))
            .collect();
        let mut known = HashMap::new();
        for ids in unknown.chunks(size.max(1)) {
            let count = ids.len().to_string();
            let mut query = vec![("page_size", count.as_str())];
            query.extend(ids.iter().map(|id| ("ids", id.as_str())));
            let answer =
                self.api.ask(&Asked { query: &query, ..Asked::get(&["admin", "identities"]) }).await?;
            let Value::Array(found) = answer.body else { continue };
            known.extend(found.into_iter().map(|identity| (identity::text(&identity, "id"), identity)));
        }
        for identity in &mut self.created {
            if let Some(whole) = known.remove(&identity::text(identity, "id")) {
                *identity = whole;
            }
        }
        Ok(())
    }
}

/// What an error within an answer says.
fn refusal(error: &Value) -> String {
    let part = |map: &Map<String, Value>, name: &str| match map.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        Some(Value::Number(code)) => Some(code.to_string()),
        _ => None,
    };
    let Some(map) = error.as_object() else { return error.to_string() };
    let parts: Vec<String> =
        ["code", "message", "reason"].iter().filter_map(|name| part(map, name)).collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(bodies: Vec<Value>, size: usize) -> Vec<usize> {
        let entries: Vec<Entry> = bodies
            .into_iter()
            .enumerate()
            .map(|(index, body)| Entry { file: "-".to_owned(), index, body })
            .collect();
        batches(&entries, size).iter().map(|batch| batch.len()).collect()
    }

    #[test]
    fn a_request_is_small_enough_to_be_answered_in_time() {
        assert_eq!(sizes(vec![json!({}); 250], 100), [100, 100, 50]);
        let password = json!({"credentials": {"password": {"config": {"password": "p"}}}});
        assert_eq!(sizes(vec![password.clone(); 20], 100), [8, 8, 4]);
        let mut mixed = vec![json!({}); 50];
        mixed.extend(vec![password; 9]);
        assert_eq!(sizes(mixed, 100), [58, 1]);
        let large = json!({"traits": {"note": "x".repeat(LARGEST_BATCH)}});
        assert_eq!(sizes(vec![large.clone(), large, json!({})], 100), [1, 1, 1]);
        assert_eq!(sizes(Vec::new(), 100), Vec::<usize>::new());
    }
}

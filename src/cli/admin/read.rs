//! `get identity`, `list identities` and `delete identity`: what goes by ids.

use reqwest::{Method, header};
use serde_json::{Value, json};

use super::{
    args::{Delete, Get, List},
    client::{AdminApi, Asked},
    failures::Failures,
    format::Shown,
    identity,
};
use crate::{
    cli::{CliError, Out},
    config::Environment,
};

/// Shows identities.
///
/// # Errors
/// One of them could not be had; the others are shown.
pub async fn get(out: &Out, asked: &Get, environment: &Environment) -> Result<(), CliError> {
    let api = AdminApi::of(&asked.endpoint, environment)?;
    let credentials: Vec<(&str, &str)> =
        asked.include_credentials.iter().map(|kind| ("include_credential", kind.as_str())).collect();
    let mut failures = Failures::of_ids();
    let mut found = Vec::new();
    for id in &asked.ids {
        let by_external_id = ["admin", "identities", "by", "external", id.as_str()];
        let by_id = ["admin", "identities", id.as_str()];
        let path: &[&str] = if asked.external_id { &by_external_id } else { &by_id };
        match api.ask(&Asked { query: &credentials, ..Asked::get(path) }).await {
            Ok(answer) => found.push(answer.body),
            Err(error) => failures.id(id, &error),
        }
    }
    if !found.is_empty() {
        let data = match found.as_slice() {
            [one] if asked.ids.len() == 1 => one.clone(),
            several => Value::Array(several.to_vec()),
        };
        identity::shown(&found, data).print(out, &asked.output)?;
    }
    failures.end(out, "could not be shown")
}

/// Lists identities.
///
/// # Errors
/// The server did not list them.
pub async fn list(out: &Out, asked: &List, environment: &Environment) -> Result<(), CliError> {
    let api = AdminApi::of(&asked.endpoint, environment)?;
    let size = asked.page_size.to_string();
    let mut query = vec![("page_size", size.as_str())];
    query.extend(asked.page_token.as_deref().map(|token| ("page_token", token)));
    query.extend(asked.consistency.as_deref().map(|level| ("consistency", level)));
    let answer = api.ask(&Asked { query: &query, ..Asked::get(&["admin", "identities"]) }).await?;
    let Value::Array(found) = &answer.body else {
        return Err(CliError::new("The server answered something that is no list of identities."));
    };
    let links = answer.headers.get_all(header::LINK).iter().filter_map(|value| value.to_str().ok());
    let next = links.flat_map(|line| line.split(',')).find_map(next_page).unwrap_or_default();
    let data = json!({ "identities": &answer.body, "next_page_token": next });
    let mut shown = identity::shown(found, data);
    if !next.is_empty() {
        shown.rows.push(vec!["NEXT PAGE TOKEN".to_owned(), next]);
    }
    shown.print(out, &asked.output)
}

/// The token in a link to the next page.
fn next_page(link: &str) -> Option<String> {
    let (target, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
    rest.contains("rel=\"next\"").then_some(())?;
    let (_, query) = target.split_once('?')?;
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "page_token")
        .map(|(_, token)| token.into_owned())
}

/// Deletes identities.
///
/// # Errors
/// One of them could not be deleted; the others are.
pub async fn delete(out: &Out, asked: &Delete, environment: &Environment) -> Result<(), CliError> {
    let api = AdminApi::of(&asked.endpoint, environment)?;
    let mut failures = Failures::of_ids();
    let mut gone = Vec::new();
    for id in &asked.ids {
        let path = ["admin", "identities", id.as_str()];
        match api.ask(&Asked { method: Method::DELETE, ..Asked::get(&path) }).await {
            Ok(_) => gone.push(id.clone()),
            Err(error) => failures.id(id, &error),
        }
    }
    if !gone.is_empty() {
        let rows = gone.iter().map(|id| vec![id.clone()]).collect();
        Shown { columns: &["ID"], rows, data: json!(gone), ids: gone }.print(out, &asked.output)?;
    }
    failures.end(out, "could not be deleted")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_among_links() {
        let next = "</admin/identities?page_size=2&page_token=a%3Db>; rel=\"next\"";
        assert_eq!(next_page(next).as_deref(), Some("a=b"));
        assert_eq!(next_page("</admin/identities?page_token=x>; rel=\"first\""), None);
        assert_eq!(next_page("nonsense"), None);
    }
}

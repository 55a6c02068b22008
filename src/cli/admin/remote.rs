//! `remote status` and `remote version`.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    args::Remote,
    client::{AdminApi, Asked},
    format::Shown,
};
use crate::{
    cli::{CliError, Out},
    config::Environment,
};

/// Tells whether a server is alive and ready.
///
/// # Errors
/// It cannot be reached, or is not.
pub async fn status(out: &Out, asked: &Remote, environment: &Environment) -> Result<(), CliError> {
    let api = AdminApi::of(&asked.endpoint, environment)?;
    let is_ok = async |probe| {
        let path: [&str; 2] = ["health", probe];
        let request = Asked { method: Method::GET, path: &path, query: &[], body: None };
        api.send(&request).await.map(|answer| (answer.status.is_success(), answer.body))
    };
    let (alive, _) = is_ok("alive").await?;
    let (ready, reasons) = is_ok("ready").await?;
    let shown = Shown {
        columns: &["ALIVE", "READY"],
        rows: vec![vec![alive.to_string(), ready.to_string()]],
        ids: vec![(alive && ready).to_string()],
        data: json!({ "alive": alive, "ready": ready }),
    };
    shown.print(out, &asked.output)?;
    if alive && ready {
        return Ok(());
    }
    let reasons: Value = serde_json::from_slice(&reasons).unwrap_or_default();
    let why: Vec<String> = reasons
        .get("errors")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(part, what)| format!("{part}: {}", what.as_str().unwrap_or_default()))
        .collect();
    let why = if why.is_empty() { String::new() } else { format!(": {}", why.join("; ")) };
    Err(CliError::new(format!("The server is not ready{why}.")))
}

/// Tells the version of a server.
///
/// # Errors
/// It cannot be reached, or is no such server.
pub async fn version(out: &Out, asked: &Remote, environment: &Environment) -> Result<(), CliError> {
    let api = AdminApi::of(&asked.endpoint, environment)?;
    let answer = api.ask(&Asked::get(&["version"])).await?;
    let Some(version) = answer.body.get("version").and_then(Value::as_str) else {
        return Err(CliError::new("The server answered something that is no version; is this an admin API?"));
    };
    let shown = Shown {
        columns: &["VERSION"],
        rows: vec![vec![version.to_owned()]],
        ids: vec![version.to_owned()],
        data: json!({ "version": version }),
    };
    shown.print(out, &asked.output)
}

//! Fetches what a configuration names: the one way from a source to what it says. Errors are for operators.

use super::{BuildError, Outside};
use crate::{config, jsonnet::Snippet, net::Source};

/// A template or program larger than this is refused (03 §8.6).
pub(super) const LARGEST_TEXT: usize = 256 * 1024;

/// The bytes at `uri`, `limit` of them at the most.
pub(super) async fn bytes(uri: &str, limit: usize, outside: &Outside) -> Result<Vec<u8>, String> {
    let source = Source::parse(uri).map_err(|error| error.to_string())?;
    source.load(&outside.http, limit).await.map_err(|error| error.to_string())
}

/// The text at `uri`, of `limit` bytes at the most.
pub(super) async fn text(uri: &str, limit: usize, outside: &Outside) -> Result<String, String> {
    let bytes = bytes(uri, limit, outside).await?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
}

/// The operator's program at `source`, with the workers that run it.
pub(super) async fn snippet(
    source: &config::Source,
    limit: usize,
    outside: &Outside,
) -> Result<Snippet, String> {
    let text = text(source.as_str(), limit, outside).await?;
    Ok(Snippet { jsonnet: outside.jsonnet.clone(), source: source.to_string(), text })
}

/// The program that makes the body of a request, if there is one; `key` is where it stands.
pub(super) async fn program(
    key: &str,
    source: Option<&config::Source>,
    outside: &Outside,
) -> Result<Option<Snippet>, BuildError> {
    let Some(source) = source else { return Ok(None) };
    let snippet = snippet(source, LARGEST_TEXT, outside).await;
    snippet.map(Some).map_err(|what| BuildError::new(key, what))
}

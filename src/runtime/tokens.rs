//! The signed tokens that sessions can be shown as: loads their keys (02 §6.8).

use std::{collections::BTreeMap, fmt};

use serde_json::{Map, Value};

use super::{
    BuildError, Outside,
    fetch::{bytes, snippet},
};
use crate::{
    config::{Config, TokenSettings, TokenSubject},
    crypto::JwtSigner,
    jsonnet::{JsonnetError, Snippet},
    kernel::Lifespan,
};

/// A larger key set or program is refused.
const LARGEST: usize = 1024 * 1024;

/// What a signed token is made of.
#[derive(Debug)]
pub struct TokenTemplate {
    /// How long it lasts.
    pub ttl: Lifespan,
    /// Whom it names.
    pub subject: TokenSubject,
    /// What signs it.
    pub signer: JwtSigner,
    /// The operator's program that changes its claims.
    pub mapper: Option<ClaimsMapper>,
}

/// The operator's program that changes the claims of a token (03 §6.4).
#[derive(Debug)]
pub struct ClaimsMapper(Snippet);

/// Why claims were not changed.
#[derive(Debug, thiserror::Error)]
pub enum MapperError {
    /// The program failed.
    #[error(transparent)]
    Program(#[from] JsonnetError),
    /// The program made something else.
    #[error("{0}: the program has to give an object with the object `claims`")]
    NoClaims(String),
}

impl ClaimsMapper {
    /// The claims with those that the program makes laid over them. Whom the token names stays.
    ///
    /// # Errors
    /// The program failed, or made something else than claims.
    pub async fn map(
        &self,
        claims: Map<String, Value>,
        session: Value,
    ) -> Result<Map<String, Value>, MapperError> {
        let variables = BTreeMap::from([
            ("claims".to_owned(), Value::Object(claims.clone())),
            ("session".to_owned(), session),
        ]);
        let made = self.0.with(variables).await?;
        let Some(made) = made.get("claims").and_then(Value::as_object) else {
            return Err(MapperError::NoClaims(self.0.source.clone()));
        };
        let mut mapped = claims;
        // SECURITY: a token never names somebody else (`a_program_changes_claims_but_not_whom_they_name`).
        mapped.extend(made.iter().filter(|(name, _)| *name != "sub").map(|(k, v)| (k.clone(), v.clone())));
        Ok(mapped)
    }
}

/// The templates by their names.
#[derive(Default)]
pub struct TokenTemplates(BTreeMap<String, TokenTemplate>);

impl TokenTemplates {
    /// The template of this name.
    pub fn find(&self, name: &str) -> Option<&TokenTemplate> {
        self.0.get(name)
    }
}

impl fmt::Debug for TokenTemplates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Loads the keys of all templates; reports the problems of all of them.
pub async fn token_templates(config: &Config, outside: &Outside) -> Result<TokenTemplates, Vec<BuildError>> {
    let (mut templates, mut problems) = (BTreeMap::new(), Vec::new());
    for (name, settings) in &config.session.tokens {
        match template(settings, outside).await {
            Ok(template) => drop(templates.insert(name.clone(), template)),
            Err((key, what)) => {
                let path = format!("session.whoami.tokenizer.templates.{name}.{key}");
                problems.push(BuildError::new(path, what));
            }
        }
    }
    if problems.is_empty() { Ok(TokenTemplates(templates)) } else { Err(problems) }
}

async fn template(
    settings: &TokenSettings,
    outside: &Outside,
) -> Result<TokenTemplate, (&'static str, String)> {
    let wrong = |what: String| ("jwks_url", what);
    let keys = bytes(settings.keys.as_str(), LARGEST, outside).await.map_err(wrong)?;
    let signer = JwtSigner::from_key_set(&keys).map_err(|error| wrong(error.to_string()))?;
    let mapper = match &settings.mapper {
        Some(source) => {
            let snippet = snippet(source, LARGEST, outside).await;
            Some(ClaimsMapper(snippet.map_err(|what| ("claims_mapper_url", what))?))
        }
        None => None,
    };
    Ok(TokenTemplate { ttl: settings.ttl, subject: settings.subject, signer, mapper })
}

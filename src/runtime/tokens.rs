//! The signed tokens that sessions can be shown as: loads their keys (02 §6.8).

use std::{collections::BTreeMap, fmt};

use super::{BuildError, Outside};
use crate::{
    config::{Config, TokenSettings, TokenSubject},
    crypto::JwtSigner,
    kernel::Lifespan,
    net::Source,
};

/// A larger key set is refused.
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
    if settings.mapper.is_some() {
        let what = "this version runs no Jsonnet; remove it, and the token has the usual claims";
        return Err(("claims_mapper_url", what.to_owned()));
    }
    let wrong = |what: String| ("jwks_url", what);
    let source = Source::parse(settings.keys.as_str()).map_err(|error| wrong(error.to_string()))?;
    let text = source.load(&outside.http, LARGEST).await.map_err(|error| wrong(error.to_string()))?;
    let signer = JwtSigner::from_key_set(&text).map_err(|error| wrong(error.to_string()))?;
    Ok(TokenTemplate { ttl: settings.ttl, subject: settings.subject, signer })
}

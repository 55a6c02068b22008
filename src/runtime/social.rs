//! The providers of social sign-in: loads their programs (03 §2.9).

use std::sync::Arc;

use url::Url;

use super::{
    BuildError, Outside,
    fetch::{LARGEST_TEXT, snippet},
};
use crate::{
    config::{Config, ProviderSettings},
    crypto::JwtSigner,
    kernel::Secret,
    method::oidc::{ClientSecret, Pkce, Provider, Providers, Upstream},
};

/// Where providers stand in the configuration.
const KEY: &str = "selfservice.methods.oidc.config.providers";

/// All providers; reports the problems of all of them. None where social sign-in is switched off.
pub async fn providers(config: &Config, outside: &Outside) -> Result<Providers, Vec<BuildError>> {
    let settings = &config.methods.oidc;
    let base = settings.base.as_ref().unwrap_or(&config.serve.public.base_url);
    let (mut all, mut problems) = (Vec::new(), Vec::new());
    let built = settings.providers.iter().filter(|one| settings.enabled && one.kind.is_built());
    for one in built {
        match provider(one, base, outside).await {
            Ok(provider) => all.push(Arc::new(provider)),
            Err((key, what)) => {
                problems.push(BuildError::new(format!("{KEY} ({}).{key}", one.id), what));
            }
        }
    }
    let upstream = Upstream::new(outside.http.clone());
    if problems.is_empty() { Ok(Providers { all, upstream }) } else { Err(problems) }
}

async fn provider(
    settings: &ProviderSettings,
    base: &Url,
    outside: &Outside,
) -> Result<Provider, (&'static str, String)> {
    let mapper = snippet(&settings.mapper, LARGEST_TEXT, outside).await;
    let secret = match &settings.apple {
        None => ClientSecret::Shared(settings.client_secret.clone().unwrap_or_else(|| Secret::text(""))),
        Some(key) => {
            let signer = JwtSigner::from_pem(key.pem.expose(), &key.id);
            let signer = signer.map_err(|error| ("apple_private_key", error.to_string()))?;
            ClientSecret::Signed { team: key.team.clone(), signer: Box::new(signer) }
        }
    };
    Ok(Provider {
        id: settings.id.clone(),
        kind: settings.kind,
        label: settings.label.clone(),
        client_id: settings.client_id.clone(),
        secret,
        issuer: settings.issuer.clone(),
        authorization: settings.authorization.clone(),
        token: settings.token.clone(),
        scopes: settings.scopes.clone(),
        tenant: settings.tenant.clone(),
        subject: settings.subject,
        requested_claims: settings.requested_claims.clone(),
        organization: settings.organization,
        audiences: settings.audiences.clone(),
        two_factors: settings.two_factors.clone(),
        claims: settings.claims,
        pkce: settings.pkce,
        updates: settings.updates,
        mapper: mapper.map_err(|what| ("mapper_url", what))?,
        callback: callback(base, settings),
    })
}

/// Where a provider sends browsers back to. Those that bind each code to who asked for it can share one address.
fn callback(base: &Url, settings: &ProviderSettings) -> String {
    let base = base.as_str().trim_end_matches('/');
    match settings.pkce {
        Pkce::Force => format!("{base}/self-service/methods/oidc/callback"),
        Pkce::Auto | Pkce::Never => format!("{base}/self-service/methods/oidc/callback/{}", settings.id),
    }
}

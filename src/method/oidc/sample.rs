//! A provider for tests.

use url::Url;

use super::{ClaimsSource, ClientSecret, Issuer, Pkce, Provider, ProviderKind, SubjectSource, TwoFactors};
use crate::{
    jsonnet::{Jsonnet, JsonnetConfig, Launch, Snippet},
    kernel::Secret,
};

/// A provider whose program never runs.
pub fn provider(id: &str, kind: ProviderKind) -> Provider {
    let url = |path: &str| Url::parse(&format!("https://issuer.test{path}")).ok();
    Provider {
        id: id.to_owned(),
        kind,
        label: id.to_owned(),
        client_id: "client".to_owned(),
        secret: ClientSecret::Shared(Secret::text("secret")),
        issuer: Some("https://issuer.test".to_owned()),
        authorization: url("/auth"),
        token: url("/token"),
        scopes: vec!["email".to_owned()],
        tenant: None,
        subject: SubjectSource::Token,
        requested_claims: None,
        organization: None,
        audiences: Vec::new(),
        two_factors: TwoFactors::default(),
        claims: ClaimsSource::Token,
        pkce: Pkce::Auto,
        updates: false,
        mapper: snippet(),
        callback: format!("https://id.test/self-service/methods/oidc/callback/{id}"),
    }
}

/// What the issuer of [`provider`] publishes.
pub fn issuer() -> Issuer {
    let url = |path: &str| Url::parse(&format!("https://issuer.test{path}")).unwrap();
    Issuer {
        name: "https://issuer.test".to_owned(),
        authorization: url("/auth?x=1"),
        token: url("/token"),
        userinfo: None,
        keys: None,
        binds_codes: true,
        secret_in_body: false,
    }
}

fn snippet() -> Snippet {
    let launch = Launch { program: "/nowhere".into(), arguments: Vec::new() };
    let jsonnet = Jsonnet::start(JsonnetConfig { workers: std::num::NonZeroUsize::MIN, launch }).unwrap();
    Snippet { jsonnet, source: "test".to_owned(), text: "{}".to_owned() }
}

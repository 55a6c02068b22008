//! `selfservice.methods.oidc` (03 §2.9).

use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::{Scope, Source};
use crate::{
    config::value::KeyOrder,
    kernel::Secret,
    method::oidc::{ClaimsSource, Pkce, ProviderKind, SubjectSource, TwoFactors},
};

/// Social sign-in.
#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// Whether there is any.
    pub enabled: bool,
    /// Where providers send browsers back to, instead of the public base URL.
    pub base: Option<Url>,
    /// The providers, in the order of the file.
    pub providers: Vec<ProviderSettings>,
}

/// A provider.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// Its name in addresses and in stored accounts.
    pub id: String,
    /// What it is.
    pub kind: ProviderKind,
    /// What its button says; its id when nothing is written.
    pub label: String,
    /// What it calls us.
    pub client_id: String,
    /// The secret that it shares with us.
    pub client_secret: Option<Secret<String>>,
    /// The key by which we prove to Apple that it is us.
    pub apple: Option<AppleKey>,
    /// Who signs its tokens.
    pub issuer: Option<String>,
    /// Where browsers are sent.
    pub authorization: Option<Url>,
    /// Where codes are changed into tokens.
    pub token: Option<Url>,
    /// Makes traits of claims.
    pub mapper: Source,
    /// What we ask to be told.
    pub scopes: Vec<String>,
    /// The tenant of Microsoft.
    pub tenant: Option<String>,
    /// Which name of an account at Microsoft counts.
    pub subject: SubjectSource,
    /// Claims that are asked for one by one.
    pub requested_claims: Option<Value>,
    /// Whether it is for an organization, so that nobody else sees it.
    pub is_reserved: bool,
    /// The organization, when it is named by an id.
    pub organization: Option<Uuid>,
    /// Whom else tokens that apps show may be made for.
    pub audiences: Vec<String>,
    /// What it says when it has seen two factors.
    pub two_factors: TwoFactors,
    /// Where claims come from.
    pub claims: ClaimsSource,
    /// Whether codes are bound to who asked for them.
    pub pkce: Pkce,
    /// Whether each sign-in brings the account up to date.
    pub updates: bool,
}

/// The key by which we prove to Apple that it is us.
#[derive(Debug, Clone)]
pub struct AppleKey {
    /// Who signs.
    pub team: String,
    /// The name of the key.
    pub id: String,
    /// The key, in PEM.
    pub pem: Secret<String>,
}

impl OidcSettings {
    pub(super) fn read(methods: &Scope<'_>) -> Self {
        let scope = methods.at("oidc");
        let enabled = scope.at("enabled").flag();
        let mut ids = std::collections::BTreeSet::new();
        let mut providers = Vec::new();
        for provider in scope.at("config.providers").items() {
            check_keys(&provider);
            let id = provider.at("id");
            if id.text().is_some_and(|id| !ids.insert(id)) {
                id.problem("is the id of an earlier provider");
            }
            if enabled {
                check_use(&provider);
            }
            providers.extend(self::provider(&provider));
        }
        let base = scope.at("config.base_redirect_uri").text().and_then(|text| Url::parse(&text).ok());
        Self { enabled, base, providers }
    }
}

/// Keys that some kinds need and others must not have (03 §1.2).
fn check_keys(scope: &Scope<'_>) {
    let kind = scope.at("provider");
    let is = |name: &str| kind.text().as_deref() == Some(name);
    let needs = |names: &[&str]| {
        for name in names {
            let key = scope.at(name);
            if key.filled().is_none() {
                key.problem_because_of(&kind, "is required for this provider and missing");
            }
        }
    };
    let forbids = |names: &[&str]| {
        for name in names {
            let key = scope.at(name);
            if key.filled().is_some() {
                key.problem("does not belong to this provider");
            }
        }
    };
    const APPLE: [&str; 3] = ["apple_team_id", "apple_private_key_id", "apple_private_key"];
    if is("apple") {
        needs(&APPLE);
        forbids(&["client_secret"]);
    } else if kind.exists() {
        needs(&["client_secret"]);
        forbids(&APPLE);
    }
    if is("microsoft") {
        needs(&["microsoft_tenant"]);
    } else if kind.exists() {
        forbids(&["microsoft_tenant"]);
    }
}

/// What would go wrong as soon as somebody signs in.
fn check_use(scope: &Scope<'_>) {
    let id = scope.at("id");
    // SECURITY: an account is found by `provider:subject`; with a colon in the id two providers could mean the same
    // account (05 no. 32; test `ids_of_providers_are_names`).
    let odd =
        |c: char| matches!(c, ':' | '/' | '?' | '#' | '%' | '\\') || c.is_whitespace() || c.is_control();
    if id.text().is_some_and(|id| id.contains(odd)) {
        id.problem_with_remedy(
            "has a character that cannot stand in the name of a provider",
            "use letters, digits, hyphens and underscores",
        );
    }
    let provider = scope.at("provider");
    let Some(kind) = provider.text().as_deref().and_then(ProviderKind::parse) else { return };
    if !kind.is_built() {
        provider.warn("is known by name and not offered in this version", "leave this provider out");
    }
    let issuer = scope.at("issuer_url");
    if kind.needs_issuer() && issuer.filled().is_none() {
        issuer.problem_because_of(&provider, "is required for this provider and missing");
    }
}

fn provider(scope: &Scope<'_>) -> Option<ProviderSettings> {
    let word = |name: &str| scope.at(name).text().unwrap_or_default();
    let url = |name: &str| scope.at(name).filled().and_then(|text| Url::parse(&text).ok());
    let id = scope.at("id").text()?;
    let organization = scope.at("organization_id").filled();
    Some(ProviderSettings {
        kind: ProviderKind::parse(&scope.at("provider").text()?)?,
        label: scope.at("label").filled().unwrap_or_else(|| id.clone()),
        client_id: scope.at("client_id").text()?,
        client_secret: scope.at("client_secret").secret(),
        apple: apple(scope),
        issuer: scope.at("issuer_url").filled(),
        authorization: url("auth_url"),
        token: url("token_url"),
        mapper: Source::read(&scope.at("mapper_url"))?,
        scopes: scope.at("scope").texts(),
        tenant: scope.at("microsoft_tenant").filled(),
        subject: match word("subject_source").as_str() {
            "me" => SubjectSource::Directory,
            "oid" => SubjectSource::Object,
            _ => SubjectSource::Token,
        },
        requested_claims: scope.at("requested_claims").node().map(|node| node.to_json(KeyOrder::Written)),
        is_reserved: organization.is_some(),
        organization: organization.and_then(|id| Uuid::try_parse(&id).ok()),
        audiences: scope.at("additional_id_token_audiences").texts(),
        two_factors: TwoFactors {
            acr: scope.at("aal2_acr_values").texts(),
            amr: scope.at("aal2_amr_values").texts(),
        },
        claims: match word("claims_source").as_str() {
            "userinfo" => ClaimsSource::UserInfo,
            _ => ClaimsSource::Token,
        },
        pkce: match word("pkce").as_str() {
            "never" => Pkce::Never,
            "force" => Pkce::Force,
            _ => Pkce::Auto,
        },
        updates: word("update_identity_on_login") == "automatic",
        id,
    })
}

fn apple(scope: &Scope<'_>) -> Option<AppleKey> {
    Some(AppleKey {
        team: scope.at("apple_team_id").filled()?,
        id: scope.at("apple_private_key_id").filled()?,
        pem: scope.at("apple_private_key").secret()?,
    })
}

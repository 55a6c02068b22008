//! A provider of social sign-in, as the operator described it.

use std::{fmt, sync::Arc};

use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::{ProviderKind, Upstream};
use crate::{crypto::JwtSigner, identity::Aal, jsonnet::Snippet, kernel::Secret};

/// A provider of social sign-in (03 §2.9).
pub struct Provider {
    /// Its name in addresses and in stored accounts.
    pub id: String,
    /// What it is.
    pub kind: ProviderKind,
    /// What its button says.
    pub label: String,
    /// What it calls us.
    pub client_id: String,
    /// How we prove that it is us.
    pub secret: ClientSecret,
    /// Who signs its tokens, where that is not known by its kind.
    pub issuer: Option<String>,
    /// Where browsers are sent, instead of where the issuer says.
    pub authorization: Option<Url>,
    /// Where codes are changed into tokens, instead of where the issuer says.
    pub token: Option<Url>,
    /// What we ask to be told.
    pub scopes: Vec<String>,
    /// The tenant of Microsoft.
    pub tenant: Option<String>,
    /// Which name of an account at Microsoft counts.
    pub subject: SubjectSource,
    /// Claims that are asked for one by one.
    pub requested_claims: Option<Value>,
    /// The organization that it is for; nobody else sees it.
    pub organization: Option<Uuid>,
    /// Whom else a token that an app shows may be made for.
    pub audiences: Vec<String>,
    /// What it says when it has seen two factors.
    pub two_factors: TwoFactors,
    /// Where claims come from.
    pub claims: ClaimsSource,
    /// Whether codes are bound to who asked for them.
    pub pkce: Pkce,
    /// Whether each sign-in brings the account up to date.
    pub updates: bool,
    /// Makes traits of claims.
    pub mapper: Snippet,
    /// Where it sends browsers back to.
    pub callback: String,
}

/// How we prove to a provider that it is us.
pub enum ClientSecret {
    /// By a shared secret.
    Shared(Secret<String>),
    /// By a token that is signed anew each time.
    Signed {
        /// Who signs.
        team: String,
        /// By what.
        signer: Box<JwtSigner>,
    },
}

/// Which name of an account at Microsoft counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectSource {
    /// The `sub` of its token.
    Token,
    /// The `id` that the directory tells.
    Directory,
    /// The `oid` of its token.
    Object,
}

/// Where claims come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimsSource {
    /// The signed token.
    Token,
    /// The address that tells about whoever holds a token.
    UserInfo,
}

/// Whether codes are bound to who asked for them (RFC 7636).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pkce {
    /// Where the provider says that it knows how.
    Auto,
    /// Not at all.
    Never,
    /// Always, and all providers share one address to come back to.
    Force,
}

/// What a provider says when it has seen two factors.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TwoFactors {
    /// By `acr`.
    pub acr: Vec<String>,
    /// By `amr`.
    pub amr: Vec<String>,
}

impl TwoFactors {
    /// What a sign-in with these claims is worth.
    ///
    /// SECURITY: the lowest level, unless the operator named what the provider says and the provider says it (05 no.
    /// 34; test `sec_34_strength_is_what_the_provider_vouches_for`).
    pub fn level(&self, claims: &serde_json::Map<String, Value>) -> Aal {
        let acr = claims.get("acr").and_then(Value::as_str);
        let amr = claims.get("amr").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let by_acr = acr.is_some_and(|acr| self.acr.iter().any(|wanted| wanted == acr));
        let by_amr = amr.into_iter().any(|amr| self.amr.iter().any(|wanted| wanted == amr));
        if by_acr || by_amr { Aal::Aal2 } else { Aal::Aal1 }
    }
}

impl Provider {
    /// What is asked for; those that sign are always asked to.
    pub(super) fn scope(&self) -> String {
        let mut scopes = self.scopes.clone();
        if self.kind.signs() && !scopes.iter().any(|scope| scope == "openid") {
            scopes.push("openid".to_owned());
        }
        // Google has another word for it.
        scopes.retain(|scope| self.kind != ProviderKind::Google || scope != "offline_access");
        scopes.join(" ")
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// All providers, and the way to them.
#[derive(Debug)]
pub struct Providers {
    /// In the order of the configuration.
    pub all: Vec<Arc<Provider>>,
    /// The way to them.
    pub upstream: Upstream,
}

impl Providers {
    /// The provider with this id.
    pub fn find(&self, id: &str) -> Option<Arc<Provider>> {
        self.all.iter().find(|provider| provider.id == id).cloned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sec_34_strength_is_what_the_provider_vouches_for() {
        let asked = TwoFactors { acr: vec!["phr".into()], amr: vec!["mfa".into(), "hwk".into()] };
        let level = |wanted: &TwoFactors, claims: Value| wanted.level(claims.as_object().unwrap());
        for (claims, aal) in [
            (json!({}), Aal::Aal1),
            (json!({ "acr": "phr" }), Aal::Aal2),
            (json!({ "acr": "phrh", "amr": ["pwd"] }), Aal::Aal1),
            (json!({ "amr": ["pwd", "mfa"] }), Aal::Aal2),
            (json!({ "amr": "mfa", "acr": ["phr"] }), Aal::Aal1),
        ] {
            assert_eq!(level(&asked, claims.clone()), aal, "{claims}");
            assert_eq!(level(&TwoFactors::default(), claims), Aal::Aal1);
        }
    }
}

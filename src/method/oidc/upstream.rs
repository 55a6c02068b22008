//! The way to providers: what their issuers publish, kept for a while, and requests with limits.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use super::{
    Provider,
    kind::{Place, discovery},
};
use crate::{
    crypto::PublicKeys,
    kernel::{BoxError, Timestamp},
    net::{HttpClient, HttpPolicy, Inbound, Outbound},
};

/// What an issuer publishes is good for this long.
const FRESH: Duration = Duration::from_secs(60 * 60);

/// A token whose key is not known makes us look for newer keys, no more often than this.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// Why a provider did not tell who somebody is.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// It cannot be reached, or says what makes no sense.
    #[error("the provider {provider} did not answer as it should: {what}")]
    Broken {
        /// Which.
        provider: String,
        /// What happened, for operators.
        what: String,
        /// Why.
        #[source]
        source: Option<BoxError>,
    },
    /// What it says does not do; people may be told.
    #[error("{0}")]
    Refused(String),
}

impl UpstreamError {
    /// A provider that did not answer as it should.
    pub(super) fn broken(provider: &Provider, what: impl Into<String>) -> Self {
        Self::Broken { provider: provider.id.clone(), what: what.into(), source: None }
    }

    /// The same, with what caused it.
    pub(super) fn caused(provider: &Provider, what: impl Into<String>, source: impl Into<BoxError>) -> Self {
        Self::Broken { provider: provider.id.clone(), what: what.into(), source: Some(source.into()) }
    }
}

/// Where a provider is reached, all things considered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Who signs its tokens.
    pub(super) name: String,
    /// Where browsers are sent.
    pub(super) authorization: Url,
    /// Where codes are changed into tokens.
    pub(super) token: Url,
    /// Who somebody is.
    pub(super) userinfo: Option<Url>,
    /// Its public keys.
    pub(super) keys: Option<Url>,
    /// Whether it can bind codes to who asked for them.
    pub(super) binds_codes: bool,
    /// Whether it wants our secret in the body.
    pub(super) secret_in_body: bool,
}

/// What discovery is asked for (OpenID Connect Discovery §3).
#[derive(Deserialize)]
struct Published {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    #[serde(default)]
    userinfo_endpoint: Option<Url>,
    #[serde(default)]
    jwks_uri: Option<Url>,
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// Something that was fetched, and when.
type Kept<T> = Mutex<HashMap<Url, (Timestamp, Arc<T>)>>;

/// The way to providers. What is kept is one document and one key set for each of them.
pub struct Upstream {
    http: HttpClient,
    issuers: Kept<Issuer>,
    keys: Kept<PublicKeys>,
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Upstream(…)")
    }
}

impl Upstream {
    /// The way through this client.
    pub fn new(http: HttpClient) -> Self {
        Self { http, issuers: Mutex::default(), keys: Mutex::default() }
    }

    /// Where a provider is reached.
    ///
    /// # Errors
    /// Its issuer cannot be reached, or is not the one that the operator named.
    pub async fn issuer(&self, provider: &Provider, now: Timestamp) -> Result<Arc<Issuer>, UpstreamError> {
        let place = provider.kind.place(provider.issuer.as_deref(), provider.tenant.as_deref());
        let found = match place {
            Place::Nowhere => return Err(UpstreamError::broken(provider, "its kind is not supported")),
            Place::Known(known) => {
                let url = |text: &str| {
                    Url::parse(text).map_err(|error| UpstreamError::caused(provider, "an address", error))
                };
                Arc::new(Issuer {
                    name: known.issuer.clone(),
                    authorization: url(&known.authorization)?,
                    token: url(&known.token)?,
                    userinfo: known.userinfo.as_deref().map(url).transpose()?,
                    keys: known.keys.as_deref().map(url).transpose()?,
                    binds_codes: false,
                    secret_in_body: true,
                })
            }
            Place::Discovered(issuer) => self.discovered(provider, &issuer, now).await?,
        };
        if provider.authorization.is_none() && provider.token.is_none() {
            return Ok(found);
        }
        let mut own = Issuer::clone(&found);
        own.authorization = provider.authorization.clone().unwrap_or(own.authorization);
        own.token = provider.token.clone().unwrap_or(own.token);
        Ok(Arc::new(own))
    }

    async fn discovered(
        &self,
        provider: &Provider,
        issuer: &str,
        now: Timestamp,
    ) -> Result<Arc<Issuer>, UpstreamError> {
        let url =
            discovery(issuer).ok_or_else(|| UpstreamError::broken(provider, "issuer_url is no address"))?;
        if let Some(kept) = find(&self.issuers, &url, now, FRESH) {
            return Ok(kept);
        }
        let answer = self.ask(provider, Outbound::get(url.clone())).await?;
        let published: Published = parse(provider, "its discovery document", &answer)?;
        // SECURITY: who publishes for somebody else could have tokens of one accepted for the other (05 no. 32; test
        // `sec_32_an_issuer_speaks_for_itself_only`).
        if published.issuer.trim_end_matches('/') != issuer.trim_end_matches('/') {
            return Err(UpstreamError::broken(provider, "its discovery document names another issuer"));
        }
        let ways = &published.token_endpoint_auth_methods_supported;
        let has = |way: &str| ways.iter().any(|known| known == way);
        let found = Arc::new(Issuer {
            name: published.issuer,
            authorization: published.authorization_endpoint,
            token: published.token_endpoint,
            userinfo: published.userinfo_endpoint,
            keys: published.jwks_uri,
            binds_codes: published.code_challenge_methods_supported.iter().any(|known| known == "S256"),
            secret_in_body: !ways.is_empty() && !has("client_secret_basic") && has("client_secret_post"),
        });
        keep(&self.issuers, url, now, Arc::clone(&found));
        Ok(found)
    }

    /// The public keys of an issuer; newer ones than those that are kept when they are `stale`.
    pub(super) async fn keys(
        &self,
        provider: &Provider,
        issuer: &Issuer,
        now: Timestamp,
        stale: bool,
    ) -> Result<Arc<PublicKeys>, UpstreamError> {
        let missing = || UpstreamError::broken(provider, "it publishes no keys");
        let url = issuer.keys.clone().ok_or_else(missing)?;
        let fresh = if stale { LOOK_AGAIN } else { FRESH };
        if let Some(kept) = find(&self.keys, &url, now, fresh) {
            return Ok(kept);
        }
        let answer = self.ask(provider, Outbound::get(url.clone())).await?;
        let keys = PublicKeys::parse(&answer.body);
        let keys = Arc::new(keys.ok_or_else(|| UpstreamError::broken(provider, "its keys are no key set"))?);
        keep(&self.keys, url, now, Arc::clone(&keys));
        Ok(keys)
    }

    /// Reads a document, by a request that can be made again.
    pub(super) async fn document(
        &self,
        provider: &Provider,
        request: Outbound,
    ) -> Result<Map<String, Value>, UpstreamError> {
        let answer = self.ask(provider, request).await?;
        parse(provider, "its account document", &answer)
    }

    /// A request that can be made again, answered with success.
    pub(super) async fn ask(&self, provider: &Provider, request: Outbound) -> Result<Inbound, UpstreamError> {
        let asked = shown(&request.url);
        let answer = self.http.send(&request, &HttpPolicy::PROVIDER).await;
        let answer = answer.map_err(|error| UpstreamError::caused(provider, asked.clone(), error))?;
        if !answer.status.is_success() {
            let status = answer.status.as_u16();
            return Err(UpstreamError::broken(provider, format!("{asked} answered {status}")));
        }
        Ok(answer)
    }

    /// A request that must not be made twice, answered with whatever status.
    pub(super) async fn ask_once(
        &self,
        provider: &Provider,
        request: Outbound,
    ) -> Result<Inbound, UpstreamError> {
        let asked = shown(&request.url);
        let answer = self.http.send(&request, &HttpPolicy { attempts: 1, ..HttpPolicy::PROVIDER }).await;
        answer.map_err(|error| UpstreamError::caused(provider, asked, error))
    }
}

/// An address for logs, without what may be a secret in it.
fn shown(url: &Url) -> String {
    format!("{}{}", url.host_str().unwrap_or_default(), url.path())
}

fn parse<T: serde::de::DeserializeOwned>(
    provider: &Provider,
    what: &'static str,
    answer: &Inbound,
) -> Result<T, UpstreamError> {
    serde_json::from_slice(&answer.body).map_err(|error| {
        // The words of the library can hold what the provider sent.
        let place = format!("line {}, column {}", error.line(), error.column());
        UpstreamError::broken(provider, format!("{what} cannot be read at {place}"))
    })
}

fn find<T>(kept: &Kept<T>, url: &Url, now: Timestamp, fresh: Duration) -> Option<Arc<T>> {
    let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let (since, found) = kept.get(url)?;
    (now.since(*since) < fresh).then(|| Arc::clone(found))
}

fn keep<T>(kept: &Kept<T>, url: Url, now: Timestamp, found: Arc<T>) {
    kept.lock().unwrap_or_else(PoisonError::into_inner).insert(url, (now, found));
}

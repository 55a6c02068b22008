//! The address that a browser is sent to.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};

use super::{Issuer, Pkce, Provider, ProviderKind};
use crate::{
    flow::Submission,
    kernel::{Secret, Stream},
};

/// Parameters that clients may add (01 §14.2); others could name somebody or change what comes back.
const PASSED: [&str; 4] = ["hd", "prompt", "auth_type", "acr_values"];

/// What is remembered until the browser is back.
#[derive(Debug, Clone)]
pub struct Proofs {
    /// Shows that whoever brings a code is who asked for it (RFC 7636).
    pub verifier: Option<Secret<String>>,
    /// Has to be in the token, where codes are not bound.
    pub nonce: Option<Secret<String>>,
}

impl Proofs {
    /// Draws what a provider can be asked for.
    pub fn draw(provider: &Provider, issuer: &Issuer, stream: &mut Stream) -> Self {
        let mut random = || Secret::new(URL_SAFE_NO_PAD.encode(stream.bytes::<32>()));
        let binds = match provider.pkce {
            Pkce::Auto => issuer.binds_codes,
            Pkce::Never => false,
            Pkce::Force => true,
        };
        // SECURITY: a code that somebody slips in belongs to another verifier; where there is none, the token of that
        // code has another nonce (RFC 9700 §4.5.3; test `a_code_of_somebody_else_is_refused`).
        let nonce = (!binds && provider.kind.signs()).then(&mut random);
        Self { verifier: binds.then(random), nonce }
    }
}

/// The provider that a submission chooses, if it is about one (01 §5.2).
pub fn chosen(body: &Submission) -> Option<String> {
    let by = body.text("method").is_none_or(|method| method.eq_ignore_ascii_case("oidc"));
    body.text("provider").filter(|_| by)
}

/// The parameters that the client wants to be passed on.
pub fn passed(body: &Submission) -> BTreeMap<String, String> {
    let asked = body.object("upstream_parameters").ok().flatten().unwrap_or_default();
    let text = |name: &&str| Some(((*name).to_owned(), asked.get(*name)?.as_str()?.to_owned()));
    PASSED.iter().filter_map(text).collect()
}

/// Where the browser goes, with parameters in alphabetical order, as it always was.
pub fn address(
    provider: &Provider,
    issuer: &Issuer,
    state: &str,
    proofs: &Proofs,
    passed: &BTreeMap<String, String>,
    again: bool,
) -> Url {
    let mut query: BTreeMap<String, String> = passed.clone();
    let mut put = |name: &str, value: &str| drop(query.insert(name.to_owned(), value.to_owned()));
    put("client_id", &provider.client_id);
    put("redirect_uri", &provider.callback);
    put("response_type", "code");
    put("scope", &provider.scope());
    put("state", state);
    if let Some(verifier) = &proofs.verifier {
        put("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose().as_bytes())));
        put("code_challenge_method", "S256");
    }
    if let Some(nonce) = &proofs.nonce {
        put("nonce", nonce.expose());
    }
    if let Some(claims) = requested(provider) {
        put("claims", &claims);
    }
    // SECURITY: who confirms that it is them is asked by the provider, too, whatever the client adds (01 §13.3).
    if again && provider.kind.takes_prompt() {
        put("prompt", "login");
    }
    match provider.kind {
        ProviderKind::Google if provider.scopes.iter().any(|scope| scope == "offline_access") => {
            put("access_type", "offline");
        }
        ProviderKind::Apple if !provider.scopes.is_empty() => put("response_mode", "form_post"),
        ProviderKind::Dingtalk => put("prompt", "consent"),
        _ => {}
    }
    let mut url = issuer.authorization.clone();
    let mut whole = form_urlencoded::Serializer::new(url.query().map(str::to_owned).unwrap_or_default());
    let whole = whole.extend_pairs(&query).finish();
    url.set_query(Some(&whole));
    url
}

/// The claims that are asked for one by one (OpenID Connect Core §5.5).
fn requested(provider: &Provider) -> Option<String> {
    provider.requested_claims.as_ref().filter(|claims| **claims != Value::Null).map(Value::to_string)
}

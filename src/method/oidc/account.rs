//! Who somebody is, according to a provider: the whole way from a code, or from a token that an app shows.

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{
    Method,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::{Map, Value};
use sha2::Sha256;
use url::{Url, form_urlencoded};

use super::{
    Claims, ClaimsSource, ClientSecret, Issuer, Proofs, Provider, ProviderKind, Providers, SubjectSource,
    UpstreamError,
    dialect::translate,
    id_token::{self, Audience},
    token::{Grant, grant, sensitive},
};
use crate::{
    identity::ProviderTokens,
    kernel::{Secret, Timestamp},
    net::Outbound,
};

/// Said where a provider gives no token that says who somebody is.
const NO_TOKEN: &str =
    "The provider did not say who signed in. Please try again and allow it to share who you are.";

/// Somebody whom a provider vouches for.
#[derive(Debug)]
pub struct Vouched {
    /// What it says of them.
    pub claims: Claims,
    /// What it handed out.
    pub tokens: ProviderTokens<Secret<String>>,
}

/// Changes a code into who somebody is. `user` is what Apple sends along the first time.
///
/// # Errors
/// The provider cannot be reached, or what it says does not do.
pub async fn redeem(
    providers: &Providers,
    provider: &Provider,
    code: &Secret<String>,
    proofs: &Proofs,
    user: Option<&str>,
    now: Timestamp,
) -> Result<Vouched, UpstreamError> {
    let upstream = &providers.upstream;
    let issuer = upstream.issuer(provider, now).await?;
    let grant = grant(upstream, provider, &issuer, code, proofs.verifier.as_ref(), now).await?;
    let mut said = match &grant.tokens.id {
        Some(token) if provider.kind.signs() => {
            let said = id_token::verify(upstream, provider, &issuer, token, Audience::Ourselves, now).await?;
            Some(id_token::with_subject(provider, said))
        }
        Some(_) | None => None,
    };
    if said.is_none() && provider.kind.signs() && provider.claims == ClaimsSource::Token {
        return Err(UpstreamError::Refused(NO_TOKEN.to_owned()));
    }
    if let Some(nonce) = &proofs.nonce {
        let named = said.as_ref().and_then(|said| said.get("nonce")).and_then(Value::as_str);
        if named != Some(nonce.expose()) {
            return Err(UpstreamError::Refused(
                "The token of the provider is for another sign-in.".to_owned(),
            ));
        }
    }
    if asks(provider) {
        said = Some(told(providers, provider, &issuer, &grant, said).await?);
    }
    let mut said = said.unwrap_or_default();
    add_name(provider, &mut said, user);
    let claims = read(provider, &issuer, said)?;
    Ok(Vouched { claims, tokens: grant.tokens })
}

/// Who somebody is by a token that an app shows (01 §14.4).
///
/// # Errors
/// The provider cannot be reached, or the token does not do.
pub async fn check_token(
    providers: &Providers,
    provider: &Provider,
    token: &Secret<String>,
    now: Timestamp,
) -> Result<Vouched, UpstreamError> {
    let upstream = &providers.upstream;
    let issuer = upstream.issuer(provider, now).await?;
    let said = id_token::verify(upstream, provider, &issuer, token, Audience::Apps, now).await?;
    let claims = read(provider, &issuer, id_token::with_subject(provider, said))?;
    let tokens = ProviderTokens { id: Some(token.clone()), access: None, refresh: None };
    Ok(Vouched { claims, tokens })
}

/// Whether a nonce shows that a token was made for this sign-in (01 §14.4): Apple may leave it out, and says so.
pub fn is_for(claims: &Claims, kind: ProviderKind, nonce: Option<&Secret<String>>) -> bool {
    let names_one = claims.all.contains_key("nonce");
    let supports = claims.all.contains_key("nonce_supported");
    match nonce {
        Some(nonce) if names_one => claims.has_nonce(nonce),
        Some(_) | None => !names_one && kind == ProviderKind::Apple && !supports,
    }
}

fn read(provider: &Provider, issuer: &Issuer, mut said: Map<String, Value>) -> Result<Claims, UpstreamError> {
    if !provider.kind.signs() || !said.contains_key("iss") {
        said.insert("iss".to_owned(), Value::String(issuer.name.clone()));
    }
    Claims::read(provider, &said)
        .ok_or_else(|| UpstreamError::Refused("The provider did not say who signed in.".to_owned()))
}

/// Whether the provider is asked about whoever signed in.
fn asks(provider: &Provider) -> bool {
    match provider.kind {
        ProviderKind::Microsoft => provider.subject == SubjectSource::Directory,
        kind => !kind.signs() || provider.claims == ClaimsSource::UserInfo,
    }
}

/// What the provider tells about whoever signed in.
async fn told(
    providers: &Providers,
    provider: &Provider,
    issuer: &Issuer,
    grant: &Grant,
    signed: Option<Map<String, Value>>,
) -> Result<Map<String, Value>, UpstreamError> {
    let missing = || UpstreamError::broken(provider, "it has no address that tells about accounts");
    let url = issuer.userinfo.clone().ok_or_else(missing)?;
    let request = request(provider, url, grant)?;
    let said = providers.upstream.document(provider, request).await?;
    if provider.kind == ProviderKind::Microsoft {
        let mut claims = signed.unwrap_or_default();
        claims.shift_remove("sub");
        claims.extend(said.get("id").map(|id| ("sub".to_owned(), id.clone())));
        return Ok(claims);
    }
    let mut said = said;
    if provider.kind == ProviderKind::Vk {
        said.extend(grant.more.get("email").map(|email| ("email".to_owned(), email.clone())));
    }
    let mut claims = translate(provider.kind, said);
    if matches!(provider.kind, ProviderKind::Github | ProviderKind::GithubApp | ProviderKind::Linkedin) {
        add_address(providers, provider, grant, &mut claims).await?;
    }
    if let Some(signed) = signed {
        // SECURITY: what is told has to be about whom the token names (OpenID Connect Core §5.3.2; test
        // `what_is_told_is_about_whom_the_token_names`).
        if claims.get("sub").is_none() || claims.get("sub") != signed.get("sub") {
            return Err(UpstreamError::Refused("The provider told about somebody else.".to_owned()));
        }
        for name in ["iss", "acr", "amr", "nonce"] {
            claims.shift_remove(name);
            claims.extend(signed.get(name).map(|value| (name.to_owned(), value.clone())));
        }
    }
    Ok(claims)
}

fn request(provider: &Provider, mut url: Url, grant: &Grant) -> Result<Outbound, UpstreamError> {
    let access = grant.access(provider)?.expose();
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    match provider.kind {
        ProviderKind::Vk => drop(url.query_pairs_mut().append_pair("access_token", access)),
        ProviderKind::Yandex => {
            headers.insert(AUTHORIZATION, sensitive(provider, &format!("OAuth {access}"))?);
        }
        ProviderKind::Dingtalk => {
            let name = HeaderName::from_static("x-acs-dingtalk-access-token");
            headers.insert(name, sensitive(provider, access)?);
        }
        ProviderKind::Line => return line(provider, url, grant),
        ProviderKind::Facebook => {
            // Shows that the token was given to us (Graph API, "Securing requests").
            if let ClientSecret::Shared(secret) = &provider.secret {
                let proof = proof(secret, access);
                url.query_pairs_mut().append_pair("appsecret_proof", &proof);
            }
            headers.insert(AUTHORIZATION, sensitive(provider, &format!("Bearer {access}"))?);
        }
        _ => drop(headers.insert(AUTHORIZATION, sensitive(provider, &format!("Bearer {access}"))?)),
    }
    Ok(Outbound { method: Method::GET, url, headers, body: Vec::new() })
}

/// LINE signs with the shared secret, which nobody but us and LINE could check; LINE itself is asked.
fn line(provider: &Provider, url: Url, grant: &Grant) -> Result<Outbound, UpstreamError> {
    let token = grant.tokens.id.as_ref();
    let token = token.ok_or_else(|| UpstreamError::Refused(NO_TOKEN.to_owned()))?;
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("id_token", token.expose()).append_pair("client_id", &provider.client_id);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    Ok(Outbound { method: Method::POST, url, headers, body: form.finish().into_bytes() })
}

fn proof(secret: &Secret<String>, access: &str) -> String {
    match Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) {
        Ok(mut mac) => {
            mac.update(access.as_bytes());
            mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
        }
        Err(never) => unreachable!("HMAC takes keys of any length: {never}"),
    }
}

/// Some tell addresses at another place. Who did not allow that has none.
async fn add_address(
    providers: &Providers,
    provider: &Provider,
    grant: &Grant,
    claims: &mut Map<String, Value>,
) -> Result<(), UpstreamError> {
    if claims.contains_key("email") {
        return Ok(());
    }
    let address = match provider.kind {
        ProviderKind::Linkedin => {
            "https://api.linkedin.com/v2/emailAddress?q=members&projection=(elements*(handle~))"
        }
        _ => "https://api.github.com/user/emails",
    };
    let url = Url::parse(address).map_err(|error| UpstreamError::caused(provider, "an address", error))?;
    let answer = providers.upstream.ask(provider, request(provider, url, grant)?).await;
    let Ok(answer) = answer else { return Ok(()) };
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if provider.kind == ProviderKind::Linkedin {
        let email = said.pointer("/elements/0/handle~0/emailAddress").cloned();
        claims.extend(email.map(|email| ("email".to_owned(), email)));
        return Ok(());
    }
    let list = said.as_array().cloned().unwrap_or_default();
    if let Some(first) = list.into_iter().find(|one| one.get("primary") == Some(&Value::Bool(true))) {
        for (name, at) in [("email", "email"), ("email_verified", "verified")] {
            claims.extend(first.get(at).map(|value| (name.to_owned(), value.clone())));
        }
    }
    Ok(())
}

/// Apple tells the name of somebody once, by the browser; their token never does.
///
/// SECURITY: the browser could say anything, so nothing but names is taken from it, and only what the token does not
/// say.
fn add_name(provider: &Provider, said: &mut Map<String, Value>, user: Option<&str>) {
    if provider.kind != ProviderKind::Apple {
        return;
    }
    let user: Value = user.and_then(|user| serde_json::from_str(user).ok()).unwrap_or_default();
    for (claim, at) in [
        ("given_name", "/name/firstName"),
        ("family_name", "/name/lastName"),
        ("last_name", "/name/lastName"),
    ] {
        if let (false, Some(Value::String(text))) = (said.contains_key(claim), user.pointer(at)) {
            said.insert(claim.to_owned(), Value::String(text.clone()));
        }
    }
}

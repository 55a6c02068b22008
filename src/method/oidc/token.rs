//! Changing a code into tokens.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{
    Method,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue},
};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::{ClientSecret, Issuer, Provider, ProviderKind, Upstream, UpstreamError};
use crate::{
    identity::ProviderTokens,
    kernel::{Secret, Timestamp},
};

/// How long a token by which we prove that it is us is good for, in seconds.
const OWN_TOKEN: i64 = 5 * 60;

/// What a provider gave for a code.
#[derive(Debug)]
pub(super) struct Grant {
    /// The tokens.
    pub tokens: ProviderTokens<Secret<String>>,
    /// Everything else that it said.
    pub more: Map<String, Value>,
}

impl Grant {
    /// The token that reads from the provider.
    pub(super) fn access(&self, provider: &Provider) -> Result<&Secret<String>, UpstreamError> {
        self.tokens.access.as_ref().ok_or_else(|| UpstreamError::broken(provider, "it gave no access token"))
    }
}

/// Changes a code into tokens. Asked once: a code works once.
pub(super) async fn grant(
    upstream: &Upstream,
    provider: &Provider,
    issuer: &Issuer,
    code: &Secret<String>,
    verifier: Option<&Secret<String>>,
    now: Timestamp,
) -> Result<Grant, UpstreamError> {
    let secret = client_secret(provider, now)?;
    let request = match provider.kind {
        ProviderKind::Dingtalk => json_request(provider, issuer, code, &secret)?,
        _ => form_request(provider, issuer, code, verifier, &secret)?,
    };
    let answer = upstream.ask_once(provider, request).await?;
    let status = answer.status;
    let said: Option<Map<String, Value>> = serde_json::from_slice(&answer.body).ok();
    let mut said = match said {
        Some(said) if status.is_success() && !said.contains_key("error") => said,
        other => {
            // The name of the error is from a closed list (RFC 6749 §5.2); its description can hold anything.
            let error = other.as_ref().and_then(|said| said.get("error")).and_then(Value::as_str);
            let error: String = error.unwrap_or("nothing that can be read").chars().take(64).collect();
            let status = status.as_u16();
            return Err(UpstreamError::broken(
                provider,
                format!("the code was answered by {status}: {error}"),
            ));
        }
    };
    let mut take = |names: [&str; 2]| {
        let found = names.into_iter().find_map(|name| said.shift_remove(name));
        found.as_ref().and_then(Value::as_str).filter(|token| !token.is_empty()).map(Secret::text)
    };
    let tokens = ProviderTokens {
        id: take(["id_token", "id_token"]),
        access: take(["access_token", "accessToken"]),
        refresh: take(["refresh_token", "refreshToken"]),
    };
    Ok(Grant { tokens, more: said })
}

fn form_request(
    provider: &Provider,
    issuer: &Issuer,
    code: &Secret<String>,
    verifier: Option<&Secret<String>>,
    secret: &Secret<String>,
) -> Result<crate::net::Outbound, UpstreamError> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code");
    form.append_pair("code", code.expose());
    form.append_pair("redirect_uri", &provider.callback);
    form.append_pair("client_id", &provider.client_id);
    if let Some(verifier) = verifier {
        form.append_pair("code_verifier", verifier.expose());
    }
    let mut headers = HeaderMap::new();
    if issuer.secret_in_body {
        form.append_pair("client_secret", secret.expose());
    } else {
        // Both halves are encoded before they are joined (RFC 6749 §2.3.1).
        let part = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", part(&provider.client_id), part(secret.expose()));
        headers.insert(AUTHORIZATION, sensitive(provider, &format!("Basic {}", STANDARD.encode(pair)))?);
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let (method, url, body) = (Method::POST, issuer.token.clone(), form.finish().into_bytes());
    Ok(crate::net::Outbound { method, url, headers, body })
}

/// DingTalk has words of its own.
fn json_request(
    provider: &Provider,
    issuer: &Issuer,
    code: &Secret<String>,
    secret: &Secret<String>,
) -> Result<crate::net::Outbound, UpstreamError> {
    let body = json!({
        "clientId": provider.client_id,
        "clientSecret": secret.expose(),
        "code": code.expose(),
        "grantType": "authorization_code",
    });
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let (method, url) = (Method::POST, issuer.token.clone());
    Ok(crate::net::Outbound { method, url, headers, body: body.to_string().into_bytes() })
}

/// A header that is not printed.
pub(super) fn sensitive(provider: &Provider, text: &str) -> Result<HeaderValue, UpstreamError> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|error| UpstreamError::caused(provider, "a secret that no header can hold", error))?;
    value.set_sensitive(true);
    Ok(value)
}

fn client_secret(provider: &Provider, now: Timestamp) -> Result<Secret<String>, UpstreamError> {
    match &provider.secret {
        ClientSecret::Shared(secret) => Ok(secret.clone()),
        ClientSecret::Signed { team, signer } => {
            let claims = json!({
                "iss": team,
                "iat": now.as_seconds(),
                "exp": now.as_seconds().saturating_add(OWN_TOKEN),
                "aud": "https://appleid.apple.com",
                "sub": provider.client_id,
            });
            let claims = claims.as_object().cloned().unwrap_or_default();
            let signed = signer.sign(&claims);
            let signed = signed.map_err(|error| UpstreamError::caused(provider, "our own token", error))?;
            Ok(Secret::new(signed))
        }
    }
}

//! Tokens by which an issuer says who somebody is (OpenID Connect Core §3.1.3.7).

use serde_json::{Map, Value};

use super::{Issuer, Provider, ProviderKind, SubjectSource, Upstream, UpstreamError};
use crate::{
    crypto::JwtError,
    kernel::{Secret, Timestamp},
};

/// Clocks may differ by this much, in seconds.
const LEEWAY: i64 = 60;

/// Whom a token may be made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Us.
    Ourselves,
    /// Us, or the apps that the operator named.
    Apps,
}

/// The claims of a token that this provider has signed, for us, and that is still good.
pub(super) async fn verify(
    upstream: &Upstream,
    provider: &Provider,
    issuer: &Issuer,
    token: &Secret<String>,
    audience: Audience,
    now: Timestamp,
) -> Result<Map<String, Value>, UpstreamError> {
    let keys = upstream.keys(provider, issuer, now, false).await?;
    let mut checked = keys.verify(token.expose());
    if checked == Err(JwtError::UnknownKey) {
        checked = upstream.keys(provider, issuer, now, true).await?.verify(token.expose());
    }
    let claims = checked.map_err(|why| {
        tracing::warn!("the provider {} sent a token that does not do: {why}", provider.id);
        UpstreamError::Refused(format!("The token of the provider was refused: {why}."))
    })?;
    judge(provider, issuer, &claims, audience, now).map_err(|why| {
        tracing::warn!("the provider {} sent a token that does not do: {why}", provider.id);
        UpstreamError::Refused(format!("The token of the provider was refused: {why}."))
    })?;
    Ok(claims)
}

/// Whether a token is from this issuer, for us, and good now.
///
/// SECURITY: each of these alone lets a token for somebody else, by somebody else or of long ago in (05 no. 32, 33;
/// test `sec_33_tokens_are_from_their_issuer_for_us_and_good_now`).
fn judge(
    provider: &Provider,
    issuer: &Issuer,
    claims: &Map<String, Value>,
    audience: Audience,
    now: Timestamp,
) -> Result<(), &'static str> {
    let from = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
    if !issues(provider, issuer, from, claims) {
        return Err("it is from another issuer");
    }
    let whom: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let ours = |id: &str| {
        id == provider.client_id
            || (audience == Audience::Apps && provider.audiences.iter().any(|app| app == id))
    };
    if !whom.iter().any(|id| ours(id)) {
        return Err("it is for somebody else");
    }
    let party = claims.get("azp").and_then(Value::as_str);
    let several = whom.len() > 1;
    if audience == Audience::Ourselves
        && party.map_or(several && !whom.iter().all(|id| ours(id)), |id| !ours(id))
    {
        return Err("it was given to somebody else");
    }
    let at = |name: &str| claims.get(name).and_then(|value| value.as_i64().or_else(|| float(value)));
    let now = now.as_seconds();
    let expires = at("exp").ok_or("it does not say until when it is good")?;
    if expires.saturating_add(LEEWAY) <= now {
        return Err("it has expired");
    }
    if at("nbf").is_some_and(|from| from > now.saturating_add(LEEWAY)) {
        return Err("it is not good yet");
    }
    Ok(())
}

/// Some write times with a fraction.
fn float(value: &Value) -> Option<i64> {
    let whole = value.as_f64()?.trunc();
    format!("{whole:.0}").parse().ok()
}

fn issues(provider: &Provider, issuer: &Issuer, from: &str, claims: &Map<String, Value>) -> bool {
    match provider.kind {
        // Both are in use (it says so in its documentation).
        ProviderKind::Google => from == issuer.name || from == "accounts.google.com",
        ProviderKind::Microsoft => {
            let tenant = claims.get("tid").and_then(Value::as_str).unwrap_or_default();
            let is_id = uuid::Uuid::try_parse(tenant).is_ok();
            // SECURITY: where one tenant was asked for, the accounts of others are not let in.
            let wanted = provider.tenant.as_deref().unwrap_or("common");
            let fits = uuid::Uuid::try_parse(wanted).is_err() || wanted.eq_ignore_ascii_case(tenant);
            is_id && fits && from == issuer.name.replace("{tenantid}", tenant)
        }
        _ => from == issuer.name,
    }
}

/// The claims with the name that counts as that of the account.
pub(super) fn with_subject(provider: &Provider, mut claims: Map<String, Value>) -> Map<String, Value> {
    if provider.kind == ProviderKind::Microsoft && provider.subject == SubjectSource::Object {
        let object = claims.get("oid").cloned();
        claims.shift_remove("sub");
        claims.extend(object.map(|object| ("sub".to_owned(), object)));
    }
    claims
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::method::oidc::sample::{issuer, provider};

    const NOW: i64 = 1_000_000;

    fn judged(kind: ProviderKind, change: &[(&str, Value)], audience: Audience) -> Result<(), &'static str> {
        let mut provider = provider("p", kind);
        provider.audiences = vec!["app".to_owned()];
        let now = Timestamp::from_micros(NOW * 1_000_000).unwrap();
        let mut claims =
            json!({ "iss": "https://issuer.test", "aud": "client", "sub": "1", "exp": NOW + 10 });
        for (name, value) in change {
            claims[*name] = value.clone();
        }
        let mut issuer = issuer();
        if kind == ProviderKind::Microsoft {
            issuer.name = "https://login.microsoftonline.com/{tenantid}/v2.0".to_owned();
        }
        judge(&provider, &issuer, claims.as_object().unwrap(), audience, now)
    }

    #[test]
    fn sec_33_tokens_are_from_their_issuer_for_us_and_good_now() {
        let ours = |change: &[(&str, Value)]| judged(ProviderKind::Generic, change, Audience::Ourselves);
        assert_eq!(ours(&[]), Ok(()));
        for good in [
            vec![("aud", json!(["client"]))],
            vec![("aud", json!(["client", "x"])), ("azp", json!("client"))],
            vec![("exp", json!(NOW - 59))],
            vec![("exp", json!(1_000_010.5))],
            vec![("nbf", json!(NOW + 60))],
        ] {
            assert_eq!(ours(&good), Ok(()), "{good:?}");
        }
        for bad in [
            vec![("iss", json!("https://issuer.test/"))],
            vec![("iss", json!("https://other.test"))],
            vec![("iss", Value::Null)],
            vec![("aud", json!("other"))],
            vec![("aud", json!("app"))],
            vec![("aud", json!([]))],
            vec![("aud", Value::Null)],
            vec![("aud", json!(["client", "x"]))],
            vec![("aud", json!(["client", "x"])), ("azp", json!("x"))],
            vec![("azp", json!("x"))],
            vec![("exp", json!(NOW - 60))],
            vec![("exp", Value::Null)],
            vec![("exp", json!("9999999999"))],
            vec![("nbf", json!(NOW + 61))],
        ] {
            assert!(ours(&bad).is_err(), "{bad:?}");
        }
        assert_eq!(judged(ProviderKind::Generic, &[("aud", json!("app"))], Audience::Apps), Ok(()));
        assert!(judged(ProviderKind::Generic, &[("aud", json!("x"))], Audience::Apps).is_err());
    }

    #[test]
    fn accounts_of_microsoft_are_from_the_tenant_that_they_name() {
        let tenant = "9188040d-6c67-4c5b-b112-36a304b66dad";
        let from = json!(format!("https://login.microsoftonline.com/{tenant}/v2.0"));
        let judged = |change: &[(&str, Value)]| judged(ProviderKind::Microsoft, change, Audience::Ourselves);
        assert_eq!(judged(&[("iss", from.clone()), ("tid", json!(tenant))]), Ok(()));
        assert!(judged(&[("iss", from.clone())]).is_err());
        assert!(judged(&[("iss", from), ("tid", json!("00000000-0000-0000-0000-000000000001"))]).is_err());
        let odd = json!("https://login.microsoftonline.com/x/v2.0");
        assert!(judged(&[("iss", odd), ("tid", json!("x"))]).is_err());
    }
}

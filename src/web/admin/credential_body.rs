//! The parts of a body that bring credentials along, besides passwords (02 §7.3).

use std::collections::BTreeSet;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::{
    engine::CredentialImport,
    identity::{BackupCode, Bytes, LinkedAccount, ProviderTokens, SecurityKey},
    kernel::{Secret, Timestamp},
    web::envelope::ErrorBody,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapped {
    config: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkedBody {
    providers: Option<Vec<Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountBody {
    subject: Option<String>,
    provider: Option<String>,
    organization: Option<Uuid>,
    use_auto_link: Option<bool>,
    initial_id_token: Option<String>,
    initial_access_token: Option<String>,
    initial_refresh_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TotpBody {
    totp_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeysBody {
    credentials: Option<Vec<Value>>,
    user_handle: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LookupBody {
    codes: Option<Vec<Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeBody {
    code: Option<String>,
    used_at: Option<Timestamp>,
}

/// Which of the two kinds of linked accounts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Linked {
    Oidc,
    Saml,
}

/// Accounts at providers of social sign-in.
pub(super) fn oidc(body: Value) -> Result<CredentialImport, ErrorBody> {
    linked("oidc", body, Linked::Oidc).map(CredentialImport::Oidc)
}

/// Accounts at organizations that sign in by SAML.
pub(super) fn saml(body: Value) -> Result<CredentialImport, ErrorBody> {
    linked("saml", body, Linked::Saml).map(CredentialImport::Saml)
}

fn linked(key: &str, body: Value, kind: Linked) -> Result<Vec<LinkedAccount<Secret<String>>>, ErrorBody> {
    let providers = config::<LinkedBody>(key, body)?.providers;
    each(key, "providers", providers, |place, body: AccountBody| {
        if kind == Linked::Saml {
            let without = [&body.initial_id_token, &body.initial_access_token, &body.initial_refresh_token];
            if body.use_auto_link.is_some() || without.into_iter().any(Option::is_some) {
                return Err(refused(place, "takes neither use_auto_link nor tokens"));
            }
        }
        let provider = required(place, "provider", body.provider)?;
        if provider.contains(':') {
            return Err(refused(&format!("{place}.provider"), "must not have a colon"));
        }
        let token = |text: Option<String>| text.filter(|text| !text.is_empty()).map(Secret::new);
        let account = LinkedAccount {
            subject: required(place, "subject", body.subject)?,
            provider,
            tokens: ProviderTokens {
                id: token(body.initial_id_token),
                access: token(body.initial_access_token),
                refresh: token(body.initial_refresh_token),
            },
            organization: body.organization,
            use_auto_link: body.use_auto_link.unwrap_or_default(),
        };
        Ok((account.name(), account))
    })
}

/// The shared key of one-time passwords.
pub(super) fn totp(body: Value) -> Result<CredentialImport, ErrorBody> {
    let place = "credentials.totp.config";
    let url = required(place, "totp_url", config::<TotpBody>("totp", body)?.totp_url)?;
    if !is_totp(&url) {
        let why = "has to be an address as otpauth://totp/label?secret=, with the secret in base32";
        return Err(refused(&format!("{place}.totp_url"), why));
    }
    Ok(CredentialImport::Totp(Secret::new(url)))
}

fn is_totp(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let base32 = |text: &str| {
        let digits = text.trim_end_matches('=');
        !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'2'..=b'7'))
    };
    let mut secrets = url.query_pairs().filter(|(name, _)| name == "secret");
    url.scheme() == "otpauth"
        && url.host_str() == Some("totp")
        && secrets.next().is_some_and(|(_, secret)| base32(&secret))
        && secrets.next().is_none()
}

/// Security keys.
pub(super) fn webauthn(body: Value) -> Result<CredentialImport, ErrorBody> {
    let (keys, user_handle) = keys("webauthn", body)?;
    Ok(CredentialImport::Webauthn { keys, user_handle })
}

/// Passkeys.
pub(super) fn passkey(body: Value) -> Result<CredentialImport, ErrorBody> {
    let (keys, user_handle) = keys("passkey", body)?;
    let place = "credentials.passkey.config.user_handle";
    let user_handle = user_handle.ok_or_else(|| refused(place, "is missing"))?;
    Ok(CredentialImport::Passkey { keys, user_handle })
}

fn keys(key: &str, body: Value) -> Result<(Vec<SecurityKey>, Option<Bytes>), ErrorBody> {
    let body = config::<KeysBody>(key, body)?;
    let keys = each(key, "credentials", body.credentials, |place, security_key: SecurityKey| {
        for (name, bytes) in [("id", &security_key.id), ("public_key", &security_key.public_key)] {
            if bytes.0.is_empty() {
                return Err(refused(&format!("{place}.{name}"), "is empty"));
            }
        }
        Ok((security_key.id.0.clone(), security_key))
    })?;
    let place = format!("credentials.{key}.config.user_handle");
    let handle: Option<Bytes> = body.user_handle.map(|handle| fit(&place, handle)).transpose()?;
    Ok((keys, handle.filter(|handle| !handle.0.is_empty())))
}

/// Backup codes.
pub(super) fn lookup(body: Value) -> Result<CredentialImport, ErrorBody> {
    let codes = config::<LookupBody>("lookup_secret", body)?.codes;
    let codes = each("lookup_secret", "codes", codes, |place, body: CodeBody| {
        let code = required(place, "code", body.code)?;
        Ok((code.clone(), BackupCode { code: Secret::new(code), used_at: body.used_at }))
    })?;
    Ok(CredentialImport::Lookup(codes))
}

/// The config of the credential at `key`.
fn config<T: DeserializeOwned>(key: &str, body: Value) -> Result<T, ErrorBody> {
    let place = format!("credentials.{key}");
    let Wrapped { config } = fit(&place, body)?;
    let place = format!("{place}.config");
    fit(&place, config.ok_or_else(|| refused(&place, "is missing"))?)
}

/// The members of a list in a config: at least one, and no two of one name.
fn each<T: DeserializeOwned, N: Ord, U>(
    key: &str,
    list: &str,
    members: Option<Vec<Value>>,
    mut read: impl FnMut(&str, T) -> Result<(N, U), ErrorBody>,
) -> Result<Vec<U>, ErrorBody> {
    let place = format!("credentials.{key}.config.{list}");
    let members = members.filter(|members| !members.is_empty());
    let members = members.ok_or_else(|| refused(&place, "needs at least one entry"))?;
    let mut names = BTreeSet::new();
    let one = |(index, member)| {
        let place = format!("{place}.{index}");
        let (name, read) = read(&place, fit(&place, member)?)?;
        if names.insert(name) { Ok(read) } else { Err(refused(&place, "stands in the list twice")) }
    };
    members.into_iter().enumerate().map(one).collect()
}

fn required(place: &str, name: &str, text: Option<String>) -> Result<String, ErrorBody> {
    let text = text.filter(|text| !text.is_empty());
    text.ok_or_else(|| refused(&format!("{place}.{name}"), "is missing"))
}

/// SECURITY: what is wrong is said without the value, which may be secret; guarded by
/// `a_refusal_does_not_repeat_secrets`.
fn fit<T: DeserializeOwned>(place: &str, value: Value) -> Result<T, ErrorBody> {
    serde_json::from_value(value).map_err(|error| refused(place, &explained(&error.to_string())))
}

/// The complaint of the parser, unless it quotes a value.
fn explained(error: &str) -> String {
    let named = ["missing field", "unknown field", "this is no standard base64"];
    if named.iter().any(|start| error.starts_with(start)) {
        format!("does not fit: {error}")
    } else {
        "does not fit: a value in it has the wrong type or form".to_owned()
    }
}

fn refused(place: &str, why: &str) -> ErrorBody {
    ErrorBody::bad_request(format!("The key {place} {why}."))
}

#[cfg(test)]
#[path = "credential_body_tests.rs"]
mod tests;

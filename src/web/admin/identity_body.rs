//! The bodies that describe an identity (02 §7.2, §7.3, §7.6).

use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::credential_body;
use crate::{
    crypto::HashText,
    engine::{CredentialImport, PasswordImport, WantedIdentity},
    identity::{AddressClaim, IdentityState},
    kernel::Secret,
    web::envelope::ErrorBody,
};

/// The body that creates an identity.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateBody {
    schema_id: Option<String>,
    #[serde(default)]
    traits: Value,
    credentials: Option<CredentialsBody>,
    verifiable_addresses: Option<Vec<AddressClaim>>,
    /// COMPAT: taken and not used; which addresses there are is up to the schema (02 §7.2).
    #[serde(rename = "recovery_addresses")]
    _recovery_addresses: Option<Vec<Map<String, Value>>>,
    metadata_public: Option<Value>,
    metadata_admin: Option<Value>,
    state: Option<String>,
    external_id: Option<String>,
    organization_id: Option<Uuid>,
    /// COMPAT: taken and not used.
    #[serde(rename = "region")]
    _region: Option<String>,
}

/// The body that replaces what is known about an identity. Unknown keys are passed over.
#[derive(Debug, Deserialize)]
pub struct UpdateBody {
    schema_id: Option<String>,
    #[serde(default)]
    traits: Value,
    credentials: Option<CredentialsBody>,
    metadata_public: Option<Value>,
    metadata_admin: Option<Value>,
    state: Option<String>,
    external_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CredentialsBody {
    password: Option<PasswordBody>,
    oidc: Option<Value>,
    saml: Option<Value>,
    totp: Option<Value>,
    webauthn: Option<Value>,
    passkey: Option<Value>,
    lookup_secret: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    config: Option<PasswordConfig>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordConfig {
    password: Option<String>,
    hashed_password: Option<String>,
    #[serde(default)]
    use_password_migration_hook: bool,
}

impl std::fmt::Debug for CredentialsBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[credentials]")
    }
}

impl CreateBody {
    /// The identity that is wanted.
    ///
    /// # Errors
    /// What makes no sense.
    pub fn wanted(self) -> Result<WantedIdentity, ErrorBody> {
        let (password, credentials) = imports(self.credentials)?;
        Ok(WantedIdentity {
            schema_id: self.schema_id.unwrap_or_default(),
            traits: self.traits,
            state: state(self.state.as_deref())?,
            metadata_public: self.metadata_public,
            metadata_admin: self.metadata_admin,
            external_id: name(self.external_id),
            organization_id: self.organization_id,
            password,
            credentials,
            addresses: self.verifiable_addresses.unwrap_or_default(),
        })
    }
}

impl UpdateBody {
    /// The identity that is wanted. An empty schema id stands for the one it has.
    ///
    /// # Errors
    /// What makes no sense.
    pub fn wanted(self) -> Result<WantedIdentity, ErrorBody> {
        let (password, credentials) = imports(self.credentials)?;
        Ok(WantedIdentity {
            schema_id: self.schema_id.unwrap_or_default(),
            traits: self.traits,
            state: state(self.state.as_deref())?,
            metadata_public: self.metadata_public,
            metadata_admin: self.metadata_admin,
            external_id: name(self.external_id),
            organization_id: None,
            password,
            credentials,
            addresses: Vec::new(),
        })
    }
}

/// Looks at a body that would create an identity, without the schema that it names.
///
/// # Errors
/// What makes no sense in it, with the key where that stands.
pub fn check_create(body: &Value) -> Result<(), String> {
    let read: CreateBody = serde_path_to_error::deserialize(body).map_err(|error| error.to_string())?;
    match read.wanted() {
        Ok(_) => Ok(()),
        Err(ErrorBody { reason, message, .. }) => Err(reason.unwrap_or(message).into_owned()),
    }
}

/// COMPAT: an empty name is none (golden `admin.identity.external_id`).
fn name(external_id: Option<String>) -> Option<String> {
    external_id.filter(|name| !name.is_empty())
}

fn state(word: Option<&str>) -> Result<Option<IdentityState>, ErrorBody> {
    match word {
        None | Some("") => Ok(None),
        Some("active") => Ok(Some(IdentityState::Active)),
        Some("inactive") => Ok(Some(IdentityState::Inactive)),
        Some(_) => Err(ErrorBody::bad_request("The state of an identity is \"active\" or \"inactive\".")),
    }
}

/// The password and the other credentials that a body brings along.
fn imports(
    credentials: Option<CredentialsBody>,
) -> Result<(Option<PasswordImport>, Vec<CredentialImport>), ErrorBody> {
    let Some(body) = credentials else { return Ok((None, Vec::new())) };
    let others = [
        body.oidc.map(credential_body::oidc),
        body.saml.map(credential_body::saml),
        body.totp.map(credential_body::totp),
        body.webauthn.map(credential_body::webauthn),
        body.passkey.map(credential_body::passkey),
        body.lookup_secret.map(credential_body::lookup),
    ];
    Ok((password(body.password)?, others.into_iter().flatten().collect::<Result<_, _>>()?))
}

fn password(body: Option<PasswordBody>) -> Result<Option<PasswordImport>, ErrorBody> {
    let Some(config) = body.map(|password| password.config) else { return Ok(None) };
    let config = config.ok_or_else(nothing_to_import)?;
    if config.use_password_migration_hook {
        return Ok(Some(PasswordImport::MigrationHook));
    }
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    match (given(config.password), given(config.hashed_password)) {
        (Some(clear), _) => Ok(Some(PasswordImport::Clear(Secret::new(clear)))),
        (None, Some(hash)) => Ok(Some(PasswordImport::Hash(HashText::new(hash)))),
        (None, None) => Err(nothing_to_import()),
    }
}

fn nothing_to_import() -> ErrorBody {
    ErrorBody::bad_request(
        "The key credentials.password.config needs password, hashed_password or use_password_migration_hook.",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::identity::MethodId;

    fn created(body: Value) -> Result<WantedIdentity, ErrorBody> {
        serde_json::from_value::<CreateBody>(body)
            .map_err(|error| ErrorBody::bad_request(error.to_string()))
            .and_then(CreateBody::wanted)
    }

    fn imported(config: Value) -> Result<Option<PasswordImport>, ErrorBody> {
        created(json!({"credentials": {"password": {"config": config}}})).map(|wanted| wanted.password)
    }

    #[test]
    fn absent_null_and_empty_are_the_same() {
        for body in [
            json!({}),
            json!({"schema_id": null, "traits": null, "state": null, "external_id": null, "credentials": null}),
            json!({"schema_id": "", "state": "", "external_id": "", "verifiable_addresses": null, "region": null}),
        ] {
            let wanted = created(body).unwrap();
            assert_eq!((wanted.schema_id.as_str(), wanted.traits), ("", Value::Null));
            assert_eq!((wanted.state, wanted.external_id), (None, None));
            assert!(wanted.password.is_none() && wanted.addresses.is_empty());
        }
    }

    #[test]
    fn passwords_in_clear_win_over_hashes_and_the_hook_over_both() {
        let both = json!({"password": "p", "hashed_password": "$h"});
        assert!(matches!(imported(both), Ok(Some(PasswordImport::Clear(clear))) if clear.expose() == "p"));
        let hash = json!({"password": "", "hashed_password": "$h"});
        assert!(matches!(imported(hash), Ok(Some(PasswordImport::Hash(hash))) if hash.as_str() == "$h"));
        let hook = json!({"use_password_migration_hook": true, "password": "p"});
        assert!(matches!(imported(hook), Ok(Some(PasswordImport::MigrationHook))));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for body in [
            json!([]),
            json!({"shoe": 43}),
            json!({"schema_id": 7}),
            json!({"state": "asleep"}),
            json!({"organization_id": "x"}),
            json!({"credentials": {"pigeon": {}}}),
            json!({"credentials": {"password": {}}}),
            json!({"credentials": {"password": {"config": {}}}}),
            json!({"credentials": {"password": {"config": {"hash": "x"}}}}),
            json!({"verifiable_addresses": [{"status": "lost"}]}),
        ] {
            assert_eq!(created(body.clone()).unwrap_err().status, 400, "{body}");
        }
    }

    #[test]
    fn every_kind_of_credential_is_read() {
        let totp = "otpauth://totp/x?secret=AA";
        let linked = json!({"config": {"providers": [{"provider": "g", "subject": "1"}]}});
        let keys =
            json!({"config": {"credentials": [{"id": "AQ==", "public_key": "Ag=="}], "user_handle": "YQ=="}});
        let all = json!({"credentials": {
            "oidc": linked, "saml": linked, "webauthn": keys, "passkey": keys,
            "totp": {"config": {"totp_url": totp}}, "lookup_secret": {"config": {"codes": [{"code": "a"}]}},
        }});
        let wanted = created(all).unwrap();
        let methods: Vec<_> = wanted.credentials.iter().map(CredentialImport::method).collect();
        let expected = [
            MethodId::Oidc,
            MethodId::Saml,
            MethodId::Totp,
            MethodId::Webauthn,
            MethodId::Passkey,
            MethodId::Lookup,
        ];
        assert_eq!((methods.as_slice(), wanted.password.is_none()), (&expected[..], true));
        assert!(created(json!({"credentials": {"totp": {}}})).is_err());
    }

    #[test]
    fn a_change_passes_over_keys_that_it_does_not_know() {
        let body = json!({"id": 7, "schema_id": "person", "traits": {}, "state": "inactive"});
        let wanted = serde_json::from_value::<UpdateBody>(body).unwrap().wanted().unwrap();
        assert_eq!((wanted.schema_id.as_str(), wanted.state), ("person", Some(IdentityState::Inactive)));
    }

    #[test]
    fn debug_hides_passwords() {
        let body: CreateBody =
            serde_json::from_value(json!({"credentials": {"password": {"config": {"password": "hunter2"}}}}))
                .unwrap();
        assert!(!format!("{body:?}").contains("hunter2"));
    }
}

//! An account as the JSON that patches change, and what a changed one asks for (02 §7.7).

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    Account, PasswordImport, PatchOperation, WantedIdentity,
    json_patch::{Action, Step, apply, steps},
};
use crate::{
    crypto::HashText,
    flow::Failure,
    identity::{AddressClaim, IdentityState, MethodId},
    text::ErrorCode,
    wire::{CredentialVersions, CredentialView, Projection},
};

/// What we make ourselves, and what is changed elsewhere.
const PROTECTED: [&str; 8] = [
    "id",
    "schema_url",
    "state_changed_at",
    "stateChangedAt",
    "organization_id",
    "created_at",
    "updated_at",
    "recovery_addresses",
];

/// The parts of a document that can be changed.
#[derive(Deserialize)]
struct Document {
    schema_id: String,
    #[serde(default)]
    traits: Value,
    state: IdentityState,
    metadata_public: Option<Value>,
    metadata_admin: Option<Value>,
    external_id: Option<String>,
    #[serde(default)]
    verifiable_addresses: Vec<AddressClaim>,
}

/// The password in a document.
#[derive(Deserialize)]
struct PasswordDocument {
    #[serde(rename = "type")]
    kind: Option<String>,
    config: PasswordConfig,
}

#[derive(Deserialize)]
struct PasswordConfig {
    hashed_password: Option<String>,
    #[serde(default)]
    use_password_migration_hook: bool,
}

/// What an account shall be after a patch.
pub(super) fn patched(
    projection: &Projection,
    account: &Account,
    patch: &[PatchOperation],
) -> Result<WantedIdentity, Failure> {
    let mut document = document(projection, account);
    let before = document.get("credentials").cloned().unwrap_or_default();
    for step in steps(patch).map_err(|error| refused(&error))? {
        check_place(&step)?;
        apply(&mut document, &step).map_err(|error| refused(&error))?;
    }
    let password = password(&before, document.get("credentials").unwrap_or(&Value::Null))?;
    let document: Document = serde_json::from_value(document)
        .map_err(|error| bad(format!("The patched identity does not fit: {error}.")))?;
    Ok(WantedIdentity {
        schema_id: document.schema_id,
        traits: document.traits,
        state: Some(document.state),
        metadata_public: document.metadata_public,
        metadata_admin: document.metadata_admin,
        external_id: document.external_id.filter(|name| !name.is_empty()),
        organization_id: None,
        password,
        credentials: Vec::new(),
        addresses: document.verifiable_addresses,
    })
}

fn document(projection: &Projection, account: &Account) -> Value {
    let view = CredentialView {
        credentials: &account.credentials,
        reveal: &MethodId::ALL,
        keys: None,
        versions: CredentialVersions::Stored,
    };
    Value::Object(projection.identity_with_credentials(&account.identity, view))
}

/// Refuses what a patch must not touch.
fn check_place(step: &Step<'_>) -> Result<(), Failure> {
    let keys: Vec<&str> = step.keys.iter().map(String::as_str).collect();
    let refused = match keys.as_slice() {
        [key, ..] if PROTECTED.contains(key) => true,
        ["credentials", "oidc" | "saml", ..] | ["credentials"] => true,
        ["credentials", _] => matches!(step.action, Action::Remove),
        _ => false,
    };
    if refused {
        return Err(bad(format!("The path /{} cannot be patched.", keys.join("/"))));
    }
    Ok(())
}

/// The password that a patch sets, if it sets one.
fn password(before: &Value, after: &Value) -> Result<Option<PasswordImport>, Failure> {
    let none = Map::new();
    let (before, after) = (before.as_object().unwrap_or(&none), after.as_object().unwrap_or(&none));
    let mut import = None;
    for (method, credential) in after {
        if before.get(method) == Some(credential) {
            continue;
        }
        if method != MethodId::Password.wire_name() {
            return Err(bad(format!("The path /credentials/{method} cannot be patched in this version.")));
        }
        let credential = PasswordDocument::deserialize(credential)
            .map_err(|error| bad(format!("The patched password does not fit: {error}.")))?;
        if credential.kind.is_some_and(|kind| kind != *method) {
            return Err(bad("The type of a credential has to be the key that it stands at.".to_owned()));
        }
        let hash = credential.config.hashed_password.filter(|hash| !hash.is_empty());
        import = Some(match hash {
            Some(hash) => PasswordImport::Hash(HashText::new(hash)),
            None if credential.config.use_password_migration_hook => PasswordImport::MigrationHook,
            None => PasswordImport::Nothing,
        });
    }
    Ok(import)
}

fn refused(error: &impl ToString) -> Failure {
    bad(error.to_string())
}

fn bad(reason: String) -> Failure {
    Failure::because(ErrorCode::BadRequest, reason)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        identity::{Channel, CheckedTraits, Credential, Identity, Payload},
        kernel::{CredentialId, Seed, Timestamp},
    };

    fn account() -> Account {
        let (now, mut ids) = (Timestamp::from_micros(0).unwrap(), Seed::new([1; 32]).stream("ids"));
        let checked = CheckedTraits {
            schema_id: "person".to_owned(),
            traits: json!({"email": "a@x.test"}).as_object().cloned().unwrap(),
            verifiable: vec![(Channel::Email, "a@x.test".to_owned())],
            ..CheckedTraits::default()
        };
        let identity = Identity::with_traits(&checked, now, &mut ids);
        let password = Credential {
            id: CredentialId::sortable(now, &mut ids),
            identity: identity.id,
            identifiers: vec!["a@x.test".to_owned()],
            payload: Payload::Password { hash: Some(HashText::new("$h")), use_migration_hook: false },
            created_at: now,
            updated_at: now,
        };
        Account { identity, credentials: vec![password] }
    }

    fn patched_by(patch: Value) -> Result<WantedIdentity, Failure> {
        let projection = Projection { public_url: "https://x.test".to_owned() };
        let patch: Vec<PatchOperation> = serde_json::from_value(patch).unwrap();
        patched(&projection, &account(), &patch)
    }

    #[test]
    fn an_empty_patch_wants_what_is() {
        let wanted = patched_by(json!([])).unwrap();
        assert_eq!((wanted.schema_id.as_str(), &wanted.traits), ("person", &json!({"email": "a@x.test"})));
        assert_eq!((wanted.state, wanted.external_id), (Some(IdentityState::Active), None));
        assert!(wanted.password.is_none() && wanted.metadata_admin.is_none());
        assert!(!wanted.addresses[0].verified && wanted.addresses[0].value == "a@x.test");
    }

    #[test]
    fn everything_that_may_change_changes() {
        let wanted = patched_by(json!([
            {"op": "replace", "path": "/state", "value": "inactive"},
            {"op": "add", "path": "/external_id", "value": "crm-1"},
            {"op": "add", "path": "/metadata_public", "value": "text"},
            {"op": "replace", "path": "/verifiable_addresses/0/verified", "value": true},
            {"op": "replace", "path": "/credentials/password/config/hashed_password", "value": "$new"},
        ]));
        let wanted = wanted.unwrap();
        assert_eq!(
            (wanted.state, wanted.external_id.as_deref()),
            (Some(IdentityState::Inactive), Some("crm-1"))
        );
        assert_eq!((wanted.metadata_public, wanted.addresses[0].verified), (Some(json!("text")), true));
        assert!(matches!(wanted.password, Some(PasswordImport::Hash(hash)) if hash.as_str() == "$new"));
    }

    #[test]
    fn a_password_is_taken_away_or_left_to_the_migration_hook() {
        let wanted =
            patched_by(json!([{"op": "remove", "path": "/credentials/password/config/hashed_password"}]));
        assert!(matches!(wanted.unwrap().password, Some(PasswordImport::Nothing)));
        let hook = json!({"type": "password", "config": {"use_password_migration_hook": true}});
        let wanted = patched_by(json!([{"op": "replace", "path": "/credentials/password", "value": hook}]));
        assert!(matches!(wanted.unwrap().password, Some(PasswordImport::MigrationHook)));
    }

    #[test]
    fn what_must_not_be_patched() {
        let mistyped = json!({"type": "totp", "config": {}});
        for operation in [
            json!({"op": "replace", "path": "/id", "value": "11111111-1111-4111-8111-111111111111"}),
            json!({"op": "add", "path": "/stateChangedAt", "value": null}),
            json!({"op": "add", "path": "/organization_id", "value": null}),
            json!({"op": "remove", "path": "/recovery_addresses/0"}),
            json!({"op": "add", "path": "/credentials", "value": {}}),
            json!({"op": "add", "path": "/credentials/oidc/config", "value": {}}),
            json!({"op": "add", "path": "/credentials/saml", "value": {}}),
            json!({"op": "add", "path": "/credentials/totp", "value": {"config": {}}}),
            json!({"op": "remove", "path": "/credentials/password"}),
            json!({"op": "replace", "path": "/credentials/password", "value": mistyped}),
            json!({"op": "replace", "path": "/credentials/password", "value": 7}),
            json!({"op": "replace", "path": "/state", "value": "asleep"}),
            json!({"op": "remove", "path": "/schema_id"}),
            json!({"op": "replace", "path": "/verifiable_addresses/0/status", "value": "lost"}),
        ] {
            let failure = patched_by(json!([operation])).unwrap_err();
            assert_eq!(failure.code, ErrorCode::BadRequest, "{operation}");
        }
    }
}

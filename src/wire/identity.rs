//! Identities as clients, administrators, hooks and letters see them (02 §7.1).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use crate::identity::{
    BackupCode, Bytes, Credential, Identity, LinkedAccount, MethodId, Payload, ProviderTokens, SecretKind,
    SecurityKey, Vault, VaultKeys,
};

/// What the shapes need to know of the configuration.
#[derive(Debug, Clone)]
pub struct Projection {
    /// The public base URL, without a trailing slash.
    pub public_url: String,
}

/// How much of a credential an administrator sees.
#[derive(Debug, Clone, Copy)]
pub struct CredentialView<'a> {
    /// The credentials.
    pub credentials: &'a [Credential],
    /// The methods whose secret part is shown.
    pub reveal: &'a [MethodId],
    /// What opens secrets that are sealed; without it they are shown as empty texts.
    pub keys: Option<VaultKeys<'a>>,
    /// How versions are told.
    pub versions: CredentialVersions,
}

/// How versions of credentials are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialVersions {
    /// As they are stored.
    Stored,
    /// COMPAT: a creation tells 0 for those that it has not read back (golden `admin.identity.crud`).
    JustCreated,
}

impl Projection {
    /// Where the schema with this id is served.
    pub fn schema_url(&self, schema_id: &str) -> String {
        format!("{}/schemas/{}", self.public_url, URL_SAFE_NO_PAD.encode(schema_id))
    }

    /// An identity as everybody may see it: no credentials, no administrators' metadata.
    pub fn identity(&self, identity: &Identity) -> Value {
        Value::Object(self.public(identity))
    }

    /// An identity as administrators see it in lists: with their metadata.
    pub fn identity_for_admin(&self, identity: &Identity) -> Map<String, Value> {
        let mut shown = self.public(identity);
        shown.insert("metadata_admin".into(), identity.metadata_admin.clone().unwrap_or_default());
        shown
    }

    /// An identity as administrators see it right after they wrote it.
    ///
    /// COMPAT: administrators' metadata are left out where there are none, instead of being `null` (goldens
    /// `admin.identity.create.errors` and `admin.identity.crud`).
    pub fn identity_just_written(&self, identity: &Identity, view: CredentialView<'_>) -> Map<String, Value> {
        let mut shown = self.identity_with_credentials(identity, view);
        if identity.metadata_admin.is_none() {
            shown.shift_remove("metadata_admin");
        }
        shown
    }

    /// An identity as administrators see it by itself: with their metadata and its credentials.
    pub fn identity_with_credentials(
        &self,
        identity: &Identity,
        view: CredentialView<'_>,
    ) -> Map<String, Value> {
        let mut shown = self.identity_for_admin(identity);
        let credentials: Map<String, Value> = view
            .credentials
            .iter()
            .map(|credential| (credential.method().wire_name().to_owned(), show(credential, view)))
            .collect();
        shown.insert("credentials".into(), Value::Object(credentials));
        shown
    }

    fn public(&self, identity: &Identity) -> Map<String, Value> {
        let mut shown = Map::new();
        let mut put = |key: &str, value: Value| shown.insert(key.to_owned(), value);
        put("id", json!(identity.id));
        if let Some(external_id) = &identity.external_id {
            put("external_id", json!(external_id));
        }
        put("schema_id", json!(identity.schema_id));
        put("schema_url", json!(self.schema_url(&identity.schema_id)));
        put("state", json!(identity.state));
        if let Some(at) = identity.state_changed_at {
            put("state_changed_at", json!(at));
        }
        put("traits", Value::Object(identity.traits.clone()));
        if !identity.verifiable_addresses.is_empty() {
            put("verifiable_addresses", json!(identity.verifiable_addresses));
        }
        if !identity.recovery_addresses.is_empty() {
            put("recovery_addresses", json!(identity.recovery_addresses));
        }
        put("metadata_public", identity.metadata_public.clone().unwrap_or_default());
        put("created_at", json!(identity.created_at));
        put("updated_at", json!(identity.updated_at));
        put("organization_id", json!(identity.organization_id));
        shown
    }
}

fn show(credential: &Credential, view: CredentialView<'_>) -> Value {
    let method = credential.method();
    let version = match (view.versions, method) {
        (CredentialVersions::JustCreated, MethodId::Password | MethodId::Webauthn) => 0,
        // COMPAT: the shape of these has never changed (golden `admin.identity.include_credential`).
        (_, MethodId::Oidc | MethodId::Saml | MethodId::Totp | MethodId::Lookup) => 0,
        _ => 1,
    };
    let mut shown = Map::new();
    shown.insert("type".into(), json!(method));
    shown.insert("identifiers".into(), json!(credential.identifiers));
    if view.reveal.contains(&method) {
        shown.insert("config".into(), config(credential, view.keys));
    }
    shown.insert("version".into(), json!(version));
    shown.insert("created_at".into(), json!(credential.created_at));
    shown.insert("updated_at".into(), json!(credential.updated_at));
    Value::Object(shown)
}

/// The secret part in the shape of 02 §4.8. A secret whose key has been retired is shown as an empty text.
fn config(credential: &Credential, keys: Option<VaultKeys<'_>>) -> Value {
    let vault = keys.map(|keys| keys.of(credential.identity));
    let open = |kind, sealed: &_| {
        let opened = vault.and_then(|vault: Vault<'_>| vault.open(kind, sealed));
        opened.map(|plain| plain.expose().clone()).unwrap_or_default()
    };
    match &credential.payload {
        Payload::Password { hash, use_migration_hook } => {
            let mut config = Map::new();
            if let Some(hash) = hash {
                config.insert("hashed_password".into(), json!(hash));
            }
            if *use_migration_hook {
                config.insert("use_password_migration_hook".into(), json!(true));
            }
            Value::Object(config)
        }
        Payload::Code { addresses } => json!({ "addresses": addresses }),
        Payload::Webauthn { keys, user_handle } => security_keys(credential, keys, user_handle.clone()),
        Payload::Passkey { keys, user_handle } => json!({ "credentials": keys, "user_handle": user_handle }),
        Payload::Oidc { accounts } => {
            let tokens =
                |account: &LinkedAccount| account.map(|token| open(SecretKind::ProviderToken, token)).tokens;
            json!({ "providers": accounts.iter().map(|one| provider(one, Some(tokens(one)))).collect::<Vec<_>>() })
        }
        Payload::Saml { accounts } => {
            json!({ "providers": accounts.iter().map(|one| provider(one, None)).collect::<Vec<_>>() })
        }
        Payload::Totp { url, .. } => json!({ "totp_url": open(SecretKind::TotpUrl, url) }),
        Payload::Lookup { codes } => {
            let shown = |BackupCode { code, used_at }: &BackupCode| json!({ "code": open(SecretKind::BackupCode, code), "used_at": used_at });
            json!({ "recovery_codes": codes.iter().map(shown).collect::<Vec<_>>() })
        }
        Payload::Retired { .. } => json!({}),
    }
}

/// COMPAT: where no key is registered, there is no list of them, and a handle that was not brought along is the
/// id of the identity (golden `admin.identity.include_credential`).
fn security_keys(credential: &Credential, keys: &[SecurityKey], user_handle: Option<Bytes>) -> Value {
    let mut config = Map::new();
    if !keys.is_empty() {
        config.insert("credentials".into(), json!(keys));
    }
    let own = || Bytes(credential.identity.as_uuid().as_bytes().to_vec());
    config.insert("user_handle".into(), json!(user_handle.unwrap_or_else(own)));
    Value::Object(config)
}

/// A linked account; with its tokens, which are empty texts where there are none, or without any.
fn provider(account: &LinkedAccount, tokens: Option<ProviderTokens<String>>) -> Value {
    let mut shown = Map::new();
    shown.insert("subject".into(), json!(account.subject));
    shown.insert("provider".into(), json!(account.provider));
    if let Some(ProviderTokens { id, access, refresh }) = tokens {
        shown.insert("initial_id_token".into(), json!(id.unwrap_or_default()));
        shown.insert("initial_access_token".into(), json!(access.unwrap_or_default()));
        shown.insert("initial_refresh_token".into(), json!(refresh.unwrap_or_default()));
    }
    if let Some(organization) = account.organization {
        shown.insert("organization".into(), json!(organization));
    }
    if account.use_auto_link {
        shown.insert("use_auto_link".into(), json!(true));
    }
    Value::Object(shown)
}

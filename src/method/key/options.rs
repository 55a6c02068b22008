//! What pages hand to the browser: the options of WebAuthn, as JSON.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use crate::{
    crypto::webauthn::ALGORITHMS,
    flow::{AllowedKey, Need, PasskeyPolicy, RelyingParty},
    identity::HeldKey,
};

/// How long an authenticator may take, in milliseconds: longer, when it may have to find out who is there.
const PATIENCE: u64 = 300_000;
const PATIENCE_WITHOUT_VERIFICATION: u64 = 120_000;

/// For whom a key is made.
pub(super) struct User<'a> {
    pub handle: &'a [u8],
    pub name: &'a str,
}

/// The options that make a security key.
pub(super) fn make_key(party: &RelyingParty, user: &User<'_>, challenge: &[u8], held: &[HeldKey]) -> Value {
    let selection = json!({ "userVerification": Need::Discouraged.wire_name() });
    let options = creation(party, user, challenge, held, PATIENCE_WITHOUT_VERIFICATION);
    finished(options, selection)
}

/// The options that make a passkey.
pub(super) fn make_passkey(
    policy: &PasskeyPolicy,
    user: &User<'_>,
    challenge: &[u8],
    held: &[HeldKey],
) -> Value {
    let mut selection = Map::new();
    if let Some(attachment) = &policy.attachment {
        selection.insert("authenticatorAttachment".into(), json!(attachment));
    }
    selection.insert("requireResidentKey".into(), json!(policy.resident_key == Need::Required));
    selection.insert("residentKey".into(), json!(policy.resident_key.wire_name()));
    selection.insert("userVerification".into(), json!(policy.user_verification.wire_name()));
    let patience = policy.registration_timeout.unwrap_or_else(|| patience(policy.user_verification));
    let mut options = creation(&policy.party, user, challenge, held, patience);
    options.insert("attestation".into(), json!(policy.attestation));
    finished(options, Value::Object(selection))
}

/// The options that show one of these keys.
pub(super) fn show_key(party: &RelyingParty, challenge: &[u8], allowed: &[AllowedKey]) -> Value {
    request(party, challenge, allowed, PATIENCE_WITHOUT_VERIFICATION, Need::Discouraged)
}

/// The options that show a passkey: one of these, or without any, whichever there is.
pub(super) fn show_passkey(policy: &PasskeyPolicy, challenge: &[u8], allowed: &[AllowedKey]) -> Value {
    let patience = policy.login_timeout.unwrap_or_else(|| patience(policy.user_verification));
    request(&policy.party, challenge, allowed, patience, policy.user_verification)
}

/// A key that the account has, as one that may be shown.
pub(super) fn allowed(key: &HeldKey) -> AllowedKey {
    AllowedKey { id: key.id.clone(), transport: key.transport.clone() }
}

fn patience(verification: Need) -> u64 {
    match verification {
        Need::Discouraged => PATIENCE_WITHOUT_VERIFICATION,
        Need::Required | Need::Preferred => PATIENCE,
    }
}

fn creation(
    party: &RelyingParty,
    user: &User<'_>,
    challenge: &[u8],
    held: &[HeldKey],
    patience: u64,
) -> Map<String, Value> {
    let mut options = Map::new();
    options.insert("rp".into(), json!({ "name": party.name, "id": party.id }));
    let handle = URL_SAFE_NO_PAD.encode(user.handle);
    options.insert("user".into(), json!({ "name": user.name, "displayName": user.name, "id": handle }));
    options.insert("challenge".into(), json!(URL_SAFE_NO_PAD.encode(challenge)));
    let algorithms: Vec<Value> =
        ALGORITHMS.iter().map(|algorithm| json!({ "type": "public-key", "alg": algorithm })).collect();
    options.insert("pubKeyCredParams".into(), json!(algorithms));
    options.insert("timeout".into(), json!(patience));
    if !held.is_empty() {
        let held: Vec<Value> = held.iter().map(|key| descriptor(&allowed(key))).collect();
        options.insert("excludeCredentials".into(), json!(held));
    }
    options
}

fn finished(mut options: Map<String, Value>, selection: Value) -> Value {
    options.insert("authenticatorSelection".into(), selection);
    json!({ "publicKey": options })
}

fn request(
    party: &RelyingParty,
    challenge: &[u8],
    allowed: &[AllowedKey],
    patience: u64,
    verification: Need,
) -> Value {
    let mut options = Map::new();
    options.insert("challenge".into(), json!(URL_SAFE_NO_PAD.encode(challenge)));
    options.insert("timeout".into(), json!(patience));
    options.insert("rpId".into(), json!(party.id));
    if !allowed.is_empty() {
        let allowed: Vec<Value> = allowed.iter().map(descriptor).collect();
        options.insert("allowCredentials".into(), json!(allowed));
    }
    options.insert("userVerification".into(), json!(verification.wire_name()));
    json!({ "publicKey": options })
}

fn descriptor(key: &AllowedKey) -> Value {
    let mut descriptor = Map::new();
    descriptor.insert("type".into(), json!("public-key"));
    descriptor.insert("id".into(), json!(URL_SAFE_NO_PAD.encode(&key.id.0)));
    if !key.transport.is_empty() {
        descriptor.insert("transports".into(), json!(key.transport));
    }
    Value::Object(descriptor)
}

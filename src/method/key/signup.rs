//! Signing up by security key and by passkey (01 §11.4, §11.5).

use super::{
    Asking, kept,
    login::{passkey, security_key},
    make,
};
use crate::{
    crypto::webauthn::Answer,
    flow::{NewAccount, Note, Submission},
    identity::{Available, Bytes, CheckedTraits, Credential, MethodId, Payload, SecurityKey},
    kernel::CredentialId,
    method::{Ports, account},
    text,
};

/// The longest name that a key may have.
const LONGEST_NAME: u64 = 255;

/// The name that somebody gives to a security key; empty when they give none.
///
/// # Errors
/// A message for its field.
pub fn key_name(body: &Submission) -> Result<String, Vec<Note>> {
    let name = body.text("webauthn_register_displayname").unwrap_or_default();
    let length = u64::try_from(name.chars().count()).unwrap_or(u64::MAX);
    if length > LONGEST_NAME {
        let why = text::validation::too_long(LONGEST_NAME, length);
        return Err(vec![Note::field("webauthn_register_displayname", why)]);
    }
    Ok(name)
}

/// An account with a security key that opens it.
///
/// # Errors
/// A message for the form: the answer does not fit, or nothing in the traits is a name to find the key by.
pub fn account_by_key(
    ports: &Ports,
    asking: &Asking,
    checked: &CheckedTraits,
    answer: &Answer,
    name: String,
) -> Result<NewAccount, Vec<Note>> {
    if checked.webauthn_identifiers.is_empty() {
        return Err(vec![Note::form(text::validation::identifier_missing())]);
    }
    let (registered, told) = asking.register(answer, security_key(ports)).map_err(|_| refused())?;
    let key = kept::keep(registered, &answer.transports, name, true, ports.now);
    let mut account = account(ports, checked, None);
    // The authenticator calls the account by this id, so it has it.
    account.identity.id = told.identity;
    for credential in &mut account.credentials {
        credential.identity = told.identity;
        if let Payload::Webauthn { keys, .. } = &mut credential.payload {
            keys.push(key.clone());
        }
    }
    Ok(finished(account))
}

/// An account with a passkey.
///
/// # Errors
/// A message for the form: the answer does not fit.
pub fn account_by_passkey(
    ports: &Ports,
    asking: &Asking,
    checked: &CheckedTraits,
    answer: &Answer,
) -> Result<NewAccount, Vec<Note>> {
    let (key, handle) = made_passkey(ports, asking, answer)?;
    let mut account = account(ports, checked, None);
    account.credentials.push(Credential {
        id: CredentialId::sortable(ports.now, &mut ports.seed.stream("credential id")),
        identity: account.identity.id,
        identifiers: vec![handle.clone()],
        payload: Payload::Passkey { keys: vec![key], user_handle: Bytes(handle.into_bytes()) },
        created_at: ports.now,
        updated_at: ports.now,
    });
    Ok(finished(account))
}

/// A passkey that was made, and how the authenticator was told to call its account.
pub(super) fn made_passkey(
    ports: &Ports,
    asking: &Asking,
    answer: &Answer,
) -> Result<(SecurityKey, String), Vec<Note>> {
    let (registered, told) = asking.register(answer, passkey(ports)).map_err(|_| refused())?;
    let name = make::name_of(&registered.aaguid).to_owned();
    Ok((kept::keep(registered, &answer.transports, name, true, ports.now), told.handle))
}

/// A security key that was made.
pub(super) fn made_key(
    ports: &Ports,
    asking: &Asking,
    answer: &Answer,
    name: String,
) -> Result<SecurityKey, Vec<Note>> {
    let (registered, _) = asking.register(answer, security_key(ports)).map_err(|_| refused())?;
    let is_passwordless = ports.policy.webauthn.passwordless;
    Ok(kept::keep(registered, &answer.transports, name, is_passwordless, ports.now))
}

fn finished(mut account: NewAccount) -> NewAccount {
    account.identity.available = Available::of(&account.credentials);
    account
}

fn refused() -> Vec<Note> {
    vec![Note::form(text::validation::assertion_invalid())]
}

/// The method by whose key somebody signs up. COMPAT: `true` is not taken for an answer (01 §5.3).
pub fn addressed(body: &Submission, is_browser: bool) -> Option<MethodId> {
    if body.text("passkey_register").is_some_and(|text| text != "true") {
        return Some(MethodId::Passkey);
    }
    (is_browser && body.text("webauthn_register").is_some()).then_some(MethodId::Webauthn)
}

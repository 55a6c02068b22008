//! Adding security keys and passkeys to an account, and taking them away (02 §4.7).

use super::{
    Asking, login, nodes,
    signup::{self, made_key, made_passkey},
};
use crate::{
    flow::{Change, Note, Policy, Submission},
    identity::{Bytes, CheckedTraits, Credential, Holdings, MethodId, Payload, SecurityKey},
    method::{Owned, Ports, set_credential},
    session::{Factor, SessionMethod},
    text,
};

/// What is wanted of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// To add one.
    Add,
    /// To take one away.
    Remove,
}

const KEY: [(&str, Ask); 2] = [("webauthn_remove", Ask::Remove), ("webauthn_register", Ask::Add)];
const PASSKEY: [(&str, Ask); 2] = [("passkey_remove", Ask::Remove), ("passkey_settings_register", Ask::Add)];

/// What is wanted by a method; `None` when the submission is about something else. Security keys work in browsers
/// alone.
pub fn ask(body: &Submission, method: MethodId, is_browser: bool) -> Option<Ask> {
    let fields = match method {
        MethodId::Webauthn if is_browser => KEY,
        MethodId::Passkey => PASSKEY,
        _ => return None,
    };
    fields.into_iter().find(|(field, _)| body.text(field).is_some()).map(|(_, ask)| ask)
}

/// How many ways in an account has that need no other one. Codes count where people log in by them.
pub fn ways_in(policy: &Policy, held: &Holdings) -> usize {
    held.first_factors + usize::from(policy.code.passwordless && !held.codes.is_empty())
}

/// The account with one more security key.
///
/// # Errors
/// Messages: what was sent does not fit, or the account has the key.
pub fn add_key(
    ports: &Ports,
    asking: &Asking,
    account: &Owned,
    checked: &CheckedTraits,
    body: &Submission,
) -> Result<Change, Vec<Note>> {
    let name = signup::key_name(body)?;
    let answer = login::answer(body, "webauthn_register")?;
    let key = made_key(ports, asking, &answer, name)?;
    let old = held(account, MethodId::Webauthn);
    let (mut keys, user_handle) = match old.map(|old| &old.payload) {
        Some(Payload::Webauthn { keys, user_handle }) => (keys.clone(), user_handle.clone()),
        _ => (Vec::new(), None),
    };
    push(&mut keys, key, "webauthn_register")?;
    let payload = Payload::Webauthn { keys, user_handle };
    let names = checked.webauthn_identifiers.clone();
    let mut change = set_credential(ports, account, MethodId::Webauthn, Some(payload), names);
    change.proves = Some(match ports.policy.webauthn.passwordless {
        true => Factor::first(SessionMethod::Webauthn),
        false => Factor::second(SessionMethod::Webauthn),
    });
    Ok(change)
}

/// The account with one more passkey. COMPAT: each has a handle of its own, and the account is found by all of them
/// (golden `passkey.settings`).
///
/// # Errors
/// Messages: what was sent does not fit, or the account has the key.
pub fn add_passkey(
    ports: &Ports,
    asking: &Asking,
    account: &Owned,
    body: &Submission,
) -> Result<Change, Vec<Note>> {
    let answer = login::answer(body, "passkey_settings_register")?;
    let (key, handle) = made_passkey(ports, asking, &answer)?;
    let old = held(account, MethodId::Passkey);
    let (mut keys, user_handle) = match old.map(|old| &old.payload) {
        Some(Payload::Passkey { keys, user_handle }) => (keys.clone(), user_handle.clone()),
        _ => (Vec::new(), Bytes(handle.clone().into_bytes())),
    };
    push(&mut keys, key, "passkey_settings_register")?;
    let mut names = old.map(|old| old.names().to_vec()).unwrap_or_default();
    names.push(handle);
    names.sort_unstable();
    let payload = Payload::Passkey { keys, user_handle };
    let mut change = set_credential(ports, account, MethodId::Passkey, Some(payload), names);
    change.proves = Some(Factor::first(SessionMethod::Passkey));
    Ok(change)
}

/// The account without a key.
///
/// # Errors
/// Messages: it does not have it, or nobody could get in any more.
pub fn remove(
    ports: &Ports,
    account: &Owned,
    method: MethodId,
    body: &Submission,
) -> Result<Change, Vec<Note>> {
    let field = if method == MethodId::Passkey { "passkey_remove" } else { "webauthn_remove" };
    let id = body.text(field).unwrap_or_default();
    let none = || vec![Note::form(text::validation::generic(text::reason::NO_SUCH_KEY))];
    let credential = held(account, method).ok_or_else(none)?;
    let mut credential = credential.clone();
    let keys = match &mut credential.payload {
        Payload::Webauthn { keys, .. } | Payload::Passkey { keys, .. } => keys,
        _ => return Err(none()),
    };
    let at = keys.iter().position(|key| nodes::hex(&key.id.0) == id.to_lowercase()).ok_or_else(none)?;
    let gone = keys.remove(at);
    let is_empty = keys.is_empty();
    // SECURITY: nobody locks themselves out (test `the_last_way_in_stays`).
    let opens = gone.is_passwordless || method == MethodId::Passkey;
    if opens && ways_in(&ports.policy, &Holdings::of(&account.credentials)) < 2 {
        return Err(vec![Note::field(field, text::validation::generic(text::reason::LAST_WAY_IN))]);
    }
    // The names of a security key stay reserved, as they were before it was added.
    let stays = !is_empty || (method == MethodId::Webauthn && !credential.names().is_empty());
    let names = credential.names().to_vec();
    Ok(set_credential(ports, account, method, stays.then_some(credential.payload), names))
}

fn held(account: &Owned, method: MethodId) -> Option<&Credential> {
    account.credentials.iter().find(|credential| credential.method() == method)
}

fn push(keys: &mut Vec<SecurityKey>, key: SecurityKey, field: &str) -> Result<(), Vec<Note>> {
    if keys.iter().any(|held| held.id == key.id) {
        return Err(vec![Note::field(field, text::validation::generic(text::reason::KEY_IS_THERE))]);
    }
    keys.push(key);
    Ok(())
}

//! Accounts: an identity with its credentials, made from checked traits.

use super::Ports;
use crate::{
    crypto::HashText,
    flow::NewAccount,
    identity::{Available, CheckedTraits, CodeAddress, Credential, Identity, Payload},
    kernel::{CredentialId, IdentityId, Stream, Timestamp},
};

/// An account with these traits, and a password if there is one.
pub fn account(ports: &Ports, checked: &CheckedTraits, password: Option<HashText>) -> NewAccount {
    let mut ids = ports.seed.stream("account ids");
    let mut identity = Identity::with_traits(checked, ports.now, &mut ids);
    let credentials = credentials(identity.id, checked, password, ports.now, &mut ids);
    identity.available = Available::of(&credentials);
    NewAccount { identity, credentials }
}

/// Where the one-time codes of an account with these traits go.
pub fn code_addresses(checked: &CheckedTraits) -> Vec<CodeAddress> {
    let pairs = checked.code_addresses.iter();
    pairs.map(|(channel, address)| CodeAddress { address: address.clone(), channel: *channel }).collect()
}

/// The credentials that follow from traits (03 §4.5): identifiers are reserved for every method that the
/// schema flags, also before there is a secret.
pub fn credentials(
    identity: IdentityId,
    checked: &CheckedTraits,
    password: Option<HashText>,
    now: Timestamp,
    ids: &mut Stream,
) -> Vec<Credential> {
    let mut credentials = Vec::new();
    let mut add = |identifiers: Vec<String>, payload: Payload| {
        credentials.push(Credential {
            id: CredentialId::sortable(now, ids),
            identity,
            identifiers,
            payload,
            created_at: now,
            updated_at: now,
        });
    };
    if password.is_some() || !checked.password_identifiers.is_empty() {
        let payload = Payload::Password { hash: password, use_migration_hook: false };
        add(checked.password_identifiers.clone(), payload);
    }
    if !checked.code_addresses.is_empty() {
        let addresses = code_addresses(checked);
        let identifiers = addresses.iter().map(|code| code.address.clone()).collect();
        add(identifiers, Payload::Code { addresses });
    }
    if !checked.webauthn_identifiers.is_empty() {
        add(checked.webauthn_identifiers.clone(), Payload::Webauthn { keys: Vec::new(), user_handle: None });
    }
    credentials
}

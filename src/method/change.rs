//! An account as it shall be after its owner changed something.

use super::{Ports, account::credentials};
use crate::{
    crypto::HashText,
    flow::{Change, Reach},
    identity::{
        Available, Channel, CheckedTraits, Credential, Identity, MethodId, Payload, Resynced, resync,
    },
    kernel::CredentialId,
};

/// An account as it was read.
#[derive(Debug, Clone)]
pub struct Owned {
    /// Who.
    pub identity: Identity,
    /// By what they prove themselves.
    pub credentials: Vec<Credential>,
}

impl Owned {
    /// Whether it has a credential of a method.
    pub fn holds(&self, method: MethodId) -> bool {
        self.credentials.iter().any(|credential| credential.method() == method)
    }
}

/// The account with other traits. What follows from them is made anew; whether that touches anything that the
/// account is entered or recovered by says how deep the change goes (02 §4.5).
pub fn change_traits(ports: &Ports, account: &Owned, checked: &CheckedTraits) -> Change {
    let (mut identity, resynced) = resynced(ports, account, checked);
    let credentials = resynced.applied_to(&account.credentials);
    identity.available = Available::of(&credentials);
    let harmless = resynced == Resynced::default() && addresses(&account.identity) == addresses(&identity);
    Change {
        method: MethodId::Profile,
        previous: account.identity.clone(),
        identity,
        put: resynced.put,
        dropped: resynced.dropped,
        credentials,
        proves: None,
        reach: if harmless { Reach::Harmless } else { Reach::Protected },
    }
}

/// The account with another password. `checked` is what its schema makes of its traits.
pub fn change_password(ports: &Ports, account: &Owned, checked: &CheckedTraits, hash: HashText) -> Change {
    let (mut identity, mut resynced) = resynced(ports, account, checked);
    let payload = Payload::Password { hash: Some(hash), use_migration_hook: false };
    let is_password = |credential: &&Credential| credential.method() == MethodId::Password;
    match resynced.put.iter_mut().find(|put| put.method() == MethodId::Password) {
        Some(put) => put.payload = payload,
        None => {
            let old = account.credentials.iter().find(is_password).cloned();
            resynced.put.extend(old.map(|old| Credential { payload, updated_at: ports.now, ..old }));
        }
    }
    let credentials = resynced.applied_to(&account.credentials);
    identity.available = Available::of(&credentials);
    Change {
        method: MethodId::Password,
        previous: account.identity.clone(),
        identity,
        put: resynced.put,
        dropped: resynced.dropped,
        credentials,
        proves: None,
        reach: Reach::Protected,
    }
}

/// The account with another secret for a method, or without one. `identifiers` are the names by which it is
/// found.
pub fn set_credential(
    ports: &Ports,
    account: &Owned,
    method: MethodId,
    payload: Option<Payload>,
    identifiers: Vec<String>,
) -> Change {
    let old = account.credentials.iter().find(|credential| credential.method() == method);
    let put = payload.map(|payload| match old {
        Some(old) => Credential { identifiers, payload, updated_at: ports.now, ..old.clone() },
        None => Credential {
            id: CredentialId::sortable(ports.now, &mut ports.seed.stream("credential id")),
            identity: account.identity.id,
            identifiers,
            payload,
            created_at: ports.now,
            updated_at: ports.now,
        },
    });
    let dropped = if put.is_none() { vec![method] } else { Vec::new() };
    let resynced = Resynced { put: put.into_iter().collect(), dropped };
    let credentials = resynced.applied_to(&account.credentials);
    let available = Available::of(&credentials);
    Change {
        method,
        previous: account.identity.clone(),
        identity: Identity { available, ..account.identity.clone() },
        put: resynced.put,
        dropped: resynced.dropped,
        credentials,
        proves: None,
        reach: Reach::Protected,
    }
}

fn resynced(ports: &Ports, account: &Owned, checked: &CheckedTraits) -> (Identity, Resynced) {
    let mut ids = ports.seed.stream("account ids");
    let mut identity = account.identity.clone();
    identity.set_traits(checked, ports.now, &mut ids);
    let derived = credentials(identity.id, checked, None, ports.now, &mut ids);
    (identity, resync(&account.credentials, derived, ports.now))
}

/// Everything that letters go to, whatever they are for.
fn addresses(identity: &Identity) -> [Vec<(Channel, &str)>; 2] {
    let verifiable = identity.verifiable_addresses.iter();
    let recovery = identity.recovery_addresses.iter();
    [
        verifiable.map(|address| (address.via, address.value.as_str())).collect(),
        recovery.map(|address| (address.via, address.value.as_str())).collect(),
    ]
}

//! The pure function from what is, and what is wanted, to what has to be written.

use serde_json::json;

use super::{Account, CredentialImport, WantedIdentity, import::Binding};
use crate::{
    engine::commit::Commit,
    flow::{AuditEvent, Effect, Subject, Write},
    identity::{
        Available, CheckedTraits, Credential, Identity, IdentityState, MethodId, Payload, Resynced,
        VaultKeys, resync,
    },
    kernel::{Seed, Timestamp},
    method,
};

/// Moment and randomness of a change, and the keys for the secrets in it.
#[derive(Clone, Copy)]
pub(super) struct Occasion<'a> {
    pub now: Timestamp,
    pub seed: &'a Seed,
    pub keys: VaultKeys<'a>,
}

impl<'a> Occasion<'a> {
    const fn binding(self, identity: &'a Identity) -> Binding<'a> {
        Binding { identity, now: self.now, seed: self.seed, keys: self.keys }
    }
}

/// An account as it shall be, and the effects that bring it about.
pub(super) struct Change {
    pub account: Account,
    subject: Subject,
    effects: Vec<Effect>,
}

impl Change {
    pub(super) fn into_commit(self) -> (Account, Commit) {
        (self.account, Commit { flow: None, subject: Some(self.subject), effects: self.effects })
    }
}

/// A new account.
pub(super) fn create(
    wanted: &WantedIdentity,
    checked: &CheckedTraits,
    password: Option<Payload>,
    at: Occasion<'_>,
) -> Change {
    let mut ids = at.seed.stream("account ids");
    let mut identity = Identity::with_traits(checked, at.now, &mut ids);
    identity.state = wanted.state.unwrap_or(IdentityState::Active);
    identity.organization_id = wanted.organization_id;
    set_data(&mut identity, wanted, at.now);
    let derived = method::credentials(identity.id, checked, None, at.now, &mut ids);
    let binding = bound(&identity, password.as_ref(), wanted);
    let fresh = Resynced { put: derived, dropped: Vec::new() };
    let put = at.binding(&identity).put(&[], fresh, password, &wanted.credentials).put;
    identity.available = Available::of(&put);
    let mut effects = put_all(&put);
    effects.push(Effect::Audit(AuditEvent::new("identity.created").of(identity.id)));
    effects.extend(binding);
    Change {
        subject: Subject::new(identity.clone()),
        account: Account { identity, credentials: put },
        effects,
    }
}

/// An account that changes.
pub(super) fn update(
    account: &Account,
    wanted: &WantedIdentity,
    checked: &CheckedTraits,
    password: Option<Payload>,
    at: Occasion<'_>,
) -> Change {
    let mut ids = at.seed.stream("account ids");
    let mut identity = account.identity.clone();
    identity.set_traits(checked, at.now, &mut ids);
    if let Some(state) = wanted.state {
        identity.set_state(state, at.now);
    }
    set_data(&mut identity, wanted, at.now);
    let derived = method::credentials(identity.id, checked, None, at.now, &mut ids);
    let binding = bound(&identity, password.as_ref(), wanted);
    let existing = &account.credentials;
    let resynced = resync(existing, derived, at.now);
    let resynced = at.binding(&identity).put(existing, resynced, password, &wanted.credentials);
    let credentials = resynced.applied_to(existing);
    identity.available = Available::of(&credentials);
    let read = identity.version;
    identity.version = read.next();
    let mut effects = put_all(&resynced.put);
    effects.extend(
        resynced
            .dropped
            .iter()
            .map(|method| Effect::DropCredential { identity: identity.id, method: *method }),
    );
    effects.push(Effect::Audit(AuditEvent::new("identity.updated").of(identity.id)));
    effects.extend(binding);
    let subject = Subject { identity: identity.clone(), write: Write::Replace(read) };
    Change { account: Account { identity, credentials }, subject, effects }
}

fn set_data(identity: &mut Identity, wanted: &WantedIdentity, now: Timestamp) {
    identity.metadata_public.clone_from(&wanted.metadata_public);
    identity.metadata_admin.clone_from(&wanted.metadata_admin);
    identity.external_id.clone_from(&wanted.external_id);
    identity.accept(&wanted.addresses, now);
}

/// The record that secrets were set or taken away, and by whom (05 no. 55).
fn bound(identity: &Identity, password: Option<&Payload>, wanted: &WantedIdentity) -> Vec<Effect> {
    let event = |method: MethodId| {
        let mut event = AuditEvent::new("credential.bound").of(identity.id);
        event.details.insert("method".to_owned(), json!(method));
        event.details.insert("by".to_owned(), json!("administrator"));
        Effect::Audit(event)
    };
    let others = wanted.credentials.iter().map(CredentialImport::method);
    password.map(Payload::method).into_iter().chain(others).map(event).collect()
}

fn put_all(credentials: &[Credential]) -> Vec<Effect> {
    credentials.iter().cloned().map(Box::new).map(Effect::PutCredential).collect()
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;

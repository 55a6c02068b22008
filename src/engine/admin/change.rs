//! The pure function from what is, and what is wanted, to what has to be written.

use serde_json::json;

use super::{Account, WantedIdentity};
use crate::{
    engine::commit::Commit,
    flow::{AuditEvent, Effect, Subject, Write},
    identity::{
        CheckedTraits, Credential, Identity, IdentityState, MethodId, Payload, Resynced, available_aal,
        resync,
    },
    kernel::{CredentialId, Seed, Timestamp},
    method,
};

/// Moment and randomness of a change.
#[derive(Clone, Copy)]
pub(super) struct Occasion<'a> {
    pub now: Timestamp,
    pub seed: &'a Seed,
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
    let binding = password.as_ref().map(|password| bound(&identity, password));
    let put = with_password(&[], Resynced { put: derived, dropped: Vec::new() }, &identity, password, at).put;
    identity.available_aal = available_aal(&put);
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
    let binding = password.as_ref().map(|password| bound(&identity, password));
    let existing = &account.credentials;
    let resynced = with_password(existing, resync(existing, derived, at.now), &identity, password, at);
    let credentials = resynced.applied_to(existing);
    identity.available_aal = available_aal(&credentials);
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

/// Puts a password into what is to be written, or into what is there.
fn with_password(
    existing: &[Credential],
    mut resynced: Resynced,
    identity: &Identity,
    password: Option<Payload>,
    at: Occasion<'_>,
) -> Resynced {
    let Some(payload) = password else { return resynced };
    let nameless = resynced.dropped.contains(&MethodId::Password);
    resynced.dropped.retain(|method| *method != MethodId::Password);
    if let Some(put) = resynced.put.iter_mut().find(|put| put.method() == MethodId::Password) {
        put.payload = payload;
        return resynced;
    }
    let old = existing.iter().find(|credential| credential.method() == MethodId::Password);
    resynced.put.push(match old {
        Some(old) => {
            let identifiers = if nameless { Vec::new() } else { old.identifiers.clone() };
            Credential { identifiers, payload, updated_at: at.now, ..old.clone() }
        }
        None => Credential {
            id: CredentialId::sortable(at.now, &mut at.seed.stream("password credential id")),
            identity: identity.id,
            identifiers: Vec::new(),
            payload,
            created_at: at.now,
            updated_at: at.now,
        },
    });
    resynced
}

/// The record that a secret was set or taken away, and by whom (05 no. 55).
fn bound(identity: &Identity, payload: &Payload) -> Effect {
    let mut event = AuditEvent::new("credential.bound").of(identity.id);
    event.details.insert("method".to_owned(), json!(payload.method()));
    event.details.insert("by".to_owned(), json!("administrator"));
    Effect::Audit(event)
}

fn put_all(credentials: &[Credential]) -> Vec<Effect> {
    credentials.iter().cloned().map(Box::new).map(Effect::PutCredential).collect()
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;

//! `verify_new_address`: a new address takes its place only once it is proven.

use super::{Decision, Hook, HookName, Occasion, Stage};
use crate::{
    flow::{AuditEvent, Completion, Effect, Note, PendingChange, Reply, Subject, start_change},
    identity::{Identity, VerifiableAddress},
    text,
};

/// See the module. The whole change waits; until then nothing of the account is different (02 §2.15).
#[derive(Debug, Clone, Copy)]
pub struct VerifyNewAddress;

impl Hook for VerifyNewAddress {
    fn name(&self) -> HookName {
        HookName::VerifyNewAddress
    }

    fn stage(&self) -> Stage {
        Stage::BeforeCommit
    }

    fn shape(&self, occasion: &Occasion<'_>, decision: Decision) -> Decision {
        let Reply::Done(completion) = &decision.reply else { return decision };
        let Completion::Saved { previous, session, .. } = completion.as_ref() else { return decision };
        let Some(subject) = &decision.subject else { return decision };
        let new = new_addresses(previous, &subject.identity);
        let address = match new.as_slice() {
            [] => return decision,
            [address] => *address,
            [_, _, ..] => {
                return Decision::veto(vec![Note::form(text::settings::one_address_at_a_time())]);
            }
        };
        let cx = occasion.cx;
        let change = PendingChange {
            identity: previous.id,
            session: session.id,
            settings: cx.flow.id,
            base: previous.traits.clone(),
            traits: subject.identity.traits.clone(),
        };
        let csrf = occasion.csrf.map(|(current, _)| current);
        let (started, start) = start_change(change, previous, address, csrf, cx);
        let audit = AuditEvent::new("address.change_requested").of(previous.id).on(session.id);
        let mut effects = vec![Effect::DropPendingCodes(previous.id)];
        effects.extend(start);
        effects.push(Effect::Audit(audit.within(cx.flow.id)));
        Decision {
            subject: Some(Subject::unchanged(previous.as_ref().clone())),
            effects,
            reply: Reply::VerifyFirst(started.clone()),
            notes: Vec::new(),
            started: Some(started),
            vetoed: false,
        }
    }
}

/// Addresses to verify that the account did not have.
fn new_addresses<'a>(previous: &Identity, identity: &'a Identity) -> Vec<&'a VerifiableAddress> {
    let had = |new: &VerifiableAddress| {
        previous.verifiable_addresses.iter().any(|old| old.via == new.via && old.value == new.value)
    };
    identity.verifiable_addresses.iter().filter(|address| !had(address)).collect()
}

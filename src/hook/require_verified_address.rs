//! `require_verified_address`: lets nobody in whose addresses are all unproven.

use super::{Decision, Hook, HookName, Moment, Occasion, Stage};
use crate::{
    flow::{AuditEvent, Effect, Failure, FlowKind, Note, Reply, Subject, Write, start_verification},
    identity::MethodId,
    text::{self, ErrorCode},
};

/// See the module. Any proven address will do, not only the one that was typed (01 §16.4).
#[derive(Debug, Clone, Copy)]
pub struct RequireVerifiedAddress;

impl Hook for RequireVerifiedAddress {
    fn name(&self) -> HookName {
        HookName::RequireVerifiedAddress
    }

    fn stage(&self) -> Stage {
        Stage::AfterDecision
    }

    fn shape(&self, occasion: &Occasion<'_>, mut decision: Decision) -> Decision {
        let Some(subject) = decision.subject.take() else { return decision };
        if subject.identity.has_verified_address() {
            decision.subject = Some(subject);
            return decision;
        }
        if subject.identity.verifiable_addresses.is_empty() {
            // Nobody of this schema could ever log in: the operator has to know, not the person.
            return refuse_with(Reply::Failed(Failure::of(ErrorCode::InvalidConfiguration)), decision);
        }
        if occasion.cx.policy.login.legacy_verified_error {
            return legacy(occasion, subject, decision);
        }
        send_verification(occasion, subject, decision)
    }
}

/// The switch of old gates the password only, and answers on the form.
fn legacy(occasion: &Occasion<'_>, subject: Subject, mut decision: Decision) -> Decision {
    if occasion.moment == Moment::After(FlowKind::Login, Some(MethodId::Password)) {
        return Decision::veto(vec![Note::form(text::validation::address_not_verified())]);
    }
    decision.subject = Some(subject);
    decision
}

/// No session: its effects are dropped, and a verification goes out instead.
fn send_verification(occasion: &Occasion<'_>, subject: Subject, decision: Decision) -> Decision {
    // The identity itself is unchanged so far; only what the login wanted to do is taken back.
    let mut subject = match subject.write {
        Write::Insert | Write::Replace(_) => subject,
        Write::Require(_) => Subject::unchanged(subject.identity),
    };
    let Some(address) = subject.identity.first_unverified().cloned() else { return decision };
    let csrf = occasion.csrf.map(|(current, _)| current);
    let (started, mut effects) = start_verification(&mut subject, &address, csrf, occasion.cx);
    let audit = AuditEvent::new("login.needs_verification").of(subject.identity.id);
    effects.push(Effect::Audit(audit.within(occasion.cx.flow.id)));
    let reply = Reply::VerifyFirst(started.clone());
    Decision { subject: Some(subject), effects, reply, started: Some(started), ..decision }
}

fn refuse_with(reply: Reply, decision: Decision) -> Decision {
    Decision { subject: None, effects: Vec::new(), reply, ..decision }
}

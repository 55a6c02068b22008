//! `session`: logs in whoever has just signed up.

use super::{Decision, Hook, HookName, Moment, Occasion, Stage};
use crate::{
    flow::{AuditEvent, Back, Completion, Effect, Reply, enter},
    identity::MethodId,
    session::{Factor, SessionMethod},
};

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct IssueSession;

impl Hook for IssueSession {
    fn name(&self) -> HookName {
        HookName::Session
    }

    fn stage(&self) -> Stage {
        Stage::AfterDecision
    }

    fn shape(&self, occasion: &Occasion<'_>, mut decision: Decision) -> Decision {
        let Some(identity) = decision.subject.as_ref().map(|subject| subject.identity.id) else {
            return decision;
        };
        let back = occasion.cx.flow.social.back.as_ref();
        let Some(factor) = back.map(Back::factor).or_else(|| shown_by(occasion.moment)) else {
            return decision;
        };
        let Reply::Done(completion) = &mut decision.reply else { return decision };
        let Completion::Registered { session, .. } = completion.as_mut() else { return decision };
        let entry = enter(occasion.cx, identity, factor);
        let audit = AuditEvent::new("session.issued").of(identity).on(entry.session.id);
        *session = entry.token.map(|token| (entry.session, token));
        decision.effects.push(entry.effect);
        decision.effects.push(Effect::Audit(audit.within(occasion.cx.flow.id)));
        decision
    }
}

/// What a session counts as shown after signing up by a method; `None` for what is no factor.
fn shown_by(moment: Moment) -> Option<Factor> {
    let Moment::After(_, Some(method)) = moment else { return None };
    let method = match method {
        MethodId::Password => SessionMethod::Password,
        MethodId::Code => SessionMethod::Code,
        MethodId::Passkey => SessionMethod::Passkey,
        MethodId::Webauthn => SessionMethod::Webauthn,
        MethodId::Totp
        | MethodId::Lookup
        // Who comes back from a provider brings what it vouches for.
        | MethodId::Oidc
        | MethodId::Profile
        | MethodId::Link
        | MethodId::IdentifierFirst
        | MethodId::Saml => return None,
    };
    Some(Factor::first(method))
}

//! `revoke_active_sessions`: ends all other sessions of whoever has just logged in.

use super::{Decision, Hook, HookName, Occasion, Stage};
use crate::flow::{AuditEvent, Effect, Revoke};

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct RevokeActiveSessions;

impl Hook for RevokeActiveSessions {
    fn name(&self) -> HookName {
        HookName::RevokeActiveSessions
    }

    fn stage(&self) -> Stage {
        Stage::AfterDecision
    }

    fn shape(&self, occasion: &Occasion<'_>, mut decision: Decision) -> Decision {
        let Some((identity, keep)) = decision.session().map(|session| (session.identity, session.id)) else {
            return decision;
        };
        decision.effects.push(Effect::RevokeSessions(Revoke::Others { identity, keep }));
        let audit = AuditEvent::new("sessions.revoked").of(identity).on(keep);
        decision.effects.push(Effect::Audit(audit.within(occasion.cx.flow.id)));
        decision
    }
}

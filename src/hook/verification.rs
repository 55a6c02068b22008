//! `verification`: starts the verification of an address that was not proven yet.

use super::{Decision, Hook, HookName, Moment, Occasion, Stage, show_verification_ui::pointer};
use crate::{
    flow::{ContinueWith, FlowKind, start_verification},
    identity::{AddressStatus, VerifiableAddress},
};

/// See the module. Acts on the first unproven address, after settings on the first that nothing was sent to yet; with the switch of old on each of them, and then it
/// announces each by itself (02 §2.12).
#[derive(Debug, Clone, Copy)]
pub struct StartVerification;

impl Hook for StartVerification {
    fn name(&self) -> HookName {
        HookName::Verification
    }

    fn stage(&self) -> Stage {
        Stage::AfterDecision
    }

    fn shape(&self, occasion: &Occasion<'_>, mut decision: Decision) -> Decision {
        let Some(mut subject) = decision.subject.take() else { return decision };
        let every = occasion.cx.policy.registration.legacy_continue_with;
        let settings = matches!(occasion.moment, Moment::After(FlowKind::Settings, _));
        // An address that was written to before is not written to again because something else was changed.
        let due = |address: &&VerifiableAddress| match settings {
            true => address.status == AddressStatus::Pending,
            false => !address.verified,
        };
        // Settings leave the browser the token that it has.
        let csrf = occasion.csrf.map(|(current, next)| if settings { current } else { next });
        let unproven: Vec<_> = subject
            .identity
            .verifiable_addresses
            .iter()
            .filter(due)
            .take(if every { usize::MAX } else { 1 })
            .cloned()
            .collect();
        for address in unproven {
            let (started, effects) = start_verification(&mut subject, &address, csrf, occasion.cx);
            decision.effects.extend(effects);
            if every && let Some(items) = decision.continue_with() {
                items.push(ContinueWith::ShowVerificationUi { flow: pointer(&started, occasion.cx) });
            }
            decision.started.get_or_insert(started);
        }
        decision.subject = Some(subject);
        decision
    }
}

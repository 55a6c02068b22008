//! `verification`: starts the verification of an address that was not proven yet.

use super::{Decision, Hook, HookName, Occasion, Stage, show_verification_ui::pointer};
use crate::flow::{ContinueWith, start_verification};

/// See the module. Acts on the first unproven address; with the switch of old on each of them, and then it
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
        let unproven: Vec<_> = subject
            .identity
            .verifiable_addresses
            .iter()
            .filter(|address| !address.verified)
            .take(if every { usize::MAX } else { 1 })
            .cloned()
            .collect();
        for address in unproven {
            let (started, effects) =
                start_verification(&mut subject, &address, occasion.csrf.map(|(_, next)| next), occasion.cx);
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

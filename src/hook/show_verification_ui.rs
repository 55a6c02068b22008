//! `show_verification_ui`: points the client to the verification that an earlier hook started.

use super::{Decision, Hook, HookName, Occasion, Stage};
use crate::flow::{Client, ContinueWith, Cx, VerificationPointer, VerificationStarted};

/// See the module. Without a started verification it does nothing (02 §2.12).
#[derive(Debug, Clone, Copy)]
pub struct ShowVerificationUi;

impl Hook for ShowVerificationUi {
    fn name(&self) -> HookName {
        HookName::ShowVerificationUi
    }

    fn stage(&self) -> Stage {
        Stage::AfterDecision
    }

    fn shape(&self, occasion: &Occasion<'_>, mut decision: Decision) -> Decision {
        let Some(started) = decision.started.clone() else { return decision };
        let item = ContinueWith::ShowVerificationUi { flow: pointer(&started, occasion.cx) };
        if let Some(items) = decision.continue_with()
            && !items.contains(&item)
        {
            items.push(item);
        }
        decision
    }
}

/// Points to a verification; apps find the form themselves.
pub fn pointer(started: &VerificationStarted, cx: &Cx<'_>) -> VerificationPointer {
    VerificationPointer {
        id: started.flow,
        verifiable_address: started.address.clone(),
        url: match cx.flow.client {
            Client::Browser => Some(cx.policy.verification.ui_of(started.flow)),
            Client::Native => None,
        },
    }
}

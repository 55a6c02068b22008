//! `notify_previous_addresses`: tells the addresses that an account had of a change of its addresses.

use std::collections::BTreeSet;

use super::{Decision, Hook, HookName, Occasion, Stage};
use crate::{
    flow::{Effect, Reply},
    identity::{Channel, Identity, VerifiableAddress},
    outbox::{Content, LetterDraft, Outgoing},
};

/// Which addresses are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recipients {
    /// Those that the account has no more.
    Removed,
    /// Those that were proven.
    AllVerified,
    /// All that there were.
    All,
}

impl Recipients {
    /// The recipients with this name in the configuration.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "removed" => Some(Self::Removed),
            "all_verified" => Some(Self::AllVerified),
            "all" => Some(Self::All),
            _ => None,
        }
    }
}

/// See the module. Nobody is told when the addresses stay the same (02 §2.15).
#[derive(Debug, Clone, Copy)]
pub struct NotifyPreviousAddresses(pub Recipients);

impl Hook for NotifyPreviousAddresses {
    fn name(&self) -> HookName {
        HookName::NotifyPreviousAddresses(self.0)
    }

    fn stage(&self) -> Stage {
        Stage::AfterDecision
    }

    fn shape(&self, occasion: &Occasion<'_>, mut decision: Decision) -> Decision {
        let Reply::Done(completion) = &decision.reply else { return decision };
        let Some(previous) = completion.previous() else { return decision };
        let Some(subject) = &decision.subject else { return decision };
        let now = addresses(&subject.identity);
        if addresses(previous) == now {
            return decision;
        }
        let told = |address: &&VerifiableAddress| match self.0 {
            Recipients::Removed => !now.contains(&(address.via, address.value.as_str())),
            Recipients::AllVerified => address.verified,
            Recipients::All => true,
        };
        let letter = |address: &VerifiableAddress| LetterDraft {
            to: address.value.clone(),
            channel: address.via,
            content: Content::AddressChanged { changed_at: occasion.cx.now },
            identity: Some(Box::new(subject.identity.clone())),
        };
        let letters: Vec<Effect> = previous
            .verifiable_addresses
            .iter()
            .filter(told)
            .map(|address| Effect::Enqueue(Outgoing::Letter(Box::new(letter(address)))))
            .collect();
        decision.effects.extend(letters);
        decision
    }
}

fn addresses(identity: &Identity) -> BTreeSet<(Channel, &str)> {
    identity.verifiable_addresses.iter().map(|address| (address.via, address.value.as_str())).collect()
}

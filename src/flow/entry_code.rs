//! Codes that let people in, by logging in or signing up: one to each address, and the letters with them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    CodeDraft, CodePurpose, Cx, Effect, Recipient,
    proof_letter::{self as letter, Enclosed},
};
use crate::{
    crypto::one_time_code,
    identity::{Channel, CodeAddress, Identity},
    kernel::{CodeId, Secret},
    outbox::{LetterDraft, Outgoing},
};

/// A code that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCode {
    /// Its id.
    pub id: CodeId,
    /// The address it was sent to, normalised.
    pub address: String,
    /// How it gets there.
    pub channel: Channel,
}

/// The codes that are under way in a flow, and how often one was tried.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CodesSent {
    /// One for each address; none where we only pretend.
    pub sent: Vec<SentCode>,
    /// Codes submitted so far, right and wrong; sending again does not reset it (01 §10.3.5).
    pub submissions: u32,
}

impl CodesSent {
    /// The code with this id.
    pub fn find(&self, id: CodeId) -> Option<&SentCode> {
        self.sent.iter().find(|sent| sent.id == id)
    }

    /// With one more submission.
    #[must_use]
    pub fn tried(mut self) -> Self {
        self.submissions = self.submissions.saturating_add(1);
        self
    }

    /// Whether more codes were submitted than the operator allows.
    pub fn are_used_up(&self, cx: &Cx<'_>) -> bool {
        self.submissions > cx.policy.code.max_submissions
    }
}

/// Who codes go to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Addressee<'a> {
    /// Somebody with an account.
    Account(&'a Identity),
    /// Somebody who is to have one, with these traits.
    Newcomer(&'a Map<String, Value>),
    /// Nobody.
    Nobody,
}

/// Makes a code for each address, and the letters that carry them. Only the newest codes of a flow work.
///
/// SECURITY: without an address a decoy is made and stored that fits nobody, so that neither answer nor work
/// tells whether an account exists (05 no. 17).
pub(super) fn send(
    purpose: CodePurpose,
    addressee: Addressee<'_>,
    addresses: &[CodeAddress],
    cx: &Cx<'_>,
) -> (Vec<SentCode>, Vec<Effect>) {
    let mut stream = cx.seed.stream(&format!("{} {}", purpose.wire_name(), cx.flow.id));
    let (mut sent, mut effects) = (Vec::new(), vec![Effect::DropCodes(cx.flow.id)]);
    let mut mint = |recipient, taken: &[Secret<String>]| {
        let mut secret = one_time_code(&mut stream);
        // Each address gets a code of its own: the code tells which address was proven.
        while taken.iter().any(|other| other.expose() == secret.expose()) {
            secret = one_time_code(&mut stream);
        }
        CodeDraft {
            id: CodeId::random(&mut stream),
            flow: cx.flow.id,
            purpose,
            secret,
            recipient,
            issued_at: cx.now,
            expires_at: cx.now.plus(cx.policy.code.lifespan),
        }
    };
    let recipient = match addressee {
        Addressee::Account(identity) => Recipient::Account(identity.id),
        Addressee::Newcomer(_) => Recipient::Newcomer,
        Addressee::Nobody => Recipient::Nobody,
    };
    if let Recipient::Nobody = recipient {
        effects.push(Effect::MintCode(mint(recipient, &[])));
    }
    let mut taken = Vec::new();
    for CodeAddress { address, channel } in addresses {
        let draft = mint(recipient, &taken);
        let letter = write(purpose, addressee, (address, *channel), &draft.secret, cx);
        taken.push(draft.secret.clone());
        sent.push(SentCode { id: draft.id, address: address.clone(), channel: *channel });
        effects.push(Effect::MintCode(draft));
        effects.push(Effect::Enqueue(Outgoing::Letter(Box::new(letter))));
    }
    (sent, effects)
}

fn write(
    purpose: CodePurpose,
    addressee: Addressee<'_>,
    (to, channel): (&str, Channel),
    secret: &Secret<String>,
    cx: &Cx<'_>,
) -> LetterDraft {
    let none = Map::new();
    let (identity, traits) = match addressee {
        Addressee::Account(identity) => (Some(Box::new(identity.clone())), &none),
        Addressee::Newcomer(traits) => (None, traits),
        Addressee::Nobody => (None, &none),
    };
    let enclosed = Enclosed { flow: cx.flow.id, secret, lifespan: cx.policy.code.lifespan, traits };
    let content = letter::content(purpose, &enclosed, cx);
    LetterDraft { to: to.to_owned(), channel, content, identity }
}

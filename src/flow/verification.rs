//! Proving that an address is one's own, by a code or a link that was sent to it.
//!
//! ```text
//! awaiting_address ── address named ──▶ awaiting_proof ── right code or link ──▶ verified
//!                                         │      ▲
//!                                         └──────┘ wrong code, sent again, filled in by a link
//! any further submission to a used-up flow opens another flow in its place
//! ```

use serde::{Deserialize, Serialize};

use super::{
    AddressOwner, AnyFlow, AuditEvent, Change, CodePurpose, Completion, Cx, Effect, Illegal, Machine, Note,
    PendingChange, Proof, ProofCheck, Recipient, Replacement, Reply, Subject, Transition, Write,
    proof_letter as letter,
};
use crate::{
    crypto::Sealed,
    identity::Channel,
    kernel::{AddressId, CodeId, normalise},
    text,
};

/// How far a verification has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum VerificationState {
    /// An address has to be named.
    AwaitingAddress {
        /// How it will be proven.
        by: Proof,
    },
    /// A code or link is under way, or we pretend that it is.
    AwaitingProof {
        /// How it will be proven.
        by: Proof,
        /// The address as typed; the form offers to send again to it.
        address: String,
        /// How it is reached.
        channel: Channel,
        /// Codes submitted so far, right and wrong; sending again does not reset it (02 §2.8).
        submissions: u32,
        /// The code that a followed link carried, to fill the form with.
        prefilled: Option<Sealed>,
        /// The change that waits for this address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<Box<PendingChange>>,
    },
    /// The address is proven.
    Verified {
        /// How it was proven.
        by: Proof,
        /// How it is reached.
        channel: Channel,
    },
}

/// What can happen to a verification.
#[derive(Debug)]
pub enum VerificationEvent {
    /// An address was named, for the first time or again.
    AddressNamed {
        /// As typed.
        address: String,
        /// How it is reached.
        channel: Channel,
        /// Whose it is; `None` when nobody has it.
        owner: Option<Box<AddressOwner>>,
    },
    /// A code was submitted.
    CodeSubmitted {
        /// What came of comparing it.
        check: ProofCheck,
        /// The flow to go on with if this one turns out to be used up.
        spare: Box<AnyFlow>,
    },
    /// The link of a code mail was followed: fill the form, prove nothing.
    CodeBrought(Sealed),
    /// A link that proves was followed.
    LinkFollowed {
        /// What came of comparing its token.
        check: ProofCheck,
        /// The flow to go on with if the link does not work.
        spare: Box<AnyFlow>,
    },
    /// A further submission after success.
    SubmittedAgain {
        /// The flow to go on with.
        spare: Box<AnyFlow>,
    },
    /// Somebody else has the address by now, or another one that a change would bring.
    AddressTaken,
    /// What was typed does not do.
    Refused(Vec<Note>),
    /// The flow's time is over; here is another one.
    Expired {
        /// The flow to go on with.
        replacement: Box<AnyFlow>,
    },
}

impl VerificationState {
    /// How addresses are proven in this flow.
    pub const fn by(&self) -> Proof {
        match self {
            Self::AwaitingAddress { by } | Self::AwaitingProof { by, .. } | Self::Verified { by, .. } => *by,
        }
    }

    const fn submissions(&self) -> u32 {
        match self {
            Self::AwaitingProof { submissions, .. } => *submissions,
            Self::AwaitingAddress { .. } | Self::Verified { .. } => 0,
        }
    }

    /// The change that waits for the address, when `typed` is that address.
    pub fn change_for(&self, typed: &str) -> Option<&PendingChange> {
        match self {
            Self::AwaitingProof { address, change, .. } => {
                change.as_deref().filter(|_| normalise::candidates(typed).contains(address))
            }
            Self::AwaitingAddress { .. } | Self::Verified { .. } => None,
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::AwaitingAddress { .. } => "awaiting address",
            Self::AwaitingProof { .. } => "awaiting proof",
            Self::Verified { .. } => "verified",
        }
    }
}

impl Machine for VerificationState {
    type Event = VerificationEvent;

    fn on(self, event: VerificationEvent, cx: &Cx<'_>) -> Result<Transition<Self>, Illegal> {
        Ok(match event {
            VerificationEvent::AddressNamed { address, channel, owner } => {
                send(self, address, channel, owner, cx)?
            }
            VerificationEvent::CodeSubmitted { check, spare } => submit_code(self, check, *spare, cx)?,
            VerificationEvent::CodeBrought(code) => bring_code(self, code, cx),
            VerificationEvent::LinkFollowed { check, spare } => follow_link(self, check, *spare, cx),
            VerificationEvent::SubmittedAgain { spare } => Transition::give_way(
                self,
                *spare,
                text::verification::already_completed(),
                Replacement::UsedUp,
            ),
            VerificationEvent::AddressTaken => {
                Transition::refuse(self, vec![Note::form(text::validation::identifier_taken())])
            }
            VerificationEvent::Refused(notes) => Transition::refuse(self, notes),
            VerificationEvent::Expired { replacement } => {
                Transition::replace(self, *replacement, Replacement::Expired)
            }
        })
    }

    fn wire_name(&self) -> &'static str {
        match self {
            Self::AwaitingAddress { .. } => "choose_method",
            Self::AwaitingProof { .. } => "sent_email",
            Self::Verified { .. } => "passed_challenge",
        }
    }
}

/// Sends a code or link to an address, or does the same work for nobody.
fn send(
    state: VerificationState,
    address: String,
    channel: Channel,
    owner: Option<Box<AddressOwner>>,
    cx: &Cx<'_>,
) -> Result<Transition<VerificationState>, Illegal> {
    if let VerificationState::Verified { .. } = state {
        return Err(Illegal { state: state.name(), event: "address named" });
    }
    let (by, submissions) = (state.by(), state.submissions());
    let purpose = CodePurpose::verifying(by);
    let change = state.change_for(&address).cloned().map(Box::new);
    let mut sent = letter::compose(cx.flow.id, purpose, (&address, channel), owner.as_deref(), cx);
    if let Some(identity) = sent.code.recipient.identity().filter(|_| change.is_some()) {
        sent.code.recipient = Recipient::Proposed(identity);
    }
    let mut effects = match by {
        // Only the newest code works; links that are on their way stay good (02 §2.7).
        Proof::Code => vec![Effect::DropCodes(cx.flow.id)],
        Proof::Link => Vec::new(),
    };
    effects.push(Effect::MintCode(sent.code));
    effects.extend(sent.letter.map(Effect::Enqueue));
    let subject = owner.map(|owner| {
        let mut subject = Subject::unchanged(owner.identity);
        if change.is_none() {
            subject.mark_sent(owner.address, cx.now);
        }
        subject
    });
    // What waits goes by the normal form of its address.
    let address = match (&change, state) {
        (Some(_), VerificationState::AwaitingProof { address, .. }) => address,
        (Some(_) | None, _) => address,
    };
    let next =
        VerificationState::AwaitingProof { by, address, channel, submissions, prefilled: None, change };
    let note = Note::form(letter::announcement(purpose, channel));
    Ok(Transition { subject, ..Transition::advance(next, effects, vec![note]) })
}

fn submit_code(
    state: VerificationState,
    check: ProofCheck,
    spare: AnyFlow,
    cx: &Cx<'_>,
) -> Result<Transition<VerificationState>, Illegal> {
    let note = || vec![Note::form(text::verification::code_invalid())];
    let (by, address, channel, submissions, prefilled, change) = match state {
        VerificationState::AwaitingProof { by, address, channel, submissions, prefilled, change } => {
            (by, address, channel, submissions, prefilled, change)
        }
        // Nothing was sent yet, so nothing can be guessed, and nothing has to be counted.
        VerificationState::AwaitingAddress { .. } => return Ok(Transition::refuse(state, note())),
        VerificationState::Verified { .. } => {
            return Err(Illegal { state: state.name(), event: "code submitted" });
        }
    };
    // SECURITY: counted before anything else, and the count is part of the flow's version: a thousand
    // parallel guesses lose the same race (test `sec_30_parallel_guesses`).
    let submissions = submissions.saturating_add(1);
    let counted =
        |prefilled| VerificationState::AwaitingProof { by, address, channel, submissions, prefilled, change };
    if submissions > cx.policy.code.max_submissions {
        let why = text::validation::generic(text::reason::TOO_MANY_CODES);
        return Ok(Transition::give_way(counted(prefilled), spare, why, Replacement::UsedUp));
    }
    Ok(match check {
        ProofCheck::Mismatch | ProofCheck::Expired => {
            let mut refused = Transition::refuse(counted(None), note());
            refused.effects.push(Effect::Audit(AuditEvent::new("verification.refused").within(cx.flow.id)));
            refused
        }
        ProofCheck::Used => {
            let why = text::validation::generic(text::reason::CODE_USED);
            Transition::give_way(counted(prefilled), spare, why, Replacement::UsedUp)
        }
        ProofCheck::Match { code, owner } => verify(by, channel, code, *owner, cx),
        ProofCheck::Change { code, change, address } => apply(by, channel, code, (*change, address), cx),
    })
}

fn bring_code(state: VerificationState, code: Sealed, cx: &Cx<'_>) -> Transition<VerificationState> {
    let next = match state {
        VerificationState::AwaitingProof { by, address, channel, submissions, change, .. } => {
            let prefilled = Some(code);
            VerificationState::AwaitingProof { by, address, channel, submissions, prefilled, change }
        }
        // Nothing to fill in; the form is shown all the same.
        other @ (VerificationState::AwaitingAddress { .. } | VerificationState::Verified { .. }) => other,
    };
    Transition::advance(next, Vec::new(), cx.flow.notes.clone())
}

fn follow_link(
    state: VerificationState,
    check: ProofCheck,
    spare: AnyFlow,
    cx: &Cx<'_>,
) -> Transition<VerificationState> {
    match check {
        ProofCheck::Match { code, owner } => {
            let by = state.by();
            verify(by, Channel::Email, code, *owner, cx)
        }
        ProofCheck::Change { code, change, address } => {
            let by = state.by();
            apply(by, Channel::Email, code, (*change, address), cx)
        }
        ProofCheck::Mismatch | ProofCheck::Used => {
            Transition::give_way(state, spare, text::verification::link_invalid(), Replacement::LinkRefused)
        }
        ProofCheck::Expired => Transition::give_way(
            state,
            spare,
            text::verification::flow_expired(cx.flow.expires_at),
            Replacement::LinkRefused,
        ),
    }
}

fn verify(
    by: Proof,
    channel: Channel,
    code: CodeId,
    owner: AddressOwner,
    cx: &Cx<'_>,
) -> Transition<VerificationState> {
    let audit = AuditEvent::new("address.verified").of(owner.identity.id).within(cx.flow.id);
    let mut subject = Subject::unchanged(owner.identity);
    subject.mark_verified(owner.address, cx.now);
    Transition {
        state: VerificationState::Verified { by, channel },
        subject: Some(subject),
        effects: vec![Effect::ConsumeCode(code), Effect::Audit(audit)],
        reply: Reply::Done(Box::new(Completion::Verified { previous: None })),
        notes: vec![proven(channel)],
    }
}

fn proven(channel: Channel) -> Note {
    Note::form(match channel {
        Channel::Email => text::verification::email_verified(),
        Channel::Sms => text::verification::phone_verified(),
    })
}

/// Applies the change that has waited for the address, and proves it at once.
fn apply(
    by: Proof,
    channel: Channel,
    code: CodeId,
    (change, address): (Change, AddressId),
    cx: &Cx<'_>,
) -> Transition<VerificationState> {
    let Change { previous, mut identity, put, dropped, .. } = change;
    let read = previous.version;
    identity.version = read.next();
    identity.updated_at = cx.now;
    identity.mark_verified(address, cx.now);
    let id = identity.id;
    let mut effects = vec![Effect::ConsumeCode(code)];
    effects.extend(put.into_iter().map(|credential| Effect::PutCredential(Box::new(credential))));
    effects.extend(dropped.into_iter().map(|method| Effect::DropCredential { identity: id, method }));
    for what in ["profile.changed", "address.verified"] {
        effects.push(Effect::Audit(AuditEvent::new(what).of(id).within(cx.flow.id)));
    }
    Transition {
        state: VerificationState::Verified { by, channel },
        subject: Some(Subject { identity, write: Write::Replace(read) }),
        effects,
        reply: Reply::Done(Box::new(Completion::Verified { previous: Some(Box::new(previous)) })),
        notes: vec![proven(channel)],
    }
}

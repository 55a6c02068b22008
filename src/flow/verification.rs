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
    AddressOwner, AnyFlow, AuditEvent, CodePurpose, Completion, Cx, Effect, Illegal, Machine, Note, Proof,
    ProofCheck, Replacement, Reply, Subject, Transition, proof_letter as letter,
};
use crate::{crypto::Sealed, identity::Channel, kernel::CodeId, text};

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
    let by = state.by();
    let purpose = CodePurpose::verifying(by);
    let sent = letter::compose(cx.flow.id, purpose, (&address, channel), owner.as_deref(), cx);
    let mut effects = match by {
        // Only the newest code works; links that are on their way stay good (02 §2.7).
        Proof::Code => vec![Effect::DropCodes(cx.flow.id)],
        Proof::Link => Vec::new(),
    };
    effects.push(Effect::MintCode(sent.code));
    effects.extend(sent.letter.map(Effect::Enqueue));
    let subject = owner.map(|owner| {
        let mut subject = Subject::unchanged(owner.identity);
        subject.mark_sent(owner.address, cx.now);
        subject
    });
    let submissions = state.submissions();
    let next = VerificationState::AwaitingProof { by, address, channel, submissions, prefilled: None };
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
    let (by, address, channel, submissions, prefilled) = match state {
        VerificationState::AwaitingProof { by, address, channel, submissions, prefilled } => {
            (by, address, channel, submissions, prefilled)
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
        |prefilled| VerificationState::AwaitingProof { by, address, channel, submissions, prefilled };
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
    })
}

fn bring_code(state: VerificationState, code: Sealed, cx: &Cx<'_>) -> Transition<VerificationState> {
    let next = match state {
        VerificationState::AwaitingProof { by, address, channel, submissions, .. } => {
            VerificationState::AwaitingProof { by, address, channel, submissions, prefilled: Some(code) }
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
        reply: Reply::Done(Box::new(Completion::Verified)),
        notes: vec![Note::form(match channel {
            Channel::Email => text::verification::email_verified(),
            Channel::Sms => text::verification::phone_verified(),
        })],
    }
}

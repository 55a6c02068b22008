//! Getting back into an account, by a code that was mailed to one of its addresses.
//!
//! ```text
//! awaiting_address ── address named ──▶ awaiting_code ── right code ──▶ recovered
//!                                        │      ▲
//!                                        └──────┘ wrong code, sent again
//! any further submission to a used-up flow opens another flow in its place
//! ```

use serde::{Deserialize, Serialize};

use super::{
    AddressOwner, AnyFlow, AuditEvent, CodePurpose, Completion, Cx, Effect, Illegal, Machine, Note,
    ProofCheck, Replacement, Reply, Subject, Transition, new_session, proof_letter as letter,
};
use crate::{
    identity::Channel,
    kernel::{CodeId, IdentityId},
    session::SessionMethod,
    text,
};

/// How far a recovery has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum RecoveryState {
    /// An address has to be named.
    AwaitingAddress,
    /// A code is under way, or we pretend that it is.
    AwaitingCode {
        /// The address as typed; the form offers to send again to it.
        address: String,
        /// Codes submitted so far, right and wrong; sending again does not reset it (02 §2.8).
        submissions: u32,
    },
    /// Somebody is back in.
    Recovered {
        /// The address as typed.
        address: String,
        /// Who.
        identity: IdentityId,
    },
}

/// What can happen to a recovery.
#[derive(Debug)]
pub enum RecoveryEvent {
    /// An address was named, for the first time or again.
    AddressNamed {
        /// As typed.
        address: String,
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
    /// A further submission after success.
    SubmittedAgain {
        /// The flow to go on with.
        spare: Box<AnyFlow>,
    },
    /// Somebody is logged in already.
    AlreadyLoggedIn,
    /// No method was addressed that this flow offers.
    Unaddressed,
    /// What was typed does not do.
    Refused(Vec<Note>),
    /// The flow's time is over; here is another one.
    Expired {
        /// The flow to go on with.
        replacement: Box<AnyFlow>,
    },
}

impl RecoveryState {
    const fn submissions(&self) -> u32 {
        match self {
            Self::AwaitingCode { submissions, .. } => *submissions,
            Self::AwaitingAddress | Self::Recovered { .. } => 0,
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::AwaitingAddress => "awaiting address",
            Self::AwaitingCode { .. } => "awaiting code",
            Self::Recovered { .. } => "recovered",
        }
    }
}

impl Machine for RecoveryState {
    type Event = RecoveryEvent;

    fn on(self, event: RecoveryEvent, cx: &Cx<'_>) -> Result<Transition<Self>, Illegal> {
        Ok(match event {
            RecoveryEvent::AddressNamed { address, owner } => send(self, address, owner.as_deref(), cx)?,
            RecoveryEvent::CodeSubmitted { check, spare } => submit_code(self, check, *spare, cx)?,
            RecoveryEvent::SubmittedAgain { spare } => {
                Transition::give_way(self, *spare, text::recovery::already_completed(), Replacement::UsedUp)
            }
            RecoveryEvent::AlreadyLoggedIn => {
                Transition { reply: Reply::AlreadyLoggedIn, ..Transition::refuse(self, Vec::new()) }
            }
            RecoveryEvent::Unaddressed => {
                Transition::refuse(self, vec![Note::form(text::system::no_recovery_method())])
            }
            RecoveryEvent::Refused(notes) => Transition::refuse(self, notes),
            RecoveryEvent::Expired { replacement } => {
                Transition::replace(self, *replacement, Replacement::Expired)
            }
        })
    }

    fn wire_name(&self) -> &'static str {
        match self {
            Self::AwaitingAddress => "choose_method",
            Self::AwaitingCode { .. } => "sent_email",
            Self::Recovered { .. } => "passed_challenge",
        }
    }
}

/// Sends a code to an address, or does the same work for nobody.
fn send(
    state: RecoveryState,
    address: String,
    owner: Option<&AddressOwner>,
    cx: &Cx<'_>,
) -> Result<Transition<RecoveryState>, Illegal> {
    if let RecoveryState::Recovered { .. } = state {
        return Err(Illegal { state: state.name(), event: "address named" });
    }
    let (purpose, channel) = (CodePurpose::RecoveryCode, Channel::Email);
    let sent = letter::compose(cx.flow.id, purpose, (&address, channel), owner, cx);
    // Only the newest code works.
    let mut effects = vec![Effect::DropCodes(cx.flow.id), Effect::MintCode(sent.code)];
    effects.extend(sent.letter.map(Effect::Enqueue));
    let next = RecoveryState::AwaitingCode { address, submissions: state.submissions() };
    Ok(Transition::advance(next, effects, vec![Note::form(letter::announcement(purpose, channel))]))
}

fn submit_code(
    state: RecoveryState,
    check: ProofCheck,
    spare: AnyFlow,
    cx: &Cx<'_>,
) -> Result<Transition<RecoveryState>, Illegal> {
    let RecoveryState::AwaitingCode { address, submissions } = state else {
        let (state, event) = (state.name(), "code submitted");
        return Err(Illegal { state, event });
    };
    // SECURITY: counted before anything else, and the count is part of the flow's version: a thousand
    // parallel guesses lose the same race (05 no. 30).
    let submissions = submissions.saturating_add(1);
    let counted = RecoveryState::AwaitingCode { address: address.clone(), submissions };
    if submissions > cx.policy.code.max_submissions {
        let why = text::validation::generic(text::reason::TOO_MANY_CODES);
        return Ok(Transition::give_way(counted, spare, why, Replacement::UsedUp));
    }
    Ok(match check {
        ProofCheck::Mismatch | ProofCheck::Expired => {
            let mut refused = Transition::refuse(counted, vec![Note::form(text::recovery::code_invalid())]);
            refused.effects.push(Effect::Audit(AuditEvent::new("recovery.refused").within(cx.flow.id)));
            refused
        }
        ProofCheck::Used => {
            let why = text::validation::generic(text::reason::CODE_USED);
            Transition::give_way(counted, spare, why, Replacement::UsedUp)
        }
        ProofCheck::Match { owner, .. } if !owner.identity.is_active() => {
            Transition::give_way(counted, spare, text::login::account_disabled(), Replacement::UsedUp)
        }
        ProofCheck::Match { code, owner } => recover(address, code, *owner, cx),
    })
}

/// Lets the owner in. Who got the code at an address has verified it, too (02 §2.14).
fn recover(address: String, code: CodeId, owner: AddressOwner, cx: &Cx<'_>) -> Transition<RecoveryState> {
    let identity = owner.identity.id;
    let proven = owner.identity.verifiable_twins(owner.address);
    let mut subject = Subject::unchanged(owner.identity);
    for address in proven {
        subject.mark_verified(address, cx.now);
    }
    let draft = new_session(cx, identity, SessionMethod::CodeRecovery);
    let (session, token) = (draft.session.clone(), draft.token.clone());
    let audit = AuditEvent::new("account.recovered").of(identity).on(session.id).within(cx.flow.id);
    Transition {
        state: RecoveryState::Recovered { address, identity },
        subject: Some(subject),
        effects: vec![Effect::ConsumeCode(code), Effect::IssueSession(Box::new(draft)), Effect::Audit(audit)],
        reply: Reply::Done(Box::new(Completion::Recovered { session, token })),
        notes: Vec::new(),
    }
}

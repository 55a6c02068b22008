//! Getting back into an account: by a code or a link that was sent to one of its addresses, or that an
//! administrator handed over.
//!
//! ```text
//! awaiting_address ── address named ──▶ awaiting_proof ── right code or link ──▶ recovered
//!      │   ▲                             │   ▲   ▲
//!      │   └── went back ────────────────┘   │   └─ wrong code, sent again
//!      ▼                                     │
//! awaiting_choice ── another one chosen ──▶ awaiting_confirmation    (02 §3.4)
//!      └─── the address that was named ──▶ awaiting_proof
//! any further submission to a used-up flow opens another flow in its place
//! ```
//!
//! What follows from each event is in `recovery_step`.

use serde::{Deserialize, Serialize};

use super::{
    AddressOwner, AnyFlow, Choice, Cx, Illegal, Machine, Note, Replacement, Reply, Transition, recovery_step,
};
use crate::{
    identity::{Channel, Identity},
    kernel::{AddressId, CodeId, IdentityId},
    text::{self, ErrorCode, Message},
};

/// How a flow goes about it; decided when it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryWay {
    /// A code goes to the address that is named.
    Code,
    /// A code goes to the address that is chosen among those of the account (02 §3.4).
    Chosen,
    /// A link goes to the address that is named.
    Link,
}

/// How the code or link got to the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Delivery {
    /// A code, to the address that was named.
    Code {
        /// As typed; the form offers to send again to it.
        address: String,
    },
    /// A code, to the address that was chosen.
    Chosen {
        /// The address that was named first, as typed.
        address: String,
        /// Where the code went, as typed; the form offers to send again to it.
        to: String,
        /// What there was to choose from; nothing when nobody has the address.
        choices: Vec<Choice>,
    },
    /// A link.
    Link {
        /// The address that it went to, as typed; `None` when an administrator handed it over.
        address: Option<String>,
    },
    /// A code, by an administrator.
    Handed,
}

/// How far a recovery has come.
///
/// SECURITY: the number of codes submitted so far, right and wrong, goes along with every step, back and forth:
/// sending again does not reset it (02 §2.8, 05 no. 11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum RecoveryState {
    /// An address has to be named.
    AwaitingAddress {
        /// How it goes on.
        by: RecoveryWay,
        /// Codes submitted so far.
        submissions: u32,
    },
    /// One of the addresses has to be chosen.
    AwaitingChoice {
        /// The address that was named, as typed.
        address: String,
        /// What there is to choose from.
        choices: Vec<Choice>,
        /// Codes submitted so far.
        submissions: u32,
    },
    /// The address that was chosen has to be typed in full.
    AwaitingConfirmation {
        /// The address that was named, as typed.
        address: String,
        /// How the chosen one is reached.
        channel: Channel,
        /// What there is to choose from.
        choices: Vec<Choice>,
        /// Codes submitted so far.
        submissions: u32,
    },
    /// A code or link is under way, or we pretend that it is.
    AwaitingProof {
        /// How it gets there.
        delivery: Delivery,
        /// Codes submitted so far.
        submissions: u32,
    },
    /// Somebody is back in.
    Recovered {
        /// How the code or link got there.
        delivery: Delivery,
        /// Who.
        identity: IdentityId,
    },
}

/// What came of comparing a code or link token with those that were sent or handed over in a flow.
#[derive(Debug)]
pub enum RecoveryCheck {
    /// None of them.
    Mismatch,
    /// One that was used before.
    Used,
    /// One whose time is over.
    Expired,
    /// It lets this identity in.
    Match {
        /// The code or token.
        code: CodeId,
        /// Who.
        identity: Box<Identity>,
        /// The address that it was sent to; `None` when an administrator handed it over.
        address: Option<AddressId>,
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
    /// One of the addresses was chosen.
    AddressChosen {
        /// What stands for it.
        choice: String,
        /// Whose the address is that was named before.
        owner: Option<Box<AddressOwner>>,
    },
    /// The chosen address was typed in full, for the first time or again.
    AddressConfirmed {
        /// As typed.
        address: String,
        /// Whose it is; `None` when nobody has it.
        owner: Option<Box<AddressOwner>>,
    },
    /// The step before was asked for.
    WentBack,
    /// A code was submitted.
    CodeSubmitted {
        /// What came of comparing it.
        check: RecoveryCheck,
        /// The flow to go on with if this one turns out to be used up.
        spare: Box<AnyFlow>,
    },
    /// A link was followed.
    LinkFollowed {
        /// What came of comparing its token.
        check: RecoveryCheck,
        /// The flow to go on with if the link does not work.
        spare: Box<AnyFlow>,
    },
    /// A further submission after success.
    SubmittedAgain {
        /// The flow to go on with.
        spare: Box<AnyFlow>,
    },
    /// A browser submitted the flow of an app.
    Forged {
        /// How that was noticed.
        reason: Message,
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

impl Delivery {
    /// The way of the flow that it belongs to.
    pub const fn way(&self) -> RecoveryWay {
        match self {
            Self::Code { .. } | Self::Handed => RecoveryWay::Code,
            Self::Chosen { .. } => RecoveryWay::Chosen,
            Self::Link { .. } => RecoveryWay::Link,
        }
    }
}

impl RecoveryState {
    /// How the flow goes about it.
    pub const fn way(&self) -> RecoveryWay {
        match self {
            Self::AwaitingAddress { by, .. } => *by,
            Self::AwaitingChoice { .. } | Self::AwaitingConfirmation { .. } => RecoveryWay::Chosen,
            Self::AwaitingProof { delivery, .. } | Self::Recovered { delivery, .. } => delivery.way(),
        }
    }

    /// Whether an administrator opened the flow for somebody else's browser, which then cannot hold its
    /// anti-CSRF token.
    ///
    /// SECURITY: all that such a flow takes is the code (02 §3.10).
    pub const fn is_handed(&self) -> bool {
        match self {
            Self::AwaitingProof { delivery, .. } | Self::Recovered { delivery, .. } => {
                matches!(delivery, Delivery::Handed)
            }
            Self::AwaitingAddress { .. }
            | Self::AwaitingChoice { .. }
            | Self::AwaitingConfirmation { .. } => false,
        }
    }

    /// Codes submitted so far.
    pub(super) const fn submissions(&self) -> u32 {
        match self {
            Self::AwaitingAddress { submissions, .. }
            | Self::AwaitingChoice { submissions, .. }
            | Self::AwaitingConfirmation { submissions, .. }
            | Self::AwaitingProof { submissions, .. } => *submissions,
            Self::Recovered { .. } => 0,
        }
    }

    /// That `event` cannot happen now.
    pub(super) const fn illegal(&self, event: &'static str) -> Illegal {
        let state = match self {
            Self::AwaitingAddress { .. } => "awaiting address",
            Self::AwaitingChoice { .. } => "awaiting choice",
            Self::AwaitingConfirmation { .. } => "awaiting confirmation",
            Self::AwaitingProof { .. } => "awaiting proof",
            Self::Recovered { .. } => "recovered",
        };
        Illegal { state, event }
    }
}

impl Machine for RecoveryState {
    type Event = RecoveryEvent;

    fn on(self, event: RecoveryEvent, cx: &Cx<'_>) -> Result<Transition<Self>, Illegal> {
        Ok(match event {
            RecoveryEvent::AddressNamed { address, owner } => {
                recovery_step::name_address(self, address, owner.as_deref(), cx)?
            }
            RecoveryEvent::AddressChosen { choice, owner } => {
                recovery_step::choose(self, &choice, owner.as_deref(), cx)?
            }
            RecoveryEvent::AddressConfirmed { address, owner } => {
                recovery_step::confirm(self, address, owner.as_deref(), cx)?
            }
            RecoveryEvent::WentBack => recovery_step::go_back(self)?,
            RecoveryEvent::CodeSubmitted { check, spare } => {
                recovery_step::submit_code(self, check, *spare, cx)?
            }
            RecoveryEvent::LinkFollowed { check, spare } => {
                recovery_step::follow_link(self, check, *spare, cx)?
            }
            RecoveryEvent::SubmittedAgain { spare } => {
                Transition::give_way(self, *spare, text::recovery::already_completed(), Replacement::UsedUp)
            }
            RecoveryEvent::Forged { reason, spare } => {
                Transition::give_way(self, *spare, reason, Replacement::Refused(ErrorCode::BadRequest))
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
            Self::AwaitingAddress { by: RecoveryWay::Code | RecoveryWay::Link, .. } => "choose_method",
            Self::AwaitingAddress { by: RecoveryWay::Chosen, .. } => "recovery_awaiting_address",
            Self::AwaitingChoice { .. } => "recovery_awaiting_address_choice",
            Self::AwaitingConfirmation { .. } => "recovery_confirming_address",
            Self::AwaitingProof { delivery: Delivery::Chosen { .. }, .. } => "recovery_awaiting_code",
            Self::AwaitingProof {
                delivery: Delivery::Code { .. } | Delivery::Link { .. } | Delivery::Handed,
                ..
            } => "sent_email",
            Self::Recovered { .. } => "passed_challenge",
        }
    }
}

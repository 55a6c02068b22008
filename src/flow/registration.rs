//! Signing up.
//!
//! ```text
//! awaiting_profile ── traits are valid ──▶ awaiting_credential ── back ──▶ awaiting_profile
//!        │                                        │
//!        └────────── account is complete ─────────┴──▶ same state, done
//! awaiting_all ───── account is complete ────────────▶ same state, done
//! ```
//!
//! COMPAT: success leaves the state as it was: the reference does not write the flow then, and clients that
//! lost the answer submit again (golden `registration.flow_replay`).

use serde::{Deserialize, Serialize};

use super::{
    AnyFlow, AuditEvent, Completion, Cx, Effect, Illegal, Machine, Note, Replacement, Reply, Subject,
    Transition,
};
use crate::{
    identity::{Credential, Identity},
    text,
};

/// How far a registration has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum RegistrationState {
    /// Traits have to be filled in; the first screen of the two-step form.
    AwaitingProfile,
    /// Traits are known and valid, a credential has to be chosen; the second screen of the two-step form.
    AwaitingCredential,
    /// Traits and a credential are asked for on one screen.
    AwaitingAll,
}

/// What can happen to a registration.
#[derive(Debug)]
pub enum RegistrationEvent {
    /// The traits are valid; a credential is still missing.
    ProfileFilled,
    /// Back to the first screen.
    WentBack,
    /// Traits and credential are there and satisfy schema and policy.
    AccountCompleted(Box<NewAccount>),
    /// Somebody else has one of the identifiers or addresses.
    IdentifierTaken {
        /// How that account can be logged in to, where the operator lets that be told.
        hints: Option<LoginHints>,
    },
    /// What was typed does not do.
    Refused(Vec<Note>),
    /// No method was addressed that this flow offers.
    Unaddressed,
    /// Somebody is logged in already.
    AlreadyLoggedIn,
    /// The flow's time is over; here is another one.
    Expired {
        /// The flow to go on with.
        replacement: Box<AnyFlow>,
    },
}

/// How an account that is in the way can be logged in to (01 §15.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginHints {
    /// The identifier that is taken.
    pub identifier: String,
    /// The methods that work, by their wire names, sorted.
    pub methods: Vec<&'static str>,
}

/// An account that could be created.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Who.
    pub identity: Identity,
    /// By what they will prove themselves.
    pub credentials: Vec<Credential>,
}

impl RegistrationState {
    const fn name(&self) -> &'static str {
        match self {
            Self::AwaitingProfile => "awaiting profile",
            Self::AwaitingCredential => "awaiting credential",
            Self::AwaitingAll => "awaiting all",
        }
    }

    fn fill(self) -> Result<Transition<Self>, Illegal> {
        match self {
            Self::AwaitingProfile | Self::AwaitingCredential => {
                let note = Note::form(text::registration::choose_credential());
                Ok(Transition::advance(Self::AwaitingCredential, Vec::new(), vec![note]))
            }
            Self::AwaitingAll => Err(Illegal { state: self.name(), event: "profile filled" }),
        }
    }

    fn go_back(self) -> Result<Transition<Self>, Illegal> {
        match self {
            Self::AwaitingProfile | Self::AwaitingCredential => {
                Ok(Transition::advance(Self::AwaitingProfile, Vec::new(), Vec::new()))
            }
            Self::AwaitingAll => Err(Illegal { state: self.name(), event: "went back" }),
        }
    }
}

impl Machine for RegistrationState {
    type Event = RegistrationEvent;

    fn on(self, event: RegistrationEvent, cx: &Cx<'_>) -> Result<Transition<Self>, Illegal> {
        Ok(match event {
            RegistrationEvent::ProfileFilled => self.fill()?,
            RegistrationEvent::WentBack => self.go_back()?,
            RegistrationEvent::AccountCompleted(account) => complete(self, *account, cx),
            RegistrationEvent::IdentifierTaken { hints } => {
                let message = match hints {
                    Some(LoginHints { identifier, methods }) => {
                        text::validation::identifier_taken_with_hints(&methods, &[], &identifier)
                    }
                    None => text::validation::identifier_taken(),
                };
                Transition::refuse(self, vec![Note::form(message)])
            }
            RegistrationEvent::Refused(notes) => Transition::refuse(self, notes),
            RegistrationEvent::Unaddressed => {
                Transition::refuse(self, vec![Note::form(text::registration::no_method())])
            }
            RegistrationEvent::AlreadyLoggedIn => {
                let notes = cx.flow.notes.clone();
                Transition { reply: Reply::AlreadyLoggedIn, ..Transition::refuse(self, notes) }
            }
            RegistrationEvent::Expired { replacement } => {
                Transition::replace(self, *replacement, Replacement::Expired)
            }
        })
    }

    /// Only codes move the public state of a registration (01 §2.3).
    fn wire_name(&self) -> &'static str {
        match self {
            Self::AwaitingProfile | Self::AwaitingCredential | Self::AwaitingAll => "choose_method",
        }
    }
}

fn complete(state: RegistrationState, account: NewAccount, cx: &Cx<'_>) -> Transition<RegistrationState> {
    let audit = AuditEvent::new("identity.registered").of(account.identity.id).within(cx.flow.id);
    let mut effects: Vec<Effect> = account
        .credentials
        .into_iter()
        .map(|credential| Effect::PutCredential(Box::new(credential)))
        .collect();
    effects.push(Effect::Audit(audit));
    Transition {
        state,
        subject: Some(Subject::new(account.identity)),
        effects,
        reply: Reply::Done(Box::new(Completion::Registered { session: None, continue_with: Vec::new() })),
        notes: cx.flow.notes.clone(),
    }
}

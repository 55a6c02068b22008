//! Signing up.
//!
//! ```text
//! awaiting_profile ── traits are valid ──▶ awaiting_credential ── back ──▶ awaiting_profile
//!        │                                        │
//!        └────────── account is complete ─────────┴──▶ same state, done
//! awaiting_all ───── account is complete ────────────▶ same state, done
//! any of them ── code asked for ──▶ awaiting_code ── right code ──▶ code_passed, done
//!                                     │    ▲ │
//!                                     └────┘ └── back ──▶ awaiting_credential
//!                      wrong code, sent again
//! any of them ── a provider tells too little ──▶ vouched ── account is complete ──▶ same state, done
//! ```
//!
//! COMPAT: a password leaves the state as it was: the reference does not write the flow then, and clients that
//! lost the answer submit again (golden `registration.flow_replay`).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    AnyFlow, AuditEvent, CodesSent, Completion, Cx, Departure, Effect, Illegal, Machine, Note,
    RegistrationStyle, Replacement, Reply, Subject, Transition,
    registration_code::{self, SignUpCodeCheck},
    social,
};
use crate::{
    identity::{CodeAddress, Credential, Identity, MethodId},
    text,
};

/// How far a registration has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum RegistrationState {
    /// Traits have to be filled in; the first screen of the two-step form.
    AwaitingProfile {
        /// Codes submitted so far.
        #[serde(default)]
        submissions: u32,
    },
    /// Traits are known and valid, a credential has to be chosen; the second screen of the two-step form.
    AwaitingCredential {
        /// Codes submitted so far.
        #[serde(default)]
        submissions: u32,
    },
    /// Traits and a credential are asked for on one screen.
    AwaitingAll,
    /// A provider vouches for somebody of whom the schema wants to know more (01 §14.3).
    Vouched {
        /// One screen or two.
        style: RegistrationStyle,
        /// The provider.
        provider: String,
        /// Codes submitted so far.
        submissions: u32,
    },
    /// A code is under way.
    AwaitingCode {
        /// One screen or two.
        style: RegistrationStyle,
        /// The codes.
        codes: CodesSent,
    },
    /// A code was right and the account was made. Only another code can be asked for.
    CodePassed {
        /// One screen or two.
        style: RegistrationStyle,
        /// The codes.
        codes: CodesSent,
    },
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
    /// The traits are valid, and a code shall go to these addresses, for the first time or again.
    CodeAsked {
        /// Where codes go; never empty.
        addresses: Vec<CodeAddress>,
        /// The traits that the account shall have, for the letter.
        traits: Map<String, Value>,
    },
    /// A code was submitted, and with it all that the account needs.
    CodeSubmitted {
        /// What came of comparing it.
        check: SignUpCodeCheck,
        /// The account that could be created.
        account: Box<NewAccount>,
    },
    /// Somebody goes to a provider.
    Left(Box<Departure>),
    /// A provider vouches for somebody, and what it tells is not enough for an account.
    ToldTooLittle {
        /// The provider.
        provider: String,
        /// What is missing, or does not do.
        notes: Vec<Note>,
    },
    /// Somebody else has one of the identifiers or addresses.
    IdentifierTaken {
        /// How that account can be logged in to, where the operator lets that be told.
        hints: Option<LoginHints>,
    },
    /// A code was right, and then somebody else turned out to have one of the identifiers or addresses.
    ProvenIdentifierTaken {
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
    /// The providers that it is linked to, sorted.
    pub providers: Vec<String>,
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
    /// One screen or two.
    pub const fn style(&self) -> RegistrationStyle {
        match self {
            Self::AwaitingProfile { .. } | Self::AwaitingCredential { .. } => RegistrationStyle::ProfileFirst,
            Self::AwaitingAll => RegistrationStyle::Unified,
            Self::Vouched { style, .. }
            | Self::AwaitingCode { style, .. }
            | Self::CodePassed { style, .. } => *style,
        }
    }

    /// The method whose step was taken last; choosing again begins anew (01 §2.3).
    pub const fn active(&self) -> Option<MethodId> {
        match self {
            Self::AwaitingCode { .. } | Self::CodePassed { .. } => Some(MethodId::Code),
            Self::AwaitingProfile { .. }
            | Self::AwaitingCredential { .. }
            | Self::AwaitingAll
            | Self::Vouched { .. } => None,
        }
    }

    /// Codes submitted so far; whatever happens in between, it is never reset.
    pub(super) const fn submissions(&self) -> u32 {
        match self {
            Self::AwaitingProfile { submissions }
            | Self::AwaitingCredential { submissions }
            | Self::Vouched { submissions, .. } => *submissions,
            Self::AwaitingAll => 0,
            Self::AwaitingCode { codes, .. } | Self::CodePassed { codes, .. } => codes.submissions,
        }
    }

    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::AwaitingProfile { .. } => "awaiting profile",
            Self::AwaitingCredential { .. } => "awaiting credential",
            Self::AwaitingAll => "awaiting all",
            Self::Vouched { .. } => "vouched",
            Self::AwaitingCode { .. } => "awaiting code",
            Self::CodePassed { .. } => "code passed",
        }
    }

    fn fill(self) -> Result<Transition<Self>, Illegal> {
        match self.style() {
            RegistrationStyle::ProfileFirst => {
                let note = Note::form(text::registration::choose_credential());
                let next = Self::AwaitingCredential { submissions: self.submissions() };
                Ok(Transition::advance(next, Vec::new(), vec![note]))
            }
            RegistrationStyle::Unified => Err(Illegal { state: self.name(), event: "profile filled" }),
        }
    }

    fn go_back(self) -> Result<Transition<Self>, Illegal> {
        match self.style() {
            RegistrationStyle::ProfileFirst => {
                let next = Self::AwaitingProfile { submissions: self.submissions() };
                Ok(Transition::advance(next, Vec::new(), Vec::new()))
            }
            RegistrationStyle::Unified => Err(Illegal { state: self.name(), event: "went back" }),
        }
    }
}

impl Machine for RegistrationState {
    type Event = RegistrationEvent;

    fn on(self, event: RegistrationEvent, cx: &Cx<'_>) -> Result<Transition<Self>, Illegal> {
        Ok(match event {
            RegistrationEvent::ProfileFilled => self.fill()?,
            RegistrationEvent::WentBack => self.go_back()?,
            RegistrationEvent::AccountCompleted(account) => complete(self, *account, Vec::new(), cx),
            RegistrationEvent::CodeAsked { addresses, traits } => {
                registration_code::send(self, &addresses, &traits, cx)
            }
            RegistrationEvent::CodeSubmitted { check, account } => {
                registration_code::submit(self, check, *account, cx)?
            }
            RegistrationEvent::Left(departure) => social::leave(self, *departure, cx),
            RegistrationEvent::ToldTooLittle { provider, notes } => {
                let next = Self::Vouched { style: self.style(), provider, submissions: self.submissions() };
                Transition::refuse(next, notes)
            }
            RegistrationEvent::IdentifierTaken { hints } => Transition::refuse(self, taken(hints)),
            RegistrationEvent::ProvenIdentifierTaken { hints } => {
                Transition::refuse(registration_code::used_up(self)?, taken(hints))
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
            Self::AwaitingProfile { .. }
            | Self::AwaitingCredential { .. }
            | Self::AwaitingAll
            | Self::Vouched { .. } => "choose_method",
            Self::AwaitingCode { .. } => "sent_email",
            Self::CodePassed { .. } => "passed_challenge",
        }
    }
}

fn taken(hints: Option<LoginHints>) -> Vec<Note> {
    vec![Note::form(match hints {
        Some(LoginHints { identifier, methods, providers }) => {
            text::validation::identifier_taken_with_hints(&methods, &providers, &identifier)
        }
        None => text::validation::identifier_taken(),
    })]
}

/// Makes the account.
pub(super) fn complete(
    next: RegistrationState,
    account: NewAccount,
    mut effects: Vec<Effect>,
    cx: &Cx<'_>,
) -> Transition<RegistrationState> {
    let audit = AuditEvent::new("identity.registered").of(account.identity.id).within(cx.flow.id);
    let credentials = account.credentials.into_iter();
    effects.extend(credentials.map(|credential| Effect::PutCredential(Box::new(credential))));
    effects.push(Effect::Audit(audit));
    Transition {
        state: next,
        subject: Some(Subject::new(account.identity)),
        effects,
        reply: Reply::Done(Box::new(Completion::Registered { session: None, continue_with: Vec::new() })),
        notes: cx.flow.notes.clone(),
    }
}

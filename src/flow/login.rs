//! Logging in.
//!
//! ```text
//! awaiting_factor ── password matches ──▶ authenticated ── password matches ──▶ authenticated
//!        │                                      │
//!        └─ mismatch, refused, unaddressed ─────┴──▶ same state, with messages
//! ```

use serde::{Deserialize, Serialize};

use super::{
    AnyFlow, AuditEvent, Completion, Cx, Effect, Illegal, Machine, Note, Replacement, Reply, Subject,
    Transition, entry,
};
use crate::{
    identity::{Aal, Credential, Identity},
    session::SessionMethod,
    text,
};

/// What a login flow was opened for; fixed for its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The level the session should reach.
    pub aal: Aal,
    /// Whether somebody who is logged in confirms who they are.
    pub refresh: bool,
}

/// How far a login has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum LoginState {
    /// A factor has to be shown.
    AwaitingFactor {
        /// What the flow was opened for.
        wanted: Wanted,
    },
    /// A factor was shown and a session issued or raised. The flow can be used again: clients that lost
    /// the answer repeat the request (01 §21.2 W13).
    Authenticated {
        /// What the flow was opened for.
        wanted: Wanted,
    },
}

/// What can happen to a login.
#[derive(Debug)]
pub enum LoginEvent {
    /// A password was compared with the credential that its identifier names, or with a dummy.
    PasswordChecked(PasswordCheck),
    /// What was typed cannot be checked.
    Refused(Vec<Note>),
    /// No method was addressed that this flow offers.
    Unaddressed,
    /// Somebody is logged in already, and the flow is not for confirming or raising that.
    AlreadyLoggedIn,
    /// The flow's time is over; here is another one.
    Expired {
        /// The flow to go on with.
        replacement: Box<AnyFlow>,
    },
}

/// What came of comparing a password.
#[derive(Debug)]
pub enum PasswordCheck {
    /// Nobody has that identifier and password.
    Mismatch,
    /// It is theirs.
    Match {
        /// Whose.
        identity: Box<Identity>,
        /// The credential with a fresh hash, when the parameters of the old one are out of date.
        rehashed: Option<Box<Credential>>,
    },
}

impl LoginState {
    /// What the flow was opened for.
    pub const fn wanted(&self) -> Wanted {
        match self {
            Self::AwaitingFactor { wanted } | Self::Authenticated { wanted } => *wanted,
        }
    }
}

impl Machine for LoginState {
    type Event = LoginEvent;

    fn on(self, event: LoginEvent, cx: &Cx<'_>) -> Result<Transition<Self>, Illegal> {
        Ok(match event {
            LoginEvent::PasswordChecked(PasswordCheck::Mismatch) => {
                let mut refused =
                    Transition::refuse(self, vec![Note::form(text::validation::invalid_credentials())]);
                refused.effects.push(Effect::Audit(AuditEvent::new("login.refused").within(cx.flow.id)));
                refused
            }
            LoginEvent::PasswordChecked(PasswordCheck::Match { identity, rehashed }) => {
                authenticate(self, *identity, rehashed, cx)
            }
            LoginEvent::Refused(notes) => Transition::refuse(self, notes),
            LoginEvent::Unaddressed => Transition::refuse(self, vec![Note::form(text::login::no_method())]),
            LoginEvent::AlreadyLoggedIn => {
                let note = Note::form(text::validation::generic(text::reason::ALREADY_LOGGED_IN));
                Transition { reply: Reply::AlreadyLoggedIn, ..Transition::refuse(self, vec![note]) }
            }
            LoginEvent::Expired { replacement } => {
                Transition::replace(self, *replacement, Replacement::Expired)
            }
        })
    }

    /// Only codes move the public state of a login (01 §2.3).
    fn wire_name(&self) -> &'static str {
        match self {
            Self::AwaitingFactor { .. } | Self::Authenticated { .. } => "choose_method",
        }
    }
}

fn authenticate(
    state: LoginState,
    identity: Identity,
    rehashed: Option<Box<Credential>>,
    cx: &Cx<'_>,
) -> Transition<LoginState> {
    if !identity.is_active() {
        return Transition::refuse(state, vec![Note::form(text::login::account_disabled())]);
    }
    let entry = entry::enter(cx, identity.id, SessionMethod::Password);
    let mut effects: Vec<Effect> = rehashed.into_iter().map(Effect::PutCredential).collect();
    let audit = AuditEvent::new("login.succeeded").of(identity.id).on(entry.session.id).within(cx.flow.id);
    effects.push(entry.effect);
    effects.push(Effect::Audit(audit));
    Transition {
        state: LoginState::Authenticated { wanted: state.wanted() },
        subject: Some(Subject::unchanged(identity)),
        effects,
        reply: Reply::Done(Box::new(Completion::LoggedIn {
            session: entry.session,
            token: entry.token,
            newcomer: entry.newcomer,
            continue_with: Vec::new(),
        })),
        notes: cx.flow.notes.clone(),
    }
}

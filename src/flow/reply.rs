//! Replies: what the client is told, before anybody thinks of HTTP.

use serde::Serialize;

use super::Departure;
use crate::{
    identity::{Credential, Identity, MethodId},
    kernel::{FlowId, Secret},
    session::Session,
    text::ErrorCode,
};

/// What the client is told. The web layer turns it into HTTP by one table per flow and client kind.
#[derive(Debug)]
pub enum Reply {
    /// Show this flow again: the next step, or the same one with messages.
    Form {
        /// Whether a step was taken.
        advanced: bool,
    },
    /// Show this flow again, on its page: whoever asked by script has to load it (01 §5.6).
    SeePage,
    /// The flow reached what it was for.
    Done(Box<Completion>),
    /// Another flow takes its place, because this one has expired or is used up.
    Replaced {
        /// The flow to go on with.
        by: FlowId,
        /// Why.
        because: Replacement,
    },
    /// Logging in needs a verified address first; a verification was started (01 §16.4).
    VerifyFirst(VerificationStarted),
    /// Somebody is logged in already, and the flow is not for them.
    AlreadyLoggedIn,
    /// The session is too old for this: its owner has to sign in anew (02 §4.5).
    Reauthenticate {
        /// The key by which what was asked is found again afterwards.
        key: Option<Secret<String>>,
    },
    /// The person goes to a provider of social sign-in.
    Leave(Box<Departure>),
    /// No flow can show this.
    Failed(Failure),
}

/// Why a flow was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    /// Its time was over.
    Expired,
    /// It was used up: already completed, or too many tries.
    UsedUp,
    /// A link token was followed that does not work any more.
    LinkRefused,
    /// Somebody has the address that a provider told; they sign in to link it (01 §15.2).
    Linking,
    /// What was submitted cannot be mended in the same flow; this is the error.
    Refused(ErrorCode),
}

/// An error that no flow can show.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Which.
    pub code: ErrorCode,
    /// What exactly, for people; `None` uses the words of the catalogue.
    pub reason: Option<String>,
}

impl Failure {
    /// A failure with the words of the catalogue.
    pub const fn of(code: ErrorCode) -> Self {
        Self { code, reason: None }
    }

    /// A failure that says what exactly.
    pub fn because(code: ErrorCode, reason: impl Into<String>) -> Self {
        Self { code, reason: Some(reason.into()) }
    }
}

/// What was reached.
#[derive(Debug)]
pub enum Completion {
    /// Somebody logged in.
    LoggedIn {
        /// The session, issued or raised.
        session: Session,
        /// Its token, when it was issued now.
        token: Option<Secret<String>>,
        /// Whether somebody else was logged in before, or nobody.
        newcomer: bool,
        /// What to go on with.
        continue_with: Vec<ContinueWith>,
    },
    /// Somebody signed up.
    Registered {
        /// The session and its token, when the `session` hook asked for one.
        session: Option<(Session, Secret<String>)>,
        /// What to go on with.
        continue_with: Vec<ContinueWith>,
    },
    /// An address was proven.
    Verified {
        /// The identity as it was before, when a change had waited for this.
        previous: Option<Box<Identity>>,
    },
    /// Somebody is back in their account.
    Recovered {
        /// The session that was issued.
        session: Session,
        /// Its token.
        token: Secret<String>,
        /// The settings to go on with, unless the flow was opened without that step.
        settings: Option<FlowId>,
    },
    /// Something was changed.
    Saved {
        /// By which method.
        method: MethodId,
        /// The session in which.
        session: Session,
        /// The identity as it was before.
        previous: Box<Identity>,
        /// All credentials as they are now.
        credentials: Vec<Credential>,
        /// What to go on with.
        continue_with: Vec<ContinueWith>,
    },
    /// A session was ended.
    LoggedOut,
}

/// What a client should go on with (01 §5.9).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum ContinueWith {
    /// Show the verification flow that was started.
    ShowVerificationUi {
        /// Which.
        flow: VerificationPointer,
    },
}

/// Points to a verification flow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerificationPointer {
    /// The flow.
    pub id: FlowId,
    /// The address that it proves.
    pub verifiable_address: String,
    /// Where a browser finds its form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A verification that was started on behalf of another flow.
#[derive(Debug, Clone, PartialEq)]
pub struct VerificationStarted {
    /// The flow.
    pub flow: FlowId,
    /// The address that it proves.
    pub address: String,
}

impl Completion {
    /// The items that tell the client what to go on with.
    pub const fn continue_with(&mut self) -> Option<&mut Vec<ContinueWith>> {
        match self {
            Self::LoggedIn { continue_with, .. }
            | Self::Registered { continue_with, .. }
            | Self::Saved { continue_with, .. } => Some(continue_with),
            Self::Verified { .. } | Self::Recovered { .. } | Self::LoggedOut => None,
        }
    }

    /// The identity as it was before it was changed.
    pub fn previous(&self) -> Option<&Identity> {
        match self {
            Self::Saved { previous, .. } => Some(previous),
            Self::Verified { previous } => previous.as_deref(),
            Self::LoggedIn { .. } | Self::Registered { .. } | Self::Recovered { .. } | Self::LoggedOut => {
                None
            }
        }
    }

    /// The session that was issued or raised.
    pub fn session(&self) -> Option<&Session> {
        match self {
            Self::LoggedIn { session, .. }
            | Self::Recovered { session, .. }
            | Self::Saved { session, .. } => Some(session),
            Self::Registered { session, .. } => session.as_ref().map(|(session, _)| session),
            Self::Verified { .. } | Self::LoggedOut => None,
        }
    }
}

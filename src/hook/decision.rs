//! What a hook sees and what it may change.

use super::{HookName, Moment};
use crate::{
    crypto::TokenHash,
    flow::{ContinueWith, Cx, Effect, Failure, Note, Reply, Subject, VerificationStarted},
    session::Session,
};

/// When a hook acts, relative to the decision (03 §5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Before anything is written; may leave the process, and may refuse.
    BeforeCommit,
    /// On the decision as it will be committed.
    AfterDecision,
}

/// A hook: something operators add to a decision.
pub trait Hook: Send + Sync {
    /// Its name in the configuration.
    fn name(&self) -> HookName;

    /// When it acts.
    fn stage(&self) -> Stage;

    /// Changes the decision: more effects, another reply, a veto. Pure.
    fn shape(&self, _occasion: &Occasion<'_>, decision: Decision) -> Decision {
        decision
    }
}

/// What a hook may look at.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// Where in which flow.
    pub moment: Moment,
    /// What the decision looked at.
    pub cx: &'a Cx<'a>,
    /// The hashes of the anti-CSRF token that the browser holds, and of the one that takes its place when the
    /// answer rotates it; `None` for native clients.
    pub csrf: Option<(TokenHash, TokenHash)>,
}

/// A decision on its way through the pipeline.
#[derive(Debug)]
pub struct Decision {
    /// The identity it is about, as it shall be.
    pub subject: Option<Subject>,
    /// What else becomes true.
    pub effects: Vec<Effect>,
    /// What the client is told.
    pub reply: Reply,
    /// The messages of the form.
    pub notes: Vec<Note>,
    /// The verification that an earlier hook started, for a later one to announce.
    pub started: Option<VerificationStarted>,
    /// Whether a hook took everything back.
    pub vetoed: bool,
}

impl Decision {
    /// Takes everything back and tells the client why.
    #[must_use]
    pub fn fail(failure: Failure) -> Self {
        Self { reply: Reply::Failed(failure), ..Self::veto(Vec::new()) }
    }

    /// Takes everything back and shows the form with `notes`.
    #[must_use]
    pub fn veto(notes: Vec<Note>) -> Self {
        Self {
            subject: None,
            effects: Vec::new(),
            reply: Reply::Form { advanced: false },
            notes,
            started: None,
            vetoed: true,
        }
    }

    /// The items that tell the client what to go on with, when the flow is done.
    pub fn continue_with(&mut self) -> Option<&mut Vec<ContinueWith>> {
        match &mut self.reply {
            Reply::Done(completion) => completion.continue_with(),
            Reply::Form { .. }
            | Reply::SeePage
            | Reply::Replaced { .. }
            | Reply::VerifyFirst(_)
            | Reply::AlreadyLoggedIn
            | Reply::Reauthenticate { .. }
            | Reply::Leave(_)
            | Reply::Failed(_) => None,
        }
    }

    /// The session that is issued or raised by this decision.
    pub fn session(&self) -> Option<&Session> {
        match &self.reply {
            Reply::Done(completion) => completion.session(),
            Reply::Form { .. }
            | Reply::SeePage
            | Reply::Replaced { .. }
            | Reply::VerifyFirst(_)
            | Reply::AlreadyLoggedIn
            | Reply::Reauthenticate { .. }
            | Reply::Leave(_)
            | Reply::Failed(_) => None,
        }
    }
}

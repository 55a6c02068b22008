//! Effects: what a decision wants to be true, as data. The engine applies them in one transaction.

use serde_json::{Map, Value};

use super::{AnyFlow, CodePurpose, HandOver};
use crate::{
    identity::{Credential, MethodId, Version},
    kernel::{AddressId, CodeId, ExchangeId, FlowId, IdentityId, Secret, SessionId, Timestamp},
    outbox::Outgoing,
    session::Session,
};

/// One thing that becomes true at commit. Applied in list order; a failed guard undoes the whole commit.
#[derive(Debug)]
pub enum Effect {
    /// Sets or replaces a credential. Guard: nobody else has its identifiers.
    PutCredential(Box<Credential>),
    /// Takes a credential away. Nothing happens when there is none.
    DropCredential {
        /// Whose.
        identity: IdentityId,
        /// Which.
        method: MethodId,
    },
    /// Deletes an identity with everything that hangs on it. Guard: it exists.
    DeleteIdentity(IdentityId),
    /// A new session.
    IssueSession(Box<SessionDraft>),
    /// A session that showed another factor. Guard: it is still at the version that was read.
    RaiseSession {
        /// The session as it shall be, already at its next version.
        session: Box<Session>,
        /// The version that was read.
        expected: Version,
    },
    /// Ends sessions.
    RevokeSessions(Revoke),
    /// Ends these sessions, of whomever. Those that have ended, or are not there, are passed over.
    RevokeMany(Vec<SessionId>),
    /// Deletes these sessions, of whomever. Those that are not there are passed over.
    DeleteSessions(Vec<SessionId>),
    /// Deletes all sessions of an identity. Guard: it has one.
    DeleteSessionsOf(IdentityId),
    /// A new one-time code or link token.
    MintCode(CodeDraft),
    /// Uses a code up. Guard: exactly one unused row.
    ConsumeCode(CodeId),
    /// Makes all codes of a flow worthless.
    DropCodes(FlowId),
    /// Makes the codes of all changes worthless that wait for a new address of this identity to be proven.
    DropPendingCodes(IdentityId),
    /// A place where an app picks its session up.
    OpenExchange(Box<ExchangeDraft>),
    /// Leaves a session there. Guard: it is not used up.
    HandOver(Box<HandOver>),
    /// Uses such a place up. Guard: exactly one unused row.
    ConsumeExchange(ExchangeId),
    /// A new flow, for instance a verification that a registration starts.
    OpenFlow(Box<AnyFlow>),
    /// Something to deliver once this is committed.
    Enqueue(Outgoing),
    /// A row of the audit trail.
    Audit(AuditEvent),
}

/// A place where an app picks its session up; the interpreter stores the keyed hash of its code.
#[derive(Debug)]
pub struct ExchangeDraft {
    /// Its id.
    pub id: ExchangeId,
    /// The flow that it belongs to.
    pub flow: FlowId,
    /// The half of the code that the app gets.
    pub code: Secret<String>,
    /// When it is opened.
    pub issued_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// A session to be issued; the token leaves the process once, in the answer.
#[derive(Debug)]
pub struct SessionDraft {
    /// The session.
    pub session: Session,
    /// The token in clear; the interpreter, which holds the keys, stores its hash.
    pub token: Secret<String>,
}

/// Which sessions to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoke {
    /// This one.
    One(SessionId),
    /// All of an identity but this one.
    Others {
        /// Whose.
        identity: IdentityId,
        /// Which one stays.
        keep: SessionId,
    },
}

/// A one-time code or link token to be minted; the interpreter stores its keyed hash.
#[derive(Debug)]
pub struct CodeDraft {
    /// Its id.
    pub id: CodeId,
    /// The flow it belongs to.
    pub flow: FlowId,
    /// What it is for.
    pub purpose: CodePurpose,
    /// The secret in clear.
    pub secret: Secret<String>,
    /// Who it goes to.
    pub recipient: Recipient,
    /// When it is sent.
    pub issued_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// Who a code or link token goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// The owner of this address, which it proves.
    Address(IdentityId, AddressId),
    /// The owner of this account, at an address that the flow remembers or by hand.
    Account(IdentityId),
    /// The owner of this account, at an address that is theirs once they have proven it.
    Proposed(IdentityId),
    /// Somebody who has no account yet, at an address that the flow remembers.
    Newcomer,
    /// Nobody: a decoy that costs the same work and fits nobody.
    Nobody,
}

impl Recipient {
    /// The account, when there is one.
    pub const fn identity(self) -> Option<IdentityId> {
        match self {
            Self::Address(identity, _) | Self::Account(identity) | Self::Proposed(identity) => Some(identity),
            Self::Newcomer | Self::Nobody => None,
        }
    }

    /// The address that it proves, as far as addresses of accounts go.
    pub const fn address(self) -> Option<AddressId> {
        match self {
            Self::Address(_, address) => Some(address),
            Self::Account(_) | Self::Proposed(_) | Self::Newcomer | Self::Nobody => None,
        }
    }
}

/// Something worth keeping: who did what to whom (05 no. 56). Never holds secrets or addresses.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEvent {
    /// What happened, as `area.verb`.
    pub what: &'static str,
    /// To whom.
    pub identity: Option<IdentityId>,
    /// On which session.
    pub session: Option<SessionId>,
    /// In which flow.
    pub flow: Option<FlowId>,
    /// Further facts.
    pub details: Map<String, Value>,
}

impl AuditEvent {
    /// An event about nobody in particular yet.
    pub fn new(what: &'static str) -> Self {
        Self { what, identity: None, session: None, flow: None, details: Map::new() }
    }

    /// … about an identity.
    #[must_use]
    pub fn of(mut self, identity: IdentityId) -> Self {
        self.identity = Some(identity);
        self
    }

    /// … on a session.
    #[must_use]
    pub fn on(mut self, session: SessionId) -> Self {
        self.session = Some(session);
        self
    }

    /// … in a flow.
    #[must_use]
    pub fn within(mut self, flow: FlowId) -> Self {
        self.flow = Some(flow);
        self
    }
}

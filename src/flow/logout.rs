//! Logging out. Not stored: the session itself is the state.
//!
//! ```text
//! signed_in ── its own token ──▶ signed_out
//!     └─ any other token ──▶ same state, forbidden
//! ```

use super::{AuditEvent, Completion, Effect, Failure, Illegal, Reply, Revoke, Transition};
use crate::{
    kernel::{IdentityId, SessionId},
    text::ErrorCode,
};

/// How far a logout has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutState {
    /// There is a session.
    SignedIn {
        /// Which.
        session: SessionId,
        /// Whose.
        identity: IdentityId,
    },
    /// It has ended.
    SignedOut,
}

/// What can happen to a logout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutEvent {
    /// The token that belongs to this session came with the request.
    Confirmed,
    /// Some other token did: a link that somebody else made.
    Unconfirmed,
}

impl LogoutState {
    /// Decides what follows; a logout looks at nothing but itself.
    ///
    /// # Errors
    /// The session has ended already.
    pub fn decide(self, event: LogoutEvent) -> Result<Transition<Self>, Illegal> {
        match (self, event) {
            (Self::SignedIn { session, identity }, LogoutEvent::Confirmed) => {
                let audit = AuditEvent::new("session.ended").of(identity).on(session);
                Ok(Transition {
                    state: Self::SignedOut,
                    subject: None,
                    effects: vec![Effect::RevokeSessions(Revoke::One(session)), Effect::Audit(audit)],
                    reply: Reply::Done(Box::new(Completion::LoggedOut)),
                    notes: Vec::new(),
                })
            }
            (Self::SignedIn { .. }, LogoutEvent::Unconfirmed) => {
                let reply = Reply::Failed(Failure::of(ErrorCode::Forbidden));
                Ok(Transition { reply, ..Transition::refuse(self, Vec::new()) })
            }
            (Self::SignedOut, LogoutEvent::Confirmed | LogoutEvent::Unconfirmed) => {
                Err(Illegal { state: "signed out", event: "token presented" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Id, Seed};

    /// Every pair of state and event has a row.
    #[test]
    fn transition_table() {
        let session: SessionId = Id::random(&mut Seed::new([1; 32]).stream("s"));
        let identity: IdentityId = Id::random(&mut Seed::new([1; 32]).stream("i"));
        let signed_in = LogoutState::SignedIn { session, identity };

        let done = signed_in.decide(LogoutEvent::Confirmed).unwrap();
        assert_eq!(done.state, LogoutState::SignedOut);
        assert!(matches!(done.effects[0], Effect::RevokeSessions(Revoke::One(one)) if one == session));

        let refused = signed_in.decide(LogoutEvent::Unconfirmed).unwrap();
        assert_eq!(refused.state, signed_in);
        assert!(refused.effects.is_empty());
        assert!(matches!(refused.reply, Reply::Failed(_)));

        for event in [LogoutEvent::Confirmed, LogoutEvent::Unconfirmed] {
            assert!(LogoutState::SignedOut.decide(event).is_err());
        }
    }
}

//! The other sessions of whoever asks: listing and ending them (02 §6.5).

use super::{
    Answer, Engine, Seen, Visit, WhoamiRefusal,
    commit::{Commit, Postmark},
};
use crate::{
    flow::{AuditEvent, Effect, Failure, Revoke},
    kernel::{Fault, SessionId},
    session::Session,
    store::{SessionQuery, Sessions as _},
    text::ErrorCode,
};

/// A page of the other active sessions, newest first.
#[derive(Debug)]
pub struct OtherSessions {
    /// Who asks.
    pub own: Seen,
    /// The sessions of this page.
    pub sessions: Vec<Session>,
    /// How many there are on all pages.
    pub total: u64,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// How many rows come before it.
    pub skip: u32,
    /// How many rows it has at most.
    pub limit: u32,
}

impl Engine {
    /// The other active sessions of whoever asks. The rule of `whoami` applies.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn other_sessions(
        &self,
        visit: &Visit,
        part: Part,
    ) -> Result<Result<OtherSessions, WhoamiRefusal>, Fault> {
        let own = match self.whoami(visit).await? {
            Ok(own) => own,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let query = SessionQuery {
            identity: own.identity.id,
            active: Some(true),
            now: visit.now,
            except: Some(own.session.id),
            skip: part.skip,
            limit: part.limit,
        };
        let read = move |reader: &mut crate::store::Reader<'_>| {
            Ok((reader.sessions_of(&query)?, reader.count_sessions_of(&query)?))
        };
        let (sessions, total) = self.store().read(read).await?;
        Ok(Ok(OtherSessions { own, sessions, total }))
    }

    /// Ends all other sessions of whoever asks, and tells how many there were.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn end_other_sessions(&self, visit: &Visit) -> Answer<u64> {
        let Some((own, identity)) = self.session(visit).await? else {
            return Ok(Err(Failure::of(ErrorCode::SessionInactive)));
        };
        let query = SessionQuery {
            identity: identity.id,
            active: None,
            now: visit.now,
            except: Some(own.id),
            skip: 0,
            limit: 0,
        };
        let count = self.store().read(move |reader| reader.count_sessions_of(&query)).await?;
        let audit = AuditEvent::new("sessions.revoked").of(identity.id).on(own.id);
        let revoke = Revoke::Others { identity: identity.id, keep: own.id };
        let effects = vec![Effect::RevokeSessions(revoke), Effect::Audit(audit)];
        self.commit(Commit { flow: None, subject: None, effects }, Postmark::of(visit)).await?;
        Ok(Ok(count))
    }

    /// Ends one other session of whoever asks. Somebody else's, or one that is not there, is left alone, and
    /// the answer does not tell.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn end_other_session(&self, visit: &Visit, id: SessionId) -> Answer<()> {
        let Some((own, identity)) = self.session(visit).await? else {
            return Ok(Err(Failure::of(ErrorCode::SessionInactive)));
        };
        if id == own.id {
            return Ok(Err(Failure::of(ErrorCode::OwnSession)));
        }
        let found = self.store().read(move |reader| reader.session(id)).await?;
        if found.is_some_and(|session| session.identity == identity.id) {
            let audit = AuditEvent::new("session.ended").of(identity.id).on(id);
            let effects = vec![Effect::RevokeSessions(Revoke::One(id)), Effect::Audit(audit)];
            self.commit(Commit { flow: None, subject: None, effects }, Postmark::of(visit)).await?;
        }
        Ok(Ok(()))
    }
}

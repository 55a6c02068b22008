//! Sessions, as administrators list, extend and end them (02 §6.7, §6.10).

use std::collections::BTreeMap;

use serde_json::json;

use crate::{
    engine::{
        Answer, Engine, Part, Visit,
        commit::{Commit, Postmark},
        submit::RETRIES,
    },
    flow::{AuditEvent, Effect, Failure, Revoke},
    identity::Identity,
    kernel::{Fault, IdentityId, SessionId},
    session::Session,
    store::{
        Conflict, Identities as _, IdentityFilter, Reader, Revoked, SessionChoice, SessionList as _,
        SessionListQuery, SessionQuery, Sessions as _, StoreError, StoreResult, Window,
    },
    text::ErrorCode,
};

/// Whether the identities of listed sessions are wanted, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owners {
    /// They are.
    Read,
    /// They are not.
    LeftOut,
}

/// A session and whose it is, where that was asked for.
#[derive(Debug)]
pub struct OwnedSession {
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub owner: Option<Identity>,
}

/// The sessions of one identity: a page of them.
#[derive(Debug)]
pub struct SessionsOf {
    /// Whose they are; `None` when there is no such identity.
    pub owner: Option<Identity>,
    /// The sessions of this page, newest first.
    pub sessions: Vec<Session>,
    /// How many there are on all pages.
    pub total: u64,
}

/// What shall become of many sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkAction {
    /// They end, and stay on record.
    Disable,
    /// They are deleted.
    Delete,
}

/// Which sessions shall be ended at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkChoice {
    /// These.
    Sessions(Vec<SessionId>),
    /// Those of these identities.
    Identities(Vec<IdentityId>),
    /// Those of everybody, as many as are ended at once.
    Everybody,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkOutcome {
    /// How many sessions were ended.
    pub processed: usize,
    /// Whether there may be more.
    pub more: bool,
}

/// No more sessions of everybody are ended at once (02 §6.10).
const AT_ONCE: u32 = 5000;

impl Engine {
    /// A part of the sessions of everybody, newest first.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn all_sessions(
        &self,
        query: SessionListQuery,
        owners: Owners,
    ) -> Result<Vec<OwnedSession>, Fault> {
        let read = move |reader: &mut Reader<'_>| {
            let sessions = reader.sessions(&query)?;
            match owners {
                Owners::Read => with_owners(reader, sessions),
                Owners::LeftOut => {
                    Ok(sessions.into_iter().map(|session| OwnedSession { session, owner: None }).collect())
                }
            }
        };
        Ok(self.store().read(read).await?)
    }

    /// One session and whose it is.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn one_session(&self, id: SessionId) -> Result<Option<(Session, Identity)>, Fault> {
        Ok(self.store().read(move |reader| reader.session_and_identity(id)).await?)
    }

    /// A page of the sessions of an identity, newest first; `active` as in [`SessionQuery::active`].
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn sessions_of(
        &self,
        visit: &Visit,
        identity: IdentityId,
        active: Option<bool>,
        part: Part,
    ) -> Result<SessionsOf, Fault> {
        let Part { skip, limit } = part;
        let query = SessionQuery { identity, active, now: visit.now, except: None, skip, limit };
        let read = move |reader: &mut Reader<'_>| {
            let (sessions, total) = (reader.sessions_of(&query)?, reader.count_sessions_of(&query)?);
            Ok(SessionsOf { owner: reader.identity(identity)?, sessions, total })
        };
        Ok(self.store().read(read).await?)
    }

    /// Gives a session a new end when it has little enough left, and gives it as it stands then.
    ///
    /// SECURITY: one that has ended stays so, or a forgotten token would come back to life; guarded by
    /// `an_ended_session_is_not_extended`.
    ///
    /// # Errors
    /// A fault of the system. The failure is that there is none.
    pub async fn extend_session(&self, visit: &Visit, id: SessionId) -> Answer<(Session, Identity)> {
        let settings = &visit.runtime.config.session;
        for _ in 0..=RETRIES {
            let Some((session, owner)) = self.one_session(id).await? else {
                return Ok(Err(Failure::of(ErrorCode::NotLocated)));
            };
            let Some(extended) = session.extended(settings.lifespan, settings.earliest_extend, visit.now)
            else {
                return Ok(Ok((session, owner)));
            };
            let raise =
                Effect::RaiseSession { session: Box::new(extended.clone()), expected: session.version };
            let audit = AuditEvent::new("session.extended").of(owner.id).on(id);
            let effects = vec![raise, Effect::Audit(audit)];
            match self.commit(Commit { flow: None, subject: None, effects }, Postmark::of(visit)).await {
                Ok(()) => return Ok(Ok((extended, owner))),
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Err(Failure::of(ErrorCode::Unavailable)))
    }

    /// Ends a session, whosever it is; one that has ended stays so.
    ///
    /// # Errors
    /// A fault of the system. The failure is that there is none.
    pub async fn disable_session(&self, visit: &Visit, id: SessionId) -> Answer<()> {
        let Some((_, owner)) = self.one_session(id).await? else {
            return Ok(Err(Failure::of(ErrorCode::NotLocated)));
        };
        let audit = by_administrator("session.ended").of(owner.id).on(id);
        let effects = vec![Effect::RevokeSessions(Revoke::One(id)), Effect::Audit(audit)];
        self.commit(Commit { flow: None, subject: None, effects }, Postmark::of(visit)).await?;
        Ok(Ok(()))
    }

    /// Deletes all sessions of an identity.
    ///
    /// # Errors
    /// A fault of the system. The failure is that there is none.
    pub async fn delete_sessions_of(&self, visit: &Visit, identity: IdentityId) -> Answer<()> {
        let audit = by_administrator("sessions.deleted").of(identity);
        let effects = vec![Effect::DeleteSessionsOf(identity), Effect::Audit(audit)];
        match self.commit(Commit { flow: None, subject: None, effects }, Postmark::of(visit)).await {
            Ok(()) => Ok(Ok(())),
            Err(StoreError::Conflict(Conflict::Stale)) => Ok(Err(Failure::of(ErrorCode::NotLocated))),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends many sessions at once. Those that are not there are passed over.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn end_sessions(
        &self,
        visit: &Visit,
        action: BulkAction,
        choice: BulkChoice,
    ) -> Result<BulkOutcome, Fault> {
        let (choice, limit) = match choice {
            BulkChoice::Sessions(ids) => (SessionChoice::These(ids), None),
            BulkChoice::Identities(ids) => (SessionChoice::Of(ids), None),
            BulkChoice::Everybody => (SessionChoice::Some(AT_ONCE), usize::try_from(AT_ONCE).ok()),
        };
        let revoked = match action {
            BulkAction::Disable => Revoked::LeftOut,
            BulkAction::Delete => Revoked::Included,
        };
        let ids = self.store().read(move |reader| reader.choose_sessions(&choice, revoked)).await?;
        let processed = ids.len();
        let (effect, what) = match action {
            BulkAction::Disable => (Effect::RevokeMany(ids), "sessions.revoked"),
            BulkAction::Delete => (Effect::DeleteSessions(ids), "sessions.deleted"),
        };
        let mut audit = by_administrator(what);
        audit.details.insert("count".to_owned(), json!(processed));
        let effects = vec![effect, Effect::Audit(audit)];
        self.commit(Commit { flow: None, subject: None, effects }, Postmark::of(visit)).await?;
        Ok(BulkOutcome { processed, more: limit == Some(processed) })
    }
}

fn by_administrator(what: &'static str) -> AuditEvent {
    let mut event = AuditEvent::new(what);
    event.details.insert("by".to_owned(), json!("administrator"));
    event
}

/// Gives each session its identity.
fn with_owners(reader: &mut Reader<'_>, sessions: Vec<Session>) -> StoreResult<Vec<OwnedSession>> {
    let mut ids: Vec<IdentityId> = sessions.iter().map(|session| session.identity).collect();
    ids.sort_unstable();
    ids.dedup();
    let limit = u32::try_from(ids.len()).unwrap_or(u32::MAX);
    let found = reader.identities(&IdentityFilter::Ids(ids), Window::After { id: None, limit })?;
    let owners: BTreeMap<IdentityId, Identity> = found.into_iter().map(|owner| (owner.id, owner)).collect();
    let owned = |session: Session| {
        let owner = owners.get(&session.identity).cloned();
        OwnedSession { session, owner }
    };
    Ok(sessions.into_iter().map(owned).collect())
}

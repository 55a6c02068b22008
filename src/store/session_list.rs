//! Sessions of everybody, as administrators list and end them.

use diesel::prelude::*;

use super::{
    StoreResult, Tx,
    connection::MultiBackend,
    handle::Statements,
    identities::IdentityRow,
    schema::{identities, sessions},
    sessions::SessionRow,
    types::{RowId, RowTime},
};
use crate::{
    identity::Identity,
    kernel::{IdentityId, SessionId, Timestamp},
    session::Session,
};

/// Which sessions of everybody to list; newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionListQuery {
    /// `Some(true)`: those that are neither revoked nor past their end at `now`; `Some(false)`: the others.
    pub active: Option<bool>,
    /// The present.
    pub now: Timestamp,
    /// Those that follow this one in the list: when it was created, and its id.
    pub after: Option<(Timestamp, SessionId)>,
    /// How many at most.
    pub limit: u32,
}

/// Which sessions are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionChoice {
    /// These.
    These(Vec<SessionId>),
    /// Those of these identities.
    Of(Vec<IdentityId>),
    /// This many of everybody's.
    Some(u32),
}

/// Whether sessions that were revoked are meant, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// They are.
    Included,
    /// They are not.
    LeftOut,
}

/// Reading sessions of everybody.
pub trait SessionList {
    /// A part of the list of sessions, newest first.
    fn sessions(&mut self, query: &SessionListQuery) -> StoreResult<Vec<Session>>;

    /// The session with this id, and whose it is. One statement.
    fn session_and_identity(&mut self, id: SessionId) -> StoreResult<Option<(Session, Identity)>>;

    /// Which of the sessions that are meant there are.
    fn choose_sessions(&mut self, choice: &SessionChoice, revoked: Revoked) -> StoreResult<Vec<SessionId>>;
}

/// Ending sessions of everybody.
pub trait SessionListMut: SessionList {
    /// Revokes these sessions; those that are not there, or were revoked before, are passed over.
    fn revoke_sessions(&mut self, ids: &[SessionId], now: Timestamp) -> StoreResult<usize>;

    /// Deletes these sessions; those that are not there are passed over.
    fn delete_sessions(&mut self, ids: &[SessionId]) -> StoreResult<usize>;
}

/// So many ids one statement takes; both databases have a limit to what can be bound.
const AT_ONCE: usize = 1000;

fn rows(ids: &[SessionId]) -> Vec<RowId> {
    ids.iter().copied().map(RowId::from).collect()
}

impl<H: Statements> SessionList for H {
    fn sessions(&mut self, query: &SessionListQuery) -> StoreResult<Vec<Session>> {
        let now = RowTime(query.now);
        let mut list = sessions::table
            .order((sessions::created_at.desc(), sessions::id.desc()))
            .limit(query.limit.into())
            .into_boxed::<MultiBackend>();
        list = match query.active {
            None => list,
            Some(true) => list.filter(sessions::active.eq(true)).filter(sessions::expires_at.gt(now)),
            Some(false) => list.filter(sessions::active.eq(false).or(sessions::expires_at.le(now))),
        };
        if let Some((at, id)) = query.after {
            let (at, id) = (RowTime(at), RowId::from(id));
            let tied = sessions::created_at.eq(at).and(sessions::id.lt(id));
            list = list.filter(sessions::created_at.lt(at).or(tied));
        }
        let list = list.select(SessionRow::as_select());
        self.statement(|conn| list.load(conn))?.into_iter().map(SessionRow::read).collect()
    }

    fn session_and_identity(&mut self, id: SessionId) -> StoreResult<Option<(Session, Identity)>> {
        let query = sessions::table
            .inner_join(identities::table)
            .filter(sessions::id.eq(RowId::from(id)))
            .select((SessionRow::as_select(), IdentityRow::as_select()));
        let found = self.statement(|conn| query.get_result(conn).optional())?;
        let read = |(session, identity): (SessionRow, IdentityRow)| Ok((session.read()?, identity.read()?));
        found.map(read).transpose()
    }

    fn choose_sessions(&mut self, choice: &SessionChoice, revoked: Revoked) -> StoreResult<Vec<SessionId>> {
        let mut meant = sessions::table.select(sessions::id).into_boxed::<MultiBackend>();
        if revoked == Revoked::LeftOut {
            meant = meant.filter(sessions::active.eq(true));
        }
        meant = match choice {
            SessionChoice::These(ids) => meant.filter(sessions::id.eq_any(rows(ids))),
            SessionChoice::Of(identities) => {
                let ids = identities.iter().copied().map(RowId::from).collect::<Vec<_>>();
                meant.filter(sessions::identity_id.eq_any(ids))
            }
            SessionChoice::Some(limit) => meant.limit((*limit).into()),
        };
        let ids = self.statement(|conn| meant.load::<RowId>(conn))?;
        Ok(ids.into_iter().map(Into::into).collect())
    }
}

impl SessionListMut for Tx<'_> {
    fn revoke_sessions(&mut self, ids: &[SessionId], now: Timestamp) -> StoreResult<usize> {
        let mut total: usize = 0;
        for ids in ids.chunks(AT_ONCE) {
            let these =
                sessions::table.filter(sessions::id.eq_any(rows(ids))).filter(sessions::active.eq(true));
            let revoked = (
                sessions::active.eq(false),
                sessions::updated_at.eq(RowTime(now)),
                sessions::version.eq(sessions::version + 1),
            );
            let count = self.statement(|conn| diesel::update(these).set(revoked).execute(conn))?;
            total = total.saturating_add(count);
        }
        Ok(total)
    }

    fn delete_sessions(&mut self, ids: &[SessionId]) -> StoreResult<usize> {
        let mut total: usize = 0;
        for ids in ids.chunks(AT_ONCE) {
            let these = sessions::table.filter(sessions::id.eq_any(rows(ids)));
            let count = self.statement(|conn| diesel::delete(these).execute(conn))?;
            total = total.saturating_add(count);
        }
        Ok(total)
    }
}

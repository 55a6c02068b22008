//! Sessions. Methods and devices stand in the row, so that who is asking takes one statement.

use diesel::prelude::*;

use super::{
    Hit, StoreError, StoreResult, Tx,
    connection::MultiBackend,
    handle::Statements,
    identities::IdentityRow,
    schema::{identities, sessions},
    types::{Json, RowId, RowTime},
};
use crate::{
    crypto::TokenHash,
    identity::{Identity, Version},
    kernel::{BoxError, IdentityId, SessionId, Timestamp},
    session::Session,
};

const TABLE: &str = "sessions";

/// Which sessions of an identity to list; newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionQuery {
    /// Whose.
    pub identity: IdentityId,
    /// `Some(true)`: those that are neither revoked nor past their end at `now`; `Some(false)`: the others.
    pub active: Option<bool>,
    /// The present.
    pub now: Timestamp,
    /// Leave this one out.
    pub except: Option<SessionId>,
    /// How many to pass over.
    pub skip: u32,
    /// How many at most.
    pub limit: u32,
}

/// Reading sessions.
pub trait Sessions {
    /// The session with one of these token hashes (one per key in use), with its identity. One statement.
    fn session_by_token(&mut self, hashes: &[TokenHash]) -> StoreResult<Option<(Session, Identity)>>;

    /// The session with this id.
    fn session(&mut self, id: SessionId) -> StoreResult<Option<Session>>;

    /// A part of the sessions of an identity, newest first.
    fn sessions_of(&mut self, query: &SessionQuery) -> StoreResult<Vec<Session>>;

    /// How many sessions [`Sessions::sessions_of`] would give without its `skip` and `limit`.
    fn count_sessions_of(&mut self, query: &SessionQuery) -> StoreResult<u64>;
}

/// Writing sessions.
pub trait SessionsMut: Sessions {
    /// Inserts a session, to be found by the hash of its token.
    fn insert_session(&mut self, session: &Session, token: &TokenHash) -> StoreResult<()>;

    /// Writes a session, which carries its next version, over the one at version `expected`.
    fn replace_session(&mut self, session: &Session, expected: Version) -> StoreResult<Hit>;

    /// Revokes a session; misses when there is none or it was revoked before.
    fn revoke_session(&mut self, id: SessionId, now: Timestamp) -> StoreResult<Hit>;

    /// Revokes all sessions of an identity but `keep`, and tells how many it revoked.
    fn revoke_other_sessions(
        &mut self,
        identity: IdentityId,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<usize>;

    /// Deletes all sessions of an identity, and tells how many there were.
    fn delete_sessions_of(&mut self, identity: IdentityId) -> StoreResult<usize>;
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sessions)]
pub(super) struct SessionRow {
    id: RowId,
    identity_id: RowId,
    active: bool,
    methods: Json,
    devices: Json,
    issued_at: RowTime,
    authenticated_at: RowTime,
    expires_at: RowTime,
    version: i64,
    created_at: RowTime,
    updated_at: RowTime,
}

/// A session with the hash that it is found by, which is never read back.
#[derive(Insertable)]
#[diesel(table_name = sessions)]
struct NewSessionRow {
    #[diesel(embed)]
    session: SessionRow,
    token: Vec<u8>,
}

impl SessionRow {
    fn write(session: &Session) -> Result<Self, BoxError> {
        Ok(Self {
            id: session.id.into(),
            identity_id: session.identity.into(),
            active: session.active,
            methods: Json::of(&session.methods)?,
            devices: Json::of(&session.devices)?,
            issued_at: session.issued_at.into(),
            authenticated_at: session.authenticated_at.into(),
            expires_at: session.expires_at.into(),
            version: session.version.0,
            created_at: session.created_at.into(),
            updated_at: session.updated_at.into(),
        })
    }

    pub(super) fn read(self) -> StoreResult<Session> {
        let id = self.id;
        self.parse().map_err(|source| StoreError::corrupt(TABLE, id.0, source))
    }

    fn parse(self) -> Result<Session, BoxError> {
        Ok(Session {
            id: self.id.into(),
            identity: self.identity_id.into(),
            active: self.active,
            methods: self.methods.parse()?,
            devices: self.devices.parse()?,
            issued_at: self.issued_at.into(),
            authenticated_at: self.authenticated_at.into(),
            expires_at: self.expires_at.into(),
            version: Version(self.version),
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}

/// The hash in a row.
pub(super) fn read_hash(bytes: &[u8]) -> Result<TokenHash, BoxError> {
    Ok(TokenHash::new(bytes.try_into()?))
}

fn narrowed(query: &SessionQuery) -> sessions::BoxedQuery<'static, MultiBackend> {
    let own = sessions::table
        .filter(sessions::identity_id.eq(RowId::from(query.identity)))
        .into_boxed::<MultiBackend>();
    let now = RowTime(query.now);
    let own = match query.active {
        None => own,
        Some(true) => own.filter(sessions::active.eq(true)).filter(sessions::expires_at.gt(now)),
        Some(false) => own.filter(sessions::active.eq(false).or(sessions::expires_at.le(now))),
    };
    match query.except {
        None => own,
        Some(id) => own.filter(sessions::id.ne(RowId::from(id))),
    }
}

impl<H: Statements> Sessions for H {
    fn session_by_token(&mut self, hashes: &[TokenHash]) -> StoreResult<Option<(Session, Identity)>> {
        let query = sessions::table
            .inner_join(identities::table)
            .select((SessionRow::as_select(), IdentityRow::as_select()));
        let found = self.statement(|conn| match hashes {
            // The usual case apart, because its statement stays prepared.
            [hash] => {
                query.filter(sessions::token.eq(hash.as_bytes().as_slice())).get_result(conn).optional()
            }
            many => {
                let many = many.iter().map(|hash| hash.as_bytes().as_slice());
                query.filter(sessions::token.eq_any(many)).get_result(conn).optional()
            }
        })?;
        let read = |(session, identity): (SessionRow, IdentityRow)| Ok((session.read()?, identity.read()?));
        found.map(read).transpose()
    }

    fn session(&mut self, id: SessionId) -> StoreResult<Option<Session>> {
        let query = sessions::table.find(RowId::from(id)).select(SessionRow::as_select());
        self.statement(|conn| query.get_result(conn).optional())?.map(SessionRow::read).transpose()
    }

    fn sessions_of(&mut self, query: &SessionQuery) -> StoreResult<Vec<Session>> {
        let part = narrowed(query)
            .order((sessions::created_at.desc(), sessions::id.desc()))
            .offset(query.skip.into())
            .limit(query.limit.into())
            .select(SessionRow::as_select());
        self.statement(|conn| part.load(conn))?.into_iter().map(SessionRow::read).collect()
    }

    fn count_sessions_of(&mut self, query: &SessionQuery) -> StoreResult<u64> {
        let count = self.statement(|conn| narrowed(query).count().get_result::<i64>(conn))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}

impl SessionsMut for Tx<'_> {
    fn insert_session(&mut self, session: &Session, token: &TokenHash) -> StoreResult<()> {
        let session = SessionRow::write(session).map_err(StoreError::Database)?;
        let row = NewSessionRow { session, token: token.as_bytes().to_vec() };
        self.statement(|conn| diesel::insert_into(sessions::table).values(row).execute(conn))?;
        Ok(())
    }

    fn replace_session(&mut self, session: &Session, expected: Version) -> StoreResult<Hit> {
        let row = SessionRow::write(session).map_err(StoreError::Database)?;
        let guarded = sessions::table.find(row.id).filter(sessions::version.eq(expected.0));
        self.statement(|conn| diesel::update(guarded).set(&row).execute(conn)).map(Hit::of)
    }

    fn revoke_session(&mut self, id: SessionId, now: Timestamp) -> StoreResult<Hit> {
        let guarded = sessions::table.find(RowId::from(id)).filter(sessions::active.eq(true));
        let revoked = (
            sessions::active.eq(false),
            sessions::updated_at.eq(RowTime(now)),
            sessions::version.eq(sessions::version + 1),
        );
        self.statement(|conn| diesel::update(guarded).set(revoked).execute(conn)).map(Hit::of)
    }

    fn revoke_other_sessions(
        &mut self,
        identity: IdentityId,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<usize> {
        // No session has the nil id, so keeping it keeps none.
        let keep = keep.map_or(RowId(uuid::Uuid::nil()), RowId::from);
        let others = sessions::table
            .filter(sessions::identity_id.eq(RowId::from(identity)))
            .filter(sessions::active.eq(true))
            .filter(sessions::id.ne(keep));
        let revoked = (
            sessions::active.eq(false),
            sessions::updated_at.eq(RowTime(now)),
            sessions::version.eq(sessions::version + 1),
        );
        self.statement(|conn| diesel::update(others).set(revoked).execute(conn))
    }

    fn delete_sessions_of(&mut self, identity: IdentityId) -> StoreResult<usize> {
        let own = sessions::table.filter(sessions::identity_id.eq(RowId::from(identity)));
        self.statement(|conn| diesel::delete(own).execute(conn))
    }
}

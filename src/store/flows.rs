//! Flows of all kinds in one table: columns that are asked for, and the rest as JSON.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    Hit, Sessions, StoreError, StoreResult, Tx,
    handle::Statements,
    schema::flows,
    sessions::read_hash,
    types::{Json, RowId, RowTime, read_word, spell},
};
use crate::{
    crypto::TokenHash,
    flow::{AnyFlow, Draft, FlowKind, Head, Note, Origin, Social},
    identity::{Holdings, Identity, MethodId, Version},
    kernel::{BoxError, FlowId},
    session::Session,
};

const TABLE: &str = "flows";

/// A flow and whoever asked for it, as far as either exists.
pub type FlowAndSession = (Option<AnyFlow>, Option<(Session, Identity)>);

/// Reading flows.
pub trait Flows: Sessions {
    /// The flow with this id, of whatever kind, expired or not.
    fn flow(&mut self, id: FlowId) -> StoreResult<Option<AnyFlow>>;

    /// A flow, and the session with one of these token hashes. Two statements, or one when there are no hashes.
    fn flow_and_session(&mut self, id: FlowId, hashes: &[TokenHash]) -> StoreResult<FlowAndSession> {
        let flow = self.flow(id)?;
        let session = if hashes.is_empty() { None } else { self.session_by_token(hashes)? };
        Ok((flow, session))
    }
}

/// Writing flows.
pub trait FlowsMut: Flows {
    /// Inserts a flow.
    fn insert_flow(&mut self, flow: &AnyFlow) -> StoreResult<()>;

    /// Writes a flow, which carries its next version, over the one at version `expected`. Of two submissions
    /// that read the same version, one misses.
    fn advance_flow(&mut self, flow: &AnyFlow, expected: Version) -> StoreResult<Hit>;
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = flows, treat_none_as_null = true)]
struct FlowRow {
    id: RowId,
    kind: String,
    client: String,
    csrf: Option<Vec<u8>>,
    issued_at: RowTime,
    expires_at: RowTime,
    active: Option<String>,
    head: Json,
    state: Json,
    version: i64,
    updated_at: RowTime,
}

/// The part of the head that no query asks for.
#[derive(Serialize, Deserialize)]
struct HeadJson {
    origin: Origin,
    draft: Draft,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    known: Option<Box<Holdings>>,
    #[serde(default, skip_serializing_if = "Social::is_empty")]
    social: Social,
    #[serde(default)]
    round: u32,
    notes: Vec<Note>,
}

impl FlowRow {
    fn write(flow: &AnyFlow) -> Result<Self, BoxError> {
        let head = flow.head();
        let (origin, draft) = (head.origin.clone(), head.draft.clone());
        let (known, round, notes) = (head.known.clone(), head.round, head.notes.clone());
        let social = head.social.clone();
        Ok(Self {
            id: head.id.into(),
            kind: flow.kind().wire_name().to_owned(),
            client: spell(&head.client)?,
            csrf: head.csrf.map(|hash| hash.as_bytes().to_vec()),
            issued_at: head.issued_at.into(),
            expires_at: head.expires_at.into(),
            active: head.active.map(|method| method.wire_name().to_owned()),
            head: Json::of(&HeadJson { origin, draft, known, social, round, notes })?,
            state: Json::of(&flow.state_json()?)?,
            version: head.version.0,
            updated_at: head.updated_at.into(),
        })
    }

    fn read(self) -> StoreResult<AnyFlow> {
        let id = self.id;
        self.parse().map_err(|source| StoreError::corrupt(TABLE, id.0, source))
    }

    fn parse(self) -> Result<AnyFlow, BoxError> {
        let HeadJson { origin, draft, known, social, round, notes } = self.head.parse()?;
        let kind = FlowKind::parse(&self.kind).ok_or_else(|| format!("unknown kind {}", self.kind))?;
        let head = Head {
            id: self.id.into(),
            client: read_word(&self.client)?,
            issued_at: self.issued_at.into(),
            expires_at: self.expires_at.into(),
            origin,
            csrf: self.csrf.as_deref().map(read_hash).transpose()?,
            active: self.active.as_deref().map(read_word::<MethodId>).transpose()?,
            draft,
            known,
            social,
            round,
            notes,
            version: Version(self.version),
            updated_at: self.updated_at.into(),
        };
        Ok(AnyFlow::from_parts(kind, head, self.state.parse()?)?)
    }
}

impl<H: Statements> Flows for H {
    fn flow(&mut self, id: FlowId) -> StoreResult<Option<AnyFlow>> {
        let query = flows::table.find(RowId::from(id)).select(FlowRow::as_select());
        self.statement(|conn| query.get_result(conn).optional())?.map(FlowRow::read).transpose()
    }
}

impl FlowsMut for Tx<'_> {
    fn insert_flow(&mut self, flow: &AnyFlow) -> StoreResult<()> {
        let row = FlowRow::write(flow).map_err(StoreError::Database)?;
        self.statement(|conn| diesel::insert_into(flows::table).values(row).execute(conn))?;
        Ok(())
    }

    fn advance_flow(&mut self, flow: &AnyFlow, expected: Version) -> StoreResult<Hit> {
        let row = FlowRow::write(flow).map_err(StoreError::Database)?;
        let guarded = flows::table.find(row.id).filter(flows::version.eq(expected.0));
        self.statement(|conn| diesel::update(guarded).set(&row).execute(conn)).map(Hit::of)
    }
}

//! The audit trail: what happened to whom, for as long as it is kept.

use diesel::prelude::*;
use serde_json::Value;

use super::{
    StoreError, StoreResult, Tx,
    handle::Statements,
    schema::audit,
    types::{Json, RowId, RowTime},
};
use crate::kernel::{AuditId, FlowId, IdentityId, SessionId, Timestamp};

/// Something that happened. Holds no secrets and no addresses, only ids.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEvent {
    /// Its id.
    pub id: AuditId,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub kind: String,
    /// To whom.
    pub identity: Option<IdentityId>,
    /// In which session.
    pub session: Option<SessionId>,
    /// In which flow.
    pub flow: Option<FlowId>,
    /// Whatever else is known.
    pub details: Value,
}

/// Reading the audit trail.
pub trait Audit {
    /// What happened to an identity, oldest first, `limit` events at most.
    fn audit_of(&mut self, identity: IdentityId, limit: u32) -> StoreResult<Vec<AuditEvent>>;
}

/// Writing the audit trail.
pub trait AuditMut: Audit {
    /// Adds an event.
    fn insert_audit(&mut self, event: &AuditEvent) -> StoreResult<()>;
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit)]
struct AuditRow {
    id: RowId,
    at: RowTime,
    kind: String,
    identity_id: Option<RowId>,
    session_id: Option<RowId>,
    flow_id: Option<RowId>,
    details: Json,
}

impl AuditRow {
    fn read(self) -> StoreResult<AuditEvent> {
        let details = self.details.parse();
        Ok(AuditEvent {
            id: self.id.into(),
            at: self.at.into(),
            kind: self.kind,
            identity: self.identity_id.map(Into::into),
            session: self.session_id.map(Into::into),
            flow: self.flow_id.map(Into::into),
            details: details.map_err(|source| StoreError::corrupt("audit", self.id.0, source))?,
        })
    }
}

impl<H: Statements> Audit for H {
    fn audit_of(&mut self, identity: IdentityId, limit: u32) -> StoreResult<Vec<AuditEvent>> {
        let query = audit::table
            .filter(audit::identity_id.eq(RowId::from(identity)))
            .order((audit::at, audit::id))
            .limit(limit.into())
            .select(AuditRow::as_select());
        self.statement(|conn| query.load(conn))?.into_iter().map(AuditRow::read).collect()
    }
}

impl AuditMut for Tx<'_> {
    fn insert_audit(&mut self, event: &AuditEvent) -> StoreResult<()> {
        let row = AuditRow {
            id: event.id.into(),
            at: event.at.into(),
            kind: event.kind.clone(),
            identity_id: event.identity.map(Into::into),
            session_id: event.session.map(Into::into),
            flow_id: event.flow.map(Into::into),
            details: Json::of(&event.details).map_err(StoreError::Database)?,
        };
        self.statement(|conn| diesel::insert_into(audit::table).values(row).execute(conn))?;
        Ok(())
    }
}

//! One-time codes and link tokens.

use diesel::prelude::*;

use super::{
    Hit, StoreError, StoreResult, Tx,
    handle::Statements,
    schema::codes,
    sessions::read_hash,
    types::{RowId, RowTime},
};
use crate::{
    crypto::TokenHash,
    flow::{Code, CodePurpose},
    kernel::{BoxError, CodeId, FlowId, IdentityId, Timestamp},
};

const TABLE: &str = "codes";

/// Reading codes.
pub trait Codes {
    /// All codes of a flow, used and expired ones too, newest first.
    fn codes_of(&mut self, flow: FlowId) -> StoreResult<Vec<Code>>;

    /// The newest code of a purpose with one of these hashes (one per key in use). For secrets that are too
    /// long to collide; short ones are looked up within their flow.
    fn code_by_hash(&mut self, purpose: CodePurpose, hashes: &[TokenHash]) -> StoreResult<Option<Code>>;
}

/// Writing codes.
pub trait CodesMut: Codes {
    /// Inserts a code.
    fn insert_code(&mut self, code: &Code) -> StoreResult<()>;

    /// Uses a code up; of any number of parallel tries one hits.
    fn consume_code(&mut self, id: CodeId, now: Timestamp) -> StoreResult<Hit>;

    /// Deletes all codes of a flow, and tells how many there were.
    fn drop_codes_of(&mut self, flow: FlowId) -> StoreResult<usize>;

    /// Deletes the codes that prove an address which an identity does not have yet, and tells how many there
    /// were.
    fn drop_pending_codes(&mut self, identity: IdentityId) -> StoreResult<usize>;
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = codes)]
struct CodeRow {
    id: RowId,
    flow_id: RowId,
    purpose: String,
    hash: Vec<u8>,
    identity_id: Option<RowId>,
    address_id: Option<RowId>,
    issued_at: RowTime,
    expires_at: RowTime,
    used_at: Option<RowTime>,
}

impl CodeRow {
    fn write(code: &Code) -> Self {
        Self {
            id: code.id.into(),
            flow_id: code.flow.into(),
            purpose: code.purpose.wire_name().to_owned(),
            hash: code.hash.as_bytes().to_vec(),
            identity_id: code.identity.map(Into::into),
            address_id: code.address.map(Into::into),
            issued_at: code.issued_at.into(),
            expires_at: code.expires_at.into(),
            used_at: code.used_at.map(Into::into),
        }
    }

    fn read(self) -> StoreResult<Code> {
        let id = self.id;
        self.parse().map_err(|source| StoreError::corrupt(TABLE, id.0, source))
    }

    fn parse(self) -> Result<Code, BoxError> {
        let purpose = CodePurpose::parse(&self.purpose);
        Ok(Code {
            id: self.id.into(),
            flow: self.flow_id.into(),
            purpose: purpose.ok_or_else(|| format!("unknown purpose {}", self.purpose))?,
            hash: read_hash(&self.hash)?,
            identity: self.identity_id.map(Into::into),
            address: self.address_id.map(Into::into),
            issued_at: self.issued_at.into(),
            expires_at: self.expires_at.into(),
            used_at: self.used_at.map(Into::into),
        })
    }
}

impl<H: Statements> Codes for H {
    fn codes_of(&mut self, flow: FlowId) -> StoreResult<Vec<Code>> {
        let query = codes::table
            .filter(codes::flow_id.eq(RowId::from(flow)))
            .order((codes::issued_at.desc(), codes::id.desc()))
            .select(CodeRow::as_select());
        self.statement(|conn| query.load(conn))?.into_iter().map(CodeRow::read).collect()
    }

    fn code_by_hash(&mut self, purpose: CodePurpose, hashes: &[TokenHash]) -> StoreResult<Option<Code>> {
        let hashes = hashes.iter().map(|hash| hash.as_bytes().as_slice());
        let query = codes::table
            .filter(codes::purpose.eq(purpose.wire_name()))
            .filter(codes::hash.eq_any(hashes))
            .order((codes::issued_at.desc(), codes::id.desc()))
            .select(CodeRow::as_select());
        let newest_first = self.statement(|conn| query.load(conn))?;
        newest_first.into_iter().next().map(CodeRow::read).transpose()
    }
}

impl CodesMut for Tx<'_> {
    fn insert_code(&mut self, code: &Code) -> StoreResult<()> {
        let row = CodeRow::write(code);
        self.statement(|conn| diesel::insert_into(codes::table).values(row).execute(conn))?;
        Ok(())
    }

    fn consume_code(&mut self, id: CodeId, now: Timestamp) -> StoreResult<Hit> {
        // SECURITY: without `used_at IS NULL` a code would work once per parallel request;
        // `tests/store/codes.rs` races for it.
        let unused = codes::table.find(RowId::from(id)).filter(codes::used_at.is_null());
        let used = codes::used_at.eq(RowTime(now));
        self.statement(|conn| diesel::update(unused).set(used).execute(conn)).map(Hit::of)
    }

    fn drop_codes_of(&mut self, flow: FlowId) -> StoreResult<usize> {
        let own = codes::table.filter(codes::flow_id.eq(RowId::from(flow)));
        self.statement(|conn| diesel::delete(own).execute(conn))
    }

    fn drop_pending_codes(&mut self, identity: IdentityId) -> StoreResult<usize> {
        let verifying = [CodePurpose::VerificationCode, CodePurpose::VerificationLink];
        let pending = codes::table
            .filter(codes::identity_id.eq(RowId::from(identity)))
            .filter(codes::address_id.is_null())
            .filter(codes::purpose.eq_any(verifying.map(CodePurpose::wire_name)));
        self.statement(|conn| diesel::delete(pending).execute(conn))
    }
}

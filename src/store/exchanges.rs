//! Sessions that apps pick up by two halves of a code.

use diesel::prelude::*;

use super::{
    Hit, StoreError, StoreResult, Tx,
    handle::Statements,
    schema::exchanges,
    sessions::read_hash,
    types::{RowId, RowTime},
};
use crate::{
    crypto::{Sealed, TokenHash},
    flow::Exchange,
    kernel::{BoxError, ExchangeId, FlowId, Timestamp},
};

const TABLE: &str = "exchanges";

/// Reading exchanges.
pub trait Exchanges {
    /// The exchange whose first half has one of these hashes (one per key in use).
    fn exchange_by_code(&mut self, hashes: &[TokenHash]) -> StoreResult<Option<Exchange>>;
}

/// Writing exchanges.
pub trait ExchangesMut: Exchanges {
    /// Inserts an exchange.
    fn insert_exchange(&mut self, exchange: &Exchange) -> StoreResult<()>;

    /// Leaves the second half of the code and a session, if there is one, for a flow; misses one that is used up.
    fn fill_exchange(
        &mut self,
        id: ExchangeId,
        flow: FlowId,
        second: &TokenHash,
        token: Option<&Sealed>,
    ) -> StoreResult<Hit>;

    /// Uses an exchange up; of any number of parallel tries one hits.
    fn consume_exchange(&mut self, id: ExchangeId, now: Timestamp) -> StoreResult<Hit>;
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = exchanges)]
struct ExchangeRow {
    id: RowId,
    flow_id: RowId,
    first: Vec<u8>,
    second: Option<Vec<u8>>,
    token: Option<String>,
    issued_at: RowTime,
    expires_at: RowTime,
    used_at: Option<RowTime>,
}

impl ExchangeRow {
    fn write(exchange: &Exchange) -> Self {
        Self {
            id: exchange.id.into(),
            flow_id: exchange.flow.into(),
            first: exchange.first.as_bytes().to_vec(),
            second: exchange.second.map(|hash| hash.as_bytes().to_vec()),
            token: exchange.token.as_ref().map(|token| token.as_str().to_owned()),
            issued_at: exchange.issued_at.into(),
            expires_at: exchange.expires_at.into(),
            used_at: exchange.used_at.map(Into::into),
        }
    }

    fn read(self) -> StoreResult<Exchange> {
        let id = self.id;
        self.parse().map_err(|source| StoreError::corrupt(TABLE, id.0, source))
    }

    fn parse(self) -> Result<Exchange, BoxError> {
        Ok(Exchange {
            id: self.id.into(),
            flow: self.flow_id.into(),
            first: read_hash(&self.first)?,
            second: self.second.as_deref().map(read_hash).transpose()?,
            token: self.token.map(Sealed::new),
            issued_at: self.issued_at.into(),
            expires_at: self.expires_at.into(),
            used_at: self.used_at.map(Into::into),
        })
    }
}

impl<H: Statements> Exchanges for H {
    fn exchange_by_code(&mut self, hashes: &[TokenHash]) -> StoreResult<Option<Exchange>> {
        let hashes = hashes.iter().map(|hash| hash.as_bytes().as_slice());
        let query = exchanges::table.filter(exchanges::first.eq_any(hashes)).select(ExchangeRow::as_select());
        let found = self.statement(|conn| query.load(conn))?;
        found.into_iter().next().map(ExchangeRow::read).transpose()
    }
}

impl ExchangesMut for Tx<'_> {
    fn insert_exchange(&mut self, exchange: &Exchange) -> StoreResult<()> {
        let row = ExchangeRow::write(exchange);
        self.statement(|conn| diesel::insert_into(exchanges::table).values(row).execute(conn))?;
        Ok(())
    }

    fn fill_exchange(
        &mut self,
        id: ExchangeId,
        flow: FlowId,
        second: &TokenHash,
        token: Option<&Sealed>,
    ) -> StoreResult<Hit> {
        let unused = exchanges::table.find(RowId::from(id)).filter(exchanges::used_at.is_null());
        let filled = (
            exchanges::flow_id.eq(RowId::from(flow)),
            exchanges::second.eq(Some(second.as_bytes().to_vec())),
            exchanges::token.eq(token.map(|token| token.as_str().to_owned())),
        );
        self.statement(|conn| diesel::update(unused).set(filled).execute(conn)).map(Hit::of)
    }

    fn consume_exchange(&mut self, id: ExchangeId, now: Timestamp) -> StoreResult<Hit> {
        // SECURITY: without `used_at IS NULL` a session could be picked up once per parallel request;
        // `tests/store/exchanges.rs` races for it.
        let unused = exchanges::table.find(RowId::from(id)).filter(exchanges::used_at.is_null());
        let used = (exchanges::used_at.eq(RowTime(now)), exchanges::token.eq(None::<String>));
        self.statement(|conn| diesel::update(unused).set(used).execute(conn)).map(Hit::of)
    }
}

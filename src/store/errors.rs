//! Errors that are kept for the error page.

use diesel::prelude::*;

use super::{
    Hit, StoreError, StoreResult, Tx,
    handle::Statements,
    schema::errors,
    types::{Json, RowId, RowTime},
};
use crate::{
    flow::KeptError,
    kernel::{ErrorId, Timestamp},
};

/// Reading kept errors.
pub trait KeptErrors {
    /// The error with this id.
    fn error(&mut self, id: ErrorId) -> StoreResult<Option<KeptError>>;
}

/// Writing kept errors.
pub trait KeptErrorsMut: KeptErrors {
    /// Keeps an error.
    fn insert_error(&mut self, error: &KeptError) -> StoreResult<()>;

    /// Records that an error was shown for the first time; misses when it was shown before.
    fn mark_error_seen(&mut self, id: ErrorId, now: Timestamp) -> StoreResult<Hit>;
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = errors)]
struct ErrorRow {
    id: RowId,
    error: Json,
    created_at: RowTime,
    updated_at: RowTime,
}

impl<H: Statements> KeptErrors for H {
    fn error(&mut self, id: ErrorId) -> StoreResult<Option<KeptError>> {
        let query = errors::table.find(RowId::from(id)).select(ErrorRow::as_select());
        let Some(row) = self.statement(|conn| query.get_result(conn).optional())? else { return Ok(None) };
        let error = row.error.parse().map_err(|source| StoreError::corrupt("errors", id, source))?;
        Ok(Some(KeptError {
            id,
            error,
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
        }))
    }
}

impl KeptErrorsMut for Tx<'_> {
    fn insert_error(&mut self, error: &KeptError) -> StoreResult<()> {
        let row = ErrorRow {
            id: error.id.into(),
            error: Json::of(&error.error).map_err(StoreError::Database)?,
            created_at: error.created_at.into(),
            updated_at: error.updated_at.into(),
        };
        self.statement(|conn| diesel::insert_into(errors::table).values(row).execute(conn))?;
        Ok(())
    }

    fn mark_error_seen(&mut self, id: ErrorId, now: Timestamp) -> StoreResult<Hit> {
        let unseen = errors::table.find(RowId::from(id)).filter(errors::seen_at.is_null());
        let seen = errors::seen_at.eq(RowTime(now));
        self.statement(|conn| diesel::update(unseen).set(seen).execute(conn)).map(Hit::of)
    }
}

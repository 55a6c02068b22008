//! What a unit of work holds: a [`Reader`] or a [`Tx`]. The repositories' traits are implemented for these.

use diesel::result::QueryResult;

use super::{StoreError, StoreResult, connection::AnyConn, meter::Meter};

/// A connection that is only read from. Each statement sees the latest commit, and two statements may see
/// two different ones.
pub struct Reader<'c> {
    conn: &'c mut AnyConn,
    meter: &'c Meter,
}

/// A transaction. What is written in it is kept as a whole when the unit of work succeeds and all its
/// statements did, else as a whole forgotten.
pub struct Tx<'c> {
    conn: &'c mut AnyConn,
    meter: &'c Meter,
    spoiled: bool,
}

/// The one way from a repository to the connection: each call is one statement, counted.
pub(super) trait Statements {
    fn statement<T>(&mut self, run: impl FnOnce(&mut AnyConn) -> QueryResult<T>) -> StoreResult<T>;
}

impl<'c> Reader<'c> {
    pub(super) fn new(conn: &'c mut AnyConn, meter: &'c Meter) -> Self {
        Self { conn, meter }
    }
}

impl<'c> Tx<'c> {
    pub(super) fn new(conn: &'c mut AnyConn, meter: &'c Meter) -> Self {
        Self { conn, meter, spoiled: false }
    }

    /// Whether the transaction may be committed. PostgreSQL ignores everything after a failed statement, and
    /// its commit then reports success although nothing was kept; so a unit that swallowed an error fails here,
    /// on both databases.
    pub(super) fn finish(self) -> StoreResult<()> {
        if self.spoiled {
            return Err(StoreError::Database("a unit of work went on after a failed statement".into()));
        }
        self.meter.burn()
    }
}

impl Statements for Reader<'_> {
    fn statement<T>(&mut self, run: impl FnOnce(&mut AnyConn) -> QueryResult<T>) -> StoreResult<T> {
        self.meter.count_statement();
        run(self.conn).map_err(StoreError::from)
    }
}

impl Statements for Tx<'_> {
    fn statement<T>(&mut self, run: impl FnOnce(&mut AnyConn) -> QueryResult<T>) -> StoreResult<T> {
        self.meter.count_statement();
        let result = self.meter.burn().and_then(|()| run(self.conn).map_err(StoreError::from));
        self.spoiled |= result.is_err();
        result
    }
}

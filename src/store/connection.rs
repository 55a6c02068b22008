//! One connection to either database, behind one type.

use diesel::{MultiConnection, SqliteConnection};

use super::pure_pg::PurePg;

/// A connection to either database. Queries are written once against it; where the databases differ, a
/// `match` in [`super::dialect`] reaches the connection inside.
#[derive(MultiConnection)]
#[expect(clippy::large_enum_variant, reason = "there is one per thread, and it stays where it is")]
pub(super) enum AnyConn {
    /// A server.
    Pg(PurePg),
    /// The embedded one.
    Sqlite(SqliteConnection),
}

//! Every place where the two databases speak differently, but for types and errors.

use diesel::{
    RunQueryDsl as _,
    connection::{AnsiTransactionManager, Connection, TransactionManager as _},
    prelude::*,
    result::QueryResult,
    sql_types::Text,
};

use super::{
    connection::AnyConn,
    credentials::IdentifierRow,
    identities::AddressRow,
    outbox::MessageRow,
    schema::{addresses, identifiers, identities, messages, settings},
    settings::SettingRow,
    types::{RowId, RowTime},
};
use crate::outbox::MessageStatus;

type Manager = <AnyConn as Connection>::TransactionManager;

/// Begins a transaction that will write. SQLite takes the write lock at once: a transaction that begins by
/// reading cannot wait for it later, whatever the busy timeout.
pub(super) fn begin_write(conn: &mut AnyConn) -> QueryResult<()> {
    match conn {
        AnyConn::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
        AnyConn::Pg(_) => Manager::begin_transaction(conn),
    }
}

/// Inserts several addresses in one statement.
pub(super) fn insert_addresses(conn: &mut AnyConn, rows: &[AddressRow]) -> QueryResult<usize> {
    let insert = diesel::insert_into(addresses::table).values(rows);
    match conn {
        AnyConn::Pg(conn) => insert.execute(conn),
        AnyConn::Sqlite(conn) => insert.execute(conn),
    }
}

/// Inserts several identifiers in one statement.
pub(super) fn insert_identifiers(conn: &mut AnyConn, rows: &[IdentifierRow]) -> QueryResult<usize> {
    let insert = diesel::insert_into(identifiers::table).values(rows);
    match conn {
        AnyConn::Pg(conn) => insert.execute(conn),
        AnyConn::Sqlite(conn) => insert.execute(conn),
    }
}

/// Inserts a setting unless there is one of this name.
pub(super) fn insert_setting_if_absent(conn: &mut AnyConn, row: &SettingRow) -> QueryResult<usize> {
    let insert = diesel::insert_into(settings::table).values(row).on_conflict_do_nothing();
    match conn {
        AnyConn::Pg(conn) => insert.execute(conn),
        AnyConn::Sqlite(conn) => insert.execute(conn),
    }
}

/// Counts the identity when it is active and at this version, and keeps others from changing that until the
/// end of the transaction. SQLite's writer is alone anyway.
pub(super) fn hold_active_identity(conn: &mut AnyConn, id: RowId, version: i64) -> QueryResult<usize> {
    let guarded = identities::table
        .filter(identities::id.eq(id))
        .filter(identities::version.eq(version))
        .filter(identities::state.eq("active"))
        .select(identities::version);
    let found: Option<i64> = match conn {
        AnyConn::Pg(conn) => guarded.for_share().get_result(conn).optional()?,
        AnyConn::Sqlite(conn) => guarded.get_result(conn).optional()?,
    };
    Ok(found.iter().count())
}

/// The messages that are due, the longest due first, and nobody else's until the end of the transaction.
pub(super) fn hold_due_messages(
    conn: &mut AnyConn,
    now: RowTime,
    limit: u32,
) -> QueryResult<Vec<MessageRow>> {
    let open = [MessageStatus::Queued, MessageStatus::Processing].map(MessageStatus::wire_name);
    let due = messages::table
        .filter(messages::status.eq_any(open))
        .filter(messages::next_attempt_at.le(now))
        .order((messages::next_attempt_at, messages::id))
        .limit(limit.into());
    match conn {
        AnyConn::Pg(conn) => due.select(MessageRow::as_select()).for_update().skip_locked().load(conn),
        AnyConn::Sqlite(conn) => due.select(MessageRow::as_select()).load(conn),
    }
}

/// What the bundled SQLite must have been built with to be fast: without these, statements with a bound LIMIT
/// are prepared at each call and each allocation takes a lock, together a factor of ten on two threads.
pub(super) const WANTED_OPTIONS: [&str; 3] = ["ENABLE_QPSG", "DEFAULT_MEMSTATUS=0", "THREADSAFE=2"];
/// And what without.
pub(super) const UNWANTED_OPTIONS: [&str; 2] = ["ENABLE_MEMORY_MANAGEMENT", "ENABLE_API_ARMOR"];

#[derive(QueryableByName)]
struct CompileOption {
    #[diesel(sql_type = Text)]
    compile_options: String,
}

/// Which of the options are not as they should be.
pub(super) fn wrong_options(conn: &mut SqliteConnection) -> QueryResult<Vec<&'static str>> {
    let built = diesel::sql_query("PRAGMA compile_options").load::<CompileOption>(conn)?;
    let has = |option: &&str| built.iter().any(|one| one.compile_options == **option);
    let missing = WANTED_OPTIONS.into_iter().filter(|option| !has(option));
    Ok(missing.chain(UNWANTED_OPTIONS.into_iter().filter(has)).collect())
}

/// Tells the operator when SQLite was built without the switches of `.cargo/config.toml`.
pub(super) fn warn_of_slow_sqlite(conn: &mut AnyConn) {
    if let AnyConn::Sqlite(conn) = conn {
        match wrong_options(conn) {
            Ok(wrong) if wrong.is_empty() => {}
            Ok(wrong) => tracing::warn!(
                options = wrong.join(" "),
                "SQLite was built without the switches that make it fast; build with LIBSQLITE3_FLAGS as in \
                 .cargo/config.toml"
            ),
            Err(error) => tracing::warn!(%error, "SQLite does not tell how it was built"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_sqlite_is_built_with_the_switches_that_make_it_fast() {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        assert_eq!(wrong_options(&mut conn).unwrap(), Vec::<&str>::new());
    }
}

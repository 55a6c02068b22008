//! A look at a database from outside: what it is, what it allows, and what time it has. Leaves no trace.

use std::{path::PathBuf, thread};

use diesel::{
    connection::{Connection, SimpleConnection as _, TransactionManager as _},
    prelude::*,
    sql_query,
    sql_types::{BigInt, Text},
};

use super::{
    Backend, Location, StoreConfig, StoreError, StoreResult,
    connection::AnyConn,
    dialect,
    open::{Access, Opener},
};
use crate::kernel::{NoAnswer, Timestamp};

/// What a look at a database has shown.
#[derive(Debug, Clone)]
pub struct Examination {
    /// What it calls itself, with its version.
    pub version: String,
    /// The mode of the journal, of SQLite.
    pub journal: Option<String>,
    /// How many connections the server takes, of PostgreSQL.
    pub max_connections: Option<i64>,
    /// What time it has.
    pub now: Option<Timestamp>,
    /// Why a write was refused, if it was.
    pub refused_write: Option<String>,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Looks at a database. Blocks the thread that calls it, but can be called from any. A missing SQLite file is
/// made, as by whatever opens it.
///
/// # Errors
/// It is temporary, or cannot be reached.
pub fn examine(config: &StoreConfig) -> StoreResult<Examination> {
    let file = match &config.backend {
        Backend::Sqlite(sqlite) => match &sqlite.location {
            Location::File(path) => path.clone(),
            Location::Temporary => {
                return Err(StoreError::Unavailable("a memory database is made anew each time".into()));
            }
        },
        Backend::Postgres(_) => PathBuf::new(),
    };
    let opener = Opener::new(&config.backend, &file)?;
    // As with migrations: a connection to a server drives itself, on a thread of its own.
    let look = || look(&mut opener.open(Access::Write)?);
    thread::scope(|scope| scope.spawn(look).join()).map_err(|_| StoreError::from(NoAnswer::Panicked))?
}

fn look(conn: &mut AnyConn) -> StoreResult<Examination> {
    let is_sqlite = matches!(conn, AnyConn::Sqlite(_));
    let version = if is_sqlite {
        "SELECT 'SQLite ' || sqlite_version() AS word"
    } else {
        "SELECT split_part(version(), ' on ', 1) AS word"
    };
    let now = if is_sqlite {
        "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000 AS number"
    } else {
        "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS number"
    };
    let journal = is_sqlite.then(|| word(conn, "SELECT journal_mode AS word FROM pragma_journal_mode"));
    let most = "SELECT current_setting('max_connections')::bigint AS number";
    let max_connections = (!is_sqlite).then(|| number(conn, most));
    Ok(Examination {
        version: word(conn, version)?,
        journal: journal.transpose()?,
        max_connections: max_connections.transpose()?,
        now: Timestamp::from_micros(number(conn, now)?),
        refused_write: write_and_undo(conn).err().map(|error| error.to_string()),
    })
}

fn word(conn: &mut AnyConn, query: &str) -> StoreResult<String> {
    Ok(sql_query(query).get_result::<Word>(conn)?.word)
}

fn number(conn: &mut AnyConn, query: &str) -> StoreResult<i64> {
    Ok(sql_query(query).get_result::<Number>(conn)?.number)
}

/// Makes a table and takes it back, in one transaction.
fn write_and_undo(conn: &mut AnyConn) -> StoreResult<()> {
    dialect::begin_write(conn)?;
    let made = conn.batch_execute("CREATE TABLE zelos_doctor_was_here (id integer)");
    <AnyConn as Connection>::TransactionManager::rollback_transaction(conn)?;
    Ok(made?)
}

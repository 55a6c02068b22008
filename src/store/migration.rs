//! Migrations: the scripts that are compiled in, and how they are applied and undone.
//!
//! Only on request, never because a server starts: several of them would race, and none could go back. One run
//! is one transaction under a lock, so it happens as a whole or not at all.

use std::{collections::BTreeMap, path::PathBuf, thread};

use diesel::{
    connection::{Connection, SimpleConnection as _, TransactionManager as _},
    dsl::sql,
    prelude::*,
    sql_types::BigInt,
};

use super::{
    Backend, Location, StoreConfig, StoreError, StoreResult,
    connection::AnyConn,
    dialect,
    open::{Access, Opener},
};

type Manager = <AnyConn as Connection>::TransactionManager;

/// One step of the schema, in both dialects.
struct Migration {
    version: &'static str,
    name: &'static str,
    sqlite: Scripts,
    postgres: Scripts,
}

struct Scripts {
    up: &'static str,
    down: &'static str,
}

macro_rules! scripts {
    ($dialect:literal, $folder:expr) => {
        Scripts {
            up: include_str!(concat!("../../migrations/", $dialect, "/", $folder, "/up.sql")),
            down: include_str!(concat!("../../migrations/", $dialect, "/", $folder, "/down.sql")),
        }
    };
}

macro_rules! migration {
    ($version:literal, $name:literal) => {
        Migration {
            version: $version,
            name: $name,
            sqlite: scripts!("sqlite", concat!($version, "_", $name)),
            postgres: scripts!("postgres", concat!($version, "_", $name)),
        }
    };
}

/// All steps, oldest first.
const MIGRATIONS: [Migration; 3] = [
    migration!("20261121000000", "initial"),
    migration!("20261121030000", "retention"),
    migration!("20261121230000", "exchanges"),
];

diesel::table! {
    schema_migrations (version) {
        version -> Text,
        name -> Text,
    }
}

/// Names the lock that keeps two migrations of one server apart.
const LOCK: i64 = 0x007a_656c_6f73;

/// A step of the schema, and where the database stands with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationStatus {
    /// Its version: 14 digits or more, in the order of which steps are applied.
    pub version: String,
    /// Its name.
    pub name: String,
    /// Whether it was applied.
    pub state: MigrationState,
    /// What applying it runs; empty when this program does not know the step.
    pub script: &'static str,
}

/// Where a database stands with a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MigrationState {
    /// It was applied.
    Applied,
    /// It was not.
    Pending,
    /// It was applied by a newer version of this program, and this one does not know it.
    Unknown,
}

/// Migrates one database. Its functions block the thread that calls them, but can be called from any.
pub struct Migrations {
    opener: Opener,
}

impl Migrations {
    /// Migrations of the database that a store would open.
    ///
    /// # Errors
    /// The database is temporary (it migrates itself), or the root certificates cannot be read.
    pub fn of(config: &StoreConfig) -> StoreResult<Self> {
        let file = match &config.backend {
            Backend::Sqlite(sqlite) => match &sqlite.location {
                Location::File(path) => path.clone(),
                Location::Temporary => {
                    let why = "a memory database migrates itself, name a file to migrate in the DSN";
                    return Err(StoreError::Unavailable(why.into()));
                }
            },
            Backend::Postgres(_) => PathBuf::new(),
        };
        Ok(Self { opener: Opener::new(&config.backend, &file)? })
    }

    /// All steps that this program or the database knows, oldest first.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub fn status(&self) -> StoreResult<Vec<MigrationStatus>> {
        self.on_own_thread(status)
    }

    /// Applies what is pending, and tells what that was.
    ///
    /// # Errors
    /// The database cannot be reached, or refuses a script; then nothing was changed.
    pub fn up(&self) -> StoreResult<Vec<MigrationStatus>> {
        self.on_own_thread(apply_all)
    }

    /// Undoes the last `steps` steps, newest first, and tells which those were.
    ///
    /// # Errors
    /// The database cannot be reached or refuses a script, or one of the steps is not known to this program;
    /// then nothing was changed.
    pub fn down(&self, steps: usize) -> StoreResult<Vec<MigrationStatus>> {
        self.on_own_thread(|conn| under_lock(conn, |conn| undo(conn, steps)))
    }

    /// A connection to a server drives itself and cannot do so on a thread that already drives others.
    fn on_own_thread<T: Send>(
        &self,
        work: impl FnOnce(&mut AnyConn) -> StoreResult<T> + Send,
    ) -> StoreResult<T> {
        let run = || work(&mut self.opener.open(Access::Write)?);
        let panicked = |_| StoreError::from(crate::kernel::NoAnswer::Panicked);
        thread::scope(|scope| scope.spawn(run).join()).map_err(panicked)?
    }
}

impl Migration {
    fn scripts(&self, conn: &AnyConn) -> &Scripts {
        match conn {
            AnyConn::Pg(_) => &self.postgres,
            AnyConn::Sqlite(_) => &self.sqlite,
        }
    }

    fn status(&self, state: MigrationState, conn: &AnyConn) -> MigrationStatus {
        let (version, name) = (self.version.to_owned(), self.name.to_owned());
        MigrationStatus { version, name, state, script: self.scripts(conn).up }
    }
}

/// Where the database stands.
pub(super) fn status(conn: &mut AnyConn) -> StoreResult<Vec<MigrationStatus>> {
    let applied = applied(conn)?;
    let known = MIGRATIONS.iter().map(|step| {
        let state = if applied.contains_key(step.version) {
            MigrationState::Applied
        } else {
            MigrationState::Pending
        };
        step.status(state, conn)
    });
    let is_known = |version: &str| MIGRATIONS.iter().any(|step| step.version == version);
    let unknown = applied.iter().filter(|(version, _)| !is_known(version)).map(|(version, name)| {
        let (version, name) = (version.clone(), name.clone());
        MigrationStatus { version, name, state: MigrationState::Unknown, script: "" }
    });
    let mut all = known.chain(unknown).collect::<Vec<_>>();
    all.sort_by(|one, other| one.version.cmp(&other.version));
    Ok(all)
}

/// Applies what is pending.
pub(super) fn apply_all(conn: &mut AnyConn) -> StoreResult<Vec<MigrationStatus>> {
    under_lock(conn, |conn| {
        conn.batch_execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations (version text NOT NULL PRIMARY KEY, name text NOT NULL)",
        )?;
        let applied = applied(conn)?;
        let mut done = Vec::new();
        for step in MIGRATIONS.iter().filter(|step| !applied.contains_key(step.version)) {
            run(conn, step, step.scripts(conn).up)?;
            let row = (schema_migrations::version.eq(step.version), schema_migrations::name.eq(step.name));
            diesel::insert_into(schema_migrations::table).values(row).execute(conn)?;
            done.push(step.status(MigrationState::Applied, conn));
        }
        Ok(done)
    })
}

fn undo(conn: &mut AnyConn, steps: usize) -> StoreResult<Vec<MigrationStatus>> {
    let mut undone = Vec::new();
    for (version, name) in applied(conn)?.into_iter().rev().take(steps) {
        let step = MIGRATIONS.iter().find(|step| step.version == version).ok_or_else(|| {
            let why =
                format!("migration {version}_{name} is not known; undo it with the version that applied it");
            StoreError::Database(why.into())
        })?;
        run(conn, step, step.scripts(conn).down)?;
        diesel::delete(schema_migrations::table.find(version)).execute(conn)?;
        undone.push(step.status(MigrationState::Pending, conn));
    }
    Ok(undone)
}

fn run(conn: &mut AnyConn, step: &Migration, script: &str) -> StoreResult<()> {
    conn.batch_execute(script).map_err(|error| {
        StoreError::Database(format!("migration {}_{}: {error}", step.version, step.name).into())
    })
}

/// The steps that were applied, by version; none when no migration ever ran.
fn applied(conn: &mut AnyConn) -> StoreResult<BTreeMap<String, String>> {
    let exists = match conn {
        AnyConn::Pg(_) => "CASE WHEN to_regclass('schema_migrations') IS NULL THEN 0 ELSE 1 END::bigint",
        AnyConn::Sqlite(_) => {
            "(SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations')"
        }
    };
    if diesel::select(sql::<BigInt>(exists)).get_result::<i64>(conn)? == 0 {
        return Ok(BTreeMap::new());
    }
    Ok(schema_migrations::table.load::<(String, String)>(conn)?.into_iter().collect())
}

/// Runs `work` in one transaction that no other migration runs beside.
fn under_lock<T>(conn: &mut AnyConn, work: impl FnOnce(&mut AnyConn) -> StoreResult<T>) -> StoreResult<T> {
    if matches!(conn, AnyConn::Sqlite(_)) {
        // Rebuilding a table drops the old one, which must not take the rows that refer to it along.
        conn.batch_execute("PRAGMA foreign_keys=OFF")?;
    }
    dialect::begin_write(conn)?;
    let result = lock(conn).and_then(|()| work(conn)).and_then(|value| {
        check_references(conn)?;
        Ok(value)
    });
    match result {
        Ok(value) => {
            Manager::commit_transaction(conn)?;
            if matches!(conn, AnyConn::Sqlite(_)) {
                // Leaves one file behind, that can be copied.
                conn.batch_execute("PRAGMA foreign_keys=ON; PRAGMA wal_checkpoint(TRUNCATE)")?;
            }
            Ok(value)
        }
        Err(error) => {
            Manager::rollback_transaction(conn)?;
            Err(error)
        }
    }
}

fn lock(conn: &mut AnyConn) -> StoreResult<()> {
    match conn {
        AnyConn::Pg(conn) => Ok(conn.batch_execute(&format!(
            "SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock({LOCK})"
        ))?),
        // The write lock is enough.
        AnyConn::Sqlite(_) => Ok(()),
    }
}

/// What `foreign_keys=ON` would have refused.
fn check_references(conn: &mut AnyConn) -> StoreResult<()> {
    if matches!(conn, AnyConn::Pg(_)) {
        return Ok(());
    }
    let broken = sql::<BigInt>("(SELECT count(*) FROM pragma_foreign_key_check)");
    match diesel::select(broken).get_result::<i64>(conn)? {
        0 => Ok(()),
        rows => Err(StoreError::Database(format!("{rows} rows would refer to nothing").into())),
    }
}

//! Opens connections, and keeps one per thread for as long as it works.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use diesel::{Connection as _, SqliteConnection, connection::SimpleConnection as _};

use super::{
    Backend, PostgresConfig, StoreError, StoreResult,
    connection::AnyConn,
    pure_pg::PurePg,
    tls::{self, Encryption},
};

/// Knows how to open a connection.
#[derive(Clone)]
pub(super) enum Opener {
    /// To the embedded database.
    Sqlite {
        /// What the library takes for a path.
        path: String,
        /// How long to wait for the lock of another process.
        busy_timeout: Duration,
    },
    /// To a server.
    Postgres {
        /// How to reach it, time limits included.
        driver: Box<tokio_postgres::Config>,
        /// Whether to encrypt.
        encryption: Encryption,
        /// After how long the server cancels a statement.
        statement_timeout: Duration,
        /// A connection older than this is replaced.
        max_lifetime: Option<Duration>,
    },
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Reading; SQLite refuses anything else on it. PostgreSQL's threads both read and write.
    Read,
    /// Reading and writing.
    Write,
}

/// Limits that apply unless the DSN sets its own: a server that is gone must not hold a thread for long.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const SILENCE_TIMEOUT: Duration = Duration::from_secs(30);

impl Opener {
    /// Reads what the configuration points to. `file` is where the embedded database lives.
    pub(super) fn new(backend: &Backend, file: &Path) -> StoreResult<Self> {
        match backend {
            Backend::Sqlite(config) => {
                let path = file.to_str().ok_or_else(|| {
                    StoreError::Unavailable(format!("{} is not UTF-8", file.display()).into())
                })?;
                // The library reads some names as something else than a path.
                let special = ["", ":memory:"].contains(&path) || path.contains(':');
                let path = if special && file.is_relative() { format!("./{path}") } else { path.to_owned() };
                Ok(Self::Sqlite { path, busy_timeout: config.busy_timeout })
            }
            Backend::Postgres(config) => Self::postgres(config),
        }
    }

    fn postgres(config: &PostgresConfig) -> StoreResult<Self> {
        let mut driver = config.driver.clone();
        driver.application_name(&config.application_name).ssl_mode(tls::driver_mode(config.tls));
        if driver.get_connect_timeout().is_none() {
            driver.connect_timeout(CONNECT_TIMEOUT);
        }
        if driver.get_tcp_user_timeout().is_none() {
            driver.tcp_user_timeout(SILENCE_TIMEOUT);
        }
        Ok(Self::Postgres {
            driver: Box::new(driver),
            encryption: tls::encryption(config.tls, &config.roots).map_err(StoreError::Unavailable)?,
            statement_timeout: config.statement_timeout,
            max_lifetime: config.max_lifetime,
        })
    }

    /// Opens a connection, on this thread.
    pub(super) fn open(&self, access: Access) -> StoreResult<AnyConn> {
        match self {
            Self::Sqlite { path, busy_timeout } => {
                let conn = sqlite(path, *busy_timeout, access);
                conn.map(AnyConn::Sqlite)
                    .map_err(|error| StoreError::Unavailable(format!("SQLite file {path}: {error}").into()))
            }
            Self::Postgres { driver, encryption, statement_timeout, .. } => {
                let mut conn = PurePg::connect(driver, encryption).map_err(unavailable)?;
                let limit = format!("SET statement_timeout = {}", statement_timeout.as_millis());
                conn.batch_execute(&limit).map_err(unavailable)?;
                Ok(AnyConn::Pg(conn))
            }
        }
    }
}

fn sqlite(path: &str, busy_timeout: Duration, access: Access) -> Result<SqliteConnection, String> {
    let mut conn = SqliteConnection::establish(path).map_err(|error| error.to_string())?;
    let query_only = match access {
        Access::Read => "ON",
        Access::Write => "OFF",
    };
    // Full synchronisation is affordable because commits are batched.
    let pragmas = format!(
        "PRAGMA busy_timeout={}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
         PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA query_only={query_only};",
        busy_timeout.as_millis()
    );
    conn.batch_execute(&pragmas).map_err(|error| error.to_string())?;
    Ok(conn)
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

/// A thread's connection, opened when it is needed and again when it broke.
pub(super) struct Slot {
    opener: Opener,
    access: Access,
    losses: Losses,
    open: Option<Open>,
}

/// How often any thread lost its connection or got none: when one does, the others look after theirs before they use it,
/// so that a server that restarts costs one failed unit of work and not one per thread.
pub(super) type Losses = Arc<AtomicU64>;

struct Open {
    conn: AnyConn,
    since: Instant,
    used: Instant,
    losses: u64,
}

/// A server's connection that was idle for longer is asked for a sign of life before it gets work.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

impl Slot {
    pub(super) fn new(opener: Opener, access: Access, losses: Losses) -> Self {
        Self { opener, access, losses, open: None }
    }

    /// Runs `work` with the connection. A connection that fails for reasons of its own is dropped.
    pub(super) fn with<T>(&mut self, work: impl FnOnce(&mut AnyConn) -> StoreResult<T>) -> StoreResult<T> {
        let mut open = match self.open.take().and_then(|open| self.still_good(open)) {
            Some(open) => open,
            None => self.fresh()?,
        };
        let result = work(&mut open.conn);
        open.used = Instant::now();
        let failed = match &result {
            Ok(_) | Err(StoreError::Conflict(_) | StoreError::Corrupt { .. }) => false,
            Err(StoreError::Unavailable(_) | StoreError::Busy(_)) => true,
            // A server that shuts down says so in words only, so every refusal is followed by a question.
            Err(StoreError::Database(_)) => is_dead(&mut open.conn),
        };
        if failed {
            self.count_loss();
        }
        match result {
            Err(StoreError::Database(source)) if failed => Err(StoreError::Unavailable(source)),
            result => {
                if !failed {
                    self.open = Some(open);
                }
                result
            }
        }
    }

    /// Closes the connection; the next unit of work opens a new one.
    pub(super) fn close(&mut self) {
        self.open = None;
    }

    fn fresh(&self) -> StoreResult<Open> {
        let now = Instant::now();
        let losses = self.losses.load(Ordering::Relaxed);
        // Not reaching the database says as much about the connections of others as losing one does.
        let conn = self.opener.open(self.access).inspect_err(|_| self.count_loss())?;
        Ok(Open { conn, since: now, used: now, losses })
    }

    fn count_loss(&self) {
        self.losses.fetch_add(1, Ordering::Relaxed);
    }

    fn still_good(&self, mut open: Open) -> Option<Open> {
        match &self.opener {
            Opener::Sqlite { .. } => Some(open),
            Opener::Postgres { max_lifetime, .. } => {
                let too_old = max_lifetime.is_some_and(|limit| open.since.elapsed() > limit);
                let losses = self.losses.load(Ordering::Relaxed);
                let doubtful = open.used.elapsed() > TRUSTED_FOR || open.losses != losses;
                open.losses = losses;
                if too_old || (doubtful && is_dead(&mut open.conn)) { None } else { Some(open) }
            }
        }
    }
}

fn is_dead(conn: &mut AnyConn) -> bool {
    conn.batch_execute("SELECT 1").is_err()
}

//! What it takes to open a store: which database, and how many threads.

use std::{num::NonZeroUsize, path::PathBuf, time::Duration};

/// Everything [`Store::open`](super::Store::open) needs. Made from a DSN by the configuration, or by a test.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// Which database, and how to reach it.
    pub backend: Backend,
    /// How much work it may do at once, and how much may wait.
    pub sizes: Sizes,
}

/// Which database.
#[derive(Debug, Clone)]
pub enum Backend {
    /// The embedded one.
    Sqlite(SqliteConfig),
    /// A server.
    Postgres(Box<PostgresConfig>),
}

/// How to open the embedded database. Foreign keys, WAL and full synchronisation are always on.
#[derive(Debug, Clone)]
pub struct SqliteConfig {
    /// Where its file is.
    pub location: Location,
    /// How long a connection waits for the lock of another process.
    pub busy_timeout: Duration,
}

/// Where the file of the embedded database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// At this path; made when it is missing.
    File(PathBuf),
    /// In a new temporary folder that goes when the store is dropped: the `memory` DSN. Migrated when opened,
    /// because nobody else can reach it.
    Temporary,
}

/// How to reach a PostgreSQL server.
#[derive(Debug, Clone)]
pub struct PostgresConfig {
    /// Host, port, user, password, database and whatever else the driver understands. Its own `sslmode` is
    /// overwritten by `tls`.
    pub driver: tokio_postgres::Config,
    /// Whether to encrypt, and whom to trust.
    pub tls: TlsMode,
    /// Whom to trust where `tls` checks certificates.
    pub roots: Roots,
    /// A statement that runs longer is cancelled by the server.
    pub statement_timeout: Duration,
    /// How the connections are labelled in the server's own views.
    pub application_name: String,
    /// A connection older than this is closed between two units of work.
    pub max_lifetime: Option<Duration>,
}

/// Whether to encrypt, and what to check: the `sslmode` of a DSN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// Never encrypt.
    Disable,
    /// Encrypt when the server offers it, without checking who it is.
    Prefer,
    /// Always encrypt. Certificates are checked as by [`TlsMode::VerifyCa`] when a root file is configured,
    /// else not at all.
    Require,
    /// Always encrypt, and check that a trusted authority signed the certificate.
    VerifyCa,
    /// Always encrypt, and check that the certificate is trusted and names the host.
    VerifyFull,
}

/// Trusted certificate authorities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Roots {
    /// Those of the machine, and the public ones that come with the program where it has none.
    System,
    /// Those in this PEM file: the `sslrootcert` of a DSN.
    File(PathBuf),
}

/// How much work a store may do at once, and how much may wait.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Threads with a connection each. On SQLite these read, and one more writes.
    pub threads: NonZeroUsize,
    /// Units of work that may wait for a thread; one more is answered as saturated.
    pub waiting_room: usize,
    /// A unit that waited longer is not started any more.
    pub patience: Duration,
}

impl Default for Sizes {
    fn default() -> Self {
        let threads = NonZeroUsize::MIN.saturating_add(7);
        Self { threads, waiting_room: 1024, patience: Duration::from_secs(5) }
    }
}

impl StoreConfig {
    /// The embedded database at `location`, with default sizes.
    pub fn sqlite(location: Location) -> Self {
        let busy_timeout = Duration::from_secs(5);
        Self { backend: Backend::Sqlite(SqliteConfig { location, busy_timeout }), sizes: Sizes::default() }
    }

    /// The server that `driver` describes, with default sizes and time limits.
    pub fn postgres(driver: tokio_postgres::Config, tls: TlsMode) -> Self {
        let config = PostgresConfig {
            driver,
            tls,
            roots: Roots::System,
            statement_timeout: Duration::from_secs(30),
            application_name: "zelos".to_owned(),
            max_lifetime: None,
        };
        Self { backend: Backend::Postgres(Box::new(config)), sizes: Sizes::default() }
    }
}

//! The `dsn`: which database, and how to reach it (03 §3.1).

use std::{path::PathBuf, time::Duration};

use super::check::duration;
use crate::kernel::Secret;

/// Which database.
#[derive(Debug, Clone)]
pub enum Dsn {
    /// The embedded one, in a temporary place that goes with the process.
    Memory,
    /// The embedded one, in a file.
    Sqlite(SqliteDsn),
    /// A server.
    Postgres(Box<PostgresDsn>),
}

/// An embedded database in a file. Foreign keys, WAL and full synchronisation are always on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteDsn {
    /// The file; its folder has to exist, it is made when it does not.
    pub path: PathBuf,
    /// How long to wait for the lock of another process.
    pub busy_timeout: Duration,
    /// Bounds of the pool.
    pub pool: Pool,
}

/// A PostgreSQL server.
#[derive(Debug, Clone)]
pub struct PostgresDsn {
    /// The DSN with only those parameters that the driver `tokio-postgres` understands; it parses.
    pub driver_url: Secret<String>,
    /// Whether to encrypt, and what to check.
    pub ssl_mode: SslMode,
    /// A PEM file with the authorities to trust; `None` for those of the machine.
    pub ssl_root_cert: Option<PathBuf>,
    /// Bounds of the pool.
    pub pool: Pool,
}

/// Bounds of a pool of connections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pool {
    /// Connections at most; `None` for the default of the store.
    pub max_conns: Option<usize>,
    /// Idle connections at most; accepted for existing files, as our connections belong to threads.
    pub max_idle_conns: Option<usize>,
    /// A connection older than this is replaced.
    pub max_conn_lifetime: Option<Duration>,
    /// A connection idle for longer than this is closed.
    pub max_conn_idle_time: Option<Duration>,
}

/// Whether to encrypt, and what to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SslMode {
    /// Never encrypt.
    Disable,
    /// Encrypt when the server offers it.
    Prefer,
    /// Always encrypt.
    Require,
    /// Always encrypt, and check that a trusted authority signed the certificate.
    VerifyCa,
    /// Always encrypt, and check that the certificate is trusted and names the host.
    VerifyFull,
}

/// What `tokio-postgres` understands in the query of a URL, what we handle ourselves left out.
const DRIVER: [&str; 18] = [
    "user",
    "password",
    "dbname",
    "options",
    "application_name",
    "sslnegotiation",
    "host",
    "hostaddr",
    "port",
    "connect_timeout",
    "tcp_user_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "target_session_attrs",
    "channel_binding",
    "load_balance_hosts",
];

/// Internals of the Go layer under Kratos; they mean nothing here and are dropped without a word.
const IGNORED: [&str; 4] = ["lock", "retry_limit", "retry_sleep", "migration_table_name"];

const SUPPORTED: &str = "supported are sqlite:///path/to/file.sqlite, postgres://user:password@host:5432/database \
                         and memory";

impl Dsn {
    /// Reads a DSN, with remarks on parameters that are left out.
    ///
    /// # Errors
    /// Why it cannot be used. Neither the remarks nor the error repeat any part of the DSN but names of
    /// parameters, as it holds a password.
    pub fn parse(dsn: &str) -> Result<(Self, Vec<String>), String> {
        let mut remarks = Vec::new();
        if dsn == "memory" {
            return Ok((Self::Memory, remarks));
        }
        let (scheme, rest) = dsn.split_once("://").ok_or_else(|| format!("is not a DSN; {SUPPORTED}"))?;
        let (base, query) = rest.split_once('?').unwrap_or((rest, ""));
        let query: Vec<(&str, &str)> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .collect();
        let parsed = match scheme {
            "sqlite" | "sqlite3" => sqlite(base, &query, &mut remarks)?,
            "postgres" | "postgresql" => postgres(base, &query, &mut remarks)?,
            "mysql" => return Err(format!("names a MySQL database, which is not supported; {SUPPORTED}")),
            "cockroach" | "cockroachdb" | "crdb" => {
                return Err(format!("names a CockroachDB database, which is not supported; {SUPPORTED}"));
            }
            _ => return Err(format!("names a kind of database that is not known; {SUPPORTED}")),
        };
        Ok((parsed, remarks))
    }
}

fn sqlite(base: &str, query: &[(&str, &str)], remarks: &mut Vec<String>) -> Result<Dsn, String> {
    if base.contains(":memory:") || query.contains(&("mode", "memory")) {
        return Ok(Dsn::Memory);
    }
    let path = base.strip_prefix("file:").unwrap_or(base);
    if path.is_empty() || path.ends_with('/') || path.contains('\0') {
        return Err("names no file; write sqlite:///path/to/file.sqlite".to_owned());
    }
    let mut pool = Pool::default();
    let mut busy_timeout = Duration::from_secs(5);
    for (name, value) in query {
        if IGNORED.contains(name) || pool.take(name, value, remarks) {
            continue;
        }
        match (*name, value.to_lowercase().as_str()) {
            ("_fk" | "_foreign_keys", "1" | "true" | "on" | "yes") => {}
            ("_journal" | "_journal_mode", "wal") | ("_sync" | "_synchronous", "full" | "2") => {}
            ("_fk" | "_foreign_keys", _) => remarks.push(fixed(name, "foreign keys are always enforced")),
            ("_journal" | "_journal_mode", _) => remarks.push(fixed(name, "the journal is always WAL")),
            ("_sync" | "_synchronous", _) => remarks.push(fixed(name, "synchronisation is always full")),
            ("_busy_timeout" | "_timeout", millis) => match millis.parse() {
                Ok(millis) => busy_timeout = Duration::from_millis(millis),
                Err(_not_a_number) => {
                    remarks.push(format!("the parameter {name} is not a number of milliseconds"))
                }
            },
            _ => remarks.push(unknown(name)),
        }
    }
    Ok(Dsn::Sqlite(SqliteDsn { path: PathBuf::from(path), busy_timeout, pool }))
}

fn postgres(base: &str, query: &[(&str, &str)], remarks: &mut Vec<String>) -> Result<Dsn, String> {
    let (mut pool, mut kept) = (Pool::default(), Vec::new());
    let (mut ssl_mode, mut ssl_root_cert) = (SslMode::Prefer, None);
    for (name, value) in query {
        if IGNORED.contains(name) || pool.take(name, value, remarks) {
            continue;
        }
        match *name {
            "sslmode" => ssl_mode = SslMode::parse(value)?,
            "sslrootcert" if *value == "system" => ssl_root_cert = None,
            "sslrootcert" => ssl_root_cert = Some(PathBuf::from(decoded(value))),
            name if DRIVER.contains(&name) => kept.push(format!("{name}={value}")),
            name => remarks.push(unknown(name)),
        }
    }
    let question = if kept.is_empty() { "" } else { "?" };
    let driver_url = format!("postgres://{base}{question}{}", kept.join("&"));
    // SECURITY: the driver's own error may quote the URL, and with it the password.
    driver_url.parse::<tokio_postgres::Config>().map_err(|_may_quote_the_password| {
        "is not a PostgreSQL URL; write postgres://user:password@host:5432/database, and signs such as @, / and \
         % in the password percent-encoded"
            .to_owned()
    })?;
    let driver_url = Secret::text(driver_url);
    Ok(Dsn::Postgres(Box::new(PostgresDsn { driver_url, ssl_mode, ssl_root_cert, pool })))
}

fn decoded(value: &str) -> String {
    let pair = format!("v={value}");
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

fn unknown(name: &str) -> String {
    format!("the parameter {name} is not known and is ignored")
}

fn fixed(name: &str, fact: &str) -> String {
    format!("the parameter {name} is ignored: {fact}")
}

impl Pool {
    /// Takes a parameter of the pool; `false` when it is none.
    fn take(&mut self, name: &str, value: &str, remarks: &mut Vec<String>) -> bool {
        let understood = match name {
            "max_conns" => {
                self.max_conns = value.parse().ok().filter(|count| *count > 0);
                self.max_conns.is_some()
            }
            "max_idle_conns" => {
                self.max_idle_conns = value.parse().ok();
                self.max_idle_conns.is_some()
            }
            "max_conn_lifetime" => span(value, &mut self.max_conn_lifetime),
            "max_conn_idle_time" => span(value, &mut self.max_conn_idle_time),
            _ => return false,
        };
        if !understood {
            remarks.push(format!("the value of the parameter {name} is not understood, the default is used"));
        }
        true
    }
}

/// Reads a duration of which zero means "unlimited".
fn span(value: &str, into: &mut Option<Duration>) -> bool {
    let read = if value == "0" { Some(Duration::ZERO) } else { duration(value) };
    *into = read.filter(|span| !span.is_zero());
    read.is_some()
}

impl SslMode {
    // SECURITY: a misspelt mode must not fall back to an unchecked connection;
    // `a_misspelt_ssl_mode_is_refused`.
    fn parse(value: &str) -> Result<Self, String> {
        match value {
            "disable" => Ok(Self::Disable),
            "allow" | "prefer" => Ok(Self::Prefer),
            "require" => Ok(Self::Require),
            "verify-ca" => Ok(Self::VerifyCa),
            "verify-full" => Ok(Self::VerifyFull),
            _ => {
                Err("has an unknown sslmode; use disable, prefer, require, verify-ca or verify-full"
                    .to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(dsn: &str) -> (Dsn, Vec<String>) {
        Dsn::parse(dsn).unwrap()
    }

    #[test]
    fn memory_has_several_spellings() {
        for dsn in
            ["memory", "sqlite://file::memory:?_fk=true", "sqlite://x?mode=memory", "sqlite3://:memory:"]
        {
            assert!(matches!(read(dsn), (Dsn::Memory, _)), "{dsn}");
        }
    }

    #[test]
    fn sqlite_files_may_be_absolute_or_relative() {
        let path = |dsn: &str| match read(dsn).0 {
            Dsn::Sqlite(sqlite) => sqlite.path.display().to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            path("sqlite:///var/lib/sqlite/db.sqlite?_fk=true&_journal=WAL"),
            "/var/lib/sqlite/db.sqlite"
        );
        assert_eq!(path("sqlite3://rel.db"), "rel.db");
        assert_eq!(path("sqlite://./zelos-dev.sqlite"), "./zelos-dev.sqlite");
    }

    #[test]
    fn the_sqlite_dsn_of_the_quickstart_is_accepted_with_one_remark() {
        let (dsn, remarks) = read(
            "sqlite:///var/lib/sqlite/db.sqlite?_fk=true&_journal=WAL&mode=rwc&max_conns=20&max_idle_conns=4",
        );
        let Dsn::Sqlite(sqlite) = dsn else { panic!("{dsn:?}") };
        assert_eq!(sqlite.pool.max_conns, Some(20));
        assert_eq!(sqlite.busy_timeout, Duration::from_secs(5));
        assert_eq!(remarks, ["the parameter mode is not known and is ignored"]);
        let (_, remarks) = read("sqlite://x.db?_fk=false&_journal=DELETE&_timeout=abc");
        assert_eq!(remarks.len(), 3);
    }

    #[test]
    fn postgres_keeps_what_the_driver_knows() {
        let (dsn, remarks) = read(
            "postgres://idp:s%40cret@db:5432/idp?sslmode=verify-full&sslrootcert=/etc/ca%20x.pem&max_conns=20\
             &max_idle_conns=10&max_conn_lifetime=30m&connect_timeout=3&lock=true&sslkey=/k&max_conn_idle_time=x",
        );
        let Dsn::Postgres(postgres) = dsn else { panic!("{dsn:?}") };
        assert_eq!(postgres.driver_url.expose(), "postgres://idp:s%40cret@db:5432/idp?connect_timeout=3");
        assert_eq!(postgres.ssl_mode, SslMode::VerifyFull);
        assert_eq!(postgres.ssl_root_cert, Some(PathBuf::from("/etc/ca x.pem")));
        assert_eq!(postgres.pool.max_conn_lifetime, Some(Duration::from_secs(1800)));
        assert_eq!(remarks.len(), 2, "{remarks:?}");
        assert!(!format!("{postgres:?}").contains("s%40cret"));
    }

    #[test]
    fn a_misspelt_ssl_mode_is_refused() {
        assert!(Dsn::parse("postgres://db/x?sslmode=verify_full").is_err());
    }

    #[test]
    fn what_is_not_supported_is_named_without_repeating_the_password() {
        for dsn in [
            "mysql://u:hunter2@tcp(db:3306)/x",
            "cockroach://u:hunter2@db/x",
            "postgres://u:hunter2@db:port/x",
            "hunter2",
            "sqlite://",
            "",
            "oracle://hunter2",
        ] {
            let error = Dsn::parse(dsn).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
        assert!(Dsn::parse("mysql://x").unwrap_err().contains("MySQL"));
    }
}

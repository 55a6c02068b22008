//! From a DSN to what it takes to open a store.

use std::num::NonZeroUsize;

use crate::{
    config::{Dsn, Pool, PostgresDsn, SslMode},
    kernel::BoxError,
    store::{Backend, Location, Roots, Sizes, SqliteConfig, StoreConfig, TlsMode},
};

/// Why a DSN cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the PostgreSQL driver does not understand the DSN")]
pub struct BadDsn(#[source] BoxError);

/// What it takes to open the database that a DSN names.
///
/// # Errors
/// The driver does not understand it.
pub fn store_config(dsn: &Dsn) -> Result<StoreConfig, BadDsn> {
    match dsn {
        Dsn::Memory => Ok(StoreConfig::sqlite(Location::Temporary)),
        Dsn::Sqlite(sqlite) => Ok(StoreConfig {
            backend: Backend::Sqlite(SqliteConfig {
                location: Location::File(sqlite.path.clone()),
                busy_timeout: sqlite.busy_timeout,
            }),
            sizes: sizes(&sqlite.pool),
        }),
        Dsn::Postgres(server) => postgres(server),
    }
}

fn postgres(server: &PostgresDsn) -> Result<StoreConfig, BadDsn> {
    let driver = server.driver_url.expose().parse().map_err(|error| BadDsn(Box::new(error)))?;
    let tls = match server.ssl_mode {
        SslMode::Disable => TlsMode::Disable,
        SslMode::Prefer => TlsMode::Prefer,
        SslMode::Require => TlsMode::Require,
        SslMode::VerifyCa => TlsMode::VerifyCa,
        SslMode::VerifyFull => TlsMode::VerifyFull,
    };
    let mut config = StoreConfig::postgres(driver, tls);
    config.sizes = sizes(&server.pool);
    if let Backend::Postgres(postgres) = &mut config.backend {
        postgres.max_lifetime = server.pool.max_conn_lifetime;
        if let Some(path) = &server.ssl_root_cert {
            postgres.roots = Roots::File(path.clone());
        }
    }
    Ok(config)
}

fn sizes(pool: &Pool) -> Sizes {
    let usual = Sizes::default();
    Sizes { threads: pool.max_conns.and_then(NonZeroUsize::new).unwrap_or(usual.threads), ..usual }
}

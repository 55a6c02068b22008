//! Connections, transactions, tables, repositories and migrations, over diesel.
//!
//! Knows no policy: it keeps what it is given and gives back what it kept. Only this module opens transactions.
//! Start at [`StoreConfig`].

mod config;

pub use config::{Backend, Location, PostgresConfig, Roots, Sizes, SqliteConfig, StoreConfig, TlsMode};

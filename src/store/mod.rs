//! Connections, transactions, tables, repositories and migrations, over diesel.
//!
//! Knows no policy: it keeps what it is given and gives back what it kept. Only this module opens transactions.
//! Start at [`Store`]: a unit of work gets a [`Reader`] or a [`Tx`], for which one pair of traits per table is
//! implemented ([`Identities`] and [`IdentitiesMut`], and so on).

mod audit;
mod codes;
mod config;
mod connection;
mod credentials;
mod dialect;
mod error;
mod errors;
mod examine;
mod exchanges;
mod flows;
mod folder;
mod handle;
mod identities;
mod meter;
mod migration;
mod open;
mod outbox;
mod pure_pg;
mod retention;
mod schema;
mod session_list;
mod sessions;
mod settings;
mod threads;
mod tls;
mod types;
mod writer;

pub use audit::{Audit, AuditEvent, AuditMut};
pub use codes::{Codes, CodesMut};
pub use config::{Backend, Location, PostgresConfig, Roots, Sizes, SqliteConfig, StoreConfig, TlsMode};
pub use credentials::{Credentials, CredentialsMut, FoundAccount};
pub use error::{Conflict, Hit, Key, StoreError, StoreResult};
pub use errors::{KeptErrors, KeptErrorsMut};
pub use examine::{Examination, examine};
pub use exchanges::{Exchanges, ExchangesMut};
pub use flows::{FlowAndSession, Flows, FlowsMut};
pub use handle::{Reader, Tx};
pub use identities::{AddressPurpose, Identities, IdentitiesMut, IdentityFilter, Window};
pub use meter::Counts;
pub use migration::{MigrationState, MigrationStatus, Migrations};
pub use outbox::{MessageQuery, Outbox, OutboxMut};
pub use retention::{Chore, Retention};
pub use session_list::{Revoked, SessionChoice, SessionList, SessionListMut, SessionListQuery};
pub use sessions::{SessionQuery, Sessions, SessionsMut};
pub use settings::{Settings, SettingsMut};
pub use threads::{ReadStore, Store};

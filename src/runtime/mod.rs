//! One immutable snapshot of everything that follows from a configuration.
//!
//! Building it fetches sources and compiles schemas, hooks and templates; a request takes one snapshot and
//! keeps it to its end, so a reload is taken over whole or not at all. Start at [`Runtime`] and [`build`].

mod authenticators;
mod build;
mod database;
mod fetch;
mod keys;
mod letters;
mod live;
mod migration;
mod pipelines;
mod policy;
mod remark;
mod schema_sources;
mod schemas;
mod snapshot;
mod social;
mod tokens;

pub use build::{BuildError, Outside, build, hash_policy};
pub use database::{BadDsn, store_config};
pub use keys::keyring;
pub use letters::{dispatch, templates};
pub use live::Live;
pub use remark::remarks;
pub use schemas::{Schemas, Selection, Served};
pub use snapshot::{Runtime, WhoamiPolicy};
pub use tokens::{TokenTemplate, TokenTemplates};

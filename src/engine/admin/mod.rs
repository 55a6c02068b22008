//! The use cases of administrators: identities, their sessions, codes and links for recovery, and the messages
//! of the courier.
//!
//! No machine: a pure function turns what was read and what is asked into a commit, which the interpreter
//! applies as any other. Start at [`WantedIdentity`] and at `change.rs`, which holds that function.

mod account;
mod batch;
mod change;
mod create;
mod credential;
mod document;
mod import;
mod json_patch;
mod list;
mod messages;
mod metrics;
mod password;
mod recovery;
mod sessions;
mod update;
mod wanted;

pub use crate::store::{IdentityFilter, MessageQuery, SessionListQuery, Window};
pub use account::Account;
pub use import::CredentialImport;
pub use json_patch::PatchOperation;
pub use list::{IdentityPage, IdentityQuery};
pub use messages::ShownMessage;
pub use metrics::Metrics;
pub use password::PasswordImport;
pub use recovery::{HandOut, HandedOut, HandedProof};
pub use sessions::{BulkAction, BulkChoice, BulkOutcome, OwnedSession, Owners, SessionsOf};
pub use update::Updated;
pub use wanted::WantedIdentity;

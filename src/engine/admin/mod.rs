//! The use cases of administrators: identities, codes and links for recovery, and the messages of the courier.
//!
//! No machine: a pure function turns what was read and what is asked into a commit, which the interpreter
//! applies as any other. Start at [`WantedIdentity`] and at `change.rs`, which holds that function.

mod account;
mod change;
mod create;
mod document;
mod json_patch;
mod list;
mod messages;
mod metrics;
mod password;
mod recovery;
mod update;
mod wanted;

pub use crate::store::{IdentityFilter, MessageQuery, Window};
pub use account::Account;
pub use json_patch::PatchOperation;
pub use list::{IdentityPage, IdentityQuery};
pub use messages::ShownMessage;
pub use metrics::Metrics;
pub use password::PasswordImport;
pub use recovery::{HandOut, HandedOut, HandedProof};
pub use wanted::WantedIdentity;

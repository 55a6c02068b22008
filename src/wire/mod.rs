//! The Kratos JSON of identities, sessions and flows: pure projections for answers, hooks and letters.
//!
//! Shapes and names are those of 01 §2, §5.10 and 02 §6.1, §7.1. Nothing here decides anything. Start at
//! [`Projection`], which knows what the shapes need to know of the configuration.

mod flow;
mod identity;
mod message;
mod session;

pub use identity::{CredentialVersions, CredentialView, Projection};
pub use message::{MessageText, message};
pub use session::Expanded;

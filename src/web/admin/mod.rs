//! The admin listener: identities, sessions, messages, health. It has no authentication; the network has to guard it.
//!
//! [`routes`] is the table of everything it answers.

mod bad_paging;
mod body;
mod credential_body;
mod credential_query;
mod expires_in;
mod health;
mod identities;
mod identity_batch;
mod identity_body;
mod identity_list;
mod messages;
mod metrics;
mod page_token;
mod recovery;
mod routes;
mod session_bulk;
mod sessions;
mod to_public;

pub use identity_body::check_create;
pub use routes::{AdminRoute, configure, routes};

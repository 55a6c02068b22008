//! The admin listener: identities, messages, health. It has no authentication; the network has to guard it.
//!
//! [`routes`] is the table of everything it answers.

mod body;
mod credential_query;
mod health;
mod identities;
mod identity_body;
mod routes;

pub use routes::{AdminRoute, configure, routes};

//! The public listener: flows, sessions, schemas and health, for browsers and apps.
//!
//! [`routes`] is the table of everything it answers; handlers only call a use case and hand its reply on.

mod errors;
mod health;
mod key_script;
mod login;
mod logout;
mod oidc;
mod recovery;
mod registration;
mod routes;
mod schemas;
mod sessions;
mod settings;
mod to_admin;
mod verification;
mod whoami;

pub use health::alive;
pub use routes::{PublicRoute, configure, routes};

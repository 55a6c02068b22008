//! Authenticator apps: a key that is shared once, and codes that change with the time (RFC 6238).
//!
//! The key of an app that is being added belongs to the settings flow and is derived from its id, so it is
//! stored nowhere before a code has shown that the app has it.

mod login;
mod picture;
mod settings;

pub use login::{check, login_nodes, parse};
pub use settings::{account_name, new_keys, payload, settings_nodes};

//! The ways to prove who one is: what each asks for, what it takes, and what it finds out.
//!
//! A method parses its fields, reads and hashes, and reports what is true; the machine decides what follows.
//! It never writes: [`Ports`] holds readers only. Start at [`table`], then [`password`].

mod account;
pub mod address;
mod change;
pub mod code;
mod form;
pub mod identifier_first;
pub mod key;
pub mod link;
pub mod lookup;
pub mod oidc;
pub mod password;
mod ports;
pub mod profile;
pub mod recovery;
mod role;
mod sent;
pub mod totp;

pub use account::{account, code_addresses, credentials};
pub use change::{Owned, change_password, change_traits, set_credential};
pub use form::{Bench, FormCx, csrf};
pub use ports::Ports;
pub use role::{Role, addressed, is_enabled, roles, table};

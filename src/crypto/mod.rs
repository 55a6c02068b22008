//! Password hashes, ciphers, MACs and tokens. No storage, no knowledge of flows.
//!
//! [`HashText`], [`TokenHash`] and [`Sealed`] are the stored forms; everything that makes or checks them
//! takes its keys and parameters as arguments.

mod opaque;

pub use opaque::{HashText, Sealed, TokenHash};

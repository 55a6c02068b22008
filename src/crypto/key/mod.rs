//! Keys: derived from the configured secrets, one per purpose; the first secret makes, all check.
//!
//! No secret is used as a key itself and no key serves two purposes. Start reading at [`Keyring`].

mod derive;
mod keyring;
mod seal;

pub use keyring::{Keyring, NoSecret, SecretLists, TokenPurpose};
pub use seal::{Cipher, SealPurpose};

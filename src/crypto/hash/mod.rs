//! Password hashes: the formats that can be read, their limits, and the two that are written.
//!
//! Nothing in here may take time or memory that a stored text asks for before its parameters were checked.
//! Verification is reached through [`crate::crypto::Hasher`] only, so no hash is computed outside its
//! threads. Start reading at [`PasswordHash`].

mod argon2id;
mod bcrypt;
mod error;
mod field;
mod format;
mod function;
mod memory;
mod pbkdf2;
mod policy;
mod salted;
mod scrypt;
mod unix_crypt;
#[cfg(test)]
mod vectors;

pub use error::HashError;
pub use format::PasswordHash;
pub use policy::{Argon2Costs, HashPolicy};

pub(super) use memory::HashMemory;

//! Password hashes, ciphers, MACs and tokens. No storage, no knowledge of flows.
//!
//! [`HashText`], [`TokenHash`] and [`Sealed`] are the stored forms; everything that makes or checks them
//! takes its keys and parameters as arguments. Start reading at [`Hasher`] for passwords and at [`Keyring`]
//! for everything that needs a key.

mod csrf;
mod hash;
mod hasher;
mod jwks;
mod jwt;
mod key;
mod opaque;
mod password;
mod token;
mod totp;
pub mod webauthn;

pub use csrf::CsrfToken;
pub use hash::{Argon2Costs, HashError, HashPolicy, PasswordHash};
pub use hasher::{HashPlan, Hasher, HasherConfig, Verified};
pub use jwks::{JwtError, PublicKeys};
pub use jwt::{JwtSigner, KeySetError, SignError};
pub use key::{Cipher, Keyring, NoSecret, SealPurpose, SecretLists, TokenPurpose};
pub use opaque::{HashText, Sealed, TokenHash};
pub use password::{Password, TooLong};
pub use token::{
    CODE_DIGITS, backup_code, exchange_code, link_token, one_time_code, session_token, user_handle,
};
pub use totp::TotpKey;

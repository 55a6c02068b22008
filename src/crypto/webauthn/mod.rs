//! Keys of WebAuthn (W3C Web Authentication, Level 3): what authenticators send is read and its signatures are
//! checked.
//!
//! [`Ceremony`] says what an answer has to fit; it knows no account and no flow. Statements of attestation are
//! not judged (decision 6). Start reading at [`Ceremony::register`].

mod cbor;
mod ceremony;
mod cose;
mod data;

#[cfg(test)]
mod tests;

pub use ceremony::{Answer, Ceremony, Invalid, Registered, Signed};
pub use cose::{ALGORITHMS, DUMMY_KEY, PublicKey};
pub use data::Flags;

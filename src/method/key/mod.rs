//! Keys that authenticators hold: security keys and passkeys (01 §10.6, §10.7, §11.4, §11.5; 02 §4.7).
//!
//! [`Asking`] says what a form asks an authenticator; `crypto::webauthn` checks the answers. What works once is
//! drawn from a seed that belongs to the flow, so nothing of it is stored. Start reading at [`login`].

mod asking;
pub mod form;
mod kept;
pub mod login;
mod make;
mod nodes;
mod options;
pub mod passkey;
pub mod security_key;
pub mod settings;
pub mod signup;

pub use asking::Asking;
pub use nodes::{UNNAMED, script};

//! The two catalogues with stable ids: messages to people, and error codes to programs.
//!
//! No logic, no HTTP: a row is an id, words and a context. Ids come from 01 §18 and 01 §19 and are never
//! reused or renumbered. Start at [`Message`]; the modules hold one constructor per message, by flow.

pub mod label;
pub mod login;
pub mod reason;
pub mod recovery;
pub mod registration;
pub mod settings;
pub mod system;
pub mod validation;
pub mod verification;

#[cfg(test)]
mod catalogue;
mod error_code;
mod message;
mod status;

pub use error_code::{ErrorCode, ErrorRow};
pub use message::{Message, MessageKind};

//! The two catalogues with stable ids: messages to people, and error codes to programs.
//!
//! No logic, no HTTP: a row is an id, words and a context. Ids come from 01 §18 and 01 §19 and are never
//! reused or renumbered. Start at [`Message`].

mod message;

pub use message::{Message, MessageKind};

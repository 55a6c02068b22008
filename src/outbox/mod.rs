//! Typed drafts of everything that is delivered later: letters now, webhook calls later.
//!
//! A draft holds data, never rendered text; the courier renders it with the template that is current when it
//! is delivered. No storage, no network.

mod letter;
mod message;

pub use letter::{Content, Letter, LetterDraft, TemplateType};
pub use message::{Attempt, Message, MessageStatus, Outgoing};

//! The tables that turn replies of the engine into HTTP: one file per flow, one row per reply and client.
//!
//! Nothing is decided here; statuses, bodies and quirks are those of 01 §5 and 02 §2.8, pinned by goldens.

mod barred;
mod echo;
mod failure;
mod login;
mod onward;
mod recovery;
mod registration;
mod settings;
mod social;
mod unreadable;
mod verification;

pub use barred::{Asked, barred};
pub use failure::{fault, forward};
pub use recovery::recovery;
pub use settings::settings;
pub use social::entered;
pub use unreadable::unreadable;
pub use verification::verification;

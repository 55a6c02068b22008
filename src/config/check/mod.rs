//! Holds a tree of values against the table of keys.
//!
//! Reports everything that is wrong at once and gives back a tree in which every value has the type that its
//! key declares and every default is filled in. Start at [`check()`].

mod fill;
mod format;
mod hook;
mod leaf;
mod redact;
mod suggest;
mod walk;

pub(crate) use fill::{default, fill};
pub use format::{duration, size};
pub(crate) use format::{is_page, is_source};
pub(crate) use redact::shown;
pub(crate) use suggest::{distance, nearest};
pub(crate) use walk::check;

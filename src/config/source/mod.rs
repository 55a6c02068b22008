//! Where values come from: files and environment variables.
//!
//! Gives located values; holds nothing against the table beyond what typing a variable needs. Start at
//! [`read_files`].

mod environment;
mod file;
mod index;
mod variable;

pub(crate) use environment::overlay;
pub use environment::{Environment, process_environment};
pub(crate) use file::{read_files, read_text};

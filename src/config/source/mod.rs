//! Where values come from: files and environment variables.
//!
//! Gives located values; holds nothing against the table beyond what typing a variable needs. Start at
//! [`read_files`].

mod environment;
mod file;
mod index;
mod name;
mod variable;

pub use environment::{Environment, process_environment};
pub(crate) use environment::{key_of_variable, overlay};
pub(crate) use file::{read_files, read_text};
pub(crate) use index::Target;
pub use name::Variable;
pub(crate) use name::variable_of;

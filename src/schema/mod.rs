//! Identity schemas: loads and compiles them, validates traits, reads the extension keyword, and turns a
//! schema into the fields of a form.
//!
//! Fetches nothing (documents that `$ref` names are handed in) and stores nothing. Layer 3: it cannot use the
//! identity types, so addresses come out as [`Via`] and text. Start at [`Schema::compile`] and
//! [`Schema::validate`].

mod check;
mod coerce;
mod collect;
mod compile;
mod display_name;
mod extension;
mod field;
mod format;
mod path;
mod problem;
mod reference;
mod violation;

#[cfg(test)]
mod fixtures;

pub use collect::Checked;
pub use compile::{Documents, Refs, Schema};
pub use extension::Via;
pub use field::Field;
pub use problem::SchemaProblem;
pub use reference::references;
pub use violation::Violation;

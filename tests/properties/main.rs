//! What holds for the machines whatever happens to them, and in whatever order.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests may fail in any way they like")]

mod hooks;
mod login;
mod recovery;
mod registration;
mod settings;
mod verification;
mod world;

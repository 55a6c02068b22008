//! Golden files: forms of every state, and the closed tables that the command line prints.

#![expect(
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may fail in any way they like"
)]

#[expect(dead_code, reason = "forms do not depend on the database")]
#[path = "../support/database.rs"]
mod database;
#[expect(dead_code, unused_imports, reason = "shared with the suites over HTTP, which use more of it")]
#[path = "../http/harness/mod.rs"]
mod harness;
#[expect(dead_code, reason = "not every test needs a server that encrypts")]
#[path = "../support/postgres.rs"]
mod postgres;

mod config_tools;
mod forms;
mod keys;
mod second_factors;
mod social;
mod tables;

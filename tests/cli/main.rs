//! The program as scripts and people meet it: arguments in, output and exit code out.

#![expect(
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests may fail in any way they like"
)]

#[path = "../support/certificates.rs"]
mod certificates;
#[expect(dead_code, reason = "the program opens its databases by itself")]
#[path = "../support/database.rs"]
mod database;
#[expect(dead_code, reason = "not every test needs a server that encrypts")]
#[path = "../support/postgres.rs"]
mod postgres;
mod program;
#[expect(dead_code, reason = "shared with the suite of the courier, which uses more of it")]
#[path = "../support/smtp.rs"]
mod smtp;

mod doctor;
mod help;
mod identities;
mod migrate;
mod tools;

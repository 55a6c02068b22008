//! The courier against a real mail server, with real TLS, and every rendered mail as a golden file.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[path = "../support/certificates.rs"]
mod certificates;
#[expect(dead_code, reason = "one of the two databases is enough for processes")]
#[path = "../support/database.rs"]
mod database;
mod delivery;
mod faults;
mod letters;
#[expect(dead_code, reason = "not every test needs a server that encrypts")]
#[path = "../support/postgres.rs"]
mod postgres;
mod processes;
mod program;
mod service;
#[path = "../support/smtp.rs"]
mod smtp;
mod wording;
mod working;

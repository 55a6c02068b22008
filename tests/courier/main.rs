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
mod delivery;
mod letters;
mod program;
mod service;
#[path = "../support/smtp.rs"]
mod smtp;
mod wording;
mod working;

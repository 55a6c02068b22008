//! The courier against a real mail server, with real TLS, and every rendered mail as a golden file.

mod delivery;
mod letters;
#[path = "../support/smtp.rs"]
mod smtp;
mod wording;
mod working;

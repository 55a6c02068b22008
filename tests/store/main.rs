//! The contract of the store, on both databases, with real threads.

#![expect(
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may fail in any way they like"
)]

#[path = "../support/database.rs"]
mod database;
mod fixture;
#[path = "../support/postgres.rs"]
mod postgres;

mod codes;
mod credentials;
mod encryption;
mod exchanges;
mod flows;
mod identities;
mod outbox;
mod retention;
mod sessions;
mod small_tables;
mod transactions;
mod unavailable;

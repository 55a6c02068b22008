//! The contract of the store, on both databases, with real threads.

#[path = "../support/database.rs"]
mod database;
mod fixture;
#[path = "../support/postgres.rs"]
mod postgres;

mod codes;
mod credentials;
mod flows;
mod identities;
mod outbox;
mod sessions;
mod small_tables;
mod transactions;
mod unavailable;

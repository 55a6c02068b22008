//! The public API as a black box: real router, three kinds of clients, two databases.

#![expect(
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::print_stdout,
    reason = "tests may fail in any way they like"
)]

#[path = "../support/database.rs"]
mod database;
#[expect(dead_code, reason = "not every test needs a server that encrypts")]
#[path = "../support/postgres.rs"]
mod postgres;

mod harness;

mod admin;
mod admin_batch;
mod admin_import;
mod admin_sessions;
mod any_order;
mod budget;
mod code;
mod code_recipient;
mod code_signup;
mod crash;
mod hooks;
mod hostile;
mod identifier_first;
mod login;
mod migration_hook;
mod oidc;
mod oidc_hostile;
mod oidc_link;
mod oidc_native;
mod oidc_settings;
mod operation;
mod outage;
mod passkey_forms;
mod passkeys;
mod quickstart;
mod recovery;
mod recovery_admin;
mod recovery_again;
mod recovery_choice;
mod recovery_link;
mod registration;
mod reload;
mod reload_damage;
mod reload_program;
mod retention;
mod routes;
mod second_codes;
mod second_factors;
mod security;
mod security_keys;
mod sessions;
mod settings;
mod settings_session;
mod templates;
mod timing;
mod tokens;
mod verification;
mod verify_new_address;
mod web_hooks;

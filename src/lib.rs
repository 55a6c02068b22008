//! Zelos: a self-service identity engine without pages of its own.
//!
//! The map is `contrib/docs/architecture.md`: phases, layers, types and rules. Modules are listed here from
//! the bottom layer to the top one; a module uses only what stands above it in this list.

pub mod kernel;

pub mod text;

pub mod crypto;

pub mod ui;

pub mod schema;

pub mod identity;

pub mod session;

pub mod outbox;

pub mod flow;

pub mod store;

pub mod wire;

pub mod net;

pub mod jsonnet;

pub mod method;

pub mod hook;

pub mod courier;

pub mod config;

pub mod runtime;

pub mod engine;

pub mod web;

pub mod cli;

pub mod app;

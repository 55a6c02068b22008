//! The command line: what is asked for, and the commands that need no server.
//!
//! What starts servers or workers is parsed here and run by `app`. Start at [`Cli`].

pub mod admin;
mod args;
mod cleanup;
mod completion;
mod config;
mod courier;
mod doctor;
mod hashing;
mod jsonnet_files;
mod list;
mod migrate;
mod output;
mod outside;
mod preview_page;
mod progress;
mod templates;

pub use args::{
    CleanupCommand, CleanupSql, Cli, Command, CourierCommand, MigrateCommand, SqlCommand, ToolCommand,
};
pub use cleanup::cleanup;
pub use completion::completion;
pub use config::{ConfigCommand, compile, config};
pub use courier::{Preview, SampleData, SendTest, preview, send_test, templates};
pub use doctor::{Doctor, doctor};
pub use hashing::{HashCommand, HashersCommand, hash, hashers};
pub use jsonnet_files::{FormatCommand, JsonnetCommand, LintCommand, format, lint};
pub use list::{hooks, methods, routes};
pub use migrate::migrate;
pub use output::{CliError, Out};
pub use outside::outside;
pub use preview_page::{PAGE_RULES, preview_page};
pub use progress::Progress;
pub use templates::{TemplatesCommand, convert};

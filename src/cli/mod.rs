//! The command line: what is asked for, and the commands that need no server.
//!
//! What starts servers or workers is parsed here and run by `app`. Start at [`Cli`].

mod args;
mod cleanup;
mod config;
mod list;
mod migrate;
mod output;
mod outside;
mod templates;

pub use args::{CleanupCommand, CleanupSql, Cli, Command, CourierCommand, MigrateCommand, SqlCommand};
pub use cleanup::cleanup;
pub use config::{ConfigCommand, compile, config};
pub use list::{hooks, methods, routes};
pub use migrate::migrate;
pub use output::{CliError, Out};
pub use outside::outside;
pub use templates::{TemplatesCommand, convert};

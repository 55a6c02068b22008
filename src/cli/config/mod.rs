//! `zelos config`: looks at configurations, without a server and without a database.
//!
//! What is said about keys comes from `config`; here it is printed.

mod args;
mod check;
mod dump;
mod explain;
mod plan;
mod schema;

use super::{CliError, Out};
use crate::config::{Flags, LoadRequest};

pub use args::ConfigCommand;
pub use check::compile;

/// Runs `config`. `request` names the files and the environment; flags are those of the command.
///
/// # Errors
/// The configuration is wrong, or the command says that something needs attention.
pub async fn config(out: &Out, command: &ConfigCommand, request: LoadRequest) -> Result<(), CliError> {
    let request =
        |dev: bool| LoadRequest { flags: Flags { dev: dev.then_some(true), ..Flags::default() }, ..request };
    match command {
        ConfigCommand::Check { strict, dev } => {
            check::check(out, &LoadRequest { strict: *strict, ..request(*dev) }).await
        }
        ConfigCommand::Schema => {
            schema::schema(out);
            Ok(())
        }
        ConfigCommand::Explain { key, dev } => explain::explain(out, &request(*dev), key),
        ConfigCommand::Dump(asked) => dump::dump(out, asked, &request(asked.dev)),
        ConfigCommand::Plan { new, format, dev } => {
            let current = request(*dev);
            plan::plan(out, *format, &current, &LoadRequest { files: new.clone(), ..current.clone() })
        }
    }
}

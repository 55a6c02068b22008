//! The commands that ask a running server by its admin API: Zelos or any other that speaks it.
//!
//! Nothing here opens a database or reads a configuration. Start at [`run`].

mod args;
mod client;
mod failures;
mod format;
mod identity;
mod import;
mod read;
mod remote;
mod source;
mod validate;

pub use args::AdminCommand;
pub use format::{Format, Shown};

use args::{
    DeleteCommand, GetCommand, IdentitiesCommand, ImportCommand, ListCommand, RemoteCommand, ValidateCommand,
};

use super::{CliError, Out};
use crate::config::Environment;

/// Runs a command that asks a server.
///
/// # Errors
/// Why it failed, in part or as a whole.
pub async fn run(out: &Out, command: &AdminCommand, environment: &Environment) -> Result<(), CliError> {
    use IdentitiesCommand as Older;
    match command {
        AdminCommand::Import(ImportCommand::Identities(asked))
        | AdminCommand::Identities(Older::Import(asked)) => import::import(out, asked, environment).await,
        AdminCommand::Validate(ValidateCommand::Identity(asked))
        | AdminCommand::Identities(Older::Validate(asked)) => {
            validate::validate(out, asked, environment).await
        }
        AdminCommand::Get(GetCommand::Identity(asked)) | AdminCommand::Identities(Older::Get(asked)) => {
            read::get(out, asked, environment).await
        }
        AdminCommand::List(ListCommand::Identities(asked)) | AdminCommand::Identities(Older::List(asked)) => {
            read::list(out, asked, environment).await
        }
        AdminCommand::Delete(DeleteCommand::Identity(asked))
        | AdminCommand::Identities(Older::Delete(asked)) => read::delete(out, asked, environment).await,
        AdminCommand::Remote(RemoteCommand::Status(asked)) => remote::status(out, asked, environment).await,
        AdminCommand::Remote(RemoteCommand::Version(asked)) => remote::version(out, asked, environment).await,
    }
}

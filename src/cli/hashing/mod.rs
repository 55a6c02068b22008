//! Commands that measure password hashes; nothing is stored, and no hash is shown.

mod argon2;
mod args;
mod bench;
mod recommend;

pub use args::{HashCommand, HashersCommand};

use super::{CliError, Out};
use args::Argon2Command;

/// Finds parameters for this machine.
///
/// # Errors
/// Nothing fits, or the measurement failed.
pub async fn hash(out: &Out, command: &HashCommand) -> Result<(), CliError> {
    let HashCommand::Calibrate(asked) = command;
    recommend::recommend(out, asked).await
}

/// Runs a tool of the reference.
///
/// # Errors
/// The measurement failed.
pub async fn hashers(out: &Out, command: &HashersCommand) -> Result<(), CliError> {
    let HashersCommand::Argon2(command) = command;
    match command {
        Argon2Command::Calibrate(asked) => argon2::calibrate(out, asked).await,
        Argon2Command::Hash(asked) => argon2::hash(out, asked).await,
        Argon2Command::LoadTest(asked) => argon2::load_test(out, asked).await,
    }
}

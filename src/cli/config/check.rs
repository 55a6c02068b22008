//! `zelos config check`: everything that is wrong with a configuration, in one run.

use std::sync::Arc;

use crate::{
    cli::{CliError, Out, outside},
    config::{self, Config, LoadRequest},
    crypto::{Cipher, Keyring, SecretLists, session_token},
    kernel::{Entropy as _, OsEntropy},
    runtime::{self, Runtime},
};

/// Loads a configuration and everything that it names, and prints what is wrong or odd.
///
/// # Errors
/// Something is wrong; with a strict request also when something is merely odd.
pub async fn check(out: &Out, request: &LoadRequest) -> Result<(), CliError> {
    let (config, warnings) = config::load(request).map_err(|problems| CliError::new(problems.to_string()))?;
    if !warnings.is_empty() {
        out.note(&warnings);
    }
    let remarks = runtime::remarks(&compile(config).await?);
    if request.strict && !remarks.is_empty() {
        return Err(CliError::new(remarks.join("\n")));
    }
    remarks.iter().for_each(|remark| out.note(remark));
    out.line("The configuration is valid.");
    Ok(())
}

/// Compiles what a configuration names, without a database.
///
/// # Errors
/// Everything that stands in the way.
pub async fn compile(config: Config) -> Result<Runtime, CliError> {
    let outside = outside(&config)?;
    // Nothing is sealed or opened here; any key will do.
    let lists = SecretLists {
        default: vec![session_token(&mut OsEntropy.seed().stream("throw-away key"))],
        ..SecretLists::default()
    };
    let keys = Keyring::new(&lists, Cipher::default())
        .map_err(|error| CliError::because("derive throw-away keys", &error))?;
    let built = runtime::build(Arc::new(config), Arc::new(keys), &outside).await.map_err(all)?;
    runtime::dispatch(&built, &outside).await.map_err(all)?;
    Ok(built)
}

fn all(problems: Vec<runtime::BuildError>) -> CliError {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    CliError::new(format!("The configuration names what cannot be used:\n{}", lines.join("\n")))
}

//! The system that knows the passwords of accounts that were moved here.

use std::sync::Arc;

use super::{BuildError, Outside, fetch::program, letters::plan};
use crate::{config::Config, method::password::MigrationHook};

/// Where it stands in the configuration.
const KEY: &str = "selfservice.methods.password.config.migrate_hook.config";

/// The migration hook, when there is one. Fetches the program that makes its body.
pub async fn migration(config: &Config, outside: &Outside) -> Result<Option<Arc<MigrationHook>>, BuildError> {
    let Some(request) = &config.methods.password.migrate_hook else { return Ok(None) };
    let plan = plan(request).map_err(|error| BuildError::new(KEY, error.to_string()))?;
    let body = program(&format!("{KEY}.body"), request.body.as_ref(), outside).await?;
    Ok(Some(Arc::new(MigrationHook { client: outside.http.clone(), plan, body })))
}

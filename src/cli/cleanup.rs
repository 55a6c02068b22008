//! `zelos cleanup sql`: takes away what has served (02 §11.1).

use std::time::Duration;

use super::{CliError, Out, Progress, args::CleanupSql};
use crate::{
    config::{Dsn, LoadRequest, cleanup_of, dsn_of},
    engine::{drain, sweeps_keeping},
    kernel::{Clock as _, SystemClock},
    runtime::store_config,
    store::Store,
};

/// Between two batches of one kind.
const REST: Duration = Duration::from_millis(10);

/// Runs `cleanup sql`: everything there is, in batches, with a pause after each kind of which something went.
///
/// # Errors
/// The database cannot be named or reached, or a statement failed.
pub async fn cleanup(out: &Out, asked: &CleanupSql, request: &LoadRequest) -> Result<(), CliError> {
    let dsn = match &asked.dsn {
        Some(dsn) => Dsn::parse(dsn).map(|(dsn, _)| dsn).map_err(CliError::new)?,
        None => dsn_of(request).map_err(|problems| CliError::new(problems.to_string()))?,
    };
    let (cleanup, stay) = cleanup_of(request).map_err(|problems| CliError::new(problems.to_string()))?;
    let (batch, pause) =
        (asked.batch_size.unwrap_or(cleanup.batch_size), asked.pause.unwrap_or(cleanup.pause));
    let config = store_config(&dsn).map_err(|error| CliError::because("read the DSN", &error))?;
    let store = Store::open(config).map_err(|error| CliError::because("open the database", &error))?;
    let mut went = Vec::new();
    let progress = Progress::of("rows are gone");
    for sweep in sweeps_keeping(asked.keep_last, &stay, SystemClock.now()) {
        if went.last().is_some_and(|gone| *gone > 0) {
            tokio::time::sleep(pause).await;
        }
        let gone = drain(&store, sweep, batch, REST)
            .await
            .map_err(|fault| CliError::because(&format!("clean up {}", sweep.chore.name()), &fault))?;
        progress.advance(gone);
        out.line(format!("{}: {gone}", sweep.chore.name()));
        went.push(gone);
    }
    progress.finish();
    Ok(())
}

//! The delivery worker, inside `serve` or as a process of its own.

use std::{future::Future, sync::Arc};

use tokio::task::JoinHandle;

use super::assemble::Assembled;
use crate::{
    cli::CliError,
    courier::{Dispatch, KeyOpener, StoreQueue, Worker},
};

/// Starts delivering until `stop` is ready.
pub fn start(assembled: &Assembled, stop: impl Future<Output = ()> + 'static) -> JoinHandle<()> {
    let dispatch: Arc<Dispatch> = Arc::clone(&assembled.dispatch);
    let worker = Worker {
        queue: StoreQueue(assembled.store.clone()),
        opener: KeyOpener(Arc::clone(&assembled.keys)),
        dispatch: Arc::new(move || Arc::clone(&dispatch)),
        clock: Arc::clone(&assembled.clock),
        entropy: Arc::clone(&assembled.entropy),
        poke: Arc::clone(&assembled.poke),
    };
    actix_web::rt::spawn(async move { worker.run(stop).await })
}

/// Delivers until the process is told to stop.
///
/// # Errors
/// The signals cannot be listened to.
pub async fn watch(assembled: Assembled) -> Result<(), CliError> {
    tracing::info!("the courier delivers mail");
    let stop = super::serve::stop_signal()?;
    start(&assembled, stop).await.map_err(|error| CliError::because("run the courier", &error))
}

//! The delivery worker, inside `serve` or as a process of its own.

use std::{future::Future, sync::Arc};

use tokio::task::JoinHandle;

use super::{
    assemble::Assembled,
    reload::{self, Watched},
};
use crate::{
    cli::CliError,
    courier::{KeyOpener, LetterOpener, StoreQueue, Worker},
    crypto::Sealed,
    kernel::{Fault, MessageId},
    outbox::Letter,
    runtime::Live,
};

/// Opens letters with the keys that are current: they may have been sealed under a newer configuration than
/// the one that the round began with.
struct CurrentKeys(Arc<Live>);

impl LetterOpener for CurrentKeys {
    fn open(&self, message: MessageId, sealed: &Sealed) -> Result<Letter, Fault> {
        KeyOpener(Arc::clone(&self.0.get().keys)).open(message, sealed)
    }
}

/// Starts delivering until `stop` is ready.
pub fn start(assembled: &Assembled, stop: impl Future<Output = ()> + 'static) -> JoinHandle<()> {
    let dispatch = Arc::clone(&assembled.dispatch);
    let worker = Worker {
        queue: StoreQueue(assembled.store.clone()),
        opener: CurrentKeys(Arc::clone(&assembled.live)),
        dispatch: Arc::new(move || dispatch.load_full()),
        clock: Arc::clone(&assembled.clock),
        entropy: Arc::clone(&assembled.entropy),
        poke: Arc::clone(&assembled.poke),
    };
    actix_web::rt::spawn(async move { worker.run(stop).await })
}

/// Delivers until the process is told to stop.
///
/// # Errors
/// The signals cannot be listened to, or the files not watched.
pub async fn watch(assembled: Assembled, watched: Watched) -> Result<(), CliError> {
    tracing::info!("the courier delivers mail");
    let stop = super::serve::stop_signal()?;
    let reloading = reload::start(&assembled, watched)?;
    let ended = start(&assembled, stop).await;
    reloading.abort();
    ended.map_err(|error| CliError::because("run the courier", &error))
}

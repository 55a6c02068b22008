//! The janitor of `serve`: takes away what has served, in the background.

use std::{future::Future, pin::pin, time::Duration};

use tokio::task::JoinHandle;

use super::assemble::Assembled;
use crate::{
    engine::{drain, sweeps},
    kernel::Timestamp,
    runtime::Live,
    store::Store,
};

/// How long it waits before it begins, and from one round to the next.
const EVERY: Duration = Duration::from_secs(10 * 60);

/// Between two batches, so that requests get their turn.
const REST: Duration = Duration::from_millis(100);

/// Starts cleaning up until `stop` is ready.
pub fn start(assembled: &Assembled, stop: impl Future<Output = ()> + 'static) -> JoinHandle<()> {
    let (store, live, clock) = (assembled.store.clone(), assembled.live.clone(), assembled.clock.clone());
    actix_web::rt::spawn(async move {
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            tokio::select! {
                () = &mut stop => return,
                () = round(&store, &live, clock.now()) => {}
            }
        }
    })
}

/// Each kind by itself: one that fails, because the database is busy, waits for the next round.
async fn round(store: &Store, live: &Live, now: Timestamp) {
    let config = live.get().config.clone();
    for sweep in sweeps(&config.retention, now) {
        match drain(store, sweep, config.cleanup.batch_size, REST).await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(what = sweep.chore.name(), gone, "cleaned up"),
            Err(fault) => tracing::warn!(what = sweep.chore.name(), %fault, "could not clean up"),
        }
    }
}

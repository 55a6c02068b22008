//! The outbox of the store, as the worker sees it.

use std::sync::Arc;

use super::{Lease, LetterOpener, Outcome, Queue, Settlement};
use crate::{
    crypto::{Keyring, SealPurpose, Sealed},
    kernel::{Fault, Lifespan, MessageId, Timestamp},
    outbox::{Letter, Message},
    store::{Hit, OutboxMut as _, Store},
};

/// The outbox of a store.
pub struct StoreQueue(pub Store);

impl Queue for StoreQueue {
    async fn claim(&self, now: Timestamp, lease: Lifespan, limit: u32) -> Result<Vec<Message>, Fault> {
        Ok(self.0.write(move |tx| tx.claim_messages(now, lease, limit)).await?)
    }

    async fn settle(&self, settlement: Settlement) -> Result<Lease, Fault> {
        let hit = self.0.write(move |tx| {
            let Settlement { claimed, outcome, attempt } = &settlement;
            match outcome {
                Outcome::Sent => tx.mark_sent(claimed, attempt),
                Outcome::RetryAt(at) => tx.mark_failed(claimed, attempt, *at),
                Outcome::Abandoned => tx.mark_abandoned(claimed, Some(attempt), attempt.created_at),
            }
        });
        Ok(match hit.await? {
            Hit::One => Lease::Held,
            Hit::Nothing => Lease::Lost,
        })
    }
}

/// Opens letters with the keys that sealed them.
pub struct KeyOpener(pub Arc<Keyring>);

impl LetterOpener for KeyOpener {
    fn open(&self, id: MessageId, sealed: &Sealed) -> Result<Letter, Fault> {
        const DOING: &str = "open a letter of the outbox";
        let plain = self
            .0
            .open(SealPurpose::Letter, sealed, id.as_uuid().as_bytes())
            .ok_or_else(|| Fault::doing(DOING, "none of secrets.cipher and secrets.default fits"))?;
        serde_json::from_slice(&plain).map_err(|error| Fault::doing(DOING, error))
    }
}

//! The engine and what it works with.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::{
    crypto::Hasher,
    flow::{Head, Policy},
    kernel::{Clock, Entropy, Fault, Seed, Timestamp},
    runtime::{Live, Runtime},
    session::Session,
    store::{Store, StoreError},
};

/// What the engine works with; built once at the start of the process.
#[derive(Clone)]
pub struct Services {
    /// Where everything is kept.
    pub store: Store,
    /// The threads that hash passwords.
    pub hasher: Hasher,
    /// The current configuration.
    pub live: Arc<Live>,
    /// Where the present comes from.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub entropy: Arc<dyn Entropy>,
    /// Wakes the courier of this process after a commit that has something to deliver.
    pub poke: Arc<Notify>,
}

/// The use cases of the product.
#[derive(Clone)]
pub struct Engine {
    pub(super) services: Services,
}

impl Engine {
    /// An engine over these services.
    pub fn new(services: Services) -> Self {
        Self { services }
    }

    /// The configuration for a request that arrives now.
    pub fn runtime(&self) -> Arc<Runtime> {
        self.services.live.get()
    }

    /// The moment and the randomness of a request that arrives now.
    pub fn begin(&self) -> (Timestamp, Seed) {
        (self.services.clock.now(), self.services.entropy.seed())
    }

    pub(super) const fn store(&self) -> &Store {
        &self.services.store
    }
}

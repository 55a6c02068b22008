//! The engine and what it works with.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::Notify;

use super::Visit;
use crate::{
    crypto::Hasher,
    kernel::{Clock, Entropy, Seed, Timestamp},
    method::Ports,
    runtime::{Live, Runtime},
    store::{ReadStore, Store},
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
    /// Whether all migrations are applied.
    pub migrated: Arc<AtomicBool>,
    /// Wakes the courier of this process after a commit that has something to deliver.
    pub poke: Arc<Notify>,
}

/// What the engine lacks to do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unready {
    database: bool,
    migrations: bool,
}

impl Unready {
    /// The parts that are not ready, by name.
    pub fn parts(self) -> impl Iterator<Item = &'static str> {
        [("database", self.database), ("migrations", self.migrations)]
            .into_iter()
            .filter(|(_, ready)| !ready)
            .map(|(name, _)| name)
    }
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

    /// Whether it can do its work now.
    ///
    /// # Errors
    /// What it lacks.
    pub async fn readiness(&self) -> Result<(), Unready> {
        let database = self.services.store.check().await.is_ok();
        let migrations = self.services.migrated.load(Ordering::Relaxed);
        if database && migrations { Ok(()) } else { Err(Unready { database, migrations }) }
    }

    pub(super) const fn store(&self) -> &Store {
        &self.services.store
    }

    /// What methods may reach on behalf of a visit.
    pub(super) fn ports(&self, visit: &Visit) -> Ports {
        let runtime = &visit.runtime;
        Ports {
            store: ReadStore::from(self.services.store.clone()),
            hasher: self.services.hasher.clone(),
            hash_policy: runtime.hash_policy,
            password_policy: Arc::clone(&runtime.password_policy),
            migration: runtime.migration.clone(),
            providers: Arc::clone(&runtime.providers),
            keys: Arc::clone(&runtime.keys),
            policy: Arc::clone(&runtime.policy),
            now: visit.now,
            seed: visit.seed,
        }
    }
}

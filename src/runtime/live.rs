//! The snapshot that is current.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::Runtime;

/// Holds the current snapshot. Reading it is cheap and never waits.
pub struct Live {
    current: ArcSwap<Runtime>,
}

impl Live {
    /// Starts with this snapshot.
    pub fn new(runtime: Runtime) -> Self {
        Self { current: ArcSwap::from_pointee(runtime) }
    }

    /// The current snapshot; a request takes it once.
    pub fn get(&self) -> Arc<Runtime> {
        self.current.load_full()
    }

    /// Takes over a snapshot, whole. Requests under way keep the one they have.
    pub fn replace(&self, runtime: Runtime) {
        self.current.store(Arc::new(runtime));
    }
}

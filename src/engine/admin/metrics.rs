//! Numbers about this process, for monitoring.

use crate::engine::Engine;

/// What this process has done since its start, and how it is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metrics {
    /// Units of work that read.
    pub reads: u64,
    /// Units of work that may write.
    pub writes: u64,
    /// Statements in both.
    pub statements: u64,
    /// Threads that hash passwords.
    pub hash_threads: usize,
    /// How many requests may wait for them.
    pub hash_waiting_room: usize,
}

impl Engine {
    /// The numbers as they are now.
    pub fn metrics(&self) -> Metrics {
        let counts = self.store().statements();
        let plan = self.services.hasher.plan();
        Metrics {
            reads: counts.reads,
            writes: counts.writes,
            statements: counts.statements,
            hash_threads: plan.threads.get(),
            hash_waiting_room: plan.waiting_room,
        }
    }
}

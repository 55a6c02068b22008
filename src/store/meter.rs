//! Counts what the store does, and breaks it on demand: both for tests.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{StoreError, StoreResult};

/// How much the store has done since it was opened. Tests subtract two of these to pin a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Units of work that read.
    pub reads: u64,
    /// Units of work that may write.
    pub writes: u64,
    /// Statements in both, without those that open and close transactions.
    pub statements: u64,
}

/// Counters that all threads of a store share, and the fuse.
#[derive(Debug, Default)]
pub(super) struct Meter {
    reads: AtomicU64,
    writes: AtomicU64,
    statements: AtomicU64,
    /// Statements of write units until one fails; 0 while the fuse is out.
    fuse: AtomicU64,
}

impl Meter {
    pub(super) fn count_read(&self) {
        self.reads.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_write(&self) {
        self.writes.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_statement(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            reads: self.reads.load(Ordering::Relaxed),
            writes: self.writes.load(Ordering::Relaxed),
            statements: self.statements.load(Ordering::Relaxed),
        }
    }

    pub(super) fn arm(&self, nth: u64) -> bool {
        self.fuse.swap(nth, Ordering::Relaxed) != 0
    }

    /// Called before each statement of a write unit, and before its commit.
    pub(super) fn burn(&self) -> StoreResult<()> {
        let burn = |left: u64| left.checked_sub(1);
        match self.fuse.fetch_update(Ordering::Relaxed, Ordering::Relaxed, burn) {
            Ok(1) => Err(StoreError::Database("the fuse blew".into())),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fuse_fails_the_nth_statement_once() {
        let meter = Meter::default();
        assert!(meter.burn().is_ok());
        assert!(!meter.arm(2));
        assert!(meter.burn().is_ok());
        assert!(meter.burn().is_err());
        assert!(meter.burn().is_ok());
        assert!(!meter.arm(5));
        assert!(meter.arm(0));
    }
}

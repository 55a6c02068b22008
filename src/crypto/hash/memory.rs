//! The memory of one hash thread.

use std::collections::TryReserveError;

use argon2::Block;

/// The argon2 memory of one hash thread, kept between hashes.
///
/// Fresh memory for each hash would halve the throughput at 64 MiB: the kernel clears every page anew.
#[derive(Default)]
pub(in crate::crypto) struct HashMemory {
    blocks: Vec<Block>,
}

impl HashMemory {
    /// Lends out `blocks` blocks, taking more memory where these are more than before.
    pub(super) fn lend(&mut self, blocks: usize) -> Result<&mut [Block], TryReserveError> {
        let missing = blocks.saturating_sub(self.blocks.len());
        self.blocks.try_reserve_exact(missing)?;
        if missing > 0 {
            self.blocks.resize(blocks, Block::default());
        }
        Ok(self.blocks.split_at_mut(blocks).0)
    }

    /// Gives back what exceeds `blocks` blocks: one costly import must not hold its memory for good.
    pub(in crate::crypto) fn keep(&mut self, blocks: usize) {
        self.blocks.truncate(blocks);
        self.blocks.shrink_to(blocks);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lends_what_is_asked_for_and_keeps_what_it_is_told() {
        let mut memory = HashMemory::default();
        assert_eq!(memory.lend(8).unwrap().len(), 8);
        assert_eq!(memory.lend(64).unwrap().len(), 64);
        assert_eq!(memory.lend(8).unwrap().len(), 8);
        memory.keep(8);
        assert!(memory.blocks.capacity() < 64);
        assert!(memory.lend(usize::MAX / 2048).is_err());
    }
}

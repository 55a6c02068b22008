//! Randomness as a value: one seed per request, split into labelled streams.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use chacha20::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng as _},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// 256 bits from which everything random in one request is derived.
///
/// Copies of a seed give the same streams, so a decision can be replayed bit for bit, and a commit that is
/// tried again keeps its ids and idempotency keys.
#[derive(Clone, Copy, zeroize::Zeroize)]
pub struct Seed([u8; 32]);

/// A deterministic random stream that belongs to one label of one seed.
pub struct Stream(ChaCha20Rng);

impl Seed {
    /// A seed with the given bits.
    pub fn new(bits: [u8; 32]) -> Self {
        Self(bits)
    }

    /// The stream that belongs to `label`. Different labels give independent streams.
    pub fn stream(&self, label: &str) -> Stream {
        Stream(ChaCha20Rng::from_seed(self.derive(label)))
    }

    /// A seed of its own for one part of a request, for instance for one of several identities.
    #[must_use]
    pub fn child(&self, label: &str) -> Self {
        Self(self.derive(label))
    }

    fn derive(&self, label: &str) -> [u8; 32] {
        // An HMAC key may have any length, so the error cannot happen; a fixed result would still be safe
        // to compile, yet not to use, hence the match instead of a default.
        match Hmac::<Sha256>::new_from_slice(&self.0) {
            Ok(mut mac) => {
                mac.update(label.as_bytes());
                mac.finalize().into_bytes().into()
            }
            Err(never) => unreachable!("HMAC refused a 32-byte key: {never}"),
        }
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

impl Stream {
    /// Fills `out` with random bytes.
    pub fn fill(&mut self, out: &mut [u8]) {
        self.0.fill_bytes(out);
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }

    /// A number below `bound` without modulo bias; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        if bound == 0 {
            return 0;
        }
        let zone = u32::MAX - u32::MAX % bound;
        loop {
            let drawn = self.0.next_u32();
            if drawn < zone {
                return drawn % bound;
            }
        }
    }
}

/// Where seeds come from. Drawn once per request by the engine.
pub trait Entropy: Send + Sync {
    /// A fresh seed.
    fn seed(&self) -> Seed;
}

/// The random source of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[expect(clippy::disallowed_methods, reason = "the one place that draws from the operating system")]
    #[expect(clippy::panic, reason = "an identity server without randomness must not answer at all")]
    fn seed(&self) -> Seed {
        let mut bits = [0; 32];
        match getrandom::fill(&mut bits) {
            Ok(()) => Seed(bits),
            Err(error) => panic!("the operating system gives no random bytes: {error}"),
        }
    }
}

/// Seeds that repeat from run to run, for tests: the n-th seed of a base seed.
#[derive(Debug)]
pub struct SeededEntropy {
    base: Seed,
    drawn: AtomicU64,
}

impl SeededEntropy {
    /// A source whose seeds are all derived from `base`.
    pub fn new(base: u64) -> Self {
        let mut bits = [0; 32];
        for (to, from) in bits.iter_mut().zip(base.to_le_bytes()) {
            *to = from;
        }
        Self { base: Seed(bits), drawn: AtomicU64::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn seed(&self) -> Seed {
        let n = self.drawn.fetch_add(1, Ordering::Relaxed);
        self.base.child(&format!("seed {n}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_per_label_and_differ_between_labels() {
        let seed = Seed::new([7; 32]);
        assert_eq!(seed.stream("code").bytes::<16>(), seed.stream("code").bytes::<16>());
        assert_ne!(seed.stream("code").bytes::<16>(), seed.stream("token").bytes::<16>());
        assert_ne!(seed.child("a").stream("code").bytes::<16>(), seed.stream("code").bytes::<16>());
    }

    #[test]
    fn below_stays_below_and_reaches_every_value() {
        let mut stream = Seed::new([1; 32]).stream("dice");
        let mut seen = [false; 6];
        for _ in 0..200 {
            seen[usize::try_from(stream.below(6)).unwrap()] = true;
        }
        assert!(seen.iter().all(|hit| *hit));
        assert_eq!(stream.below(0), 0);
    }

    #[test]
    fn seeded_entropy_repeats_and_never_gives_a_seed_twice() {
        let (a, b) = (SeededEntropy::new(1), SeededEntropy::new(1));
        let first = a.seed().stream("x").bytes::<8>();
        assert_eq!(first, b.seed().stream("x").bytes::<8>());
        assert_ne!(first, a.seed().stream("x").bytes::<8>());
    }
}

//! How new hashes are made.

use std::{num::NonZeroUsize, time::Duration};

use super::{
    HashError, HashMemory, PasswordHash,
    argon2id::{ARGON2ID, Argon2Hash, check_costs},
    bcrypt::{self, BcryptHash},
    field::Fields,
};
use crate::{
    crypto::{HashText, Password},
    kernel::{BoxError, Stream},
};

/// How new hashes are made. What it makes is within the limits that stored hashes must keep, so nobody is
/// locked out by a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashPolicy(Algorithm);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Argon2id(Argon2Costs),
    Bcrypt { cost: u32 },
}

/// One pass of argon2id over one KiB.
const ARGON2_KIB: Duration = Duration::from_micros(1);

/// One of the 2^cost rounds of bcrypt: a quarter of a second for the usual cost of 12.
const BCRYPT_ROUND: Duration = Duration::from_micros(60);

/// The costs of argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Costs {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes. They are computed one after the other; the throughput comes from hashing several passwords.
    pub parallelism: u32,
    /// Bytes of salt.
    pub salt_length: u32,
    /// Bytes of the digest.
    pub key_length: u32,
}

impl Argon2Costs {
    /// COMPAT: what Kratos uses on a machine with this many cores when nothing is configured, except that
    /// more than 16 lanes would not be accepted by the limits that it and we set for stored hashes.
    pub fn for_cores(cores: NonZeroUsize) -> Self {
        let lanes = cores.get().saturating_mul(2).min(16);
        Self {
            memory_kib: 128 * 1024,
            iterations: 1,
            parallelism: u32::try_from(lanes).unwrap_or(16),
            salt_length: 16,
            key_length: 32,
        }
    }
}

/// COMPAT: what Kratos uses when nothing is configured.
impl Default for HashPolicy {
    fn default() -> Self {
        Self(Algorithm::Bcrypt { cost: 12 })
    }
}

impl HashPolicy {
    /// Hash with argon2id.
    ///
    /// # Errors
    /// A cost is outside its limits.
    pub fn argon2(costs: Argon2Costs) -> Result<Self, HashError> {
        let fields = Fields::of(ARGON2ID);
        check_costs(fields, costs.memory_kib, costs.iterations, costs.parallelism)?;
        fields.at_most("salt length in bytes", costs.salt_length, 256)?;
        fields.at_most("key length in bytes", costs.key_length, 256)?;
        if costs.salt_length < 16 || costs.key_length < 16 {
            return Err(fields.malformed("its salt and its key need at least 16 bytes each"));
        }
        Argon2Hash::unmatched(costs, Vec::new())?;
        Ok(Self(Algorithm::Argon2id(costs)))
    }

    /// Hash with bcrypt.
    ///
    /// # Errors
    /// The cost is outside its limits.
    pub fn bcrypt(cost: u32) -> Result<Self, HashError> {
        bcrypt::check_cost(cost)?;
        Ok(Self(Algorithm::Bcrypt { cost }))
    }

    /// The longest password that can be hashed, in bytes of its composed form; `None` when
    /// [`Password::MAX_BYTES`] is the only bound.
    pub const fn max_password_bytes(&self) -> Option<usize> {
        match self.0 {
            Algorithm::Argon2id(_) => None,
            Algorithm::Bcrypt { .. } => Some(bcrypt::MAX_PASSWORD_BYTES),
        }
    }

    /// Whether a new hash can be made of `password`; rules for new passwords ask this first.
    pub fn fits(&self, password: &Password) -> bool {
        self.max_password_bytes().is_none_or(|max| password.to_hash().len() <= max)
    }

    /// Memory that one hash takes.
    pub fn memory_bytes(&self) -> u64 {
        match self.0 {
            Algorithm::Argon2id(costs) => u64::from(costs.memory_kib) * 1024,
            Algorithm::Bcrypt { .. } => 0,
        }
    }

    /// How long one hash usually takes on a core of a server; machines differ by a factor of three. For the
    /// size of queues, not for deadlines.
    pub fn usual_time(&self) -> Duration {
        match self.0 {
            Algorithm::Argon2id(costs) => {
                ARGON2_KIB.saturating_mul(costs.memory_kib).saturating_mul(costs.iterations)
            }
            Algorithm::Bcrypt { cost } => BCRYPT_ROUND.saturating_mul(2_u32.saturating_pow(cost)),
        }
    }

    /// The blocks of argon2 memory that one hash takes.
    pub(in crate::crypto) fn blocks(&self) -> usize {
        usize::try_from(self.memory_bytes() / 1024).unwrap_or(usize::MAX)
    }

    /// A hash that matches no password and takes as long to verify as a new one, for people who have none.
    pub(in crate::crypto) fn dummy(&self) -> Result<PasswordHash, HashError> {
        Ok(match self.0 {
            Algorithm::Argon2id(costs) => {
                let salt = vec![0; usize::try_from(costs.salt_length).unwrap_or(usize::MAX)];
                PasswordHash::from(Argon2Hash::unmatched(costs, salt)?)
            }
            Algorithm::Bcrypt { cost } => PasswordHash::from(BcryptHash::unmatched(cost)),
        })
    }

    /// Random bytes for the salt of one hash.
    pub(in crate::crypto) fn salt(&self, stream: &mut Stream) -> Vec<u8> {
        let length = match self.0 {
            Algorithm::Argon2id(costs) => usize::try_from(costs.salt_length).unwrap_or(usize::MAX),
            Algorithm::Bcrypt { .. } => 16,
        };
        let mut salt = vec![0; length];
        stream.fill(&mut salt);
        salt
    }

    /// Makes a new hash with a salt from [`HashPolicy::salt`].
    pub(in crate::crypto) fn hash(
        &self,
        password: &Password,
        salt: Vec<u8>,
        memory: &mut HashMemory,
    ) -> Result<HashText, BoxError> {
        if !self.fits(password) {
            return Err("bcrypt takes at most 72 bytes; the rules for new passwords must refuse more".into());
        }
        Ok(match self.0 {
            Algorithm::Argon2id(costs) => {
                Argon2Hash::compute(costs, password.to_hash(), salt, memory)?.to_text()
            }
            Algorithm::Bcrypt { cost } => {
                let salt = salt.try_into().map_err(|_| "bcrypt needs a salt of 16 bytes")?;
                BcryptHash::compute(cost, password.to_hash(), salt).to_text()
            }
        })
    }

    pub(super) fn made_argon2(&self, hash: &Argon2Hash) -> bool {
        matches!(self.0, Algorithm::Argon2id(costs) if hash.costs_as(costs))
    }

    pub(super) fn made_bcrypt(&self, hash: &BcryptHash) -> bool {
        matches!(self.0, Algorithm::Bcrypt { cost } if hash.costs_as(cost))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_keeps_the_limits_of_stored_hashes() {
        let good = Argon2Costs::for_cores(NonZeroUsize::new(64).unwrap());
        assert!(HashPolicy::argon2(good).is_ok());
        for bad in [
            Argon2Costs { memory_kib: 1024 * 1024 + 1, ..good },
            Argon2Costs { memory_kib: 127, ..good },
            Argon2Costs { iterations: 0, ..good },
            Argon2Costs { iterations: 11, ..good },
            Argon2Costs { parallelism: 0, ..good },
            Argon2Costs { parallelism: 17, ..good },
            Argon2Costs { salt_length: 15, ..good },
            Argon2Costs { key_length: 15, ..good },
            Argon2Costs { key_length: 257, ..good },
        ] {
            assert!(HashPolicy::argon2(bad).is_err(), "{bad:?}");
        }
        assert!(HashPolicy::bcrypt(4).is_ok() && HashPolicy::bcrypt(15).is_ok());
        assert!(HashPolicy::bcrypt(3).is_err() && HashPolicy::bcrypt(16).is_err());
    }

    #[test]
    fn time_follows_the_costs() {
        let bcrypt = |cost| HashPolicy::bcrypt(cost).unwrap().usual_time();
        assert_eq!(bcrypt(13), bcrypt(12) * 2);
        assert!((200..300).contains(&bcrypt(12).as_millis()));
        let costs = Argon2Costs::for_cores(NonZeroUsize::MIN);
        let argon2 = |memory_kib, iterations| {
            HashPolicy::argon2(Argon2Costs { memory_kib, iterations, ..costs }).unwrap().usual_time()
        };
        assert_eq!(argon2(64 * 1024, 3), argon2(64 * 1024, 1) * 3);
        assert_eq!(argon2(128 * 1024, 1), argon2(64 * 1024, 1) * 2);
    }

    #[test]
    fn bcrypt_bounds_the_composed_form() {
        let fits = |text: String| HashPolicy::default().fits(&Password::new(text).unwrap());
        assert!(fits("a".repeat(72)) && !fits("a".repeat(73)));
        assert!(fits("e\u{301}".repeat(36)), "72 bytes once composed");
        assert!(
            HashPolicy::argon2(Argon2Costs::for_cores(NonZeroUsize::MIN))
                .unwrap()
                .max_password_bytes()
                .is_none()
        );
    }
}

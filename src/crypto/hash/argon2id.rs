//! argon2id, which is written, and argon2i, which is only read.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use subtle::ConstantTimeEq as _;

use super::{Argon2Costs, HashError, HashMemory, field::Fields};
use crate::{crypto::HashText, kernel::BoxError};

/// A stored argon2 hash whose costs are within the limits.
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct Argon2Hash {
    variant: Algorithm,
    params: Params,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

/// The format in errors and in texts.
pub(super) const ARGON2ID: &str = "argon2id";
const ARGON2I: &str = "argon2i";

/// The library and RFC 9106 want at least this much.
const MIN_SALT_BYTES: usize = 8;

impl Argon2Hash {
    /// Reads what follows `$argon2id$` or `$argon2i$`.
    pub(super) fn parse(variant: Algorithm, rest: &str) -> Result<Self, HashError> {
        let fields = Fields::of(if variant == Algorithm::Argon2id { ARGON2ID } else { ARGON2I });
        let [version, costs, salt, digest] = fields.split(rest)?;
        if version != "v=19" {
            return Err(fields.malformed("its version is not 19"));
        }
        let [memory_kib, iterations, parallelism] = fields.costs(costs, ["m", "t", "p"])?;
        check_costs(fields, memory_kib, iterations, parallelism)?;
        let (salt, digest) = (fields.base64(salt)?, fields.digest(digest)?);
        if salt.len() < MIN_SALT_BYTES {
            return Err(fields.malformed("its salt is too short"));
        }
        let params = params(fields, memory_kib, iterations, parallelism, digest.len())?;
        Ok(Self { variant, params, salt, digest })
    }

    /// Computes a new argon2id hash.
    pub(super) fn compute(
        costs: Argon2Costs,
        password: &[u8],
        salt: Vec<u8>,
        memory: &mut HashMemory,
    ) -> Result<Self, BoxError> {
        let mut hash = Self::unmatched(costs, salt)?;
        hash.digest = hash.derive(password, memory)?;
        Ok(hash)
    }

    /// A hash that costs what `costs` say and matches no password.
    pub(super) fn unmatched(costs: Argon2Costs, salt: Vec<u8>) -> Result<Self, HashError> {
        let fields = Fields::of(ARGON2ID);
        let digest = vec![0; usize::try_from(costs.key_length).unwrap_or(usize::MAX)];
        let params = params(fields, costs.memory_kib, costs.iterations, costs.parallelism, digest.len())?;
        Ok(Self { variant: Algorithm::Argon2id, params, salt, digest })
    }

    pub(super) fn matches(&self, password: &[u8], memory: &mut HashMemory) -> Result<bool, BoxError> {
        // SECURITY: constant time, so the digest cannot be learnt byte by byte (05 no. 50).
        Ok(self.derive(password, memory)?.ct_eq(&self.digest).into())
    }

    fn derive(&self, password: &[u8], memory: &mut HashMemory) -> Result<Vec<u8>, BoxError> {
        let mut out = vec![0; self.digest.len()];
        let blocks = memory.lend(self.params.block_count())?;
        Argon2::new(self.variant, Version::V0x13, self.params.clone())
            .hash_password_into_with_memory(password, &self.salt, &mut out, blocks)?;
        Ok(out)
    }

    /// Whether it was made with `costs`. Parallelism is left out: it is usually derived from the number of
    /// cores, changes neither memory nor work, and two unlike hosts would hash again at every log-in.
    pub(super) fn costs_as(&self, costs: Argon2Costs) -> bool {
        let at_least = |have: usize, want: u32| u32::try_from(have).is_ok_and(|have| have >= want);
        self.variant == Algorithm::Argon2id
            && self.params.m_cost() == costs.memory_kib
            && self.params.t_cost() == costs.iterations
            && at_least(self.salt.len(), costs.salt_length)
            && at_least(self.digest.len(), costs.key_length)
    }

    pub(super) fn memory_bytes(&self) -> u64 {
        u64::from(self.params.m_cost()) * 1024
    }

    pub(super) fn to_text(&self) -> HashText {
        HashText::new(format!(
            "${}$v=19$m={},t={},p={}${}${}",
            self.variant.as_str(),
            self.params.m_cost(),
            self.params.t_cost(),
            self.params.p_cost(),
            STANDARD_NO_PAD.encode(&self.salt),
            STANDARD_NO_PAD.encode(&self.digest),
        ))
    }
}

/// The caps of 03 §9.1.
pub(super) fn check_costs(
    fields: Fields,
    memory_kib: u32,
    iterations: u32,
    parallelism: u32,
) -> Result<(), HashError> {
    fields.at_most("memory in KiB", memory_kib, 1024 * 1024)?;
    fields.at_most("number of iterations", iterations, 10)?;
    fields.at_most("parallelism", parallelism, 16)
}

fn params(
    fields: Fields,
    memory_kib: u32,
    iterations: u32,
    parallelism: u32,
    digest_bytes: usize,
) -> Result<Params, HashError> {
    Params::new(memory_kib, iterations, parallelism, Some(digest_bytes))
        .map_err(|_| fields.malformed("it needs one iteration, one lane and 8 KiB of memory per lane"))
}

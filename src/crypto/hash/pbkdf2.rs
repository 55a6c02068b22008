//! PBKDF2 hashes, read only.

use subtle::ConstantTimeEq as _;

use super::{HashError, field::Fields, function::HashFunction};

const FIELDS: Fields = Fields::of("pbkdf2");

/// Iterations times digest blocks: a long digest repeats all iterations for each of its blocks.
const MAX_ROUNDS: u32 = 10_000_000;

/// A stored PBKDF2 hash whose number of iterations is within the limit.
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct Pbkdf2Hash {
    function: HashFunction,
    iterations: u32,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

impl Pbkdf2Hash {
    /// Reads what follows `$pbkdf2-<name>$`.
    pub(super) fn parse(name: &str, rest: &str) -> Result<Self, HashError> {
        let function = function(name)?;
        let [costs, salt, digest] = FIELDS.split(rest)?;
        // COMPAT: `l` is not enforced, the length of the digest is what counts (02 §7.3).
        let [iterations, _length] = FIELDS.costs(costs, ["i", "l"])?;
        FIELDS.at_most("number of iterations", iterations, MAX_ROUNDS)?;
        if iterations == 0 {
            return Err(FIELDS.malformed("it needs at least one iteration"));
        }
        let (salt, digest) = (FIELDS.base64(salt)?, FIELDS.digest(digest)?);
        let blocks = u32::try_from(digest.len().div_ceil(function.digest_bytes())).unwrap_or(u32::MAX);
        let rounds = iterations.saturating_mul(blocks);
        FIELDS.at_most("number of iterations times digest blocks", rounds, MAX_ROUNDS)?;
        Ok(Self { function, iterations, salt, digest })
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let mut out = vec![0; self.digest.len()];
        self.function.pbkdf2(password, &self.salt, self.iterations, &mut out);
        out.ct_eq(&self.digest).into()
    }

    pub(super) const fn rounds(&self) -> u32 {
        self.iterations
    }
}

fn function(name: &str) -> Result<HashFunction, HashError> {
    let digits = name.strip_prefix("sha").ok_or(HashError::Unrecognised)?;
    if !(1..=3).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(HashError::Unrecognised);
    }
    match digits {
        "1" => Ok(HashFunction::Sha1),
        "512" => Ok(HashFunction::Sha512),
        // COMPAT: the writers of this format use SHA-3 for these two (02 §7.3).
        "224" => Ok(HashFunction::Sha3Of224),
        "384" => Ok(HashFunction::Sha3Of384),
        // COMPAT: any other number means SHA-256 (02 §7.3).
        _ => Ok(HashFunction::Sha256),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_digests_count_against_the_limit() {
        let text = |i: u32, digest: usize| format!("i={i},l=32$c2FsdHNhbHQ${}", "A".repeat(digest));
        assert!(Pbkdf2Hash::parse("sha256", &text(10_000_000, 43)).is_ok());
        assert!(Pbkdf2Hash::parse("sha256", &text(10_000_001, 43)).is_err());
        assert!(Pbkdf2Hash::parse("sha256", &text(5_000_001, 86)).is_err());
        assert!(Pbkdf2Hash::parse("sha256", &text(u32::MAX, 1200)).is_err());
        assert!(Pbkdf2Hash::parse("sha256", &text(0, 43)).is_err());
    }

    #[test]
    fn two_numbers_mean_sha_3_and_unknown_ones_sha_256() {
        assert_eq!(function("sha224"), Ok(HashFunction::Sha3Of224));
        assert_eq!(function("sha384"), Ok(HashFunction::Sha3Of384));
        assert_eq!(function("sha999"), Ok(HashFunction::Sha256));
        for name in ["md5", "sha", "sha1024", "sha2a"] {
            assert_eq!(function(name), Err(HashError::Unrecognised), "{name}");
        }
    }
}

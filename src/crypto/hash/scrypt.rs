//! scrypt hashes and the variant of Firebase, read only.

use aes::{
    Aes256,
    cipher::{KeyIvInit as _, StreamCipher as _},
};
use ctr::Ctr128BE;
use scrypt::Params;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{HashError, field::Fields};
use crate::kernel::BoxError;

const SCRYPT: Fields = Fields::of("scrypt");
const FIREBASE: Fields = Fields::of("firescrypt");

/// The caps of 03 §9.1; together at most 128 MiB.
const MAX_LOG_N: u8 = 17;
const MAX_BLOCK_SIZE: u32 = 8;
const MAX_PARALLELISM: u32 = 10;

/// A stored scrypt hash whose costs are within the limits.
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct ScryptHash {
    params: Params,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

impl ScryptHash {
    /// Reads what follows `$scrypt$`.
    pub(super) fn parse(rest: &str) -> Result<Self, HashError> {
        let [costs, salt, digest] = SCRYPT.split(rest)?;
        // COMPAT: `ln` is N itself, not its logarithm (03 §9.1).
        let [n, block_size, parallelism] = SCRYPT.costs(costs, ["ln", "r", "p"])?;
        SCRYPT.at_most("N", n, 1 << MAX_LOG_N)?;
        if !n.is_power_of_two() || n < 2 {
            return Err(SCRYPT.malformed("its N is not a power of two"));
        }
        let params = params(SCRYPT, n.ilog2(), block_size, parallelism)?;
        Ok(Self { params, salt: SCRYPT.base64(salt)?, digest: SCRYPT.digest(digest)? })
    }

    pub(super) fn matches(&self, password: &[u8]) -> Result<bool, BoxError> {
        let mut out = vec![0; self.digest.len()];
        scrypt::scrypt(password, &self.salt, &self.params, &mut out)?;
        Ok(out.ct_eq(&self.digest).into())
    }

    pub(super) fn memory_bytes(&self) -> u64 {
        memory_bytes(&self.params)
    }
}

/// A stored hash of Firebase whose costs are within the limits: the project's signer key, encrypted under a
/// key that scrypt derives from the password.
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct FirebaseHash {
    params: Params,
    /// The user's salt followed by the project's separator.
    salt: Vec<u8>,
    signer_key: Vec<u8>,
    digest: Vec<u8>,
}

impl FirebaseHash {
    /// Reads what follows `$firescrypt$`.
    pub(super) fn parse(rest: &str) -> Result<Self, HashError> {
        let [costs, salt, digest, separator, signer_key] = FIREBASE.split(rest)?;
        let [log_n, block_size, parallelism] = FIREBASE.costs(costs, ["ln", "r", "p"])?;
        let params = params(FIREBASE, log_n, block_size, parallelism)?;
        let mut salt = FIREBASE.base64(salt)?;
        salt.extend(FIREBASE.base64(separator)?);
        let (signer_key, digest) = (FIREBASE.base64(signer_key)?, FIREBASE.digest(digest)?);
        if signer_key.len() != digest.len() {
            return Err(FIREBASE.malformed("its digest is not as long as its signer key"));
        }
        Ok(Self { params, salt, signer_key, digest })
    }

    pub(super) fn matches(&self, password: &[u8]) -> Result<bool, BoxError> {
        let mut key = Zeroizing::new([0; 32]);
        scrypt::scrypt(password, &self.salt, &self.params, key.as_mut_slice())?;
        let mut out = self.signer_key.clone();
        Ctr128BE::<Aes256>::new(&(*key).into(), &[0; 16].into()).apply_keystream(&mut out);
        Ok(out.ct_eq(&self.digest).into())
    }

    pub(super) fn memory_bytes(&self) -> u64 {
        memory_bytes(&self.params)
    }
}

fn params(fields: Fields, log_n: u32, block_size: u32, parallelism: u32) -> Result<Params, HashError> {
    fields.at_most("logarithm of N", log_n, MAX_LOG_N.into())?;
    fields.at_most("block size", block_size, MAX_BLOCK_SIZE)?;
    fields.at_most("parallelism", parallelism, MAX_PARALLELISM)?;
    u8::try_from(log_n)
        .ok()
        .filter(|log_n| *log_n > 0)
        .and_then(|log_n| Params::new(log_n, block_size, parallelism).ok())
        .ok_or_else(|| fields.malformed("its parameters must be positive"))
}

fn memory_bytes(params: &Params) -> u64 {
    128 * u64::from(params.r()) * (params.n() + u64::from(params.p()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_capped() {
        let text = |ln: u32, r: u32, p: u32| format!("ln={ln},r={r},p={p}$c2FsdA==$AAAAAAAAAAAAAAAAAAAA");
        assert!(ScryptHash::parse(&text(131_072, 8, 10)).is_ok());
        for (ln, r, p) in [
            (262_144, 8, 1),
            (131_072, 9, 1),
            (2, 8, 11),
            (0, 8, 1),
            (1, 8, 1),
            (1000, 8, 1),
            (2, 0, 1),
            (2, 1, 0),
        ] {
            assert!(ScryptHash::parse(&text(ln, r, p)).is_err(), "{ln} {r} {p}");
        }
        let firebase = |ln: u32| format!("{}$Bw==$AAAAAAAAAAAAAAAAAAAA", text(ln, 8, 1));
        assert!(FirebaseHash::parse(&firebase(17)).is_ok());
        assert!(FirebaseHash::parse(&firebase(18)).is_err() && FirebaseHash::parse(&firebase(0)).is_err());
    }

    #[test]
    fn a_firebase_digest_is_as_long_as_the_key_it_encrypts() {
        let short = "ln=2,r=1,p=1$c2FsdA==$AAAAAAAAAAAAAAAAAAAA$Bw==$AAAA";
        assert!(FirebaseHash::parse(short).is_err());
    }
}

//! bcrypt, read in all its spellings and written as `$2b$`.

use base64::{
    Engine as _, alphabet,
    engine::{GeneralPurpose, general_purpose::NO_PAD},
};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroize as _;

use super::{
    HashError,
    field::{Fields, number},
};
use crate::crypto::HashText;

/// The format in errors.
pub(super) const BCRYPT: &str = "bcrypt";

/// Passwords longer than this cannot be told apart by bcrypt.
pub(super) const MAX_PASSWORD_BYTES: usize = 72;

/// Some writers leave arbitrary bits in the last character of the salt; the rest is checked.
const RADIX64: GeneralPurpose =
    GeneralPurpose::new(&alphabet::BCRYPT, NO_PAD.with_decode_allow_trailing_bits(true));

const COST_BYTES: usize = 2;
const SALT_CHARS: usize = 22;
const DIGEST_CHARS: usize = 31;

/// A stored bcrypt hash whose cost is within the limit.
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct BcryptHash {
    cost: u32,
    salt: [u8; 16],
    digest: [u8; 23],
}

impl BcryptHash {
    /// Reads what follows `$2b$` and its like.
    pub(super) fn parse(rest: &str) -> Result<Self, HashError> {
        let fields = Fields::of(BCRYPT);
        let [cost, body] = fields.split(rest)?;
        let digits = Some(cost).filter(|cost| cost.len() == COST_BYTES).and_then(number);
        let cost = digits.ok_or_else(|| fields.malformed("its cost is not two digits"))?;
        check_cost(cost)?;
        let (salt, digest) = body
            .split_at_checked(SALT_CHARS)
            .filter(|(_, digest)| digest.len() == DIGEST_CHARS)
            .ok_or_else(|| fields.malformed("it has the wrong length"))?;
        let (salt, digest) = (decode(fields, salt)?, decode(fields, digest)?);
        Ok(Self { cost, salt, digest })
    }

    /// Computes a new hash. The caller has refused passwords over [`MAX_PASSWORD_BYTES`].
    pub(super) fn compute(cost: u32, password: &[u8], salt: [u8; 16]) -> Self {
        Self { cost, salt, digest: derive(cost, salt, password) }
    }

    /// A hash that costs what `cost` says and matches no password.
    pub(super) const fn unmatched(cost: u32) -> Self {
        Self { cost, salt: [0; 16], digest: [0; 23] }
    }

    /// Whether the password is the right one; never for passwords over [`MAX_PASSWORD_BYTES`].
    pub(super) fn matches(&self, password: &[u8]) -> bool {
        // SECURITY: a longer password is hashed all the same, so that the time does not tell which accounts
        // exist and use bcrypt; guarded by `seventy_two_bytes_match_and_not_one_more`.
        let digest = derive(self.cost, self.salt, password);
        bool::from(digest.ct_eq(&self.digest)) & (password.len() <= MAX_PASSWORD_BYTES)
    }

    pub(super) const fn costs_as(&self, cost: u32) -> bool {
        self.cost == cost
    }

    pub(super) fn to_text(&self) -> HashText {
        HashText::new(format!(
            "$2b${:02}${}{}",
            self.cost,
            RADIX64.encode(self.salt),
            RADIX64.encode(self.digest)
        ))
    }
}

/// The cap of 03 §9.1, and the least that the algorithm knows.
pub(super) fn check_cost(cost: u32) -> Result<(), HashError> {
    let fields = Fields::of(BCRYPT);
    fields.at_most("cost", cost, 15)?;
    if cost < 4 { Err(fields.malformed("its cost is below 4")) } else { Ok(()) }
}

fn decode<const N: usize>(fields: Fields, text: &str) -> Result<[u8; N], HashError> {
    RADIX64
        .decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| fields.malformed("its salt or digest is not base64 of the bcrypt kind"))
}

fn derive(cost: u32, salt: [u8; 16], password: &[u8]) -> [u8; 23] {
    // The key is the password and its terminating zero byte, cut at 72 bytes.
    let mut key: Vec<u8> = password.iter().copied().chain([0]).take(MAX_PASSWORD_BYTES).collect();
    let [digest @ .., _last] = bcrypt::bcrypt(cost, salt, &key);
    key.zeroize();
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seventy_two_bytes_match_and_not_one_more() {
        let hash = BcryptHash::parse("04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe").unwrap();
        assert!(hash.matches(&[b'a'; 72]));
        assert!(!hash.matches(&[b'a'; 73]) && !hash.matches(&[b'a'; 71]));
    }

    #[test]
    fn what_is_written_is_read_and_matches() {
        let hash = BcryptHash::compute(4, b"secret", [9; 16]);
        let text = hash.to_text();
        assert!(BcryptHash::parse(text.as_str().strip_prefix("$2b$").unwrap()).unwrap() == hash);
        assert!(hash.matches(b"secret") && !hash.matches(b"Secret"));
        assert!(!BcryptHash::unmatched(4).matches(b"") && !BcryptHash::unmatched(4).matches(b"secret"));
    }

    #[test]
    fn costs_have_two_digits_between_four_and_fifteen() {
        let body = "abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe";
        for cost in ["3", "03", "16", "31", "99", "+4", "004", ""] {
            assert!(BcryptHash::parse(&format!("{cost}${body}")).is_err(), "{cost}");
        }
        assert!(BcryptHash::parse(&format!("15${body}")).is_ok());
        assert!(BcryptHash::parse(&format!("04${body}x")).is_err());
        assert!(BcryptHash::parse(&format!("04${}", &body[1..])).is_err());
    }
}

//! The hashes of Unix password files: md5-crypt, sha256-crypt and sha512-crypt, read only.

use sha_crypt::{Params, sha256_crypt, sha512_crypt};
use subtle::ConstantTimeEq as _;

use super::{
    HashError,
    field::{Fields, number},
    function::HashFunction,
};

/// Twice what common tools write. The algorithm itself would allow a thousand times more.
const MAX_ROUNDS: u32 = 1_000_000;

/// A stored hash of a Unix password file whose number of rounds is within the limit.
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct UnixHash {
    variant: Variant,
    rounds: u32,
    salt: Vec<u8>,
    /// In the alphabet and byte order of crypt(3).
    digest: String,
}

/// The hash function and with it the algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variant {
    Md5,
    Sha256,
    Sha512,
}

impl Variant {
    const fn format(self) -> &'static str {
        match self {
            Self::Md5 => "md5-crypt",
            Self::Sha256 => "sha256-crypt",
            Self::Sha512 => "sha512-crypt",
        }
    }

    /// Further bytes of a salt are ignored.
    const fn salt_bytes(self) -> usize {
        match self {
            Self::Md5 => 8,
            Self::Sha256 | Self::Sha512 => 16,
        }
    }

    const fn digest_chars(self) -> usize {
        match self {
            Self::Md5 => 22,
            Self::Sha256 => 43,
            Self::Sha512 => 86,
        }
    }
}

impl UnixHash {
    /// Reads what follows `$md5-crypt$`, `$sha256-crypt$` or `$sha512-crypt$`.
    pub(super) fn parse(variant: Variant, rest: &str) -> Result<Self, HashError> {
        let fields = Fields::of(variant.format());
        let (rounds, rest) = match rest.strip_prefix("rounds=").and_then(|rest| rest.split_once('$')) {
            Some((rounds, rest)) if variant != Variant::Md5 => {
                (number(rounds).ok_or_else(|| fields.malformed("its rounds are not a number"))?, rest)
            }
            _ => (Params::RECOMMENDED_ROUNDS, rest),
        };
        fields.at_most("number of rounds", rounds, MAX_ROUNDS)?;
        let [salt, digest] = fields.split(rest)?;
        if digest.len() != variant.digest_chars() {
            return Err(fields.malformed("its digest has the wrong length"));
        }
        let salt = salt.bytes().take(variant.salt_bytes()).collect();
        let rounds = if variant == Variant::Md5 { MD5_ROUNDS } else { rounds.max(Params::ROUNDS_MIN) };
        Ok(Self { variant, rounds, salt, digest: digest.to_owned() })
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        // The clamp in `parse` leaves only numbers of rounds that are accepted here.
        let params = Params::new(self.rounds).unwrap_or(Params::RECOMMENDED);
        let digest = match self.variant {
            Variant::Md5 => md5_crypt(password, &self.salt),
            Variant::Sha256 => sha256_crypt(password, &self.salt, params).to_vec(),
            Variant::Sha512 => sha512_crypt(password, &self.salt, params).to_vec(),
        };
        encode(self.variant, &digest).as_bytes().ct_eq(self.digest.as_bytes()).into()
    }

    pub(super) const fn rounds(&self) -> u32 {
        self.rounds
    }
}

const MD5_ROUNDS: u32 = 1000;

/// The algorithm that FreeBSD introduced in 1994: a thousand rounds of MD5.
fn md5_crypt(password: &[u8], salt: &[u8]) -> Vec<u8> {
    let md5 = |parts: &[&[u8]]| HashFunction::Md5.digest(parts);
    let inner = md5(&[password, salt, password]);
    let repeated: Vec<u8> = inner.iter().copied().cycle().take(password.len()).collect();
    // One byte per bit of the length, lowest first: zero for a set bit, else the first byte.
    let bits = usize::BITS - password.len().leading_zeros();
    let first = password.first().copied().unwrap_or_default();
    let tail: Vec<u8> = (0..bits).map(|bit| if password.len() >> bit & 1 == 1 { 0 } else { first }).collect();
    let mut digest = md5(&[password, b"$1$", salt, &repeated, &tail]);
    for round in 0..MD5_ROUNDS {
        let odd = round % 2 == 1;
        digest = md5(&[
            if odd { password } else { &digest },
            if round % 3 == 0 { &[] } else { salt },
            if round % 7 == 0 { &[] } else { password },
            if odd { &digest } else { password },
        ]);
    }
    digest
}

const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The text of a digest in crypt(3): groups of up to three bytes in an order of its own, each as a number
/// written in base 64, lowest digit first.
fn encode(variant: Variant, digest: &[u8]) -> String {
    let mut text = String::new();
    for group in groups(variant) {
        let bytes = group.iter().filter_map(|index| digest.get(*index));
        let mut value = bytes.fold(0, |value: usize, byte| value << 8 | usize::from(*byte));
        for _ in 0..=group.len() {
            text.extend(ALPHABET.get(value % 64).map(|char| char::from(*char)));
            value /= 64;
        }
    }
    text
}

/// Which bytes of a digest make up each group, the first one highest.
fn groups(variant: Variant) -> Vec<Vec<usize>> {
    type Next = fn([usize; 3]) -> [usize; 3];
    let triples = |count, first, next: Next| {
        std::iter::successors(Some(first), move |last| Some(next(*last))).take(count).map(Vec::from)
    };
    match variant {
        Variant::Md5 => triples(5, [0, 6, 12], |[a, b, c]| [a + 1, b + 1, if c == 15 { 5 } else { c + 1 }])
            .chain([vec![11]])
            .collect(),
        Variant::Sha256 => {
            triples(10, [0, 10, 20], |[a, b, c]| [c + 1, a + 1, b + 1]).chain([vec![31, 30]]).collect()
        }
        Variant::Sha512 => {
            triples(21, [0, 21, 42], |[a, b, c]| [b + 1, c + 1, a + 1]).chain([vec![63]]).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_groups_name_every_byte_once() {
        for (variant, bytes) in [(Variant::Md5, 16), (Variant::Sha256, 32), (Variant::Sha512, 64)] {
            let mut named: Vec<usize> = groups(variant).into_iter().flatten().collect();
            named.sort_unstable();
            assert_eq!(named, (0..bytes).collect::<Vec<_>>());
            assert_eq!(encode(variant, &vec![0; bytes]).len(), variant.digest_chars());
        }
    }

    #[test]
    fn rounds_are_capped_and_digests_complete() {
        let digest = "x".repeat(43);
        let parse = |rest: &str| UnixHash::parse(Variant::Sha256, rest);
        assert!(parse(&format!("rounds=1000000$salt${digest}")).is_ok());
        assert!(parse(&format!("rounds=1000001$salt${digest}")).is_err());
        assert!(parse(&format!("rounds=99999999999999$salt${digest}")).is_err());
        assert!(parse(&format!("rounds=x$salt${digest}")).is_err());
        assert_eq!(parse(&format!("rounds=1$salt${digest}")).unwrap().rounds(), 1000);
        assert!(parse("salt$").is_err() && parse("salt").is_err() && parse("").is_err());
    }

    #[test]
    fn empty_and_long_passwords_agree_with_the_system_library() {
        for (password, salt, digest) in [
            (String::new(), "saltsalt", "5Jhcit4zN9UlGiA0txPkO0"),
            ("a".repeat(100), "abcdefghij", "PMYmUtA3DUw85XNTjARVj0"),
        ] {
            let hash = UnixHash::parse(Variant::Md5, &format!("{salt}${digest}")).unwrap();
            assert!(hash.matches(password.as_bytes()), "{salt}");
            assert!(!hash.matches(b"b"));
        }
    }
}

//! The list of formats: which text is read by whom, and what all of them can do.

use argon2::Algorithm;

use super::{
    HashError, HashMemory, HashPolicy,
    argon2id::Argon2Hash,
    bcrypt::BcryptHash,
    field::Fields,
    function::HashFunction,
    pbkdf2::Pbkdf2Hash,
    salted::{KeyedHash, SaltedHash},
    scrypt::{FirebaseHash, ScryptHash},
    unix_crypt::{UnixHash, Variant},
};
use crate::{
    crypto::{HashText, Password, password::Form},
    kernel::BoxError,
};

/// A stored password hash in one of the formats of 02 §7.3, with parameters within their limits.
///
/// SECURITY: whoever can import a hash chooses its parameters, so all are checked here, before any of them
/// costs time or memory (05 no. 9); guarded by `sec_09_hostile_texts_stay_within_the_limits`.
///
/// There is no `==`: digests are compared in constant time, and by [`crate::crypto::Hasher`] alone.
#[cfg_attr(test, derive(PartialEq))]
pub struct PasswordHash(Scheme);

#[cfg_attr(test, derive(PartialEq))]
enum Scheme {
    Argon2(Argon2Hash),
    Bcrypt(BcryptHash),
    Unix(UnixHash),
    Pbkdf2(Pbkdf2Hash),
    Scrypt(ScryptHash),
    Firebase(FirebaseHash),
    Salted(SaltedHash),
    Keyed(KeyedHash),
}

/// No format needs more; checked before anything is split or decoded.
const MAX_TEXT_BYTES: u32 = 4096;

/// Iterated hashes with no more rounds than this are not worth mentioning beside a current hash.
const CHEAP_ROUNDS: u32 = 10_000;

impl PasswordHash {
    /// Reads the text of a hash. Used for imports too: what is refused here is refused there.
    ///
    /// # Errors
    /// [`HashError::OverLimit`] when verifying it would cost too much, another variant when the text is not
    /// in a supported format.
    pub fn parse(text: &HashText) -> Result<Self, HashError> {
        let text = text.as_str();
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        Fields::of("text of the").at_most("length in bytes", length, MAX_TEXT_BYTES)?;
        for (prefix, function) in [
            ("{SSHA}", HashFunction::Sha1),
            ("{SSHA256}", HashFunction::Sha256),
            ("{SSHA512}", HashFunction::Sha512),
        ] {
            if let Some(rest) = text.strip_prefix(prefix) {
                return SaltedHash::parse_ldap(function, rest).map(Scheme::Salted).map(Self);
            }
        }
        let (name, rest) =
            text.strip_prefix('$').and_then(|text| text.split_once('$')).ok_or(HashError::Unrecognised)?;
        Self::parse_named(name, rest).map(Self)
    }

    fn parse_named(name: &str, rest: &str) -> Result<Scheme, HashError> {
        match name {
            "argon2id" => Argon2Hash::parse(Algorithm::Argon2id, rest).map(Scheme::Argon2),
            "argon2i" => Argon2Hash::parse(Algorithm::Argon2i, rest).map(Scheme::Argon2),
            "2" | "2a" | "2b" | "2y" | "2z" => BcryptHash::parse(rest).map(Scheme::Bcrypt),
            "md5-crypt" => UnixHash::parse(Variant::Md5, rest).map(Scheme::Unix),
            "sha256-crypt" => UnixHash::parse(Variant::Sha256, rest).map(Scheme::Unix),
            "sha512-crypt" => UnixHash::parse(Variant::Sha512, rest).map(Scheme::Unix),
            "scrypt" => ScryptHash::parse(rest).map(Scheme::Scrypt),
            "firescrypt" => FirebaseHash::parse(rest).map(Scheme::Firebase),
            "md5" => SaltedHash::parse(HashFunction::Md5, rest).map(Scheme::Salted),
            "sha1" => SaltedHash::parse(HashFunction::Sha1, rest).map(Scheme::Salted),
            "sha256" => SaltedHash::parse(HashFunction::Sha256, rest).map(Scheme::Salted),
            "sha512" => SaltedHash::parse(HashFunction::Sha512, rest).map(Scheme::Salted),
            other => match other.split_once('-') {
                Some(("pbkdf2", function)) => Pbkdf2Hash::parse(function, rest).map(Scheme::Pbkdf2),
                Some(("hmac", function)) => {
                    let function = HashFunction::parse(function).ok_or(HashError::Unrecognised)?;
                    KeyedHash::parse(function, rest).map(Scheme::Keyed)
                }
                _ => Err(HashError::Unrecognised),
            },
        }
    }

    /// Whether a hash made today would be of another kind or cost (03 Q39).
    pub fn needs_rehash(&self, policy: &HashPolicy) -> bool {
        match &self.0 {
            Scheme::Argon2(hash) => !policy.made_argon2(hash),
            Scheme::Bcrypt(hash) => !policy.made_bcrypt(hash),
            Scheme::Unix(_)
            | Scheme::Pbkdf2(_)
            | Scheme::Scrypt(_)
            | Scheme::Firebase(_)
            | Scheme::Salted(_)
            | Scheme::Keyed(_) => true,
        }
    }

    /// Memory that verifying it takes.
    pub fn memory_bytes(&self) -> u64 {
        match &self.0 {
            Scheme::Argon2(hash) => hash.memory_bytes(),
            Scheme::Scrypt(hash) => hash.memory_bytes(),
            Scheme::Firebase(hash) => hash.memory_bytes(),
            Scheme::Bcrypt(_)
            | Scheme::Unix(_)
            | Scheme::Pbkdf2(_)
            | Scheme::Salted(_)
            | Scheme::Keyed(_) => 0,
        }
    }

    /// Whether verifying it takes no noticeable time, so that time would tell that it exists.
    pub(in crate::crypto) const fn is_cheap(&self) -> bool {
        match &self.0 {
            Scheme::Salted(_) | Scheme::Keyed(_) => true,
            Scheme::Unix(hash) => hash.rounds() <= CHEAP_ROUNDS,
            Scheme::Pbkdf2(hash) => hash.rounds() <= CHEAP_ROUNDS,
            Scheme::Argon2(_) | Scheme::Bcrypt(_) | Scheme::Scrypt(_) | Scheme::Firebase(_) => false,
        }
    }

    /// Which form of the password it was made of, if any.
    pub(in crate::crypto) fn matching_form(
        &self,
        password: &Password,
        memory: &mut HashMemory,
    ) -> Result<Option<Form>, BoxError> {
        for (form, bytes) in password.forms() {
            if self.matches(bytes, memory)? {
                return Ok(Some(form));
            }
        }
        Ok(None)
    }

    fn matches(&self, password: &[u8], memory: &mut HashMemory) -> Result<bool, BoxError> {
        match &self.0 {
            Scheme::Argon2(hash) => hash.matches(password, memory),
            Scheme::Bcrypt(hash) => Ok(hash.matches(password)),
            Scheme::Unix(hash) => Ok(hash.matches(password)),
            Scheme::Pbkdf2(hash) => Ok(hash.matches(password)),
            Scheme::Scrypt(hash) => hash.matches(password),
            Scheme::Firebase(hash) => hash.matches(password),
            Scheme::Salted(hash) => Ok(hash.matches(password)),
            Scheme::Keyed(hash) => Ok(hash.matches(password)),
        }
    }
}

#[cfg(test)]
impl PasswordHash {
    /// The text of the formats that are written.
    pub(super) fn to_text(&self) -> Option<HashText> {
        match &self.0 {
            Scheme::Argon2(hash) => Some(hash.to_text()),
            Scheme::Bcrypt(hash) => Some(hash.to_text()),
            _ => None,
        }
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[password hash]")
    }
}

impl From<Argon2Hash> for PasswordHash {
    fn from(hash: Argon2Hash) -> Self {
        Self(Scheme::Argon2(hash))
    }
}

impl From<BcryptHash> for PasswordHash {
    fn from(hash: BcryptHash) -> Self {
        Self(Scheme::Bcrypt(hash))
    }
}

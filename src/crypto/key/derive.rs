//! From a secret to the key of one purpose, and the MAC that most keys are used with.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::kernel::Secret;

/// A key of 256 bits.
#[derive(Clone)]
pub(super) struct Key(Secret<[u8; 32]>);

impl Key {
    /// The key for `purpose`. Keys of different purposes tell nothing about each other or the secret.
    pub(super) fn derive(secret: &Secret<String>, purpose: &str) -> Self {
        Self(Secret::new(derive(secret, purpose)))
    }

    pub(super) fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// HMAC-SHA-256 over `parts`, each preceded by its length, so that no two lists give the same input.
    pub(super) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        match Hmac::<Sha256>::new_from_slice(self.expose()) {
            Ok(mut mac) => {
                for part in parts {
                    mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
                    mac.update(part);
                }
                mac.finalize().into_bytes().into()
            }
            Err(never) => unreachable!("HMAC takes keys of any length: {never}"),
        }
    }
}

/// `N` bytes for `purpose`, by HKDF-SHA-256.
pub(super) fn derive<const N: usize>(secret: &Secret<String>, purpose: &str) -> [u8; N] {
    let mut out = [0; N];
    match Hkdf::<Sha256>::new(Some(b"zelos"), secret.expose().as_bytes()).expand(purpose.as_bytes(), &mut out)
    {
        Ok(()) => out,
        Err(never) => unreachable!("HKDF gives up to 8160 bytes: {never}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_depend_on_secret_and_purpose() {
        let key = |secret, purpose| *Key::derive(&Secret::text(secret), purpose).expose();
        assert_eq!(key("a secret", "codes"), key("a secret", "codes"));
        assert_ne!(key("a secret", "codes"), key("a secret", "tokens"));
        assert_ne!(key("a secret", "codes"), key("b secret", "codes"));
    }

    #[test]
    fn parts_cannot_flow_into_each_other() {
        let key = Key::derive(&Secret::text("a secret"), "test");
        assert_ne!(key.mac(&[b"ab", b"c"]), key.mac(&[b"a", b"bc"]));
        assert_ne!(key.mac(&[b"abc"]), key.mac(&[b"abc", b""]));
    }
}

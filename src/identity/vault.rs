//! Secrets of credentials that have to be readable again: sealed, and each of use in its own place only.

use super::LinkedAccount;
use crate::{
    crypto::{Keyring, SealPurpose, Sealed},
    kernel::{IdentityId, Secret, Stream},
};

/// What a sealed secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// The address with the shared key of one-time passwords.
    TotpUrl,
    /// A backup code.
    BackupCode,
    /// A token of a provider of social sign-in.
    ProviderToken,
}

impl SecretKind {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::TotpUrl => b"totp url of ",
            Self::BackupCode => b"backup code of ",
            Self::ProviderToken => b"provider token of ",
        }
    }
}

/// The keys to the secrets of all identities.
#[derive(Debug, Clone, Copy)]
pub struct VaultKeys<'a>(&'a Keyring);

impl<'a> VaultKeys<'a> {
    /// From all keys of the engine.
    pub const fn new(keys: &'a Keyring) -> Self {
        Self(keys)
    }

    /// Those to the secrets of one identity.
    pub const fn of(self, owner: IdentityId) -> Vault<'a> {
        Vault { keys: self.0, owner }
    }
}

/// Seals and opens the secrets of one identity.
#[derive(Debug, Clone, Copy)]
pub struct Vault<'a> {
    keys: &'a Keyring,
    owner: IdentityId,
}

impl Vault<'_> {
    /// Seals a secret.
    pub fn seal(&self, kind: SecretKind, plain: &Secret<String>, stream: &mut Stream) -> Sealed {
        self.keys.seal(SealPurpose::Credential, plain.expose().as_bytes(), &self.context(kind), stream)
    }

    /// Opens a secret; `None` when it is not one of this identity and kind, or its key has been retired.
    pub fn open(&self, kind: SecretKind, sealed: &Sealed) -> Option<Secret<String>> {
        let plain = self.keys.open(SealPurpose::Credential, sealed, &self.context(kind))?;
        String::from_utf8(plain).ok().map(Secret::new)
    }

    /// Seals the tokens of a linked account.
    pub fn seal_account(
        &self,
        account: &LinkedAccount<Secret<String>>,
        stream: &mut Stream,
    ) -> LinkedAccount {
        account.map(|token| self.seal(SecretKind::ProviderToken, token, stream))
    }

    /// SECURITY: who can write to the database and not read our secrets must not move the second factor of
    /// one account to another; guarded by `a_secret_opens_in_its_place_only`.
    fn context(&self, kind: SecretKind) -> Vec<u8> {
        [kind.label(), self.owner.as_uuid().as_bytes()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crypto::{Cipher, SecretLists},
        kernel::{Seed, Timestamp},
    };

    #[test]
    fn a_secret_opens_in_its_place_only() {
        let secrets = SecretLists { default: vec![Secret::text("one")], ..SecretLists::default() };
        let keys = Keyring::new(&secrets, Cipher::default()).unwrap();
        let (now, mut ids) = (Timestamp::from_micros(0).unwrap(), Seed::new([1; 32]).stream("ids"));
        let [ada, eve] = [(); 2].map(|()| VaultKeys::new(&keys).of(IdentityId::sortable(now, &mut ids)));
        let sealed = ada.seal(SecretKind::TotpUrl, &Secret::text("otpauth://x"), &mut ids);
        assert!(!sealed.as_str().contains("otpauth"));
        assert_eq!(ada.open(SecretKind::TotpUrl, &sealed).unwrap().expose(), "otpauth://x");
        assert!(eve.open(SecretKind::TotpUrl, &sealed).is_none());
        assert!(ada.open(SecretKind::BackupCode, &sealed).is_none());
    }
}

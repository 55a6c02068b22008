//! Credentials that an administrator brings along, besides passwords (02 §7.3).

use crate::{
    identity::{
        BackupCode, Bytes, Credential, Identity, LinkedAccount, MethodId, Payload, Resynced, SecretKind,
        SecurityKey, VaultKeys, account_names,
    },
    kernel::{CredentialId, Secret, Seed, Stream, Timestamp},
};

/// A credential that an administrator brings along. It takes the place of the one that the identity has of the
/// same method; linked accounts join those that are there.
#[derive(Debug, Clone)]
pub enum CredentialImport {
    /// Accounts at providers of social sign-in.
    Oidc(Vec<LinkedAccount<Secret<String>>>),
    /// Accounts at organizations that sign in by SAML.
    Saml(Vec<LinkedAccount<Secret<String>>>),
    /// The shared key of one-time passwords, as an `otpauth` address.
    Totp(Secret<String>),
    /// Security keys.
    Webauthn {
        /// The keys.
        keys: Vec<SecurityKey>,
        /// What authenticators call the account.
        user_handle: Option<Bytes>,
    },
    /// Passkeys.
    Passkey {
        /// The keys.
        keys: Vec<SecurityKey>,
        /// What authenticators call the account.
        user_handle: Bytes,
    },
    /// Backup codes.
    Lookup(Vec<BackupCode<Secret<String>>>),
}

impl CredentialImport {
    /// The method that it is for.
    pub const fn method(&self) -> MethodId {
        match self {
            Self::Oidc(_) => MethodId::Oidc,
            Self::Saml(_) => MethodId::Saml,
            Self::Totp(_) => MethodId::Totp,
            Self::Webauthn { .. } => MethodId::Webauthn,
            Self::Passkey { .. } => MethodId::Passkey,
            Self::Lookup(_) => MethodId::Lookup,
        }
    }
}

/// What is put into credentials, and with which means.
#[derive(Clone, Copy)]
pub(super) struct Binding<'a> {
    pub identity: &'a Identity,
    pub now: Timestamp,
    pub seed: &'a Seed,
    pub keys: VaultKeys<'a>,
}

impl Binding<'_> {
    /// Puts the password and the other credentials into what is to be written, or into what is there.
    pub(super) fn put(
        self,
        existing: &[Credential],
        mut resynced: Resynced,
        password: Option<Payload>,
        imports: &[CredentialImport],
    ) -> Resynced {
        let mut ids = self.seed.stream("imported credential ids");
        let mut sealing = self.seed.stream("imported credential secrets");
        if let Some(password) = password {
            self.set(existing, &mut resynced, (None, password), &mut ids);
        }
        for import in imports {
            let old = existing.iter().find(|credential| credential.method() == import.method());
            let bound = self.bound(import, old, &mut sealing);
            self.set(existing, &mut resynced, bound, &mut ids);
        }
        resynced
    }

    /// What is stored of an import, and the names it has; `None` for those that traits derive.
    fn bound(
        self,
        import: &CredentialImport,
        old: Option<&Credential>,
        sealing: &mut Stream,
    ) -> (Option<Vec<String>>, Payload) {
        let vault = self.keys.of(self.identity.id);
        let own = || Some(vec![self.identity.id.to_string()]);
        match import {
            CredentialImport::Oidc(new) => {
                let accounts = joined(old, new, |account| vault.seal_account(account, sealing));
                (Some(account_names(&accounts)), Payload::Oidc { accounts })
            }
            CredentialImport::Saml(new) => {
                let accounts = joined(old, new, |account| vault.seal_account(account, sealing));
                (Some(account_names(&accounts)), Payload::Saml { accounts })
            }
            CredentialImport::Totp(url) => {
                (own(), Payload::Totp { url: vault.seal(SecretKind::TotpUrl, url, sealing), used_step: None })
            }
            CredentialImport::Lookup(codes) => {
                let mut sealed = |code: &BackupCode<Secret<String>>| BackupCode {
                    code: vault.seal(SecretKind::BackupCode, &code.code, sealing),
                    used_at: code.used_at,
                };
                (own(), Payload::Lookup { codes: codes.iter().map(&mut sealed).collect() })
            }
            CredentialImport::Webauthn { keys, user_handle } => {
                (None, Payload::Webauthn { keys: self.dated(keys), user_handle: user_handle.clone() })
            }
            CredentialImport::Passkey { keys, user_handle } => {
                let (keys, user_handle) = (self.dated(keys), user_handle.clone());
                (Some(vec![user_handle.name()]), Payload::Passkey { keys, user_handle })
            }
        }
    }

    fn dated(self, keys: &[SecurityKey]) -> Vec<SecurityKey> {
        let dated =
            |key: &SecurityKey| SecurityKey { added_at: key.added_at.or(Some(self.now)), ..key.clone() };
        keys.iter().map(dated).collect()
    }

    fn set(
        self,
        existing: &[Credential],
        resynced: &mut Resynced,
        (identifiers, payload): (Option<Vec<String>>, Payload),
        ids: &mut Stream,
    ) {
        let method = payload.method();
        let nameless = resynced.dropped.contains(&method);
        resynced.dropped.retain(|dropped| *dropped != method);
        if let Some(put) = resynced.put.iter_mut().find(|put| put.method() == method) {
            put.identifiers = identifiers.unwrap_or_else(|| put.names().to_vec());
            put.payload = payload;
            return;
        }
        resynced.put.push(match existing.iter().find(|credential| credential.method() == method) {
            Some(old) => {
                let kept = || if nameless { Vec::new() } else { old.names().to_vec() };
                let identifiers = identifiers.unwrap_or_else(kept);
                Credential { identifiers, payload, updated_at: self.now, ..old.clone() }
            }
            None => Credential {
                id: CredentialId::sortable(self.now, ids),
                identity: self.identity.id,
                identifiers: identifiers.unwrap_or_default(),
                payload,
                created_at: self.now,
                updated_at: self.now,
            },
        });
    }
}

/// The accounts that were linked, and those that join them. Whoever is brought along again is as it is told
/// now.
fn joined(
    old: Option<&Credential>,
    new: &[LinkedAccount<Secret<String>>],
    seal: impl FnMut(&LinkedAccount<Secret<String>>) -> LinkedAccount,
) -> Vec<LinkedAccount> {
    let linked = match old.map(|credential| &credential.payload) {
        Some(Payload::Oidc { accounts } | Payload::Saml { accounts }) => accounts.as_slice(),
        _ => &[],
    };
    let stays = |account: &&LinkedAccount| new.iter().all(|new| new.name() != account.name());
    linked.iter().filter(stays).cloned().chain(new.iter().map(seal)).collect()
}

//! What an account proves itself with, as far as forms show it.

use serde::{Deserialize, Serialize};

use super::{Bytes, CodeAddress, Credential, Payload, SecurityKey};
use crate::kernel::Timestamp;

/// What an account proves itself with, as far as forms show it; nothing of it is secret. A flow that confirms
/// or raises a session, or changes an account, keeps it as of when it was opened or last saved, so that its
/// form is a function of the flow alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Holdings {
    /// The login name of its password, when one is set and has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Where one-time codes go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<CodeAddress>,
    /// Whether it has an authenticator app.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub totp: bool,
    /// Whether it has backup codes, be they all used.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backup_codes: bool,
    /// Its security keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<HeldKey>,
    /// The login name of its security keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_name: Option<String>,
    /// What authenticators call the account, where that is not the id of its identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_handle: Option<Bytes>,
    /// Its passkeys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passkeys: Vec<HeldKey>,
    /// What people call the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Its accounts at providers of social sign-in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<HeldAccount>,
    /// How many ways in it has that need no other one (02 §4.7).
    #[serde(default)]
    pub first_factors: usize,
}

/// A security key or passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldKey {
    /// Its credential id.
    pub id: Bytes,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added_at: Option<Timestamp>,
    /// Whether it logs in by itself.
    pub is_passwordless: bool,
    /// How it can be reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transport: Vec<String>,
}

/// An account at a provider of social sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldAccount {
    /// The provider's configured id.
    pub provider: String,
    /// Whether an organization manages it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_managed: bool,
}

impl Holdings {
    /// What these credentials amount to.
    pub fn of(credentials: &[Credential]) -> Self {
        let mut held = Self::default();
        for credential in credentials {
            held.first_factors += credential.first_factors();
            held.add(credential);
        }
        held
    }

    /// How many ways in it has (02 §4.7); codes count where people may sign in by them.
    pub fn ways_in(&self, by_code: bool) -> usize {
        self.first_factors + usize::from(by_code && !self.codes.is_empty())
    }

    fn add(&mut self, credential: &Credential) {
        match &credential.payload {
            Payload::Password { .. } if credential.has_password() => {
                self.password = credential.identifiers.first().cloned();
            }
            Payload::Code { addresses } => self.codes.clone_from(addresses),
            Payload::Totp { .. } => self.totp = true,
            Payload::Lookup { codes } => self.backup_codes = !codes.is_empty(),
            Payload::Webauthn { keys, user_handle } => {
                self.keys = keys.iter().map(HeldKey::of).collect();
                self.key_name = credential.identifiers.first().cloned();
                self.key_handle.clone_from(user_handle);
            }
            Payload::Passkey { keys, .. } => self.passkeys = keys.iter().map(HeldKey::of).collect(),
            Payload::Oidc { accounts } => {
                let held = accounts.iter().map(|account| HeldAccount {
                    provider: account.provider.clone(),
                    is_managed: account.organization.is_some(),
                });
                self.providers = held.collect();
            }
            Payload::Password { .. } | Payload::Saml { .. } | Payload::Retired { .. } => {}
        }
    }
}

impl HeldKey {
    fn of(key: &SecurityKey) -> Self {
        Self {
            id: key.id.clone(),
            name: key.display_name.clone(),
            added_at: key.added_at,
            is_passwordless: key.is_passwordless,
            transport: key.transport.clone(),
        }
    }
}

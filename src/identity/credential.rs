//! Credentials: what an identity can prove itself with.

use serde::{Deserialize, Serialize};

use super::{Bytes, Channel, LinkedAccount, MethodId, SecurityKey};
use crate::{
    crypto::{HashText, Sealed},
    kernel::{CredentialId, IdentityId, Timestamp},
};

/// What an identity can prove itself with by one method. At most one per identity and method.
#[derive(Debug, Clone, PartialEq)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// Whose it is.
    pub identity: IdentityId,
    /// The names it is found by, normalised, unique per method over all identities, sorted.
    pub identifiers: Vec<String>,
    /// The secret part.
    pub payload: Payload,
    /// When it was first set.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Credential {
    /// The method it belongs to.
    pub const fn method(&self) -> MethodId {
        self.payload.method()
    }

    /// The names that it is found by, in contrast to those that it only had once, and to the id of the identity
    /// that second factors show instead of a name.
    pub fn names(&self) -> &[String] {
        match self.payload {
            Payload::Password { .. }
            | Payload::Code { .. }
            | Payload::Webauthn { .. }
            | Payload::Passkey { .. }
            | Payload::Oidc { .. }
            | Payload::Saml { .. } => &self.identifiers,
            Payload::Totp { .. } | Payload::Lookup { .. } | Payload::Retired { .. } => &[],
        }
    }

    /// The hash of its password, when it is a password that was set.
    pub const fn password_hash(&self) -> Option<&HashText> {
        match &self.payload {
            Payload::Password { hash, .. } => hash.as_ref(),
            Payload::Code { .. }
            | Payload::Webauthn { .. }
            | Payload::Passkey { .. }
            | Payload::Oidc { .. }
            | Payload::Saml { .. }
            | Payload::Totp { .. }
            | Payload::Lookup { .. }
            | Payload::Retired { .. } => None,
        }
    }

    /// Where one-time codes go.
    pub fn code_addresses(&self) -> &[CodeAddress] {
        match &self.payload {
            Payload::Code { addresses } => addresses,
            Payload::Password { .. }
            | Payload::Webauthn { .. }
            | Payload::Passkey { .. }
            | Payload::Oidc { .. }
            | Payload::Saml { .. }
            | Payload::Totp { .. }
            | Payload::Lookup { .. }
            | Payload::Retired { .. } => &[],
        }
    }

    /// Whether one-time codes go to this address.
    pub fn is_reached_at(&self, address: &str) -> bool {
        self.code_addresses().iter().any(|code| code.address == address)
    }

    /// How many second factors it is: what proves something on top of a way in.
    pub fn second_factors(&self) -> usize {
        match &self.payload {
            Payload::Totp { .. } => 1,
            Payload::Lookup { codes } => usize::from(codes.iter().any(|code| code.used_at.is_none())),
            Payload::Webauthn { keys, .. } => keys.iter().filter(|key| !key.is_passwordless).count(),
            Payload::Password { .. }
            | Payload::Code { .. }
            | Payload::Passkey { .. }
            | Payload::Oidc { .. }
            | Payload::Saml { .. }
            | Payload::Retired { .. } => 0,
        }
    }

    /// How many ways in it is that need no other one (02 §4.7). Codes are not counted: whether people log in
    /// by them is up to the operator.
    pub fn first_factors(&self) -> usize {
        match &self.payload {
            Payload::Password { hash, use_migration_hook } => {
                usize::from(hash.is_some() || *use_migration_hook)
            }
            Payload::Webauthn { keys, .. } => keys.iter().filter(|key| key.is_passwordless).count(),
            Payload::Passkey { keys, .. } => keys.len(),
            Payload::Oidc { accounts } | Payload::Saml { accounts } => accounts.len(),
            Payload::Code { .. }
            | Payload::Totp { .. }
            | Payload::Lookup { .. }
            | Payload::Retired { .. } => 0,
        }
    }

    /// Whether somebody can log in with it by password.
    pub const fn has_password(&self) -> bool {
        self.password_hash().is_some()
    }
}

/// The secret part of a credential, one variant per method; stored as JSON tagged with method and version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Payload {
    /// A password, or the promise that a migration hook knows it.
    #[serde(rename = "password.1")]
    Password {
        /// `None` until a password is set: the identifiers are reserved all the same.
        hash: Option<HashText>,
        /// Ask the migration hook at the next login (03 §5.7).
        #[serde(default)]
        use_migration_hook: bool,
    },
    /// Addresses that one-time codes are sent to.
    #[serde(rename = "code.1")]
    Code {
        /// Sorted by address.
        addresses: Vec<CodeAddress>,
    },
    /// Security keys; none yet where only the identifiers are reserved.
    #[serde(rename = "webauthn.1")]
    Webauthn {
        /// The registered keys.
        keys: Vec<SecurityKey>,
        /// What authenticators call the account; `None` stands for the bytes of the identity's id.
        #[serde(default)]
        user_handle: Option<Bytes>,
    },
    /// Passkeys.
    #[serde(rename = "passkey.1")]
    Passkey {
        /// The registered keys.
        keys: Vec<SecurityKey>,
        /// What authenticators call the account; its name, too.
        user_handle: Bytes,
    },
    /// Accounts at providers of social sign-in.
    #[serde(rename = "oidc.1")]
    Oidc {
        /// In the order in which they were linked.
        accounts: Vec<LinkedAccount>,
    },
    /// Accounts at organizations that sign in by SAML.
    #[serde(rename = "saml.1")]
    Saml {
        /// In the order in which they were linked.
        accounts: Vec<LinkedAccount>,
    },
    /// The shared key of time-based one-time passwords.
    #[serde(rename = "totp.1")]
    Totp {
        /// The `otpauth` address that holds the key, sealed.
        url: Sealed,
        /// The step of time whose code was used last; that one and those before it work no more (RFC 6238
        /// section 5.2).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        used_step: Option<u64>,
    },
    /// Backup codes.
    #[serde(rename = "lookup_secret.1")]
    Lookup {
        /// In the order in which they are shown.
        codes: Vec<BackupCode>,
    },
    /// What is left when the traits derive a credential no more that never held a secret: the names it had are
    /// shown, nobody is found by them, and others may have them.
    #[serde(rename = "retired.1")]
    Retired {
        /// The method it belonged to.
        method: MethodId,
    },
}

impl Payload {
    /// The method it belongs to.
    pub const fn method(&self) -> MethodId {
        match self {
            Self::Password { .. } => MethodId::Password,
            Self::Code { .. } => MethodId::Code,
            Self::Webauthn { .. } => MethodId::Webauthn,
            Self::Passkey { .. } => MethodId::Passkey,
            Self::Oidc { .. } => MethodId::Oidc,
            Self::Saml { .. } => MethodId::Saml,
            Self::Totp { .. } => MethodId::Totp,
            Self::Lookup { .. } => MethodId::Lookup,
            Self::Retired { method } => *method,
        }
    }
}

/// An address that one-time codes are sent to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CodeAddress {
    /// The normalised address.
    pub address: String,
    /// How it is reached.
    pub channel: Channel,
}

/// A backup code. `T` is the code in clear or, as it is stored, sealed: administrators see it (02 §4.8), so a
/// hash would not do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupCode<T = Sealed> {
    /// The code.
    pub code: T,
    /// When it was used; it works once.
    pub used_at: Option<Timestamp>,
}

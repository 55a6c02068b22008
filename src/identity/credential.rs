//! Credentials: what an identity can prove itself with.

use serde::{Deserialize, Serialize};

use super::{Channel, MethodId};
use crate::{
    crypto::HashText,
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

    /// The names that it is found by, in contrast to those that it only had once.
    pub fn names(&self) -> &[String] {
        match self.payload {
            Payload::Password { .. } | Payload::Code { .. } | Payload::Webauthn { .. } => &self.identifiers,
            Payload::Retired { .. } => &[],
        }
    }

    /// The hash of its password, when it is a password that was set.
    pub const fn password_hash(&self) -> Option<&HashText> {
        match &self.payload {
            Payload::Password { hash, .. } => hash.as_ref(),
            Payload::Code { .. } | Payload::Webauthn { .. } | Payload::Retired { .. } => None,
        }
    }

    /// Whether one-time codes go to this address.
    pub fn is_reached_at(&self, address: &str) -> bool {
        match &self.payload {
            Payload::Code { addresses } => addresses.iter().any(|code| code.address == address),
            Payload::Password { .. } | Payload::Webauthn { .. } | Payload::Retired { .. } => false,
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
        /// The registered keys, as the method keeps them.
        keys: Vec<serde_json::Value>,
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

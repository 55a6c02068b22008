//! The identity itself.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Available, RecoveryAddress, VerifiableAddress};
use crate::kernel::{IdentityId, Timestamp};

/// A counter that each write raises by one. A decision names the version it read; a commit that finds
/// another one is rolled back and decided again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub i64);

impl Version {
    /// The version after one more write.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// How surely a session is who it says (NIST authenticator assurance level, as far as the wire knows it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aal {
    /// No factor at all.
    Aal0,
    /// One factor.
    Aal1,
    /// Two factors.
    Aal2,
}

impl Aal {
    /// The name on the wire.
    pub const fn wire_name(self) -> &'static str {
        match self {
            Self::Aal0 => "aal0",
            Self::Aal1 => "aal1",
            Self::Aal2 => "aal2",
        }
    }
}

/// Whether an identity may log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentityState {
    /// It may.
    Active,
    /// It may not, and its sessions are not active.
    Inactive,
}

/// A person or thing with an account (02 §7.1).
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// The configured id of the schema that its traits satisfied when they were last written.
    pub schema_id: String,
    /// What is known about it, in the shape of its schema; key order as written by the client where the
    /// database keeps it.
    pub traits: Map<String, Value>,
    /// Whether it may log in.
    pub state: IdentityState,
    /// When `state` last changed.
    pub state_changed_at: Option<Timestamp>,
    /// Data for everyone who can see the identity.
    pub metadata_public: Option<Value>,
    /// Data for administrators only.
    pub metadata_admin: Option<Value>,
    /// A name that another system gave it; unique.
    pub external_id: Option<String>,
    /// Kept for compatibility; nothing is attached to it.
    pub organization_id: Option<Uuid>,
    /// The levels that its credentials allow, as of the last time they were written.
    pub available: Available,
    /// Addresses it can verify, sorted by channel and value.
    pub verifiable_addresses: Vec<VerifiableAddress>,
    /// Addresses it can be recovered by, sorted by channel and value.
    pub recovery_addresses: Vec<RecoveryAddress>,
    /// Raised by each write.
    pub version: Version,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

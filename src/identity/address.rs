//! Addresses of an identity: those it can verify and those it can be recovered by.

use serde::{Deserialize, Serialize};

use crate::{
    kernel::{AddressId, Timestamp},
    schema::Via,
};

/// How something reaches a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// By e-mail.
    Email,
    /// By text message.
    Sms,
}

impl Channel {
    /// The channel of an address as typed: what has an `@` is an e-mail address, all else a number (02 §12).
    pub fn infer(address: &str) -> Self {
        if address.contains('@') { Self::Email } else { Self::Sms }
    }

    /// The name on the wire.
    pub const fn wire_name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    /// The channel with this wire name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Email, Self::Sms].into_iter().find(|channel| channel.wire_name() == name)
    }
}

impl From<Via> for Channel {
    fn from(via: Via) -> Self {
        match via {
            Via::Email => Self::Email,
            Via::Sms => Self::Sms,
        }
    }
}

/// How far the verification of an address has come (02 §2.14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AddressStatus {
    /// Nothing was sent yet.
    Pending,
    /// A code or link is on its way. A verified address that is verified again comes back to this.
    Sent,
    /// Verified, and nothing was sent since.
    Completed,
}

/// An address whose owner can prove that it is theirs. Unique per channel and value over all identities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifiableAddress {
    /// Its id.
    pub id: AddressId,
    /// The normalised address.
    pub value: String,
    /// Whether it was verified.
    pub verified: bool,
    /// How messages reach it.
    pub via: Channel,
    /// How far its verification has come.
    pub status: AddressStatus,
    /// When it was last verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Timestamp>,
    /// When it was derived from the traits.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// An address by which an account can be recovered. Unique per channel and value over all identities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryAddress {
    /// Its id.
    pub id: AddressId,
    /// The normalised address.
    pub value: String,
    /// How messages reach it.
    pub via: Channel,
    /// When it was derived from the traits.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

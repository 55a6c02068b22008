//! One-time codes and link tokens as they are stored.

use serde::{Deserialize, Serialize};

use super::Proof;
use crate::{
    crypto::{TokenHash, TokenPurpose},
    kernel::{AddressId, CodeId, FlowId, IdentityId, Timestamp},
};

/// What a code or link token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodePurpose {
    /// A code that proves an address; looked up within its flow.
    VerificationCode,
    /// A link token that proves an address; looked up by itself.
    VerificationLink,
    /// A code that lets somebody back into an account; looked up within its flow.
    RecoveryCode,
    /// A code that logs in; looked up within its flow.
    LoginCode,
    /// A code that completes a sign-up; looked up within its flow.
    RegistrationCode,
    /// A link token that lets somebody back into an account; looked up by itself.
    RecoveryLink,
}

impl CodePurpose {
    /// All purposes.
    pub const ALL: [Self; 6] = [
        Self::VerificationCode,
        Self::VerificationLink,
        Self::RecoveryCode,
        Self::RecoveryLink,
        Self::LoginCode,
        Self::RegistrationCode,
    ];

    /// What verifies an address in one way or the other.
    pub const fn verifying(by: Proof) -> Self {
        match by {
            Proof::Code => Self::VerificationCode,
            Proof::Link => Self::VerificationLink,
        }
    }

    /// The name in the database.
    pub const fn wire_name(self) -> &'static str {
        match self {
            Self::VerificationCode => "verification_code",
            Self::VerificationLink => "verification_link",
            Self::RecoveryCode => "recovery_code",
            Self::LoginCode => "login_code",
            Self::RegistrationCode => "registration_code",
            Self::RecoveryLink => "recovery_link",
        }
    }

    /// What its secret is, for the keys.
    pub const fn token(self) -> TokenPurpose {
        match self {
            Self::VerificationCode | Self::RecoveryCode | Self::LoginCode | Self::RegistrationCode => {
                TokenPurpose::Code
            }
            Self::VerificationLink | Self::RecoveryLink => TokenPurpose::LinkToken,
        }
    }

    /// The text that the keyed hash is made of.
    ///
    /// SECURITY: bound to purpose and flow, so that a code from one flow fits no other, and equal codes of
    /// different flows do not look equal in the database (05 no. 29).
    pub fn bound(self, flow: FlowId, secret: &str) -> String {
        format!("{}:{flow}:{secret}", self.wire_name())
    }

    /// The purpose with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.wire_name() == name)
    }
}

/// A one-time code or link token. Used once, whatever the number of parallel requests: using it is a guarded
/// update that must hit exactly one unused row.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    /// Its id.
    pub id: CodeId,
    /// The flow it belongs to; worthless in any other.
    pub flow: FlowId,
    /// What it is for.
    pub purpose: CodePurpose,
    /// The keyed hash of the secret.
    pub hash: TokenHash,
    /// Whose address it was sent to; nobody's before there is an account.
    pub identity: Option<IdentityId>,
    /// The address that it proves; a code to log in or sign up with has the address in its flow.
    pub address: Option<AddressId>,
    /// When it was sent.
    pub issued_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

/// What a code or token that fits is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It works.
    Good,
    /// It was used.
    Used,
    /// Its time is over.
    Late,
}

impl Code {
    /// What it is worth at `now`.
    pub fn standing_at(&self, now: Timestamp) -> Standing {
        if self.used_at.is_some() {
            Standing::Used
        } else if self.expires_at < now {
            Standing::Late
        } else {
            Standing::Good
        }
    }
}

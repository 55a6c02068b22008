//! Proving that an address is one's own.

use serde::{Deserialize, Serialize};

use crate::{crypto::Sealed, identity::Channel, kernel::AddressId};

/// How an address is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// By typing a code.
    Code,
    /// By following a link.
    Link,
}

/// How far a verification has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum VerificationState {
    /// An address has to be named.
    AwaitingAddress {
        /// How it will be proven.
        by: Proof,
    },
    /// A code or link is under way, or we pretend that it is.
    AwaitingProof {
        /// How it will be proven.
        by: Proof,
        /// The address as typed; the form offers to send again to it.
        address: String,
        /// How it is reached.
        channel: Channel,
        /// The address of an identity that it is; `None` when nobody has it and we pretend.
        known: Option<AddressId>,
        /// Codes submitted so far, right and wrong; sending again does not reset it (02 §2.8).
        submissions: u32,
        /// The code that a followed link carried, to fill the form with.
        prefilled: Option<Sealed>,
    },
    /// The address is proven.
    Verified {
        /// How it was proven.
        by: Proof,
        /// How it is reached.
        channel: Channel,
    },
}

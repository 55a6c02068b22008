//! What verification and recovery share: showing that an address is one's own.

use serde::{Deserialize, Serialize};

use super::Change;
use crate::{
    identity::Identity,
    kernel::{AddressId, CodeId},
};

/// How an address is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// By typing a code.
    Code,
    /// By following a link.
    Link,
}

/// The owner of an address that was named.
#[derive(Debug, Clone, PartialEq)]
pub struct AddressOwner {
    /// Who.
    pub identity: Identity,
    /// Which of their addresses.
    pub address: AddressId,
}

/// What came of comparing a code or link token with those that were sent.
#[derive(Debug)]
pub enum ProofCheck {
    /// None of them, or one whose time is over.
    Mismatch,
    /// One that was used before.
    Used,
    /// One whose time is over, where that may be told from a mismatch.
    Expired,
    /// It proves an address that a change has waited for.
    Change {
        /// The code or token.
        code: CodeId,
        /// The change.
        change: Box<Change>,
        /// The address, among those of the changed identity.
        address: AddressId,
    },
    /// It proves this address.
    Match {
        /// The code or token.
        code: CodeId,
        /// Whose address.
        owner: Box<AddressOwner>,
    },
}

//! The identity that a decision is about, and what shall become of it.

use crate::{
    identity::{Identity, Version},
    kernel::{AddressId, Timestamp},
};

/// An identity as it shall be, and how it gets there. Machine and hooks change it in turn; it is written
/// once, before all other effects.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// The identity as it shall be.
    pub identity: Identity,
    /// How it gets there.
    pub write: Write,
}

/// What happens to the row of an identity at commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// It is new. Guard: nobody else has its identifiers, addresses or external id.
    Insert,
    /// It changes. Guard: it is still at this version; uniqueness as for a new one.
    Replace(Version),
    /// It stays. Guard: it is active and still at this version.
    Require(Version),
}

impl Subject {
    /// A new identity.
    pub fn new(identity: Identity) -> Self {
        Self { identity, write: Write::Insert }
    }

    /// An identity that must not change before the commit.
    pub fn unchanged(identity: Identity) -> Self {
        let write = Write::Require(identity.version);
        Self { identity, write }
    }

    /// Records that a message went out to an address. A verified address stays verified (02 §2.9).
    pub fn mark_sent(&mut self, address: AddressId, now: Timestamp) {
        self.identity.mark_sent(address, now);
        self.touch(now);
    }

    /// Records that an address was proven.
    pub fn mark_verified(&mut self, address: AddressId, now: Timestamp) {
        self.identity.mark_verified(address, now);
        self.touch(now);
    }

    fn touch(&mut self, now: Timestamp) {
        self.identity.updated_at = now;
        if let Write::Require(expected) = self.write {
            self.identity.version = expected.next();
            self.write = Write::Replace(expected);
        }
    }
}

//! The pure rules on changing an identity: what follows from its traits, and from messages and proofs.

use serde_json::{Map, Value};

use super::{
    AddressStatus, Available, Channel, Identity, IdentityState, RecoveryAddress, VerifiableAddress, Version,
};
use crate::{
    kernel::{AddressId, IdentityId, Stream, Timestamp},
    schema::{Checked, Schema, Via},
};

/// Traits that satisfy a schema, with the addresses that the schema derives from them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CheckedTraits {
    /// The schema that they satisfy.
    pub schema_id: String,
    /// The traits, with phone numbers in E.164.
    pub traits: Map<String, Value>,
    /// Addresses to verify, normalised, without duplicates.
    pub verifiable: Vec<(Channel, String)>,
    /// Addresses to recover by, normalised, without duplicates.
    pub recovery: Vec<(Channel, String)>,
    /// Login names for passwords, normalised, sorted.
    pub password_identifiers: Vec<String>,
    /// Login names for security keys, normalised, sorted.
    pub webauthn_identifiers: Vec<String>,
    /// What an authenticator app calls the account.
    pub totp_account: Option<String>,
    /// Addresses for one-time codes, normalised, sorted.
    pub code_addresses: Vec<(Channel, String)>,
}

impl CheckedTraits {
    /// What a schema made of traits.
    pub fn from_schema(schema: &Schema, checked: Checked) -> Self {
        let channels = |found: Vec<(Via, String)>| {
            found.into_iter().map(|(via, value)| (Channel::from(via), value)).collect()
        };
        Self {
            schema_id: schema.id().to_owned(),
            traits: checked.traits,
            verifiable: channels(checked.verifiable),
            recovery: channels(checked.recovery),
            password_identifiers: checked.password_identifiers,
            webauthn_identifiers: checked.webauthn_identifiers,
            totp_account: checked.totp_account,
            code_addresses: channels(checked.code_addresses),
        }
    }
}

impl Identity {
    /// An active identity with these traits; its addresses are not verified.
    pub fn with_traits(checked: &CheckedTraits, now: Timestamp, ids: &mut Stream) -> Self {
        let mut identity = Self {
            id: IdentityId::sortable(now, ids),
            schema_id: checked.schema_id.clone(),
            traits: Map::new(),
            state: IdentityState::Active,
            state_changed_at: Some(now),
            metadata_public: None,
            metadata_admin: None,
            external_id: None,
            organization_id: None,
            available: Available::NOTHING,
            verifiable_addresses: Vec::new(),
            recovery_addresses: Vec::new(),
            version: Version::default(),
            created_at: now,
            updated_at: now,
        };
        identity.set_traits(checked, now, ids);
        identity
    }

    /// Takes over traits. Addresses that are still derived keep their id and standing, new ones start
    /// unverified, and those that are not derived any more go (03 §4.5).
    pub fn set_traits(&mut self, checked: &CheckedTraits, now: Timestamp, ids: &mut Stream) {
        self.schema_id.clone_from(&checked.schema_id);
        self.traits.clone_from(&checked.traits);
        let old = std::mem::take(&mut self.verifiable_addresses);
        self.verifiable_addresses = checked
            .verifiable
            .iter()
            .map(|(via, value)| {
                let kept = old.iter().find(|address| address.via == *via && address.value == *value);
                kept.cloned().unwrap_or_else(|| VerifiableAddress {
                    id: AddressId::sortable(now, ids),
                    value: value.clone(),
                    verified: false,
                    via: *via,
                    status: AddressStatus::Pending,
                    verified_at: None,
                    created_at: now,
                    updated_at: now,
                })
            })
            .collect();
        let old = std::mem::take(&mut self.recovery_addresses);
        self.recovery_addresses = checked
            .recovery
            .iter()
            .map(|(via, value)| {
                let kept = old.iter().find(|address| address.via == *via && address.value == *value);
                kept.cloned().unwrap_or_else(|| RecoveryAddress {
                    id: AddressId::sortable(now, ids),
                    value: value.clone(),
                    via: *via,
                    created_at: now,
                    updated_at: now,
                })
            })
            .collect();
        self.updated_at = now;
    }

    /// Records that a message went out to an address. A verified address stays verified (02 §2.9).
    pub fn mark_sent(&mut self, address: AddressId, now: Timestamp) {
        if let Some(address) = self.verifiable_mut(address) {
            address.status = AddressStatus::Sent;
            address.updated_at = now;
        }
    }

    /// Records that an address was proven.
    pub fn mark_verified(&mut self, address: AddressId, now: Timestamp) {
        if let Some(address) = self.verifiable_mut(address) {
            address.verified = true;
            address.verified_at = Some(now);
            address.status = AddressStatus::Completed;
            address.updated_at = now;
        }
    }

    /// Whether it may log in.
    pub fn is_active(&self) -> bool {
        self.state == IdentityState::Active
    }

    /// Whether at least one of its addresses was proven.
    pub fn has_verified_address(&self) -> bool {
        self.verifiable_addresses.iter().any(|address| address.verified)
    }

    /// The first address that was not proven yet.
    pub fn first_unverified(&self) -> Option<&VerifiableAddress> {
        self.verifiable_addresses.iter().find(|address| !address.verified)
    }

    /// The address with this value, if it was not proven yet.
    pub fn unverified(&self, via: Channel, value: &str) -> Option<AddressId> {
        let mut open = self.verifiable_addresses.iter().filter(|address| !address.verified);
        open.find(|address| address.via == via && address.value == value).map(|address| address.id)
    }

    /// The verifiable address with this id.
    pub fn verifiable(&self, id: AddressId) -> Option<&VerifiableAddress> {
        self.verifiable_addresses.iter().find(|address| address.id == id)
    }

    /// Its addresses to verify that are the same as the address with this id, whatever that one is for.
    pub fn verifiable_twins(&self, id: AddressId) -> Vec<AddressId> {
        let value = self.address_value(id);
        let twins = self.verifiable_addresses.iter().filter(|address| Some(address.value.as_str()) == value);
        twins.map(|address| address.id).collect()
    }

    /// The address with this id, whatever it is for.
    pub fn address_value(&self, id: AddressId) -> Option<&str> {
        let recovery = || self.recovery_addresses.iter().find(|address| address.id == id);
        match self.verifiable(id) {
            Some(address) => Some(&address.value),
            None => recovery().map(|address| address.value.as_str()),
        }
    }

    fn verifiable_mut(&mut self, id: AddressId) -> Option<&mut VerifiableAddress> {
        self.verifiable_addresses.iter_mut().find(|address| address.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Seed;

    fn checked(addresses: &[&str]) -> CheckedTraits {
        let pairs: Vec<_> = addresses.iter().map(|value| (Channel::Email, (*value).to_owned())).collect();
        CheckedTraits {
            schema_id: "person".into(),
            verifiable: pairs.clone(),
            recovery: pairs,
            ..Default::default()
        }
    }

    #[test]
    fn addresses_keep_their_standing_while_they_are_derived() {
        let now = Timestamp::from_micros(0).unwrap();
        let mut ids = Seed::new([1; 32]).stream("ids");
        let mut identity = Identity::with_traits(&checked(&["a@x.test", "b@x.test"]), now, &mut ids);
        let first = identity.verifiable_addresses[0].id;
        identity.mark_sent(first, now);
        assert_eq!(identity.verifiable(first).unwrap().status, AddressStatus::Sent);
        assert!(!identity.has_verified_address());
        identity.mark_verified(first, now);
        assert_eq!(identity.first_unverified().unwrap().value, "b@x.test");

        identity.set_traits(&checked(&["a@x.test", "c@x.test"]), now, &mut ids);
        assert!(identity.verifiable(first).unwrap().verified);
        assert_eq!(identity.first_unverified().unwrap().value, "c@x.test");
        assert_eq!(identity.recovery_addresses.len(), 2);

        identity.mark_sent(first, now);
        assert!(identity.verifiable(first).unwrap().verified, "asking again takes nothing away");
        let recovery = identity.recovery_addresses[0].id;
        assert_eq!(identity.address_value(recovery), Some("a@x.test"));
        assert_eq!(identity.verifiable_twins(recovery), [first]);
        assert_eq!(identity.address_value(AddressId::random(&mut ids)), None);
        assert!(identity.verifiable_twins(AddressId::random(&mut ids)).is_empty());
    }
}

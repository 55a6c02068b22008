//! What only administrators change: the state, and the standing of addresses.

use super::{AddressStatus, Channel, Identity, IdentityState};
use crate::kernel::{Timestamp, normalise};

/// What somebody says about an address, on their own authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressClaim {
    /// How messages reach it.
    pub via: Channel,
    /// The address, as it was sent.
    pub value: String,
    /// Whether it was verified.
    pub verified: bool,
    /// How far its verification has come.
    pub status: AddressStatus,
    /// When it was verified.
    pub verified_at: Option<Timestamp>,
}

impl Identity {
    /// Lets it log in, or not. Its sessions stay, and come back to life with it (02 §7.6).
    pub fn set_state(&mut self, state: IdentityState, now: Timestamp) {
        if self.state != state {
            self.state = state;
            self.state_changed_at = Some(now);
        }
    }

    /// Takes over what is claimed about addresses that it has. Claims about others are passed over (02 §7.2):
    /// which addresses there are is up to the schema.
    pub fn accept(&mut self, claims: &[AddressClaim], now: Timestamp) {
        for claim in claims {
            let spellings = normalise::candidates(&claim.value);
            let known = self
                .verifiable_addresses
                .iter_mut()
                .find(|address| address.via == claim.via && spellings.contains(&address.value));
            let Some(address) = known else { continue };
            let claimed = (claim.verified, claim.status, claim.verified_at);
            if (address.verified, address.status, address.verified_at) == claimed {
                continue;
            }
            address.verified = claim.verified;
            address.status = claim.status;
            address.verified_at = claim.verified.then(|| claim.verified_at.unwrap_or(now));
            address.updated_at = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{identity::CheckedTraits, kernel::Seed};

    fn identity(now: Timestamp) -> Identity {
        let checked = CheckedTraits {
            verifiable: vec![(Channel::Email, "ada@x.test".to_owned())],
            ..CheckedTraits::default()
        };
        Identity::with_traits(&checked, now, &mut Seed::new([1; 32]).stream("ids"))
    }

    fn claim(value: &str, verified: bool, status: AddressStatus) -> AddressClaim {
        AddressClaim { via: Channel::Email, value: value.to_owned(), verified, status, verified_at: None }
    }

    #[test]
    fn claims_about_own_addresses_are_taken_over_and_others_passed_over() {
        let (then, now) = (Timestamp::from_micros(0).unwrap(), Timestamp::from_micros(7).unwrap());
        let mut identity = identity(then);
        identity.accept(&[claim("eve@x.test", true, AddressStatus::Completed)], now);
        assert!(!identity.has_verified_address());
        let by_phone = AddressClaim { via: Channel::Sms, ..claim("ada@x.test", true, AddressStatus::Sent) };
        identity.accept(&[by_phone], now);
        assert!(!identity.has_verified_address());

        identity.accept(&[claim(" ADA@x.test", true, AddressStatus::Completed)], now);
        let address = &identity.verifiable_addresses[0];
        assert_eq!((address.verified_at, address.updated_at), (Some(now), now));

        let taken_back = claim("ada@x.test", false, AddressStatus::Pending);
        identity.accept(&[taken_back], now);
        assert_eq!(identity.verifiable_addresses[0].verified_at, None);
    }

    #[test]
    fn a_state_that_stays_keeps_its_time() {
        let (then, now) = (Timestamp::from_micros(0).unwrap(), Timestamp::from_micros(7).unwrap());
        let mut identity = identity(then);
        identity.set_state(IdentityState::Active, now);
        assert_eq!(identity.state_changed_at, Some(then));
        identity.set_state(IdentityState::Inactive, now);
        assert_eq!((identity.is_active(), identity.state_changed_at), (false, Some(now)));
    }
}

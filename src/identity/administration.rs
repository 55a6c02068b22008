//! What only administrators change: the state, and the standing of addresses.

use serde::Deserialize;

use super::{AddressStatus, Identity, IdentityState};
use crate::kernel::{Timestamp, normalise};

/// What somebody says about an address, on their own authority. What we make ourselves, such as ids, is
/// passed over when it is read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AddressClaim {
    /// The address, as it was sent.
    #[serde(default)]
    pub value: String,
    /// How messages reach it, as it was sent.
    #[serde(default)]
    pub via: String,
    /// Whether it was verified.
    #[serde(default)]
    pub verified: bool,
    /// How far its verification has come; `None` follows from `verified`.
    pub status: Option<AddressStatus>,
    /// When it was verified; `None` means now.
    pub verified_at: Option<Timestamp>,
}

impl AddressClaim {
    fn status(&self) -> AddressStatus {
        let assumed = if self.verified { AddressStatus::Completed } else { AddressStatus::Pending };
        self.status.unwrap_or(assumed)
    }
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
    /// which addresses there are is up to the schema, and a channel that does not exist has none.
    pub fn accept(&mut self, claims: &[AddressClaim], now: Timestamp) {
        for claim in claims {
            let spellings = normalise::candidates(&claim.value);
            let known = self
                .verifiable_addresses
                .iter_mut()
                .find(|address| address.via.wire_name() == claim.via && spellings.contains(&address.value));
            let Some(address) = known else { continue };
            let verified_at = claim.verified.then(|| claim.verified_at.unwrap_or(now));
            let claimed = (claim.verified, claim.status(), verified_at);
            if (address.verified, address.status, address.verified_at) != claimed {
                (address.verified, address.status, address.verified_at) = claimed;
                address.updated_at = now;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        identity::{Channel, CheckedTraits},
        kernel::Seed,
    };

    fn identity(now: Timestamp) -> Identity {
        let checked = CheckedTraits {
            verifiable: vec![(Channel::Email, "ada@x.test".to_owned())],
            ..CheckedTraits::default()
        };
        Identity::with_traits(&checked, now, &mut Seed::new([1; 32]).stream("ids"))
    }

    fn claim(value: &str, via: &str, verified: bool) -> AddressClaim {
        let (value, via) = (value.to_owned(), via.to_owned());
        AddressClaim { value, via, verified, status: None, verified_at: None }
    }

    #[test]
    fn claims_about_own_addresses_are_taken_over_and_others_passed_over() {
        let (then, now) = (Timestamp::from_micros(0).unwrap(), Timestamp::from_micros(7).unwrap());
        let mut identity = identity(then);
        let strange = [("eve@x.test", "email"), ("ada@x.test", "sms"), ("ada@x.test", "pigeon")];
        identity.accept(&strange.map(|(value, via)| claim(value, via, true)), now);
        assert!(!identity.has_verified_address());

        identity.accept(&[claim(" ADA@x.test", "email", true)], now);
        let address = &identity.verifiable_addresses[0];
        assert_eq!((address.verified_at, address.updated_at), (Some(now), now));
        assert_eq!(address.status, AddressStatus::Completed);

        identity.accept(&[claim("ada@x.test", "email", false)], now);
        let address = &identity.verifiable_addresses[0];
        assert_eq!((address.verified_at, address.status), (None, AddressStatus::Pending));

        let as_given =
            AddressClaim { status: Some(AddressStatus::Sent), ..claim("ada@x.test", "email", true) };
        identity.accept(&[as_given], then);
        let address = &identity.verifiable_addresses[0];
        assert_eq!((address.verified_at, address.status), (Some(then), AddressStatus::Sent));
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

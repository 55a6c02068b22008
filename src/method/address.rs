//! An address that somebody says is theirs.

use super::Ports;
use crate::{
    flow::{AddressOwner, Note, Proof},
    identity::Channel,
    kernel::{Fault, normalise},
    store::{AddressPurpose, Identities as _},
    text,
};

/// Longer addresses are refused (02 §2.6).
const MAX_LENGTH: u64 = 320;

/// An address as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedAddress {
    /// As typed.
    pub typed: String,
    /// How it is reached.
    pub channel: Channel,
}

/// Reads an address.
///
/// # Errors
/// A message for the field `email`, whatever kind of address it holds.
pub fn parse(typed: &str, by: Proof) -> Result<NamedAddress, Vec<Note>> {
    let refused = |message| Err(vec![Note::field("email", message)]);
    let length = u64::try_from(typed.chars().count()).unwrap_or(u64::MAX);
    if typed.is_empty() {
        return refused(text::validation::required("email"));
    }
    if length > MAX_LENGTH {
        return refused(text::validation::too_long(MAX_LENGTH, length));
    }
    let channel = Channel::infer(typed);
    if by == Proof::Link && channel != Channel::Email {
        return refused(text::validation::email_invalid(typed));
    }
    Ok(NamedAddress { typed: typed.to_owned(), channel })
}

/// Whose address it is: looked up as typed and normalised, and nothing more (06 "Identifiers"). One read.
///
/// # Errors
/// The store failed.
pub async fn owner(ports: &Ports, named: &NamedAddress) -> Result<Option<AddressOwner>, Fault> {
    let (channel, candidates) = (named.channel, normalise::candidates(&named.typed));
    let found = ports
        .store
        .read(move |reader| reader.identity_by_address(AddressPurpose::Verifiable, channel, &candidates))
        .await?;
    Ok(found.map(|(address, identity)| AddressOwner { identity, address }))
}

//! An address that somebody says is theirs.

use super::Ports;
use crate::{
    flow::{AddressOwner, Note},
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

/// Which addresses will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// Addresses of any kind, as long as they can be told apart.
    Any,
    /// E-mail addresses, told by their `@` alone.
    LooseMail,
    /// E-mail addresses in the form that schemas ask for (02 §3.3).
    Mail,
}

/// Reads an address.
///
/// # Errors
/// A message for the field `email`, whatever kind of address it holds.
pub fn parse(typed: &str, accepted: Accepted) -> Result<NamedAddress, Vec<Note>> {
    let refused = |message| Err(vec![Note::field("email", message)]);
    let length = u64::try_from(typed.chars().count()).unwrap_or(u64::MAX);
    if typed.is_empty() {
        return refused(text::validation::required("email"));
    }
    if length > MAX_LENGTH {
        return refused(text::validation::too_long(MAX_LENGTH, length));
    }
    let channel = Channel::infer(typed);
    let fits = match accepted {
        Accepted::Any => true,
        Accepted::LooseMail => channel == Channel::Email,
        Accepted::Mail => normalise::is_email(typed),
    };
    if !fits {
        return refused(text::validation::email_invalid(typed));
    }
    Ok(NamedAddress { typed: typed.to_owned(), channel })
}

/// Whose address it is: looked up as typed and normalised, and nothing more (06 "Identifiers"). One read.
///
/// # Errors
/// The store failed.
pub async fn owner(
    ports: &Ports,
    purpose: AddressPurpose,
    named: &NamedAddress,
) -> Result<Option<AddressOwner>, Fault> {
    let (channel, candidates) = (named.channel, normalise::candidates(&named.typed));
    let found =
        ports.store.read(move |reader| reader.identity_by_address(purpose, channel, &candidates)).await?;
    Ok(found.map(|(address, identity)| AddressOwner { identity, address }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_will_do_as_an_address_depends_on_the_form() {
        let refused = |typed: &str, accepted| parse(typed, accepted).map_err(|notes| notes[0].message.id);
        assert_eq!(refused("", Accepted::Any), Err(4_000_002));
        assert_eq!(refused(&"x".repeat(321), Accepted::Any), Err(4_000_017));
        assert_eq!(refused("nobody", Accepted::Any).unwrap().channel, Channel::Sms);
        assert_eq!(refused("nobody", Accepted::LooseMail), Err(4_000_040));
        assert_eq!(refused(" Ada@x.test ", Accepted::LooseMail).unwrap().typed, " Ada@x.test ");
        assert_eq!(refused(" Ada@x.test ", Accepted::Mail), Err(4_000_040));
        assert_eq!(refused("Ada@x.test", Accepted::Mail).unwrap().channel, Channel::Email);
    }
}

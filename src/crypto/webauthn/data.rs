//! What an authenticator says about itself, and the browser about the page (WebAuthn sections 5.8.1 and 6.1).

use serde::Deserialize;

use super::{cbor::Cbor, cose::PublicKey};

/// The data of an authenticator, in the order of its bytes.
#[derive(Debug)]
pub(super) struct AuthenticatorData<'a> {
    pub rp_hash: &'a [u8],
    pub flags: Flags,
    pub sign_count: u32,
    /// The key that it made, when it made one.
    pub made: Option<MadeKey<'a>>,
}

/// A key that an authenticator has made.
#[derive(Debug)]
pub(super) struct MadeKey<'a> {
    pub aaguid: &'a [u8],
    pub id: &'a [u8],
    /// As it was written.
    pub public_key: &'a [u8],
}

/// What an authenticator says with each signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// Somebody was there.
    pub const fn user_present(self) -> bool {
        self.0 & 1 != 0
    }

    /// It was the owner.
    pub const fn user_verified(self) -> bool {
        self.0 & 4 != 0
    }

    /// The key can be copied to another device by its maker.
    pub const fn backup_eligible(self) -> bool {
        self.0 & 8 != 0
    }

    /// It has been.
    pub const fn backup_state(self) -> bool {
        self.0 & 16 != 0
    }

    const fn made_a_key(self) -> bool {
        self.0 & 64 != 0
    }

    const fn has_extensions(self) -> bool {
        self.0 & 128 != 0
    }
}

impl<'a> AuthenticatorData<'a> {
    /// Reads data that fills `bytes`.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (rp_hash, rest) = bytes.split_at_checked(32)?;
        let (flags, rest) = rest.split_first()?;
        let (count, mut rest) = rest.split_first_chunk::<4>()?;
        let flags = Flags(*flags);
        let made = if flags.made_a_key() { Some(MadeKey::read(&mut rest)?) } else { None };
        if flags.has_extensions() {
            (_, rest) = Cbor::read(rest)?;
        }
        rest.is_empty().then_some(Self { rp_hash, flags, sign_count: u32::from_be_bytes(*count), made })
    }
}

impl<'a> MadeKey<'a> {
    fn read(bytes: &mut &'a [u8]) -> Option<Self> {
        let (aaguid, rest) = bytes.split_at_checked(16)?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (id, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        let (key, after) = Cbor::read(rest)?;
        PublicKey::of(&key)?;
        let public_key = rest.get(..rest.len().checked_sub(after.len())?)?;
        *bytes = after;
        // WebAuthn section 7.1: no authenticator makes longer ids.
        (1..=1023).contains(&id.len()).then_some(Self { aaguid, id, public_key })
    }
}

/// What the browser says about the page. Other members may be added at any time and are passed over.
#[derive(Debug, Deserialize)]
pub(super) struct ClientData {
    #[serde(rename = "type")]
    pub kind: String,
    pub challenge: String,
    pub origin: String,
}

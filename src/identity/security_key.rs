//! Keys of WebAuthn, as security keys and as passkeys (02 §4.8).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value;

use crate::kernel::Timestamp;

/// A key that somebody registered: only its public half, so nothing about it is secret. This is the shape on
/// the wire and at rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityKey {
    /// The id that the authenticator gave it.
    pub id: Bytes,
    /// The public key, in COSE.
    pub public_key: Bytes,
    /// How it was attested.
    #[serde(default)]
    pub attestation_type: String,
    /// What holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator: Option<Authenticator>,
    /// What its owner calls it.
    #[serde(default)]
    pub display_name: String,
    /// When it was registered; always known once it is stored.
    #[serde(default)]
    pub added_at: Option<Timestamp>,
    /// Whether it opens the account by itself.
    #[serde(default)]
    pub is_passwordless: bool,
    /// What the authenticator said about its owner and its backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flags: Option<KeyFlags>,
    /// How it can be reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transport: Vec<String>,
    /// The statement it was attested by, as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<Value>,
}

/// The device or program that holds a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authenticator {
    /// Which make it is.
    #[serde(default)]
    pub aaguid: Bytes,
    /// How often it has signed.
    #[serde(default)]
    pub sign_count: u32,
    /// Whether the count once went back, which a copy of the key would explain.
    #[serde(default)]
    pub clone_warning: bool,
}

/// What an authenticator says with each signature.
#[expect(clippy::struct_excessive_bools, reason = "the bits of a format that is not ours")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFlags {
    /// Somebody was there.
    #[serde(default)]
    pub user_present: bool,
    /// It was the owner.
    #[serde(default)]
    pub user_verified: bool,
    /// The key can be copied to another device by its maker.
    #[serde(default)]
    pub backup_eligible: bool,
    /// It has been.
    #[serde(default)]
    pub backup_state: bool,
}

/// Bytes that are written as standard base64.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Bytes(pub Vec<u8>);

impl Bytes {
    /// The name by which an account is found when an authenticator says it: the bytes as text, or in base64
    /// where they are no text that a database can hold.
    pub fn name(&self) -> String {
        match std::str::from_utf8(&self.0) {
            Ok(text) if !text.contains('\0') => text.to_owned(),
            Ok(_) | Err(_) => STANDARD.encode(&self.0),
        }
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(&self.0))
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD.decode(text).map(Self).map_err(|_| D::Error::custom("this is no standard base64"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_is_written_as_it_came() {
        let whole = json!({
            "id": "AQI=", "public_key": "Aw==", "attestation_type": "none",
            "authenticator": { "aaguid": "AAA=", "sign_count": 3, "clone_warning": false },
            "display_name": "blue", "added_at": "2026-01-02T03:04:05Z", "is_passwordless": true,
            "flags": {
                "user_present": true, "user_verified": true, "backup_eligible": false, "backup_state": false
            },
            "transport": ["usb"], "attestation": { "object": "AA==" },
        });
        let key: SecurityKey = serde_json::from_value(whole.clone()).unwrap();
        assert_eq!(serde_json::to_value(&key).unwrap(), whole);
    }

    #[test]
    fn bytes_are_standard_base64_and_nothing_else() {
        for text in ["_-8=", "AQI", "?"] {
            assert!(serde_json::from_value::<Bytes>(json!(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn every_handle_has_a_name() {
        assert_eq!(Bytes(b"ada".to_vec()).name(), "ada");
        assert_eq!(Bytes(vec![0xff]).name(), "/w==");
        assert_eq!(Bytes(vec![0]).name(), "AA==");
    }
}

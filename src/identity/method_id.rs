//! The closed set of ways to prove who one is.

use serde::{Deserialize, Serialize};

/// A method of authentication or of filling a form. Forms are put together in this order (01 §9.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MethodId {
    /// Traits of the identity; not a credential.
    Profile,
    /// A password.
    Password,
    /// Social sign-in by OpenID Connect.
    Oidc,
    /// A one-time code by mail or SMS.
    Code,
    /// A one-time link by mail.
    Link,
    /// Time-based one-time passwords.
    Totp,
    /// A discoverable WebAuthn credential.
    Passkey,
    /// A security key.
    Webauthn,
    /// Backup codes.
    #[serde(rename = "lookup_secret")]
    Lookup,
    /// The first step of identifier-first login; not a credential.
    IdentifierFirst,
    /// Sign-in through an organization by SAML: kept for administrators, no flow has it.
    Saml,
}

impl MethodId {
    /// All methods, in the order in which forms are put together.
    pub const ALL: [Self; 11] = [
        Self::Profile,
        Self::Password,
        Self::Oidc,
        Self::Code,
        Self::Link,
        Self::Totp,
        Self::Passkey,
        Self::Webauthn,
        Self::Lookup,
        Self::IdentifierFirst,
        Self::Saml,
    ];

    /// The name on the wire and in the configuration.
    pub const fn wire_name(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Password => "password",
            Self::Oidc => "oidc",
            Self::Code => "code",
            Self::Link => "link",
            Self::Totp => "totp",
            Self::Passkey => "passkey",
            Self::Webauthn => "webauthn",
            Self::Lookup => "lookup_secret",
            Self::IdentifierFirst => "identifier_first",
            Self::Saml => "saml",
        }
    }

    /// The method with this wire name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.wire_name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_are_unique_and_are_the_serialised_form() {
        for method in MethodId::ALL {
            assert_eq!(MethodId::parse(method.wire_name()), Some(method));
            assert_eq!(serde_json::to_value(method).unwrap(), method.wire_name());
        }
    }
}

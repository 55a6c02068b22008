//! What the operator decided about security keys and passkeys.

/// Whom keys are for: a key works for one relying party, on the pages that may ask for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RelyingParty {
    /// Its domain.
    pub id: String,
    /// What authenticators show.
    pub name: String,
    /// The pages that may ask, exactly as browsers name them.
    pub origins: Vec<String>,
}

/// What the operator decided about security keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SecurityKeyPolicy {
    /// Whether they are switched on.
    pub enabled: bool,
    /// Whether one is enough to log in and to sign up; else it comes on top of another factor.
    pub passwordless: bool,
    /// Whom they are for.
    pub party: RelyingParty,
}

/// What the operator decided about passkeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyPolicy {
    /// Whether they are switched on.
    pub enabled: bool,
    /// Whom they are for.
    pub party: RelyingParty,
    /// Where they may be kept, by its name in WebAuthn; anywhere when it is `None`.
    pub attachment: Option<String>,
    /// Whether they have to be found without a name.
    pub resident_key: Need,
    /// Whether the authenticator makes sure that it is the owner.
    pub user_verification: Need,
    /// What authenticators shall say about their make, by its name in WebAuthn.
    pub attestation: String,
    /// How long making one may take, in milliseconds, where that is set.
    pub registration_timeout: Option<u64>,
    /// How long showing one may take, in milliseconds, where that is set.
    pub login_timeout: Option<u64>,
}

/// How much something is wanted of an authenticator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It has to be.
    Required,
    /// Where it is possible.
    Preferred,
    /// Better not.
    Discouraged,
}

impl Need {
    /// The name in WebAuthn.
    pub const fn wire_name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Preferred => "preferred",
            Self::Discouraged => "discouraged",
        }
    }

    /// What has this name; `None` for nothing.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Required, Self::Preferred, Self::Discouraged].into_iter().find(|need| need.wire_name() == name)
    }
}

impl Default for PasskeyPolicy {
    fn default() -> Self {
        Self {
            enabled: false,
            party: RelyingParty::default(),
            attachment: None,
            resident_key: Need::Required,
            user_verification: Need::Preferred,
            attestation: "none".to_owned(),
            registration_timeout: None,
            login_timeout: None,
        }
    }
}

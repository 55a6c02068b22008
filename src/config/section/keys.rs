//! `selfservice.methods.webauthn` and `selfservice.methods.passkey`: keys that authenticators hold.

use super::Scope;

/// Security keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityKeySettings {
    /// Whether they can be used.
    pub enabled: bool,
    /// Whether one is enough to log in.
    pub passwordless: bool,
    /// Whom they are for.
    pub party: PartySettings,
}

/// Passkeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeySettings {
    /// Whether they can be used.
    pub enabled: bool,
    /// Whom they are for.
    pub party: PartySettings,
    /// Where they may be kept.
    pub attachment: Option<String>,
    /// Whether they have to be found without a name, by its name in WebAuthn.
    pub resident_key: String,
    /// Whether the authenticator makes sure that it is the owner, by its name in WebAuthn.
    pub user_verification: String,
    /// What authenticators shall say about their make.
    pub attestation: String,
    /// How long making one may take.
    pub registration_timeout: Option<std::time::Duration>,
    /// How long showing one may take.
    pub login_timeout: Option<std::time::Duration>,
}

/// Whom keys are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartySettings {
    /// The domain.
    pub id: String,
    /// What authenticators show.
    pub display_name: String,
    /// The pages that may ask; when there are none, that of the domain.
    pub origins: Vec<String>,
}

impl SecurityKeySettings {
    pub(super) fn read(scope: &Scope<'_>) -> Self {
        let config = scope.at("config");
        let (origin, origins) = (config.at("rp.origin"), config.at("rp.origins"));
        if origin.exists() && origins.exists() {
            origins.problem("cannot be used together with origin");
        }
        let mut party = party(scope);
        party.origins.extend(origin.filled());
        Self { enabled: scope.at("enabled").flag(), passwordless: config.at("passwordless").flag(), party }
    }
}

impl PasskeySettings {
    pub(super) fn read(scope: &Scope<'_>) -> Self {
        let config = scope.at("config");
        let selection = config.at("authenticator_selection");
        Self {
            enabled: scope.at("enabled").flag(),
            party: party(scope),
            attachment: selection.at("attachment").filled(),
            resident_key: selection.at("resident_key").text().unwrap_or_default(),
            user_verification: selection.at("user_verification").text().unwrap_or_default(),
            attestation: config.at("attestation.preference").text().unwrap_or_default(),
            registration_timeout: config.at("timeouts.registration").span(),
            login_timeout: config.at("timeouts.login").span(),
        }
    }
}

fn party(scope: &Scope<'_>) -> PartySettings {
    let party = scope.at("config.rp");
    if scope.at("enabled").flag() {
        for name in ["id", "display_name"] {
            let key = party.at(name);
            if !key.exists() {
                key.problem_because_of(
                    &scope.at("enabled"),
                    "is required when the method is enabled, and missing",
                );
            }
        }
    }
    PartySettings {
        id: party.at("id").text().unwrap_or_default(),
        display_name: party.at("display_name").text().unwrap_or_default(),
        origins: party.at("origins").texts(),
    }
}

//! What the operator decides about flows; made by `config`, read by the machines and the forms.

use serde::{Deserialize, Serialize};

use super::{Client, OidcPolicy, PasskeyPolicy, Proof, RecoveryWay, Returns, SecurityKeyPolicy};
use crate::{
    identity::SecondFactors,
    kernel::{FlowId, Lifespan},
    session::RequiredAal,
};

/// What the operator decided about all flows.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The public base URL, without a trailing slash.
    pub public_url: String,
    /// Where people may be sent in the end.
    pub returns: Returns,
    /// Logging in.
    pub login: LoginPolicy,
    /// Signing up.
    pub registration: RegistrationPolicy,
    /// Proving addresses.
    pub verification: VerificationPolicy,
    /// Getting back into an account.
    pub recovery: RecoveryPolicy,
    /// Changing one's account.
    pub settings: SettingsPolicy,
    /// One-time codes.
    pub code: CodePolicy,
    /// One-time links.
    pub link: LinkPolicy,
    /// Social sign-in.
    pub oidc: OidcPolicy,
    /// Whether answers hide which accounts exist, where that is up to us (01 §12.1, §21.2 W2).
    pub hide_accounts: bool,
    /// Whether traits may be changed by their owner.
    pub profile_enabled: bool,
    /// Whether passwords are switched on.
    pub password_enabled: bool,
    /// Whether one-time codes are switched on.
    pub code_enabled: bool,
    /// Whether one-time links are switched on.
    pub link_enabled: bool,
    /// Authenticator apps.
    pub totp: TotpPolicy,
    /// Whether backup codes are switched on.
    pub lookup_enabled: bool,
    /// Security keys.
    pub webauthn: SecurityKeyPolicy,
    /// Passkeys.
    pub passkey: PasskeyPolicy,
    /// How long sessions live.
    pub session_lifespan: Lifespan,
    /// Where the error page is.
    pub error_ui: String,
    /// Whether a logout over https makes the browser forget everything of this site.
    pub clear_browser_data: bool,
}

/// What the operator decided about logging in.
#[derive(Debug, Clone)]
pub struct LoginPolicy {
    /// Where the form is.
    pub ui: String,
    /// How long a flow accepts submissions.
    pub lifespan: Lifespan,
    /// All on one screen, or the identifier first.
    pub style: LoginStyle,
    /// `require_verified_address` answers with the message of old instead of a verification (01 §16.4).
    pub legacy_verified_error: bool,
}

/// One screen for identifier and factors, or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginStyle {
    /// All on one screen.
    Unified,
    /// The identifier first, then what this account can be logged in to by.
    IdentifierFirst,
}

/// What the operator decided about signing up.
#[derive(Debug, Clone)]
pub struct RegistrationPolicy {
    /// Whether anybody may.
    pub enabled: bool,
    /// Where the form is.
    pub ui: String,
    /// How long a flow accepts submissions.
    pub lifespan: Lifespan,
    /// One screen or two.
    pub style: RegistrationStyle,
    /// Whether a taken identifier is answered with the ways its owner can log in (01 §15.1).
    pub login_hints: bool,
    /// Every address gets a verification flow of its own, each of which is announced (02 §2.12).
    pub legacy_continue_with: bool,
}

/// One screen or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationStyle {
    /// Traits first, then a credential.
    ProfileFirst,
    /// All on one screen.
    Unified,
}

/// What the operator decided about proving addresses.
#[derive(Debug, Clone)]
pub struct VerificationPolicy {
    /// Whether it is offered.
    pub enabled: bool,
    /// How.
    pub by: Proof,
    /// Whether that method is switched on.
    pub method_enabled: bool,
    /// Where the form is.
    pub ui: String,
    /// How long a flow accepts submissions.
    pub lifespan: Lifespan,
    /// Whether an address that nobody has is told that somebody asked.
    pub notify_unknown: bool,
    /// Whether text messages can be sent, so that the form asks for an address of either kind.
    pub sms: bool,
}

/// What the operator decided about getting back into an account.
#[derive(Debug, Clone)]
pub struct RecoveryPolicy {
    /// Whether it is offered.
    pub enabled: bool,
    /// Whether the method that it uses is switched on.
    pub method_enabled: bool,
    /// How new flows go about it.
    pub way: RecoveryWay,
    /// Where the form is.
    pub ui: String,
    /// How long a flow accepts submissions.
    pub lifespan: Lifespan,
    /// Whether an address that nobody has is told that somebody asked.
    pub notify_unknown: bool,
    /// Whether programs are told what to go on with instead of where to send the browser (02 §3.8).
    pub transitions: bool,
}

/// What the operator decided about changing one's account.
#[derive(Debug, Clone)]
pub struct SettingsPolicy {
    /// Where the form is.
    pub ui: String,
    /// How long a flow accepts submissions.
    pub lifespan: Lifespan,
    /// How long after signing in what is protected may be changed.
    pub privileged_for: Lifespan,
    /// What a session must have shown.
    pub required_aal: RequiredAal,
}

/// What the operator decided about one-time codes.
#[derive(Debug, Clone, Copy)]
pub struct CodePolicy {
    /// How long a code works.
    pub lifespan: Lifespan,
    /// How many codes may be submitted in one flow.
    pub max_submissions: u32,
    /// Whether a code is enough to log in and to sign up.
    pub passwordless: bool,
    /// Whether a code is a second factor.
    pub second_factor: bool,
    /// Whether who confirms who they are chooses among their addresses instead of typing one.
    pub choose_address: bool,
    /// Whether an account without addresses for codes may log in by a code to the identifier that was typed.
    pub fallback: bool,
}

/// What the operator decided about authenticator apps.
#[derive(Debug, Clone)]
pub struct TotpPolicy {
    /// Whether they are switched on.
    pub enabled: bool,
    /// What apps show as the place that a key is for.
    pub issuer: String,
}

/// What the operator decided about one-time links.
#[derive(Debug, Clone, Copy)]
pub struct LinkPolicy {
    /// How long a link works.
    pub lifespan: Lifespan,
}

impl Policy {
    /// Whether a security key is enough to log in and to sign up; they work in browsers alone.
    pub const fn takes_first_key(&self, client: Client) -> bool {
        matches!(client, Client::Browser) && self.webauthn.enabled && self.webauthn.passwordless
    }

    /// Which second factors are switched on.
    pub const fn second_factors(&self) -> SecondFactors {
        SecondFactors {
            totp: self.totp.enabled,
            lookup: self.lookup_enabled,
            webauthn: self.webauthn.enabled && !self.webauthn.passwordless,
            code: self.code.second_factor,
        }
    }
}

impl VerificationPolicy {
    /// The address of the form of one flow.
    pub fn ui_of(&self, flow: FlowId) -> String {
        with_flow(&self.ui, flow)
    }
}

/// A form's address with `flow=` added to its query.
pub fn with_flow(ui: &str, flow: FlowId) -> String {
    let (rest, fragment) = ui.split_once('#').map_or((ui, None), |(rest, fragment)| (rest, Some(fragment)));
    let glue = if rest.contains('?') { '&' } else { '?' };
    match fragment {
        None => format!("{rest}{glue}flow={flow}"),
        Some(fragment) => format!("{rest}{glue}flow={flow}#{fragment}"),
    }
}

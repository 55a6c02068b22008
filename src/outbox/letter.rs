//! What a letter says, before it is put into words.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    identity::{Channel, Identity},
    kernel::Timestamp,
};

/// A letter as a decision asks for it; the engine adds what only the request knows and makes a [`Letter`].
#[derive(Debug, Clone, PartialEq)]
pub struct LetterDraft {
    /// The address it goes to.
    pub to: String,
    /// How it gets there.
    pub channel: Channel,
    /// What it is about.
    pub content: Content,
    /// Whose address it is, when it is somebody's.
    pub identity: Option<Box<Identity>>,
}

/// A letter to one address. Serialised and sealed as a whole when it is queued, because it holds the code.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// The address it goes to.
    pub to: String,
    /// How it gets there.
    pub channel: Channel,
    /// What it is about.
    pub content: Content,
    /// The whole identity as the wire shows it in public, when there is one (03 §8.3).
    pub identity: Option<Value>,
    /// The URL that started the flow.
    pub request_url: String,
    /// What the client sent along for templates and hooks.
    pub transient_payload: Map<String, Value>,
    /// Allow-listed headers of the request that caused it, for HTTP delivery (03 §7.5).
    pub request_headers: Map<String, Value>,
}

/// What a letter is about, with the values its template needs.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Content {
    /// Prove that this address is yours by typing a code.
    VerificationCode {
        /// The code.
        code: String,
        /// A link that fills the code in; for mail only.
        url: String,
        /// How long both are good for.
        expires_in_minutes: u64,
    },
    /// Prove that this address is yours by following a link.
    VerificationLink {
        /// The link.
        url: String,
        /// How long it is good for.
        expires_in_minutes: u64,
    },
    /// Somebody tried to verify this address by code, and no account has it.
    VerificationCodeUnknown,
    /// Somebody tried to verify this address by link, and no account has it.
    VerificationLinkUnknown,
    /// Get back into your account by typing a code.
    RecoveryCode {
        /// The code.
        code: String,
        /// How long it is good for.
        expires_in_minutes: u64,
    },
    /// Get back into your account by following a link.
    RecoveryLink {
        /// The link.
        url: String,
        /// How long it is good for.
        expires_in_minutes: u64,
    },
    /// Somebody tried to recover an account by a code to this address, and no account has it.
    RecoveryCodeUnknown,
    /// Sign in by typing a code.
    LoginCode {
        /// The code.
        code: String,
        /// How long it is good for.
        expires_in_minutes: u64,
    },
    /// Complete a sign-up by typing a code. There is no identity yet.
    RegistrationCode {
        /// The code.
        code: String,
        /// How long it is good for.
        expires_in_minutes: u64,
        /// The traits that the identity shall have.
        traits: Map<String, Value>,
    },
    /// Somebody tried to recover an account by a link to this address, and no account has it.
    RecoveryLinkUnknown,
    /// An address of your account was changed.
    AddressChanged {
        /// When.
        changed_at: Timestamp,
    },
    /// A security key or passkey was added to your account.
    KeyAdded {
        /// When.
        added_at: Timestamp,
    },
}

/// The name of a template: a folder below `templates/`, and the `template_type` on the wire (03 §8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateType {
    /// Verification by code, known address.
    VerificationCodeValid,
    /// Verification by code, unknown address.
    VerificationCodeInvalid,
    /// Verification by link, known address.
    VerificationValid,
    /// Verification by link, unknown address.
    VerificationInvalid,
    /// Recovery by code, known address.
    RecoveryCodeValid,
    /// Recovery by code, unknown address.
    RecoveryCodeInvalid,
    /// Login by code.
    LoginCodeValid,
    /// Registration by code.
    RegistrationCodeValid,
    /// Recovery by link, known address.
    RecoveryValid,
    /// Recovery by link, unknown address.
    RecoveryInvalid,
    /// A change of addresses.
    VerifiableAddressChanged,
    /// A new security key or passkey.
    AuthenticatorKeyAdded,
}

impl TemplateType {
    /// All templates.
    pub const ALL: [Self; 12] = [
        Self::VerificationCodeValid,
        Self::VerificationCodeInvalid,
        Self::VerificationValid,
        Self::VerificationInvalid,
        Self::RecoveryCodeValid,
        Self::RecoveryCodeInvalid,
        Self::LoginCodeValid,
        Self::RegistrationCodeValid,
        Self::RecoveryValid,
        Self::RecoveryInvalid,
        Self::VerifiableAddressChanged,
        Self::AuthenticatorKeyAdded,
    ];

    /// The name on the wire, in the database and of the folder.
    pub const fn wire_name(self) -> &'static str {
        match self {
            Self::VerificationCodeValid => "verification_code_valid",
            Self::VerificationCodeInvalid => "verification_code_invalid",
            Self::VerificationValid => "verification_valid",
            Self::VerificationInvalid => "verification_invalid",
            Self::RecoveryCodeValid => "recovery_code_valid",
            Self::RecoveryCodeInvalid => "recovery_code_invalid",
            Self::LoginCodeValid => "login_code_valid",
            Self::RegistrationCodeValid => "registration_code_valid",
            Self::RecoveryValid => "recovery_valid",
            Self::RecoveryInvalid => "recovery_invalid",
            Self::VerifiableAddressChanged => "verifiable_address_changed",
            Self::AuthenticatorKeyAdded => "authenticator_key_added",
        }
    }

    /// Its folder below an override directory (03 §8.1).
    pub const fn folder(self) -> &'static str {
        match self {
            Self::VerificationCodeValid => "verification_code/valid",
            Self::VerificationCodeInvalid => "verification_code/invalid",
            Self::VerificationValid => "verification/valid",
            Self::VerificationInvalid => "verification/invalid",
            Self::RecoveryCodeValid => "recovery_code/valid",
            Self::RecoveryCodeInvalid => "recovery_code/invalid",
            Self::LoginCodeValid => "login_code/valid",
            Self::RegistrationCodeValid => "registration_code/valid",
            Self::RecoveryValid => "recovery/valid",
            Self::RecoveryInvalid => "recovery/invalid",
            Self::VerifiableAddressChanged => "verifiable_address_changed",
            Self::AuthenticatorKeyAdded => "authenticator_key_added",
        }
    }

    /// The template with this wire name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.wire_name() == name)
    }
}

impl Content {
    /// The template that puts it into words.
    pub const fn template(&self) -> TemplateType {
        match self {
            Self::VerificationCode { .. } => TemplateType::VerificationCodeValid,
            Self::VerificationLink { .. } => TemplateType::VerificationValid,
            Self::VerificationCodeUnknown => TemplateType::VerificationCodeInvalid,
            Self::VerificationLinkUnknown => TemplateType::VerificationInvalid,
            Self::RecoveryCode { .. } => TemplateType::RecoveryCodeValid,
            Self::RecoveryLink { .. } => TemplateType::RecoveryValid,
            Self::RecoveryCodeUnknown => TemplateType::RecoveryCodeInvalid,
            Self::LoginCode { .. } => TemplateType::LoginCodeValid,
            Self::RegistrationCode { .. } => TemplateType::RegistrationCodeValid,
            Self::RecoveryLinkUnknown => TemplateType::RecoveryInvalid,
            Self::AddressChanged { .. } => TemplateType::VerifiableAddressChanged,
            Self::KeyAdded { .. } => TemplateType::AuthenticatorKeyAdded,
        }
    }
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.template().wire_name())
    }
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter").field("template", &self.content.template()).finish_non_exhaustive()
    }
}

//! Messages of the registration flow (01 §18.2 and §18.8).

use super::Message;
use crate::kernel::Timestamp;

/// 1040001: button that signs up.
pub fn sign_up() -> Message {
    Message::info(1_040_001, "Sign up")
}

/// 1040002: button of a provider. Native apps look for "Sign up with" and the label (06).
pub fn sign_up_with_provider(label: &str, provider_id: &str) -> Message {
    Message::info(1_040_002, format!("Sign up with {label}"))
        .with("provider", label)
        .with("provider_id", provider_id)
}

/// 1040003: button that completes a sign-up by a provider. Native apps look for this very word (06).
pub fn continue_with_provider() -> Message {
    Message::info(1_040_003, "Continue")
}

/// 1040004: button that makes a security key for a new account.
pub fn sign_up_with_security_key() -> Message {
    Message::info(1_040_004, "Sign up with security key")
}

/// 1040005: banner after a registration code was sent.
pub fn code_sent() -> Message {
    Message::info(1_040_005, "A code is on its way to you. Please enter it below.")
}

/// 1040006: button that asks for a registration code.
pub fn send_code() -> Message {
    Message::info(1_040_006, "Send sign-up code")
}

/// 1040007: button that makes a passkey for a new account.
pub fn sign_up_with_passkey() -> Message {
    Message::info(1_040_007, "Sign up with passkey")
}

/// 1040008: button that leads from the second screen back to the first.
pub fn back() -> Message {
    Message::info(1_040_008, "Back")
}

/// 1040009: banner of the second screen.
pub fn choose_credential() -> Message {
    Message::info(1_040_009, "Please choose how you want to sign in from now on.")
}

/// 4010003: no enabled method takes this submission.
pub fn no_method() -> Message {
    Message::error(
        4_010_003,
        "The form does not say how to sign up. Please choose one of the ways that it offers.",
    )
}

/// 4040001: the flow is too old.
pub fn flow_expired(expired_at: Timestamp) -> Message {
    Message::error(4_040_001, "This sign-up took too long. Please try again.")
        .with_time("expired_at", expired_at)
}

/// 4040003: the registration code is wrong, used or too old.
pub fn code_invalid() -> Message {
    Message::error(4_040_003, "This sign-up code is not valid or was used before. Please try again.")
}

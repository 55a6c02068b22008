//! Messages of the recovery flow (01 §18.4 and §18.8).
//!
//! What is said after an address was submitted is the same whether or not an account has it.

use super::Message;
use crate::kernel::Timestamp;

/// 1060001: the person is back in, and may change credentials for a while without signing in again.
pub fn succeeded(privileged_until: Timestamp) -> Message {
    Message::success(
        1_060_001,
        "You are back in your account. Please set a new password, or another way to sign in, within the next minutes.",
    )
    // COMPAT: the same point in time under a name of old (02 §3.6).
    .with("privilegedSessionExpiresAt", privileged_until.to_rfc3339())
    .with_time("privileged_session_expires_at", privileged_until)
}

/// 1060002: a recovery link was mailed.
pub fn link_sent_by_email() -> Message {
    Message::info(
        1_060_002,
        "We have sent a link to this address. If nothing arrives, please check that it is spelled as in the account.",
    )
}

/// 1060003: a recovery code was mailed.
pub fn code_sent_by_email() -> Message {
    Message::info(
        1_060_003,
        "We have sent a code to this address. If nothing arrives, please check that it is spelled as in the account.",
    )
}

/// 1060004: a recovery code was sent to an address that is shown masked.
pub fn code_sent_to(masked: &str) -> Message {
    Message::info(
        1_060_004,
        format!(
            "We have sent a code to {masked}. If nothing arrives, please check that the address is spelled as in the account."
        ),
    )
    .with("masked_address", masked)
}

/// 1060005: the chosen address has to be typed in full.
pub fn type_address_in_full() -> Message {
    Message::info(1_060_005, "Please enter this address in full, so that we know it is yours.")
}

/// 1060006: there are several addresses to choose from.
pub fn choose_address() -> Message {
    Message::info(1_060_006, "Where shall we send the code?")
}

/// 1060007: button that leads to the step before.
pub fn back() -> Message {
    Message::info(1_060_007, "Back")
}

/// 1070000: the label of an address to choose, masked.
pub fn masked_address(masked: &str) -> Message {
    Message::info(1_070_000, masked)
}

/// 4060001: the flow is complete and takes no more submissions.
pub fn already_completed() -> Message {
    Message::error(4_060_001, "This recovery is complete already. Please start again if you need to.")
}

/// 4060002: the flow cannot go on from its state.
pub fn failed() -> Message {
    Message::error(4_060_002, "This recovery cannot go on. Please start again.")
}

/// 4060004: the link is wrong or was used.
pub fn link_invalid() -> Message {
    Message::error(4_060_004, "This link is not valid or was used before. Please ask for a new one.")
}

/// 4060005: the flow or the link is too old.
pub fn flow_expired(expired_at: Timestamp) -> Message {
    Message::error(4_060_005, "This recovery took too long. Please try again.")
        .with_time("expired_at", expired_at)
}

/// 4060006: the code is wrong, used or too old.
pub fn code_invalid() -> Message {
    Message::error(4_060_006, "This code is not valid or was used before. Please try again.")
}

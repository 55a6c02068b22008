//! Messages of the verification flow (01 §18.6 and §18.8).
//!
//! What is said after an address was submitted is the same whether or not an account has it.

use super::Message;
use crate::kernel::Timestamp;

/// 1080001: a verification link was mailed.
pub fn link_sent_by_email() -> Message {
    Message::info(
        1_080_001,
        "We have sent a link to this address. If nothing arrives, please check that it is spelled as in the account.",
    )
}

/// 1080002: an e-mail address was verified.
pub fn email_verified() -> Message {
    Message::success(1_080_002, "This email address is now verified.")
}

/// 1080003: a verification code was mailed.
pub fn code_sent_by_email() -> Message {
    Message::info(
        1_080_003,
        "We have sent a code to this address. If nothing arrives, please check that it is spelled as in the account.",
    )
}

/// 1080004: a verification code was sent as a text message.
pub fn code_sent_by_sms() -> Message {
    Message::info(
        1_080_004,
        "We have sent a code to this number. If nothing arrives, please check that it is written as in the account.",
    )
}

/// 1080005: a phone number was verified.
pub fn phone_verified() -> Message {
    Message::success(1_080_005, "This phone number is now verified.")
}

/// 4010006: no enabled method takes this submission.
pub fn no_method() -> Message {
    Message::error(
        4_010_006,
        "The form does not say how to verify. Please choose one of the ways that it offers.",
    )
}

/// 4070001: the link is wrong or was used.
pub fn link_invalid() -> Message {
    Message::error(4_070_001, "This link is not valid or was used before. Please ask for a new one.")
}

/// 4070002: the flow is complete and takes no more submissions.
pub fn already_completed() -> Message {
    Message::error(4_070_002, "This verification is complete already.")
}

/// 4070003: the flow cannot go on from its state.
pub fn failed() -> Message {
    Message::error(4_070_003, "This verification cannot go on. Please start again.")
}

/// 4070004: a link without its token was opened.
pub fn link_incomplete() -> Message {
    Message::error(4_070_004, "This link is incomplete. Please copy all of it or ask for a new one.")
}

/// 4070005: the flow or the link is too old.
pub fn flow_expired(expired_at: Timestamp) -> Message {
    Message::error(4_070_005, "This verification took too long. Please try again.")
        .with_time("expired_at", expired_at)
}

/// 4070006: the code is wrong, used or too old.
pub fn code_invalid() -> Message {
    Message::error(4_070_006, "This code is not valid or was used before. Please try again.")
}

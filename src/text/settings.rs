//! Messages of the settings flow (01 §18.3 and §18.8).

use super::Message;
use crate::kernel::Timestamp;

/// 1050001: the changes are saved.
pub fn saved() -> Message {
    Message::success(1_050_001, "Your changes are saved.")
}

/// 4050001: the flow is too old.
pub fn flow_expired(expired_at: Timestamp) -> Message {
    Message::error(4_050_001, "Changing your settings took too long. Please try again.")
        .with_time("expired_at", expired_at)
}

/// 4050002: more than one address was changed where each has to be proven first.
pub fn one_address_at_a_time() -> Message {
    Message::error(4_050_002, "Please change one address at a time, and prove it before the next one.")
}

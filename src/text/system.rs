//! Messages about faults of the system, and those of flows that are not ours alone (01 §18.8 and §18.9).

use super::Message;

/// 4010004: no enabled method takes this submission of the settings flow.
pub fn no_settings_method() -> Message {
    Message::error(4_010_004, "The form does not say what to change. Please choose one of the sections.")
}

/// 4010005: no enabled method takes this submission of the recovery flow.
pub fn no_recovery_method() -> Message {
    Message::error(
        4_010_005,
        "The form does not say how to recover the account. Please choose one of the ways that it offers.",
    )
}

/// 5000001: something went wrong that no client can mend.
pub fn fault(reason: &str) -> Message {
    Message::error(5_000_001, reason).with("reason", reason)
}

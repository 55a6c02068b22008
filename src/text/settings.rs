//! Messages of the settings flow (01 §18.3 and §18.8).

use serde_json::Value;

use super::Message;
use crate::kernel::Timestamp;

/// 1050001: the changes are saved.
pub fn saved() -> Message {
    Message::success(1_050_001, "Your changes are saved.")
}

/// 1050002: button that links a provider.
pub fn link_provider(label: &str) -> Message {
    Message::info(1_050_002, format!("Link {label}")).with("provider", label)
}

/// 1050003: button that takes the link to a provider away.
pub fn unlink_provider(label: &str) -> Message {
    Message::info(1_050_003, format!("Unlink {label}")).with("provider", label)
}

/// 1050004: button that takes the authenticator app away.
pub fn unlink_totp() -> Message {
    Message::info(1_050_004, "Remove authenticator app")
}

/// 1050005: the picture that an authenticator app reads.
pub fn totp_picture() -> Message {
    Message::info(1_050_005, "Scan this picture with your authenticator app")
}

/// 1050006: the key of an authenticator app, to be typed.
pub fn totp_secret(secret: &str) -> Message {
    Message::info(1_050_006, secret).with("secret", secret)
}

/// 1050007: button that shows backup codes.
pub fn reveal_backup_codes() -> Message {
    Message::info(1_050_007, "Show backup codes")
}

/// 1050008: button that makes new backup codes.
pub fn make_backup_codes() -> Message {
    Message::info(1_050_008, "Make new backup codes")
}

/// 1050009: a backup code.
pub fn backup_code(code: &str) -> Message {
    Message::info(1_050_009, code).with("secret", code)
}

/// 1050010: the list of backup codes.
pub fn backup_codes_label() -> Message {
    Message::info(1_050_010, "These are your backup codes. Keep them in a safe place; each works once.")
}

/// 1050011: button that keeps new backup codes.
pub fn confirm_backup_codes() -> Message {
    Message::info(1_050_011, "I have saved these codes")
}

/// 1050012: button that adds a security key.
pub fn add_security_key() -> Message {
    Message::info(1_050_012, "Add security key")
}

/// 1050013: what its owner calls a security key.
pub fn security_key_name() -> Message {
    Message::info(1_050_013, "Name of the security key")
}

/// 1050014: a backup code that was used.
pub fn backup_code_was_used(used_at: Timestamp) -> Message {
    Message::info(1_050_014, "Used").with_time("used_at", used_at)
}

/// 1050015: backup codes; `secrets` is the list of their messages.
pub fn backup_codes(text: &str, secrets: Value) -> Message {
    Message::info(1_050_015, text).with("secrets", secrets)
}

/// 1050016: button that does away with backup codes.
pub fn disable_backup_codes() -> Message {
    Message::info(1_050_016, "Stop using backup codes")
}

/// 1050017: the key of an authenticator app.
pub fn totp_secret_label() -> Message {
    Message::info(1_050_017, "If you cannot scan the picture, type this key into your app")
}

/// 1050018: button that takes a security key away.
pub fn remove_security_key(name: &str, added_at: Timestamp) -> Message {
    Message::info(1_050_018, format!("Remove the security key \u{201c}{name}\u{201d}"))
        .with("display_name", name)
        .with_time("added_at", added_at)
}

/// 1050019: button that adds a passkey.
pub fn add_passkey() -> Message {
    Message::info(1_050_019, "Add passkey")
}

/// 1050020: button that takes a passkey away.
pub fn remove_passkey(name: &str, added_at: Timestamp) -> Message {
    Message::info(1_050_020, format!("Remove the passkey \u{201c}{name}\u{201d}"))
        .with("display_name", name)
        .with_time("added_at", added_at)
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

//! Labels of nodes (01 §18.5).

use super::Message;

/// 1070001: a password.
pub fn password() -> Message {
    Message::info(1_070_001, "Password")
}

/// 1070002: a field with the title that the identity schema gives it; `name` is its dotted path.
pub fn from_schema(title: &str, name: &str) -> Message {
    Message::info(1_070_002, title).with("title", title).with("name", name)
}

/// 1070003: button that saves.
pub fn save() -> Message {
    Message::info(1_070_003, "Save")
}

/// 1070004: the login identifier, when the schema has no single title for it.
pub fn identifier() -> Message {
    Message::info(1_070_004, "ID")
}

/// 1070006: a code of an authenticator app.
pub fn authenticator_code() -> Message {
    Message::info(1_070_006, "Authentication code")
}

/// 1070007: an e-mail address.
pub fn email() -> Message {
    Message::info(1_070_007, "Email")
}

/// 1070008: button that sends the code once more.
pub fn resend_code() -> Message {
    Message::info(1_070_008, "Resend code")
}

/// 1070009: button or link that goes on. Native apps look for this very word (06).
pub fn proceed() -> Message {
    Message::info(1_070_009, "Continue")
}

/// 1070010: a recovery code.
pub fn recovery_code() -> Message {
    Message::info(1_070_010, "Recovery code")
}

/// 1070011: a verification code.
pub fn verification_code() -> Message {
    Message::info(1_070_011, "Verification code")
}

/// 1070012: a registration code.
pub fn registration_code() -> Message {
    Message::info(1_070_012, "Sign-up code")
}

/// 1070013: a login code.
pub fn login_code() -> Message {
    Message::info(1_070_013, "Sign-in code")
}

/// 1070016: an address to recover an account by.
pub fn recovery_address() -> Message {
    Message::info(1_070_016, "Recovery address")
}

/// 1070017: a phone number.
pub fn phone() -> Message {
    Message::info(1_070_017, "Phone number")
}

/// 1070018: an e-mail address or a phone number.
pub fn email_or_phone() -> Message {
    Message::info(1_070_018, "Email or phone number")
}

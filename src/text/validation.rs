//! Messages about input that has to be mended (01 §18.7).

use serde_json::{Number, Value};

use super::Message;

/// 4000001: any other reason; the text is the reason, word for word (06).
pub fn generic(reason: &str) -> Message {
    Message::error(4_000_001, reason).with("reason", reason)
}

/// 4000002: a required field is missing; `property` is the last segment of its path.
pub fn required(property: &str) -> Message {
    Message::error(4_000_002, format!("The field {property} is required.")).with("property", property)
}

/// 4000003: a text is too short; both lengths in characters.
pub fn too_short(min_length: u64, actual_length: u64) -> Message {
    Message::error(4_000_003, format!("Please use at least {min_length} characters, not {actual_length}."))
        .with("min_length", min_length)
        .with("actual_length", actual_length)
}

/// 4000004: a text does not match a pattern.
pub fn pattern(pattern: &str) -> Message {
    Message::error(4_000_004, format!("Please use the expected form: {pattern}")).with("pattern", pattern)
}

/// 4000005: a password breaks the policy in a way that has no message of its own.
pub fn password_policy(reason: &str) -> Message {
    Message::error(4_000_005, format!("This password cannot be used: {reason}")).with("reason", reason)
}

/// 4000006: identifier and secret do not belong together, or there is no such account.
pub fn invalid_credentials() -> Message {
    Message::error(4_000_006, "These credentials are not valid. Please check them for spelling mistakes.")
}

/// 4000007: the identifier or address belongs to an account already.
pub fn identifier_taken() -> Message {
    Message::error(4_000_007, "There is an account with this identifier already.")
}

/// 4000008: the code of the authenticator app is wrong.
pub fn totp_invalid() -> Message {
    Message::error(4_000_008, "This authentication code is not valid. Please try again.")
}

/// 4000009: the account has nothing to sign in by.
pub fn identifier_missing() -> Message {
    Message::error(
        4_000_009,
        "No name to sign in with was found. Please fill in a field that can serve as one.",
    )
}

/// 4000010: the address has to be verified before one can sign in.
pub fn address_not_verified() -> Message {
    Message::error(4_000_010, "Please verify your address before you sign in.")
}

/// 4000011: no authenticator app is set up.
pub fn totp_missing() -> Message {
    Message::error(4_000_011, "No authenticator app is set up.")
}

/// 4000012: the backup code was used before.
pub fn backup_code_used() -> Message {
    Message::error(4_000_012, "This backup code was used before. Please use another one.")
}

/// 4000013: no security key is set up.
pub fn security_key_missing() -> Message {
    Message::error(4_000_013, "No security key is set up.")
}

/// 4000014: no backup codes are set up.
pub fn backup_codes_missing() -> Message {
    Message::error(4_000_014, "No backup codes are set up.")
}

/// 4000015: no account, or none with a security key.
pub fn security_key_unknown() -> Message {
    Message::error(4_000_015, "Signing in with a security key is not possible with these details.")
}

/// 4000016: the backup code is wrong.
pub fn backup_code_invalid() -> Message {
    Message::error(4_000_016, "This backup code is not valid.")
}

/// 4000017: a text is too long; both lengths in characters.
pub fn too_long(max_length: u64, actual_length: u64) -> Message {
    Message::error(4_000_017, format!("Please use at most {max_length} characters, not {actual_length}."))
        .with("max_length", max_length)
        .with("actual_length", actual_length)
}

/// 4000018: a number is too small.
pub fn minimum(minimum: Number, actual: Number) -> Message {
    bound(4_000_018, format!("Please enter {minimum} or more, not {actual}."), "minimum", minimum, actual)
}

/// 4000019: a number is not above its bound.
pub fn exclusive_minimum(minimum: Number, actual: Number) -> Message {
    bound(4_000_019, format!("Please enter more than {minimum}, not {actual}."), "minimum", minimum, actual)
}

/// 4000020: a number is too big.
pub fn maximum(maximum: Number, actual: Number) -> Message {
    bound(4_000_020, format!("Please enter {maximum} or less, not {actual}."), "maximum", maximum, actual)
}

/// 4000021: a number is not below its bound.
pub fn exclusive_maximum(maximum: Number, actual: Number) -> Message {
    bound(4_000_021, format!("Please enter less than {maximum}, not {actual}."), "maximum", maximum, actual)
}

/// 4000022: a number is no multiple of the base.
pub fn multiple_of(base: Number, actual: Number) -> Message {
    bound(4_000_022, format!("Please enter a multiple of {base}, not {actual}."), "base", base, actual)
}

/// 4000023: a list is too long.
pub fn too_many_items(max_items: u64, actual_items: u64) -> Message {
    Message::error(4_000_023, format!("Please choose at most {max_items} items, not {actual_items}."))
        .with("max_items", max_items)
        .with("actual_items", actual_items)
}

/// 4000024: a list is too short.
pub fn too_few_items(min_items: u64, actual_items: u64) -> Message {
    Message::error(4_000_024, format!("Please choose at least {min_items} items, not {actual_items}."))
        .with("min_items", min_items)
        .with("actual_items", actual_items)
}

/// 4000025: two items of a list are equal; positions count from 0.
pub fn duplicate_items(index_a: u64, index_b: u64) -> Message {
    Message::error(4_000_025, format!("The items at positions {index_a} and {index_b} are the same."))
        .with("index_a", index_a)
        .with("index_b", index_b)
}

/// 4000026: a value has another JSON type than allowed.
pub fn wrong_type(allowed_types: &[&str], actual_type: &str) -> Message {
    let text = format!("A value of type {} is expected here, not {actual_type}.", allowed_types.join(" or "));
    Message::error(4_000_026, text)
        .with("allowed_types", allowed_types.to_vec())
        .with("actual_type", actual_type)
}

/// The name of a value's type, as [`wrong_type`] says it.
// COMPAT: a whole number is a `number` here; pinned by registration.trait_kinds.
pub const fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// 4000027: the identifier belongs to an account, which can be linked after signing in.
pub fn identifier_taken_sign_in_to_link() -> Message {
    Message::error(4_000_027, "There is an account with this identifier already. Please sign in to link it.")
}

/// 4000028: the identifier belongs to an account; says how that account can sign in.
///
/// SECURITY: this tells that an account exists. Only for deployments that switched hints on.
pub fn identifier_taken_with_hints(methods: &[&str], providers: &[String], identifier: &str) -> Message {
    Message::error(
        4_000_028,
        format!("There is an account with {identifier} already. Please sign in instead."),
    )
    .with("available_credential_types", methods.to_vec())
    .with("available_oidc_providers", providers.to_vec())
    .with("credential_identifier_hint", identifier)
}

/// 4000029: a value is not the one that is asked for; `expected` is its JSON text.
pub fn constant(expected: &str) -> Message {
    Message::error(4_000_029, format!("This has to be {expected}.")).with("expected", expected)
}

/// 4000030: a list or an object is not the one that is asked for.
pub fn constant_complex() -> Message {
    Message::error(4_000_030, "This is not the expected value.")
}

/// 4000031: a password is too similar to the identifier.
pub fn password_similar() -> Message {
    Message::error(4_000_031, "This password is too similar to the identifier. Please choose another one.")
}

/// 4000032: a password is too short.
pub fn password_too_short(min_length: u64, actual_length: u64) -> Message {
    let text = format!("Please choose a password of at least {min_length} characters, not {actual_length}.");
    Message::error(4_000_032, text).with("min_length", min_length).with("actual_length", actual_length)
}

/// 4000033: a password is too long.
pub fn password_too_long(max_length: u64, actual_length: u64) -> Message {
    let text = format!("Please choose a password of at most {max_length} characters, not {actual_length}.");
    Message::error(4_000_033, text).with("max_length", max_length).with("actual_length", actual_length)
}

/// 4000034: a password is in a published collection of stolen passwords, `breaches` times.
pub fn password_breached(breaches: u64) -> Message {
    Message::error(
        4_000_034,
        "This password is in collections of stolen passwords. Please choose another one.",
    )
    .with("breaches", breaches)
}

/// 4000035: no account, or none that can sign in by code.
pub fn code_unknown() -> Message {
    Message::error(4_000_035, "Signing in with a code is not possible with these details.")
}

/// 4000036: traits differ between the steps of one sign-up.
pub fn traits_changed() -> Message {
    Message::error(4_000_036, "Your details have changed since the last step. Please check them again.")
}

/// 4000037: no account, or none that can sign in.
pub fn account_unknown() -> Message {
    Message::error(4_000_037, "Signing in is not possible with these details.")
}

/// 4000039: the new password is the old one.
pub fn password_unchanged() -> Message {
    Message::error(4_000_039, "This password is the current one. Please choose another one.")
}

/// 4000040: not an e-mail address.
pub fn email_invalid(value: &str) -> Message {
    Message::error(4_000_040, "Please enter a valid email address.").with("value", value)
}

/// 4000041: not a phone number.
pub fn phone_invalid(value: &str) -> Message {
    Message::error(4_000_041, "Please enter a valid phone number, beginning with + and the country code.")
        .with("value", value)
}

/// 4000043: the answer of a security key or passkey is not valid.
pub fn assertion_invalid() -> Message {
    Message::error(4_000_043, "The answer of this key is not valid. Please try again.")
}

fn bound(id: u32, text: String, name: &str, limit: Number, actual: Number) -> Message {
    Message::error(id, text).with(name, Value::Number(limit)).with("actual", Value::Number(actual))
}

//! Messages of the login flow (01 §18.1 and §18.8).

use super::Message;
use crate::kernel::Timestamp;

/// 1010001: button that confirms who one is.
pub fn sign_in() -> Message {
    Message::info(1_010_001, "Sign in")
}

/// 1010002: button of a provider. Native apps look for "Sign in with" and the label (06).
pub fn sign_in_with_provider(label: &str, provider_id: &str) -> Message {
    Message::info(1_010_002, format!("Sign in with {label}"))
        .with("provider", label)
        .with("provider_id", provider_id)
}

/// 1010003: banner of a login that only confirms who one is.
pub fn confirm_identity() -> Message {
    Message::info(1_010_003, "Please confirm that it is you.")
}

/// 1010004: banner of a login that asks for a second factor.
pub fn second_factor_needed() -> Message {
    Message::info(1_010_004, "Please complete the second step of signing in.")
}

/// 1010006: a code of an authenticator app.
pub fn authenticator_code() -> Message {
    Message::info(1_010_006, "Code from your authenticator app")
}

/// 1010007: a backup code.
pub fn backup_code() -> Message {
    Message::info(1_010_007, "Backup code")
}

/// 1010008: button that asks for a security key.
pub fn use_security_key() -> Message {
    Message::info(1_010_008, "Sign in with security key")
}

/// 1010009: button next to the code of an authenticator app.
pub fn use_authenticator() -> Message {
    Message::info(1_010_009, "Use authenticator app")
}

/// 1010010: button next to a backup code.
pub fn use_backup_code() -> Message {
    Message::info(1_010_010, "Use backup code")
}

/// 1010012: banner before a security key is asked for.
pub fn prepare_key() -> Message {
    Message::info(1_010_012, "Please have your security key at hand, then go on.")
}

/// 1010013: button that asks for a security key, after the identifier.
pub fn continue_with_key() -> Message {
    Message::info(1_010_013, "Continue with security key")
}

/// 1010014: banner after a login code was sent, whether or not an account has the address.
pub fn code_sent() -> Message {
    Message::info(
        1_010_014,
        "If an account can be reached this way, a code is on its way. Please enter it below.",
    )
}

/// 1010015: button that asks for a login code.
pub fn send_code() -> Message {
    Message::info(1_010_015, "Send sign-in code")
}

/// 1010016: banner of a login that links an account at a provider, whose address somebody has already.
pub fn link_account(link: &LinkBanner<'_>) -> Message {
    let LinkBanner { identifier, provider, login_url, methods, providers } = *link;
    let text = format!(
        "There is an account with \"{identifier}\" already. Sign in to it, and from then on you can also sign in \
         with {provider}."
    );
    Message::info(1_010_016, text)
        .with("duplicateIdentifier", identifier)
        .with("duplicate_identifier", identifier)
        .with("provider", provider)
        .with("newLoginUrl", login_url)
        .with("new_login_url", login_url)
        .with("available_credential_types", methods)
        .with("available_providers", providers)
}

/// What the banner of a login that links an account says.
#[derive(Debug, Clone, Copy)]
pub struct LinkBanner<'a> {
    /// The identifier that is taken.
    pub identifier: &'a str,
    /// What the provider is called.
    pub provider: &'a str,
    /// Where the login of the front end is.
    pub login_url: &'a str,
    /// How the account can be logged in to, where the operator lets that be told.
    pub methods: &'a [String],
    /// By which providers.
    pub providers: &'a [String],
}

/// 1010017: button that confirms who one is, to link an account.
pub fn sign_in_and_link() -> Message {
    Message::info(1_010_017, "Sign in and link")
}

/// 1010018: button of a provider that confirms who one is, to link another one.
pub fn confirm_with_provider(label: &str) -> Message {
    Message::info(1_010_018, format!("Confirm with {label}")).with("provider", label)
}

/// 1010021: button that asks for a passkey.
pub fn sign_in_with_passkey() -> Message {
    Message::info(1_010_021, "Sign in with passkey")
}

/// 1010022: button next to a password.
pub fn sign_in_with_password() -> Message {
    Message::info(1_010_022, "Sign in with password")
}

/// 1010023: button that sends a code to one address of the account; `channel` is its wire name.
pub fn send_code_to(address: &str, channel: &str) -> Message {
    Message::info(1_010_023, format!("Send a code to {address}"))
        .with("address", address)
        .with("channel", channel)
}

/// 1010025: banner after a login code was sent to somebody who is signed in.
pub fn code_sent_to_known_user() -> Message {
    Message::info(1_010_025, "A code is on its way to you. Please enter it below.")
}

/// 4010001: the flow is too old.
pub fn flow_expired(expired_at: Timestamp) -> Message {
    Message::error(4_010_001, "This sign-in took too long. Please try again.")
        .with_time("expired_at", expired_at)
}

/// 4010002: no enabled method takes this submission.
pub fn no_method() -> Message {
    Message::error(
        4_010_002,
        "The form does not say how to sign in. Please choose one of the ways that it offers.",
    )
}

/// 4010007: the flow has led to a session already.
pub fn already_completed() -> Message {
    Message::error(4_010_007, "This sign-in is complete already.")
}

/// 4010008: the login code is wrong, used or too old.
pub fn code_invalid() -> Message {
    Message::error(4_010_008, "This sign-in code is not valid or was used before. Please try again.")
}

/// 4010009: the account that was signed in to is not the one to be linked.
pub fn linked_credentials_mismatch() -> Message {
    Message::error(
        4_010_009,
        "This is not the account that was to be linked. Please sign in to that account.",
    )
}

/// 4010010: a code was asked for an address that the signed-in account does not have.
pub fn address_unknown() -> Message {
    Message::error(4_010_010, "Please enter the address exactly as it is saved in the account.")
}

/// 4010011: the account may not sign in.
pub fn account_disabled() -> Message {
    Message::error(4_010_011, "This account is disabled.")
}

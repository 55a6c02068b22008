//! A password as it was typed: bounded in length, in both of its Unicode forms.

use std::fmt;

use unicode_normalization::{UnicodeNormalization as _, is_nfc};
use zeroize::Zeroize as _;

use crate::kernel::Secret;

/// A password as it was typed, at most [`Password::MAX_BYTES`] long.
///
/// The same characters may arrive in several byte sequences: one system composes `é`, another sends `e` and
/// an accent. New hashes are made over the composed form (NFC). Verification tries that form and then, where
/// it differs, the bytes as typed: hashes from elsewhere were made over those. A hit on the bytes as typed
/// counts as a reason to hash again, so from then on both forms log in.
///
/// COMPAT: passwords that are composed already, nearly all of them, are hashed byte for byte as other
/// implementations do.
#[derive(Clone)]
pub struct Password {
    typed: Secret<String>,
    /// Only where it differs from `typed`.
    composed: Option<Secret<String>>,
}

/// A password longer than [`Password::MAX_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a password may have at most {} bytes", Password::MAX_BYTES)]
pub struct TooLong;

/// One of the byte sequences a password stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// What new hashes are made over.
    Composed,
    /// As typed, where that is not the composed form.
    Typed,
}

impl Password {
    /// No password is longer than this. Wide enough for 64 characters of any script, and small enough that
    /// hash functions whose time grows with the password cannot be used to keep the processor busy.
    pub const MAX_BYTES: usize = 1024;

    /// Takes a password into custody.
    ///
    /// # Errors
    /// It is longer than [`Password::MAX_BYTES`].
    // SECURITY: long-password denial of service, guarded by `refuses_what_is_too_long`.
    pub fn new(mut typed: String) -> Result<Self, TooLong> {
        if typed.len() > Self::MAX_BYTES {
            typed.zeroize();
            return Err(TooLong);
        }
        let composed = (!is_nfc(&typed)).then(|| Secret::new(typed.nfc().collect::<String>()));
        Ok(Self { typed: Secret::new(typed), composed })
    }

    /// The password as typed, for rules about its content. Not to be stored, printed or logged.
    pub fn expose(&self) -> &str {
        self.typed.expose()
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.typed.expose().is_empty()
    }

    /// The bytes that new hashes are made over.
    pub(super) fn to_hash(&self) -> &[u8] {
        self.composed.as_ref().unwrap_or(&self.typed).expose().as_bytes()
    }

    /// The bytes to try when verifying, in this order.
    pub(super) fn forms(&self) -> impl Iterator<Item = (Form, &[u8])> {
        let typed = self.composed.as_ref().map(|_| (Form::Typed, self.typed.expose().as_bytes()));
        std::iter::once((Form::Composed, self.to_hash())).chain(typed)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[password]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_too_long() {
        assert!(Password::new("x".repeat(Password::MAX_BYTES)).is_ok());
        assert_eq!(Password::new("x".repeat(Password::MAX_BYTES + 1)).unwrap_err(), TooLong);
    }

    #[test]
    fn composed_passwords_have_one_form_and_others_two() {
        let forms = |text: &str| {
            let password = Password::new(text.to_owned()).unwrap();
            password.forms().map(|(form, bytes)| (form, bytes.to_vec())).collect::<Vec<_>>()
        };
        assert_eq!(forms("caf\u{e9}"), [(Form::Composed, "caf\u{e9}".into())]);
        assert_eq!(
            forms("cafe\u{301}"),
            [(Form::Composed, "caf\u{e9}".into()), (Form::Typed, "cafe\u{301}".into())]
        );
    }

    #[test]
    fn debug_hides_it() {
        assert_eq!(format!("{:?}", Password::new("hunter2".into()).unwrap()), "[password]");
    }
}

//! Tokens and codes: random texts that stand for a right.

use crate::kernel::{Secret, Stream};

/// Digits of a one-time code.
pub const CODE_DIGITS: usize = 6;

/// 190 bits in letters and digits.
const TOKEN_CHARS: usize = 32;

/// The longest that authenticators take.
const USER_HANDLE_CHARS: usize = 64;

/// 41 bits.
const BACKUP_CODE_CHARS: usize = 8;

const LOWER_ALPHANUMERIC: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// Letters and digits of half of an exchange code.
const EXCHANGE_CHARS: usize = 64;

const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The token of a new session: `ory_st_` and 32 letters and digits.
pub fn session_token(stream: &mut Stream) -> Secret<String> {
    prefixed("ory_st_", stream)
}

/// Half of a code by which an app picks up its session: 64 letters and digits (02 §6.6).
pub fn exchange_code(stream: &mut Stream) -> Secret<String> {
    Secret::new(random_text("", EXCHANGE_CHARS, stream))
}

/// The token in a link: 32 letters and digits.
pub fn link_token(stream: &mut Stream) -> Secret<String> {
    prefixed("", stream)
}

/// A one-time code: six decimal digits, all equally likely.
pub fn one_time_code(stream: &mut Stream) -> Secret<String> {
    Secret::new(format!("{:0CODE_DIGITS$}", stream.below(1_000_000)))
}

/// A backup code: eight lower-case letters and digits.
pub fn backup_code(stream: &mut Stream) -> Secret<String> {
    let mut text = String::with_capacity(BACKUP_CODE_CHARS);
    for _ in 0..BACKUP_CODE_CHARS {
        let drawn = usize::try_from(stream.below(36)).unwrap_or_default();
        text.extend(LOWER_ALPHANUMERIC.get(drawn).map(|char| char::from(*char)));
    }
    Secret::new(text)
}

/// How an account calls itself to the authenticators of its passkeys: 64 letters and digits.
pub fn user_handle(stream: &mut Stream) -> String {
    random_text("", USER_HANDLE_CHARS, stream)
}

/// The text of a logout token, from a stream that is derived from its session.
pub(super) fn logout_token(stream: &mut Stream) -> Secret<String> {
    prefixed("ory_lo_", stream)
}

fn prefixed(prefix: &str, stream: &mut Stream) -> Secret<String> {
    Secret::new(random_text(prefix, TOKEN_CHARS, stream))
}

fn random_text(prefix: &str, chars: usize, stream: &mut Stream) -> String {
    // All at once: a text that grows would leave copies behind.
    let mut text = String::with_capacity(prefix.len() + chars);
    text.push_str(prefix);
    for _ in 0..chars {
        let drawn = usize::try_from(stream.below(62)).unwrap_or_default();
        text.extend(ALPHANUMERIC.get(drawn).map(|char| char::from(*char)));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::kernel::Seed;

    #[test]
    fn sec_23_tokens_are_32_letters_and_digits_of_which_none_is_missing() {
        let mut stream = Seed::new([1; 32]).stream("token");
        let mut seen = HashSet::new();
        for _ in 0..100 {
            let token = session_token(&mut stream);
            let random = token.expose().strip_prefix("ory_st_").unwrap();
            assert!(random.len() == 32 && random.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            seen.extend(random.bytes());
        }
        assert_eq!(seen.len(), 62);
        assert_eq!(link_token(&mut stream).expose().len(), 32);
        assert_ne!(link_token(&mut stream).expose(), link_token(&mut stream).expose());
    }

    #[test]
    fn sec_24_codes_have_six_digits_and_may_start_with_zero() {
        let mut stream = Seed::new([1; 32]).stream("code");
        let codes: Vec<_> = (0..200).map(|_| one_time_code(&mut stream).expose().clone()).collect();
        assert!(codes.iter().all(|code| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())));
        assert!(
            codes.iter().any(|code| code.starts_with('0')) && codes.iter().any(|code| code.starts_with('9'))
        );
    }
}

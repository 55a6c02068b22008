//! The anti-CSRF token of a browser, plain in its cookie and masked in forms.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroize;

use crate::kernel::Stream;

/// The anti-CSRF token of a browser: 256 random bits (01 §1.4).
///
/// There is no `==`: compare with [`CsrfToken::matches`].
#[derive(Clone, Zeroize)]
pub struct CsrfToken([u8; 32]);

impl CsrfToken {
    /// A new token.
    pub fn random(stream: &mut Stream) -> Self {
        Self(stream.bytes())
    }

    /// Reads a token from a cookie, form field or header: base64 of the token itself, or of a mask followed
    /// by the masked token.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text).ok()?;
        match <[u8; 32]>::try_from(bytes.as_slice()) {
            Ok(token) => Some(Self(token)),
            Err(_) => {
                let bytes = <[u8; 64]>::try_from(bytes).ok()?;
                let (mask, masked) = bytes.split_at(32);
                Some(Self(xor(masked.try_into().ok()?, mask.try_into().ok()?)))
            }
        }
    }

    /// The text for the cookie; also the text that its keyed hash is made of.
    pub fn to_cookie(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// The text for a form, different each time.
    ///
    /// SECURITY: a token that stood unchanged in compressed answers could be guessed from their lengths
    /// (BREACH); guarded by `masked_forms_differ_and_match`.
    pub fn masked(&self, stream: &mut Stream) -> String {
        let mask = stream.bytes();
        STANDARD.encode([mask, xor(self.0, mask)].as_flattened())
    }

    /// Whether both are the same token; takes the same time whatever they are.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[csrf token]")
    }
}

fn xor(mut bytes: [u8; 32], mask: [u8; 32]) -> [u8; 32] {
    for (byte, mask) in bytes.iter_mut().zip(mask) {
        *byte ^= mask;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Seed;

    #[test]
    fn masked_forms_differ_and_match() {
        let mut stream = Seed::new([4; 32]).stream("csrf");
        let token = CsrfToken::random(&mut stream);
        let (first, second) = (token.masked(&mut stream), token.masked(&mut stream));
        assert_ne!(first, second);
        assert_eq!(STANDARD.decode(&first).unwrap().len(), 64);
        for text in [first, second, token.to_cookie()] {
            let parsed = CsrfToken::parse(&text).unwrap();
            assert!(parsed.matches(&token) && token.matches(&parsed));
            assert_eq!(parsed.to_cookie(), token.to_cookie());
        }
        assert!(!CsrfToken::random(&mut stream).matches(&token));
    }

    #[test]
    fn a_token_of_another_program_is_read() {
        let mut bytes = [0x0f; 64];
        bytes[32..].fill(0xf0);
        let masked = CsrfToken::parse(&STANDARD.encode(bytes)).unwrap();
        assert!(masked.matches(&CsrfToken::parse(&STANDARD.encode([0xff; 32])).unwrap()));
    }

    #[test]
    fn anything_else_is_no_token() {
        for bad in
            ["", "x", "====", &STANDARD.encode([0; 31]), &STANDARD.encode([0; 33]), &STANDARD.encode([0; 65])]
        {
            assert!(CsrfToken::parse(bad).is_none(), "{bad}");
        }
    }
}

//! Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, unless an imported key says
//! otherwise.

use totp_rs::{Builder, Totp};

use crate::kernel::{Secret, Stream, Timestamp};

/// The key that an authenticator app shares with us, with what the app shows beside its codes.
pub struct TotpKey(Totp);

impl TotpKey {
    /// A key of 160 bits, drawn from `stream`. `issuer` is the place that it is for and `account` whose it is;
    /// neither can hold a colon, which separates them.
    pub fn draw(stream: &mut Stream, issuer: &str, account: &str) -> Self {
        let plain = |text: &str| text.replace(':', " ");
        let key = stream.bytes::<20>();
        let builder = Builder::new().with_secret(key.to_vec()).with_account_name(plain(account));
        Self(builder.with_issuer(Some(plain(issuer))).build_noncompliant())
    }

    /// The key in an `otpauth` address; `None` when there is none that could be worked with.
    pub fn parse(url: &Secret<String>) -> Option<Self> {
        let key = Totp::from_url_unchecked(url.expose()).ok()?;
        // Anything else makes the library divide by zero or overflow.
        let works = (6..=9).contains(&key.digits()) && key.step() > 0;
        works.then_some(Self(key))
    }

    /// The `otpauth` address.
    pub fn url(&self) -> Option<Secret<String>> {
        self.0.to_url().ok().map(Secret::new)
    }

    /// The key in base32, for whoever has to type it.
    pub fn base32(&self) -> Secret<String> {
        Secret::new(self.0.secret().to_base32())
    }

    /// The step of time that `code` belongs to; `None` when it is wrong, or more than one step off.
    pub fn check(&self, code: &str, now: Timestamp) -> Option<u64> {
        self.0.check(code, u64::try_from(now.as_seconds()).ok()?)
    }

    /// The code of this moment.
    pub fn code_at(&self, now: Timestamp) -> String {
        self.0.generate(u64::try_from(now.as_seconds()).unwrap_or_default()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Seed;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000).unwrap()
    }

    #[test]
    fn the_vectors_of_the_rfc() {
        let url = "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8";
        let key = TotpKey::parse(&Secret::text(url)).unwrap();
        assert_eq!(key.check("94287082", at(59)), Some(1));
        assert_eq!(key.check("07081804", at(1_111_111_109)), Some(37_037_036));
        assert_eq!(key.check("07081804", at(1_111_111_109 + 61)), None);
        assert_eq!(key.code_at(at(1_234_567_890)), "89005924");
    }

    #[test]
    fn a_drawn_key_comes_back_from_its_address() {
        let key = TotpKey::draw(&mut Seed::new([1; 32]).stream("key"), "Example: here", "ada@example.test");
        assert_eq!(key.base32().expose().len(), 32);
        let url = key.url().unwrap();
        assert!(url.expose().starts_with("otpauth://totp/"), "{}", url.expose());
        let again = TotpKey::parse(&url).unwrap();
        assert_eq!(again.base32().expose(), key.base32().expose());
        let now = at(1_000_000);
        let code = key.code_at(now);
        assert_eq!(again.check(&code, now), Some(33_333));
        for seconds in [-30, 30] {
            assert_eq!(again.check(&code, at(1_000_000 + seconds)), Some(33_333), "one step off");
        }
        assert_eq!(again.check(&code, at(1_000_090)), None);
    }

    #[test]
    fn addresses_that_cannot_be_worked_with_are_none() {
        for url in [
            "otpauth://totp/x",
            "otpauth://hotp/x?secret=GEZDGNBVGY3TQOJQ",
            "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ&period=0",
            "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ&digits=12",
            "https://x",
        ] {
            assert!(TotpKey::parse(&Secret::text(url)).is_none(), "{url}");
        }
    }
}

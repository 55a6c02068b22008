//! Page tokens that tell nothing and last an hour (02 §8.1).

use std::time::Duration;

use crate::{
    crypto::{Keyring, SealPurpose, Sealed},
    kernel::{Seed, Timestamp},
    web::{
        Call,
        paging::{Cursor, Times, Tokens},
    },
};

/// So long a token is good for.
const LIFE: Duration = Duration::from_secs(3600);

/// What the sealed tokens are bound to, so that those of another list are none.
const CONTEXT: &[u8] = b"courier messages";

/// The sealed tokens of one request.
pub(super) struct PageTokens<'a> {
    keys: &'a Keyring,
    now: Timestamp,
    seed: Seed,
}

impl<'a> PageTokens<'a> {
    /// Those that a request may use, and gets.
    pub fn of(call: &'a Call) -> Self {
        Self { keys: &call.runtime().keys, now: call.visit.now, seed: call.visit.seed }
    }
}

impl Tokens for PageTokens<'_> {
    fn write(&self, cursor: Cursor) -> String {
        let plain = format!("{} {}", self.now.as_micros(), Times.write(cursor));
        let mut stream = self.seed.stream(&format!("web: page token {plain}"));
        self.keys.seal(SealPurpose::PageToken, plain.as_bytes(), CONTEXT, &mut stream).as_str().to_owned()
    }

    fn read(&self, token: &str) -> Option<Cursor> {
        let plain = self.keys.open(SealPurpose::PageToken, &Sealed::new(token), CONTEXT)?;
        let plain = String::from_utf8(plain).ok()?;
        let (made, cursor) = plain.split_once(' ')?;
        let made = Timestamp::from_micros(made.parse().ok()?)?;
        // SECURITY: what somebody kept from long ago opens no list; guarded by `page_tokens_last_an_hour`.
        if self.now > made.plus(LIFE) { None } else { Times.read(cursor) }
    }
}

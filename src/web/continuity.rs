//! The cookie by which a browser that comes back from signing in anew finds what it asked for before (02 §4.5).

use actix_web::http::header::HeaderValue;

use super::cookie::{CookiePolicy, Cookies, Life};
use crate::{
    crypto::Sealed,
    kernel::{Secret, Timestamp},
};

/// The cookie outlives what it leads to, as it always has.
const LIFE: std::time::Duration = std::time::Duration::from_secs(30 * 24 * 60 * 60);

/// Longer cookies are none of ours.
const LONGEST: usize = 4096;

/// What the sealed cookie is bound to.
pub const CONTEXT: &[u8] = b"continuity cookie";

/// The `Set-Cookie` value that holds a key.
pub fn issue(
    policy: &CookiePolicy,
    key: &Secret<String>,
    now: Timestamp,
    seal: impl FnOnce(&[u8]) -> Sealed,
) -> Option<HeaderValue> {
    policy.set(seal(key.expose().as_bytes()).as_str(), Life::Until { end: now.plus(LIFE), now })
}

/// The `Set-Cookie` value that takes it away.
pub fn remove(policy: &CookiePolicy) -> Option<HeaderValue> {
    policy.set("deleted", Life::Over)
}

/// The key in the first cookie of ours that opens.
pub fn key(
    policy: &CookiePolicy,
    cookies: &Cookies,
    open: impl Fn(&Sealed) -> Option<Vec<u8>>,
) -> Option<Secret<String>> {
    cookies
        .all(&policy.name)
        .filter(|value| value.len() <= LONGEST)
        .take(4)
        .find_map(|value| String::from_utf8(open(&Sealed::new(value))?).ok().map(Secret::new))
}

//! The session cookie: a sealed text that only this program can open (02 §6.2).

use actix_web::http::header::HeaderValue;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::cookie::{CookiePolicy, Cookies, Life};
use crate::{
    crypto::Sealed,
    kernel::{Secret, Stream, Timestamp},
};

/// Longer cookies are none of ours, and not worth opening.
const LONGEST: usize = 4096;

/// Several cookies of our name can arrive, set for different paths; this many are tried.
const MOST: usize = 4;

#[derive(Serialize, Deserialize)]
struct Content {
    session_token: String,
    expires_at: Timestamp,
    nonce: String,
}

/// The `Set-Cookie` value for a session that was issued or goes on.
pub fn issue(
    policy: &CookiePolicy,
    token: &Secret<String>,
    expires_at: Timestamp,
    now: Timestamp,
    nonce: &mut Stream,
    seal: impl FnOnce(&[u8]) -> Sealed,
) -> Option<HeaderValue> {
    let content = Content {
        session_token: token.expose().clone(),
        expires_at,
        nonce: URL_SAFE_NO_PAD.encode(nonce.bytes::<8>()),
    };
    let plain = Secret::new(serde_json::to_vec(&content).ok()?);
    policy.set(seal(plain.expose()).as_str(), Life::Until { end: expires_at, now })
}

/// The `Set-Cookie` value that takes the session cookie away.
pub fn remove(policy: &CookiePolicy) -> Option<HeaderValue> {
    // COMPAT: the value is not empty (golden sessions.cookie.default, step logout).
    policy.set("deleted", Life::Over)
}

/// The session token of the first cookie of ours that opens and is not past its end, and that end.
pub fn token(
    policy: &CookiePolicy,
    cookies: &Cookies,
    now: Timestamp,
    open: impl Fn(&Sealed) -> Option<Vec<u8>>,
) -> Option<(Secret<String>, Timestamp)> {
    cookies.all(&policy.name).filter(|value| value.len() <= LONGEST).take(MOST).find_map(|value| {
        let plain = Secret::new(open(&Sealed::new(value))?);
        let content: Content = serde_json::from_slice(plain.expose()).ok()?;
        (now < content.expires_at).then(|| (Secret::new(content.session_token), content.expires_at))
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{COOKIE, HeaderMap};

    use super::*;
    use crate::{kernel::Seed, web::cookie::SameSite};

    fn policy() -> CookiePolicy {
        CookiePolicy {
            name: "s".to_owned(),
            domain: None,
            path: "/".to_owned(),
            secure: true,
            same_site: SameSite::Lax,
            persistent: true,
        }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn seal(plain: &[u8]) -> Sealed {
        Sealed::new(URL_SAFE_NO_PAD.encode(plain))
    }

    fn open(sealed: &Sealed) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(sealed.as_str()).ok()
    }

    fn issued(token: &str) -> String {
        let mut nonce = Seed::new([5; 32]).stream("nonce");
        let (end, now) = (at("2026-01-02T00:00:00Z"), at("2026-01-01T00:00:00Z"));
        let line = issue(&policy(), &Secret::text(token), end, now, &mut nonce, seal).unwrap();
        line.to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    fn read(line: &str, now: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_str(line).unwrap());
        let found = token(&policy(), &Cookies::of(&headers), at(now), open);
        found.map(|(token, end)| {
            assert_eq!(end, at("2026-01-02T00:00:00Z"));
            token.expose().clone()
        })
    }

    #[test]
    fn comes_back_until_it_ends() {
        let line = issued("t");
        assert_eq!(read(&line, "2026-01-01T12:00:00Z").as_deref(), Some("t"));
        assert_eq!(read(&line, "2026-01-02T00:00:00Z"), None);
    }

    #[test]
    fn garbage_is_passed_over() {
        let noon = "2026-01-01T12:00:00Z";
        let good = issued("t");
        assert_eq!(read(&format!("s=garbage; s=e30; other=1; {good}"), noon).as_deref(), Some("t"));
        assert_eq!(read(&format!("s={}; {good}", "A".repeat(5000)), noon).as_deref(), Some("t"));
        assert_eq!(read("s=; s=deleted", noon), None);
    }

    #[test]
    fn removing_it_leaves_a_value() {
        let line = remove(&policy()).unwrap();
        assert!(
            line.to_str().unwrap().starts_with("s=deleted; ") && line.to_str().unwrap().contains("Max-Age=0")
        );
    }
}

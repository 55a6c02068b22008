//! Cookies: reading them leniently, writing them strictly.

use std::collections::BTreeSet;

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use time::macros::format_description;

use super::limits;
use crate::kernel::Timestamp;

/// The cookies of a request, in order.
///
/// Anything that is no cookie is passed over: one bad cookie, often of another program on the same domain,
/// must not hide the good ones.
#[derive(Clone, Default)]
pub struct Cookies(Vec<(String, String)>);

impl Cookies {
    /// The cookies in these headers.
    pub fn of(headers: &HeaderMap) -> Self {
        let pairs = headers
            .get_all(header::COOKIE)
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
            .filter_map(|pair| std::str::from_utf8(pair).ok())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .filter(|(name, _)| !name.trim().is_empty())
            .map(|(name, value)| (name.trim().to_owned(), value.trim().trim_matches('"').to_owned()));
        Self(pairs.take(limits::COOKIES).collect())
    }

    /// The first cookie with this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All cookies with this name. There can be several, set for different paths or domains.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let name = name.to_owned();
        self.0.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// All of them, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The names, without repetitions.
    pub fn names(&self) -> BTreeSet<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }
}

/// The `SameSite` attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// Sent with requests from the same site only.
    Strict,
    /// Sent with top-level navigation, too.
    Lax,
    /// Sent always; browsers ask for `Secure` then.
    None,
}

/// How one of our cookies is called and where browsers send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookiePolicy {
    /// Its name.
    pub name: String,
    /// The domain it is for; `None` for the very host that sets it.
    pub domain: Option<String>,
    /// The path it is for.
    pub path: String,
    /// Whether it travels over HTTPS only.
    pub secure: bool,
    /// When other sites may cause it to be sent.
    pub same_site: SameSite,
    /// Whether it outlives the browser session.
    pub persistent: bool,
}

/// How long a cookie stays in the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// This many seconds.
    Seconds(u64),
    /// Until a point in time, as seen now.
    Until {
        /// The end.
        end: Timestamp,
        /// The present.
        now: Timestamp,
    },
    /// It is deleted.
    Over,
}

impl CookiePolicy {
    /// The `Set-Cookie` value. `None` when name, value or attributes cannot stand in a header; that is
    /// logged, because then the configuration is wrong.
    pub fn set(&self, value: &str, life: Life) -> Option<HeaderValue> {
        let line = self.line(value, life);
        let parsed = HeaderValue::from_str(&line).ok().filter(|_| self.is_clean(value));
        if parsed.is_none() {
            tracing::error!(cookie.name = %self.name, "a cookie could not be written; check cookies.* and session.cookie.*");
        }
        parsed
    }

    fn line(&self, value: &str, life: Life) -> String {
        // Browsers drop a cookie with this prefix unless it is secure, for the whole host, and for it alone.
        let host_only = self.name.starts_with("__Host-");
        let secure = self.secure || host_only || self.name.starts_with("__Secure-");
        let mut line = format!("{}={value}; Path={}", self.name, if host_only { "/" } else { &self.path });
        if let (Some(domain), false) = (&self.domain, host_only) {
            line.push_str(&format!("; Domain={domain}"));
        }
        match life {
            Life::Over => line.push_str("; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"),
            Life::Seconds(seconds) if self.persistent => line.push_str(&format!("; Max-Age={seconds}")),
            Life::Until { end, now } if self.persistent => {
                let seconds = end.since(now).as_secs();
                line.push_str(&format!("; Expires={}; Max-Age={seconds}", http_date(end)));
            }
            Life::Seconds(_) | Life::Until { .. } => {}
        }
        line.push_str("; HttpOnly");
        if secure {
            line.push_str("; Secure");
        }
        line.push_str(match self.same_site {
            SameSite::Strict => "; SameSite=Strict",
            // Browsers refuse `None` without `Secure` altogether.
            SameSite::None if secure => "; SameSite=None",
            SameSite::Lax | SameSite::None => "; SameSite=Lax",
        });
        line
    }

    fn is_clean(&self, value: &str) -> bool {
        let no_end = |text: &str| !text.contains([';', ',', '\r', '\n']);
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        !self.name.is_empty()
            && self.name.chars().all(token)
            && value.chars().all(|c| c.is_ascii_graphic() && !"\",;\\".contains(c))
            && no_end(&self.path)
            && self.domain.as_deref().is_none_or(no_end)
    }
}

/// A date as HTTP writes it.
pub fn http_date(at: Timestamp) -> String {
    let form = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    at.as_offset_date_time().format(form).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(lines: &[&[u8]]) -> Cookies {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        Cookies::of(&headers)
    }

    fn policy(name: &str) -> CookiePolicy {
        CookiePolicy {
            name: name.to_owned(),
            domain: None,
            path: "/".to_owned(),
            secure: false,
            same_site: SameSite::Lax,
            persistent: true,
        }
    }

    fn line(policy: &CookiePolicy, life: Life) -> String {
        policy.set("v+/=", life).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn one_bad_cookie_does_not_hide_the_others() {
        let jar = cookies(&[b"bad; a=1;;  b = \"2\" ;=x; \xff\xfe=3; a=4; c=d=e", b"f=5", b""]);
        assert_eq!(jar.all("a").collect::<Vec<_>>(), ["1", "4"]);
        assert_eq!([jar.get("b"), jar.get("c"), jar.get("f")], [Some("2"), Some("d=e"), Some("5")]);
        assert_eq!(jar.names().into_iter().collect::<Vec<_>>(), ["a", "b", "bad", "c", "f"]);
        assert_eq!(cookies(&[]).get("a"), None);
    }

    #[test]
    fn many_cookies_are_cut_off() {
        let line = "a=1;".repeat(10_000);
        assert_eq!(cookies(&[line.as_bytes()]).all("a").count(), limits::COOKIES);
    }

    #[test]
    fn attributes() {
        let now = Timestamp::parse("2026-07-01T10:00:00.5Z").unwrap();
        let end = Timestamp::parse("2026-07-02T10:00:00Z").unwrap();
        let until = Life::Until { end, now };
        assert_eq!(
            line(&policy("s"), until),
            "s=v+/=; Path=/; Expires=Thu, 02 Jul 2026 10:00:00 GMT; Max-Age=86399; HttpOnly; SameSite=Lax"
        );
        assert_eq!(line(&policy("s"), Life::Seconds(5)), "s=v+/=; Path=/; Max-Age=5; HttpOnly; SameSite=Lax");
        let short = CookiePolicy { persistent: false, ..policy("s") };
        assert_eq!(line(&short, until), "s=v+/=; Path=/; HttpOnly; SameSite=Lax");
        assert!(line(&short, Life::Over).contains("Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"));
        let wide = CookiePolicy {
            domain: Some("example.test".to_owned()),
            path: "/auth".to_owned(),
            secure: true,
            same_site: SameSite::None,
            ..policy("s")
        };
        assert_eq!(
            line(&wide, Life::Seconds(5)),
            "s=v+/=; Path=/auth; Domain=example.test; Max-Age=5; HttpOnly; Secure; SameSite=None"
        );
        let refused = CookiePolicy { secure: false, ..wide.clone() };
        assert!(line(&refused, Life::Over).ends_with("; HttpOnly; SameSite=Lax"));
    }

    #[test]
    fn sec_44_prefixed_names_get_what_browsers_ask_for() {
        let host =
            CookiePolicy { domain: Some("x.test".to_owned()), path: "/a".to_owned(), ..policy("__Host-s") };
        assert_eq!(
            line(&host, Life::Seconds(5)),
            "__Host-s=v+/=; Path=/; Max-Age=5; HttpOnly; Secure; SameSite=Lax"
        );
    }

    #[test]
    fn nothing_can_be_smuggled_into_the_header() {
        assert!(policy("s").set("a; Domain=evil.test", Life::Over).is_none());
        assert!(policy("s").set("a\r\nX: y", Life::Over).is_none());
        assert!(policy("s;x").set("a", Life::Over).is_none());
        assert!(CookiePolicy { path: "/;x".to_owned(), ..policy("s") }.set("a", Life::Over).is_none());
    }
}

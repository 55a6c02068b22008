//! The anti-CSRF token of a browser: its cookie, and where it is asked for (01 §1.4).

use std::{
    cell::RefCell,
    future::{Ready, ready},
    rc::Rc,
};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::Payload,
    http::{
        Method,
        header::{HeaderMap, HeaderValue},
    },
};
use sha2::{Digest as _, Sha256};

use super::{
    cookie::{CookiePolicy, Cookies, Life, SameSite},
    envelope::ErrorBody,
};
use crate::{crypto::CsrfToken, kernel::Seed, text::ErrorCode};

/// The cookie lives for a year.
const LIFE: Life = Life::Seconds(365 * 24 * 60 * 60);

/// How much the middleware has to do with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Nothing: no cookie, not even `Vary`.
    Outside,
    /// It reads the cookie and leaves the rest to the flow.
    Ignored,
    /// It makes sure that there is a cookie, and checks the header of unsafe methods.
    Active,
}

impl Guard {
    /// The guard of a public path.
    pub fn of(path: &str) -> Self {
        match path {
            "/health/alive" | "/health/ready" | "/version" => return Self::Outside,
            "/self-service/logout/api" | "/self-service/login/test" => return Self::Ignored,
            _ => {}
        }
        let flow = ["login", "registration", "settings", "recovery", "verification"].iter().any(|flow| {
            let rest = path.strip_prefix("/self-service/").and_then(|rest| rest.strip_prefix(flow));
            matches!(rest, Some("" | "/api"))
        });
        // COMPAT: the list is what recordings show, e.g. `/sessions/token-exchange` sets no cookie (golden
        // oidc.native.exchange) and `/schemas` does while `/schemas/{id}` does not (golden admin.meta).
        let below = [
            "/self-service/methods/oidc/callback/",
            "/sessions/",
            "/schemas/",
            "/admin/",
            "/identities/",
            "/recovery/",
        ];
        let exact = ["/sessions", "/identities"];
        if flow || exact.contains(&path) || below.iter().any(|prefix| path.starts_with(prefix)) {
            Self::Ignored
        } else {
            Self::Active
        }
    }
}

/// The policy of the cookie: named after the public base URL, with the attributes of all our cookies.
pub fn cookie_policy(public_base_url: &str, cookies: &CookiePolicy) -> CookiePolicy {
    let digest = Sha256::digest(public_base_url.as_bytes());
    let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    CookiePolicy {
        name: format!("csrf_token_{hash}"),
        same_site: if cookies.secure { cookies.same_site } else { SameSite::Lax },
        persistent: true,
        ..cookies.clone()
    }
}

/// The anti-CSRF token in the course of one request. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct Csrf(Rc<State>);

#[derive(Debug)]
struct State {
    cookie_name: String,
    held: Option<CsrfToken>,
    fresh: RefCell<Option<CsrfToken>>,
}

impl Csrf {
    /// Reads the cookie.
    pub fn of(policy: &CookiePolicy, cookies: &Cookies) -> Self {
        let held = cookies.all(&policy.name).find_map(CsrfToken::parse);
        Self(Rc::new(State { cookie_name: policy.name.clone(), held, fresh: RefCell::new(None) }))
    }

    /// The token that answers should carry: a new one if there is one, else that of the cookie, else none.
    pub fn token(&self) -> Option<CsrfToken> {
        self.0.fresh.borrow().clone().or_else(|| self.0.held.clone())
    }

    /// The token that the browser has shown by its cookie; never one that was made in this request.
    pub fn held(&self) -> Option<&CsrfToken> {
        self.0.held.as_ref()
    }

    /// The token, made now if there is none.
    pub fn ensure(&self, seed: &Seed) -> CsrfToken {
        self.token().unwrap_or_else(|| self.rotate(seed))
    }

    /// Replaces the token, as is due when a session is issued or ends. The cookie is set when the answer
    /// leaves, once, however often this is called.
    pub fn rotate(&self, seed: &Seed) -> CsrfToken {
        let token = self.next(seed);
        self.0.fresh.replace(Some(token.clone()));
        token
    }

    /// The token that [`Csrf::rotate`] would put in place; a seed has exactly one.
    pub fn next(&self, seed: &Seed) -> CsrfToken {
        CsrfToken::random(&mut seed.stream("web: csrf token"))
    }

    /// The value of the form field: the token under a fresh mask; empty when there is none.
    pub fn masked(&self, seed: &Seed) -> String {
        self.token().map(|token| token.masked(&mut seed.stream("web: csrf mask"))).unwrap_or_default()
    }

    /// Checks the token that a form or a header brought against the cookie.
    ///
    /// # Errors
    /// The violation to answer with.
    pub fn check(&self, sent: Option<&str>, headers: &HeaderMap) -> Result<(), Violation> {
        let sent_token = sent.and_then(CsrfToken::parse);
        match (&self.0.held, sent_token) {
            (Some(held), Some(sent)) if held.matches(&sent) => Ok(()),
            _ => Err(Violation::of(headers, &self.0.cookie_name, sent.is_some_and(|sent| !sent.is_empty()))),
        }
    }

    /// What the middleware does before the handler of an active path.
    ///
    /// # Errors
    /// When an unsafe method comes without the token in its header.
    pub fn guard(&self, method: &Method, headers: &HeaderMap, seed: &Seed) -> Result<(), Violation> {
        self.ensure(seed);
        if [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE].contains(method) {
            return Ok(());
        }
        self.check(headers.get("X-CSRF-Token").and_then(|value| value.to_str().ok()), headers)
    }

    /// The `Set-Cookie` value, when the token is new.
    pub fn set_cookie(&self, policy: &CookiePolicy) -> Option<HeaderValue> {
        let fresh = self.0.fresh.borrow();
        fresh.as_ref().and_then(|token| policy.set(&token.to_cookie(), LIFE))
    }
}

impl FromRequest for Csrf {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = request.extensions().get::<Self>().cloned();
        ready(found.ok_or_else(|| ErrorBody::internal().into_actix(None)))
    }
}

/// Why a request was not taken for one of the browser's own pages (01 §19.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Violation {
    kind: Kind,
    by_script: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    NoCookies,
    CookieMissing,
    NotSent,
    Mismatch,
}

impl Violation {
    fn of(headers: &HeaderMap, cookie_name: &str, was_sent: bool) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = if text("cookie").is_empty() {
            Kind::NoCookies
        } else if Cookies::of(headers).get(cookie_name).is_none() {
            Kind::CookieMissing
        } else if !was_sent
            && text("x-csrf-token").is_empty()
            && !text("content-type").starts_with("application/json")
        {
            Kind::NotSent
        } else {
            Kind::Mismatch
        };
        Self { kind, by_script: matches!(text("sec-fetch-mode"), "cors" | "same-origin") }
    }

    /// The error to answer with.
    pub fn error(self) -> ErrorBody {
        let hint = match (self.kind, self.by_script) {
            (Kind::NotSent, _) => {
                "The anti-CSRF cookie arrived, but the token was sent neither in the body as csrf_token nor in the header X-CSRF-Token."
            }
            (_, true) => {
                "The call was made by a script in a browser. Make sure that it sends cookies (credentials: include) and that CORS allows it."
            }
            (_, false) => {
                "The call was made by a page or by a server. See in the browser's network view whether the cookies are sent; a server has to pass them on."
            }
        };
        let error = ErrorBody::from(ErrorCode::CsrfViolation)
            .with_detail("docs", "https://www.ory.com/docs/troubleshooting/csrf")
            .with_detail("hint", hint);
        match self.kind {
            Kind::NoCookies => error.with_detail("reject_reason", "The request has no cookies."),
            Kind::CookieMissing => {
                error.with_detail("reject_reason", "The request has cookies, but not the anti-CSRF cookie.")
            }
            Kind::NotSent => error,
            Kind::Mismatch => error
                .with_detail("reject_reason", "The anti-CSRF token and the anti-CSRF cookie do not match."),
        }
    }
}

/// Why a native flow was not taken to be driven by an app. Shown in the flow as message 4000001.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotNative {
    /// Apps send no `Origin`.
    #[error(
        "The request has an Origin header, so it comes from a browser. This flow was opened by an app and cannot be used from a browser."
    )]
    Origin,
    /// Apps send no cookies.
    #[error(
        "The request has cookies, so it comes from a browser. This flow was opened by an app and cannot be used from a browser."
    )]
    Cookies,
}

/// Checks that a request to a native flow could not have been caused by a page in somebody's browser.
///
/// # Errors
/// When it could.
pub fn check_native(headers: &HeaderMap, cookies: &Cookies) -> Result<(), NotNative> {
    if headers.get("origin").is_some_and(|origin| !origin.is_empty()) {
        return Err(NotNative::Origin);
    }
    // Proxies in front of us set cookies of their own on apps, too.
    let by_proxy = |name: &str| ["__cf", "_cf", "cf_"].iter().any(|prefix| name.starts_with(prefix));
    if cookies.names().into_iter().all(by_proxy) { Ok(()) } else { Err(NotNative::Cookies) }
}

#[cfg(test)]
#[path = "csrf_tests.rs"]
mod tests;

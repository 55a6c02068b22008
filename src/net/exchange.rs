//! What goes out, what comes back, what can go wrong, and how patient we are.

use std::time::Duration;

use reqwest::{
    Method, StatusCode,
    header::{HeaderMap, HeaderValue},
};
use url::Url;
use uuid::Uuid;

use super::Refused;
use crate::kernel::BoxError;

/// A request, as the caller wants each attempt to be.
#[derive(Clone)]
pub struct Outbound {
    /// The method.
    pub method: Method,
    /// Where to, `http` or `https`.
    pub url: Url,
    /// Headers, credentials included.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Vec<u8>,
}

impl Outbound {
    /// A plain `GET`.
    pub fn get(url: Url) -> Self {
        Self { method: Method::GET, url, headers: HeaderMap::new(), body: Vec::new() }
    }

    /// Puts an id into a header.
    pub fn name(&mut self, header: &'static str, id: Uuid) {
        // The text of an id can always be sent.
        if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
            self.headers.insert(header, value);
        }
    }
}

/// An answer with its body, as far as the policy reads it.
#[derive(Debug)]
pub struct Inbound {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, within the limit of the policy.
    pub body: Vec<u8>,
}

/// How long, how often and how much.
#[derive(Debug, Clone, Copy)]
pub struct HttpPolicy {
    /// Time for one attempt, from dialling to the last byte.
    pub attempt: Duration,
    /// Time for everything, pauses included.
    pub total: Duration,
    /// Attempts at most; a transport error, 429 and 5xx except 501 are worth another one.
    pub attempts: u32,
    /// The pause after the first attempt; it doubles each time, up to 30 s.
    pub pause: Duration,
    /// Bytes of body at most, after decompression; 0 reads none of it and takes the answer for whole.
    pub body_limit: usize,
    /// Redirects followed at most; 0 hands a redirect to the caller as it is.
    pub redirects: u32,
}

impl HttpPolicy {
    /// For webhooks: within the time that a public request has (03 §13, Q43), 5 MB.
    pub const HOOK: Self = Self {
        attempt: Duration::from_secs(20),
        total: Duration::from_secs(25),
        attempts: 3,
        pause: Duration::from_secs(1),
        body_limit: 5_000_000,
        redirects: 10,
    };

    /// For the service that knows the passwords of accounts that were moved here: as webhooks, and an answer
    /// is a few words (03 §5.7).
    pub const MIGRATION: Self = Self { body_limit: 64 * 1024, redirects: 0, ..Self::HOOK };

    /// For files of the configuration: schemas, templates, Jsonnet.
    pub const SOURCE: Self = Self {
        attempt: Duration::from_secs(30),
        total: Duration::from_secs(60),
        attempts: 3,
        pause: Duration::from_secs(1),
        body_limit: 1024 * 1024,
        redirects: 10,
    };

    /// For the list of known breaches: a sign-up waits for it, so it gets one second (01 §11.2).
    pub const BREACHES: Self = Self {
        attempt: Duration::from_secs(1),
        total: Duration::from_secs(1),
        attempts: 1,
        pause: Duration::ZERO,
        body_limit: 1024 * 1024,
        redirects: 0,
    };

    /// For providers of social sign-in: a person waits for it, and what they send is small.
    pub const PROVIDER: Self = Self {
        attempt: Duration::from_secs(10),
        total: Duration::from_secs(20),
        attempts: 2,
        pause: Duration::from_millis(200),
        body_limit: 512 * 1024,
        redirects: 0,
    };

    /// For messages handed to an HTTP service: one attempt, because the courier itself tries again (03 §7.5).
    pub const COURIER: Self = Self {
        attempt: Duration::from_secs(10),
        total: Duration::from_secs(10),
        attempts: 1,
        pause: Duration::ZERO,
        // The status says whether the message was taken. An answer that breaks off later must not undo that,
        // or the message would be sent twice.
        body_limit: 0,
        redirects: 0,
    };
}

/// Why there is no answer. Texts name neither query nor credentials of the URL.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address must not be dialled.
    #[error(
        "the address is refused: allow it by `clients.http.private_ip_exception_urls` if it is a private one"
    )]
    Refused(#[source] Refused),
    /// No answer in time.
    #[error("no complete answer within {0:?}")]
    Timeout(Duration),
    /// The body is larger than the caller accepts.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// Redirected more often than the policy follows, or to something that is no HTTP URL.
    #[error("redirected too often, or to something that is not an http or https URL")]
    Redirected,
    /// Not an HTTP URL, or a header that cannot be sent.
    #[error("the request cannot be sent: it needs an http or https URL and valid headers")]
    Request,
    /// The connection or the protocol failed.
    #[error("the connection failed")]
    Transport(#[source] BoxError),
    /// No client could be built from the TLS configuration.
    #[error("no HTTP client could be built")]
    Setup(#[source] BoxError),
}

impl HttpError {
    /// Whether another attempt may end otherwise.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Timeout(_) | Self::Transport(_))
    }

    /// Whether no connection came about, so that the other side has seen nothing of the request.
    pub fn never_connected(&self) -> bool {
        let Self::Transport(cause) = self else { return false };
        cause.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_connect)
    }
}

/// Whether a server with this answer may give another one soon.
pub fn is_worth_repeating(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS
        || (status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED)
}

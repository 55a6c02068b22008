//! An answer, and what tests ask of it.

use actix_web::{http::header::HeaderMap, web::Bytes};
use serde_json::Value;

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub fn location(&self) -> String {
        self.header("location").unwrap_or_default().to_owned()
    }

    /// The `error.id`, or an empty text.
    pub fn error_id(&self) -> String {
        self.json()["error"]["id"].as_str().unwrap_or_default().to_owned()
    }

    /// The answer without what differs from run to run by design: time and ids stay, as both are fixed.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} {}", self.location(), self.text());
        self
    }
}

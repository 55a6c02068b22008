//! The JSON envelope of errors (01 §19.1) and the plain texts of routes that are not there.

use std::borrow::Cow;

use actix_web::{
    HttpResponse,
    error::InternalError,
    http::{StatusCode, header},
};
use serde_json::{Map, Value, json};

use super::{body::BodyError, json};
use crate::{flow::Failure, text::ErrorCode};

/// An error as a client sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorBody {
    /// The HTTP status.
    pub status: StatusCode,
    /// `error.code` where it differs from the HTTP status (02 §8.1).
    pub code: Option<StatusCode>,
    /// The stable id from the catalogue, for those errors that have one.
    pub id: Option<Cow<'static, str>>,
    /// What went wrong, for people.
    pub message: Cow<'static, str>,
    /// Why, for people.
    pub reason: Option<Cow<'static, str>>,
    /// More for programs.
    pub details: Box<Map<String, Value>>,
    /// Keys beside `error`, such as `redirect_browser_to` and `use_flow_id`.
    pub siblings: Box<Map<String, Value>>,
}

impl ErrorBody {
    /// An error without an id.
    pub fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            code: None,
            id: None,
            message: message.into(),
            reason: None,
            details: Box::default(),
            siblings: Box::default(),
        }
    }

    /// What a client is told of a fault of ours: nothing but that it was one.
    pub fn internal() -> Self {
        Self::from(ErrorCode::Internal)
    }

    /// A request that cannot be understood.
    pub fn bad_request(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::from(ErrorCode::BadRequest).because(reason)
    }

    /// The same error with an id.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<Cow<'static, str>>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The same error with a reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The same error with one more detail.
    #[must_use]
    pub fn with_detail(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.details.insert(key.to_owned(), value.into());
        self
    }

    /// The same error with one more key beside `error`.
    #[must_use]
    pub fn with_sibling(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.siblings.insert(key.to_owned(), value.into());
        self
    }

    /// The value of `error`; this is also what is kept for the error page (02 §5.2).
    pub fn inner(&self, request_id: Option<&str>) -> Map<String, Value> {
        let code = self.code.unwrap_or(self.status);
        let mut error = Map::new();
        if let Some(id) = &self.id {
            error.insert("id".to_owned(), json!(id));
        }
        error.insert("code".to_owned(), json!(code.as_u16()));
        error.insert("status".to_owned(), json!(status_words(code)));
        if let Some(request_id) = request_id {
            error.insert("request".to_owned(), json!(request_id));
        }
        if let Some(reason) = &self.reason {
            error.insert("reason".to_owned(), json!(reason));
        }
        if !self.details.is_empty() {
            error.insert("details".to_owned(), json!(self.details));
        }
        error.insert("message".to_owned(), json!(self.message));
        error
    }

    /// The whole envelope. `request_id` is what the client sent as `X-Request-ID`.
    pub fn envelope(&self, request_id: Option<&str>) -> Map<String, Value> {
        let mut envelope = Map::new();
        envelope.insert("error".to_owned(), Value::Object(self.inner(request_id)));
        envelope.extend(*self.siblings.clone());
        envelope
    }

    /// The answer that carries the envelope.
    pub fn response(&self, request_id: Option<&str>) -> HttpResponse {
        // A map of JSON values can always be written.
        let bytes = json::to_bytes(&self.envelope(request_id)).unwrap_or_default();
        HttpResponse::build(self.status)
            .insert_header((header::CONTENT_TYPE, "application/json"))
            .insert_header(("Ory-Error-Id", self.id.as_deref().unwrap_or_default()))
            .body(bytes)
    }

    /// The same as an error that an extractor or a middleware can return.
    pub fn into_actix(self, request_id: Option<&str>) -> actix_web::Error {
        let response = self.response(request_id);
        InternalError::from_response(self.message, response).into()
    }
}

impl From<ErrorCode> for ErrorBody {
    /// The row of the catalogue.
    fn from(code: ErrorCode) -> Self {
        let row = code.row();
        let status = |number| StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            code: (row.code != row.http).then(|| status(row.code)),
            id: row.id.map(Cow::Borrowed),
            reason: row.reason.map(Cow::Borrowed),
            ..Self::new(status(row.http), row.message)
        }
    }
}

impl From<&Failure> for ErrorBody {
    /// The row of the catalogue, with the reason of the failure if it has one.
    fn from(failure: &Failure) -> Self {
        let error = Self::from(failure.code);
        match &failure.reason {
            Some(reason) => error.because(reason.clone()),
            None => error,
        }
    }
}

impl From<&BodyError> for ErrorBody {
    /// COMPAT: too large is 400 and not 413 (golden security.oversized).
    fn from(error: &BodyError) -> Self {
        Self::bad_request(error.to_string())
    }
}

/// The words for a status, as the catalogue has them.
fn status_words(code: StatusCode) -> &'static str {
    match code {
        StatusCode::PAYLOAD_TOO_LARGE => "Request Entity Too Large",
        other => other.canonical_reason().unwrap_or_default(),
    }
}

/// A short plain text, as unknown routes and wrong methods are answered.
pub fn plain(status: StatusCode, text: &'static str) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(text)
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;

    #[test]
    fn the_whole_shape() {
        let error = ErrorBody::new(StatusCode::UNPROCESSABLE_ENTITY, "m")
            .with_id("browser_location_change_required")
            .because("r")
            .with_detail("d", 1)
            .with_sibling("redirect_browser_to", "https://x.test/");
        assert_eq!(
            Value::Object(error.envelope(Some("kit-1"))),
            json!({"error": {"id": "browser_location_change_required", "code": 422, "status": "Unprocessable Entity",
                             "request": "kit-1", "reason": "r", "details": {"d": 1}, "message": "m"},
                   "redirect_browser_to": "https://x.test/"})
        );
    }

    #[test]
    fn what_is_empty_is_left_out() {
        let error = ErrorBody {
            code: Some(StatusCode::INTERNAL_SERVER_ERROR),
            ..ErrorBody::new(StatusCode::BAD_REQUEST, "m")
        };
        assert_eq!(
            Value::Object(error.envelope(None)),
            json!({"error": {"code": 500, "status": "Internal Server Error", "message": "m"}})
        );
        assert_eq!(error.response(None).status(), 400);
    }

    #[test]
    fn every_row_of_the_catalogue_stands_as_it_is() {
        for code in ErrorCode::ALL {
            let (row, error) = (code.row(), ErrorBody::from(&Failure::of(code)));
            let inner = error.inner(None);
            assert_eq!((error.status.as_u16(), &inner["code"]), (row.http, &json!(row.code)), "{code:?}");
            assert_eq!((&inner["status"], &inner["message"]), (&json!(row.status), &json!(row.message)));
            assert_eq!(inner.get("id"), row.id.map(|id| json!(id)).as_ref());
            assert_eq!(inner.get("reason"), row.reason.map(|reason| json!(reason)).as_ref());
        }
        let failure = Failure::because(ErrorCode::BadRequest, "because");
        assert_eq!(ErrorBody::from(&failure).inner(None)["reason"], "because");
        assert_eq!(ErrorBody::from(&BodyError::TooLarge).status, 400);
    }

    #[actix_web::test]
    async fn the_answer() {
        let answer = ErrorBody::new(StatusCode::NOT_FOUND, "<m>").response(None);
        assert_eq!(answer.headers().get(header::CONTENT_TYPE).unwrap(), "application/json");
        assert_eq!(answer.headers().get("ory-error-id").unwrap(), "");
        let bytes = to_bytes(answer.into_body()).await.unwrap();
        assert!(bytes.ends_with(b"\\u003cm\\u003e\"}}\n"), "{bytes:?}");
        let with_id = ErrorBody::bad_request("r").with_id("x").response(None);
        assert_eq!(with_id.headers().get("ory-error-id").unwrap(), "x");
    }
}

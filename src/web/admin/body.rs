//! Bodies of admin calls: JSON of a known shape.

use std::{convert::Infallible, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::web::{
    body::{BodyError, parse_json, read},
    envelope::ErrorBody,
};

/// The extractor for JSON bodies. It never fails, so that a path that is not there is told before a body that
/// makes no sense. The content type does not matter.
#[derive(Debug)]
pub struct JsonBody(Result<Value, BodyError>);

impl FromRequest for JsonBody {
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Infallible>>>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        Box::pin(async move { Ok(Self(read(payload).await.and_then(|bytes| parse(&bytes)))) })
    }
}

fn parse(bytes: &[u8]) -> Result<Value, BodyError> {
    if bytes.is_empty() { Err(BodyError::Empty) } else { parse_json(bytes) }
}

impl JsonBody {
    /// The body in its shape.
    ///
    /// # Errors
    /// What does not fit; COMPAT: as the message, without a reason (golden `admin.identity.create.errors`).
    pub fn into_shape<T: DeserializeOwned>(self) -> Result<T, ErrorBody> {
        let bad = |what: String| ErrorBody::new(StatusCode::BAD_REQUEST, what);
        let value = self.0.map_err(|error| bad(error.to_string()))?;
        serde_json::from_value(value).map_err(|error| bad(format!("The request body does not fit: {error}.")))
    }
}

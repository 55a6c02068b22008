//! Requests that an operator described: all of it but the body, which is made for each (03 §5.5, §7.5).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{
    Method,
    header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value;
use url::{Url, form_urlencoded::Serializer};

use super::Outbound;
use crate::kernel::Secret;

/// A request to a service, without its body.
#[derive(Clone)]
pub struct RequestPlan {
    method: Method,
    url: Url,
    headers: HeaderMap,
    encoding: Encoding,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Json,
    Form,
}

/// How a request proves who it comes from.
pub enum Credentials<'a> {
    /// A key in a header.
    Header(&'a str, &'a Secret<String>),
    /// A key in a cookie.
    Cookie(&'a str, &'a Secret<String>),
    /// A user and a password.
    Basic(&'a str, &'a Secret<String>),
}

/// Why a request cannot be made as described.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The method is none.
    #[error("{0:?} is no HTTP method")]
    Method(String),
    /// A header cannot be sent.
    #[error("the header {0:?} cannot be sent: its name or its value has characters that are not allowed")]
    Header(String),
    /// A body of this type cannot be made.
    #[error(
        "bodies of the type {0:?} cannot be made; use application/json or application/x-www-form-urlencoded"
    )]
    ContentType(String),
    /// A form is a flat object.
    #[error("for a form, the body has to be an object whose values are texts, numbers or booleans")]
    Form,
}

impl RequestPlan {
    /// Checks a description. A `Content-Type` among the headers decides how bodies are written.
    ///
    /// # Errors
    /// What cannot be sent.
    pub fn new<'a>(
        method: &str,
        url: Url,
        headers: impl Iterator<Item = (&'a str, &'a Secret<String>)>,
        credentials: Option<&Credentials<'_>>,
    ) -> Result<Self, PlanError> {
        let method =
            Method::from_bytes(method.as_bytes()).map_err(|_invalid| PlanError::Method(method.to_owned()))?;
        let mut sent = HeaderMap::new();
        for (name, value) in headers {
            put(&mut sent, name, value.expose())?;
        }
        match credentials {
            None => {}
            Some(Credentials::Header(name, value)) => put(&mut sent, name, value.expose())?,
            Some(Credentials::Cookie(name, value)) => {
                put(&mut sent, COOKIE.as_str(), &format!("{name}={}", value.expose()))?;
            }
            Some(Credentials::Basic(user, password)) => {
                let pair = STANDARD.encode(format!("{user}:{}", password.expose()));
                put(&mut sent, AUTHORIZATION.as_str(), &format!("Basic {pair}"))?;
            }
        }
        let encoding = encoding(&mut sent)?;
        Ok(Self { method, url, headers: sent, encoding })
    }

    /// Its method.
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// Whether bodies are written as JSON.
    pub fn is_json(&self) -> bool {
        self.encoding == Encoding::Json
    }

    /// The request without a body.
    pub fn bare(&self) -> Outbound {
        let mut headers = self.headers.clone();
        headers.remove(CONTENT_TYPE);
        Outbound { method: self.method.clone(), url: self.url.clone(), headers, body: Vec::new() }
    }

    /// The request with a body.
    ///
    /// # Errors
    /// [`PlanError::Form`] when a form cannot hold it.
    pub fn with(&self, body: &Value) -> Result<Outbound, PlanError> {
        let body = match self.encoding {
            Encoding::Json => body.to_string().into_bytes(),
            Encoding::Form => form(body)?.into_bytes(),
        };
        let (method, url, headers) = (self.method.clone(), self.url.clone(), self.headers.clone());
        Ok(Outbound { method, url, headers, body })
    }
}

fn put(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), PlanError> {
    let refused = || PlanError::Header(name.to_owned());
    let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_invalid| refused())?;
    let mut value = HeaderValue::from_str(value).map_err(|_invalid| refused())?;
    value.set_sensitive(true);
    headers.insert(key, value);
    Ok(())
}

fn encoding(headers: &mut HeaderMap) -> Result<Encoding, PlanError> {
    let Some(given) = headers.get(CONTENT_TYPE) else {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        return Ok(Encoding::Json);
    };
    match given.to_str().unwrap_or_default() {
        "application/json" => Ok(Encoding::Json),
        "application/x-www-form-urlencoded" => Ok(Encoding::Form),
        other => Err(PlanError::ContentType(other.to_owned())),
    }
}

fn form(body: &Value) -> Result<String, PlanError> {
    let mut form = Serializer::new(String::new());
    for (name, value) in body.as_object().ok_or(PlanError::Form)? {
        match value {
            Value::String(text) => form.append_pair(name, text),
            Value::Bool(_) | Value::Number(_) => form.append_pair(name, &value.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => return Err(PlanError::Form),
        };
    }
    Ok(form.finish())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plan(
        content_type: Option<&str>,
        credentials: Option<&Credentials<'_>>,
    ) -> Result<RequestPlan, PlanError> {
        let content_type = content_type.map(|kind| Secret::text(kind.to_owned()));
        let headers = content_type.iter().map(|value| ("Content-Type", value));
        RequestPlan::new("PUT", Url::parse("https://x.test/send").unwrap(), headers, credentials)
    }

    fn header(outbound: &Outbound, name: &str) -> String {
        outbound.headers[name].to_str().unwrap().to_owned()
    }

    #[test]
    fn bodies_are_written_as_the_content_type_says() {
        let body = json!({ "a": "ü &", "n": 1 });
        let sent = plan(None, None).unwrap().with(&body).unwrap();
        assert_eq!((sent.method.as_str(), sent.body), ("PUT", body.to_string().into_bytes()));
        let form = plan(Some("application/x-www-form-urlencoded"), None).unwrap();
        assert_eq!(form.with(&body).unwrap().body, b"a=%C3%BC+%26&n=1");
        for not_flat in [json!([]), json!({ "a": {} }), json!({ "a": null })] {
            assert_eq!(form.with(&not_flat).err(), Some(PlanError::Form));
        }
        assert_eq!(
            plan(Some("text/plain"), None).err(),
            Some(PlanError::ContentType("text/plain".to_owned()))
        );
    }

    #[test]
    fn credentials_go_where_they_belong() {
        let key = Secret::text("k:y".to_owned());
        let sent = |credentials| plan(None, Some(&credentials)).unwrap().with(&json!({})).unwrap();
        assert_eq!(header(&sent(Credentials::Header("X-Key", &key)), "x-key"), "k:y");
        assert_eq!(header(&sent(Credentials::Cookie("key", &key)), "cookie"), "key=k:y");
        assert_eq!(header(&sent(Credentials::Basic("ada", &key)), "authorization"), "Basic YWRhOms6eQ==");
        assert!(plan(None, Some(&Credentials::Header("X Key", &key))).is_err());
    }
}

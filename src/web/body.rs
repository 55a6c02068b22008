//! Reading a request body and turning it into a [`Submission`] (01 §5.1).

use std::{convert::Infallible, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{Method, header},
    web::{Bytes, BytesMut},
};
use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::time::timeout;

use super::{form, limits, multipart};
use crate::flow::Submission;

/// Why a body is no submission. The text is for the client: it becomes the reason of message 4000001.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// More than [`limits::BODY_BYTES`].
    #[error("The request body is larger than 5 MiB.")]
    TooLarge,
    /// The body did not arrive in time or the connection broke.
    #[error("The request body did not arrive completely.")]
    Incomplete,
    /// A method that has no body.
    #[error("A form is submitted by POST, PUT or PATCH and not by {0}.")]
    Method(String),
    /// Nothing was sent.
    #[error("The request body is empty.")]
    Empty,
    /// A content type that is not understood.
    #[error(
        "The content type \"{0}\" is not understood; send application/json, application/x-www-form-urlencoded or multipart/form-data."
    )]
    ContentType(String),
    /// No JSON.
    #[error("The request body is not valid JSON.")]
    MalformedJson,
    /// JSON, but of another type.
    #[error("The request body has to be a JSON object and is of type {0}.")]
    NotAnObject(&'static str),
    /// A form that does not keep to its boundary.
    #[error("The request body is not a valid form.")]
    MalformedForm,
    /// Text that is not UTF-8.
    #[error("The request contains text that is not UTF-8.")]
    NotUtf8,
    /// Text that holds a NUL.
    #[error("The request contains the character U+0000, which is not allowed.")]
    Nul,
    /// More fields or values than any form has.
    #[error("The request has too many fields.")]
    TooComplex,
}

impl BodyError {
    /// Whether the flow can show this as a message. The others are answered by an error envelope.
    pub fn is_form_error(&self) -> bool {
        !matches!(self, Self::TooLarge | Self::Incomplete)
    }
}

/// The extractor for submits. It never fails, because a bad body has to be shown in the flow it was sent to.
#[derive(Debug)]
pub struct Submitted(pub Result<Submission, BodyError>);

impl FromRequest for Submitted {
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Infallible>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let method = request.method().clone();
        let content_type = request.headers().get(header::CONTENT_TYPE).cloned();
        let payload = payload.take();
        Box::pin(async move {
            let content_type = content_type.as_ref().map(|value| String::from_utf8_lossy(value.as_bytes()));
            let read = read(payload).await;
            Ok(Self(
                read.and_then(|bytes| decode(&method, content_type.as_deref().unwrap_or_default(), &bytes)),
            ))
        })
    }
}

/// Reads a body of at most [`limits::BODY_BYTES`]. More than that is read and thrown away up to
/// [`limits::DRAINED_BYTES`].
///
/// # Errors
/// [`BodyError::TooLarge`] or [`BodyError::Incomplete`].
pub async fn read(mut payload: Payload) -> Result<Bytes, BodyError> {
    let mut kept = BytesMut::new();
    let mut seen = 0_usize;
    let whole = async {
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| BodyError::Incomplete)?;
            seen = seen.saturating_add(chunk.len());
            if seen > limits::DRAINED_BYTES {
                break;
            }
            if seen <= limits::BODY_BYTES {
                kept.extend_from_slice(&chunk);
            }
        }
        if seen > limits::BODY_BYTES { Err(BodyError::TooLarge) } else { Ok(()) }
    };
    timeout(limits::BODY_TIME, whole).await.unwrap_or(Err(BodyError::Incomplete))?;
    Ok(kept.freeze())
}

/// Turns the bytes of a body into fields.
///
/// # Errors
/// All of [`BodyError`] but the two of [`read`].
pub fn decode(method: &Method, content_type: &str, body: &[u8]) -> Result<Submission, BodyError> {
    if ![Method::POST, Method::PUT, Method::PATCH].contains(method) {
        return Err(BodyError::Method(method.to_string()));
    }
    if body.is_empty() {
        return Err(BodyError::Empty);
    }
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/json" => match parse_json(body)? {
            Value::Object(object) => Ok(Submission::json(object)),
            Value::Null => Err(BodyError::NotAnObject("null")),
            Value::Bool(_) => Err(BodyError::NotAnObject("boolean")),
            Value::Number(_) => Err(BodyError::NotAnObject("number")),
            Value::String(_) => Err(BodyError::NotAnObject("string")),
            Value::Array(_) => Err(BodyError::NotAnObject("array")),
        },
        "application/x-www-form-urlencoded" => form::parse_urlencoded(body).map(Submission::form),
        "multipart/form-data" => {
            let boundary = multipart::boundary(content_type).ok_or(BodyError::MalformedForm)?;
            multipart::parse(body, &boundary).map(Submission::form)
        }
        _ => {
            Err(BodyError::ContentType(content_type.chars().filter(|c| !c.is_control()).take(100).collect()))
        }
    }
}

/// Parses JSON of bounded size that every database can keep. For admin bodies, too.
///
/// # Errors
/// [`BodyError::MalformedJson`] (nesting beyond 128 levels included), [`BodyError::TooComplex`] or
/// [`BodyError::Nul`].
pub fn parse_json(body: &[u8]) -> Result<Value, BodyError> {
    if count_values(body) > limits::JSON_VALUES {
        return Err(BodyError::TooComplex);
    }
    let value: Value = serde_json::from_slice(body).map_err(|_| BodyError::MalformedJson)?;
    if has_nul(&value) { Err(BodyError::Nul) } else { Ok(value) }
}

/// About how many values a JSON text has, without building any of them.
fn count_values(body: &[u8]) -> usize {
    let (mut values, mut in_text, mut escaped) = (1, false, false);
    for byte in body {
        match (byte, in_text) {
            (_, true) if escaped => escaped = false,
            (b'\\', true) => escaped = true,
            (b'"', _) => in_text = !in_text,
            (b',' | b':' | b'[' | b'{', false) => values += 1,
            _ => {}
        }
    }
    values
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(object) => object.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        time::Duration,
    };

    use actix_web::{App, HttpServer, web};
    use proptest::prelude::*;

    use super::*;

    const JSON: &str = "application/json";

    fn posted(content_type: &str, body: &[u8]) -> Result<Submission, BodyError> {
        decode(&Method::POST, content_type, body)
    }

    #[test]
    fn the_three_encodings_say_the_same() {
        let multipart =
            b"--x\r\nContent-Disposition: form-data; name=\"method\"\r\n\r\npassword\r\n--x--\r\n";
        for (content_type, body) in [
            (JSON, br#"{"method":"password"}"#.as_slice()),
            ("application/json; charset=utf-8", br#"{"method":"password"}"#),
            ("Application/X-WWW-form-urlencoded;charset=utf-8", b"method=password"),
            ("multipart/form-data; boundary=x", multipart),
        ] {
            assert_eq!(
                posted(content_type, body).unwrap().text("method").as_deref(),
                Some("password"),
                "{content_type}"
            );
        }
    }

    // The table of golden registration.body.malformed, and what else may come.
    #[test]
    fn bodies_that_are_no_good() {
        for (content_type, body, expected) in [
            (JSON, b"".as_slice(), BodyError::Empty),
            (JSON, b"{\"method\":", BodyError::MalformedJson),
            (JSON, b"{} {}", BodyError::MalformedJson),
            (JSON, b"[1]", BodyError::NotAnObject("array")),
            (JSON, b"7", BodyError::NotAnObject("number")),
            (JSON, b"\"x\"", BodyError::NotAnObject("string")),
            (JSON, b"{\"a\":1e999}", BodyError::MalformedJson),
            (JSON, b"{\"a\":\"\xff\"}", BodyError::MalformedJson),
            (JSON, br#"{"a":"\u0000"}"#, BodyError::Nul),
            (JSON, br#"{"a":[{"\u0000":1}]}"#, BodyError::Nul),
            (JSON, br#"{"a":"\ud800"}"#, BodyError::MalformedJson),
            ("", b"{}", BodyError::ContentType(String::new())),
            ("text/plain", b"{}", BodyError::ContentType("text/plain".to_owned())),
            ("multipart/form-data", b"x", BodyError::MalformedForm),
        ] {
            let error = posted(content_type, body).unwrap_err();
            assert_eq!(error, expected, "{}", String::from_utf8_lossy(body));
            assert!(error.is_form_error());
        }
        assert_eq!(decode(&Method::GET, JSON, b"{}"), Err(BodyError::Method("GET".to_owned())));
    }

    #[test]
    fn depth_and_breadth_are_bounded() {
        let deep = format!("{}1{}", "{\"a\":".repeat(300), "}".repeat(300));
        assert_eq!(posted(JSON, deep.as_bytes()), Err(BodyError::MalformedJson));
        let broad = format!("{{\"a\":[{}0]}}", "0,".repeat(limits::JSON_VALUES));
        assert_eq!(posted(JSON, broad.as_bytes()), Err(BodyError::TooComplex));
        let text = format!("{{\"a\":\"\\\"{}\"}}", ",[{:".repeat(limits::JSON_VALUES));
        assert!(posted(JSON, text.as_bytes()).is_ok());
    }

    #[test]
    fn of_duplicate_keys_the_last_counts() {
        let submission = posted(JSON, br#"{"method":"a","method":"b"}"#).unwrap();
        assert_eq!(submission.text("method").as_deref(), Some("b"));
    }

    /// Asks a real server, the way simple clients do it: all is sent before anything is read.
    fn said(address: std::net::SocketAddr, head: &str, body: &[u8]) -> String {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let length = body.len();
        let head = format!("{head}\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[actix_web::test]
    async fn oversized_bodies_are_answered_and_not_kept() {
        let show = |Submitted(read): Submitted| async move {
            read.map_or_else(|error| error.to_string(), |submission| format!("{submission:?}"))
        };
        let server = HttpServer::new(move || App::new().default_service(web::to(show))).workers(1);
        let server = server.bind(("127.0.0.1", 0)).unwrap();
        let address = server.addrs()[0];
        let running = server.run();
        let handle = running.handle();
        actix_web::rt::spawn(running);
        let asked = std::thread::spawn(move || {
            let head = "POST //double?x HTTP/1.1\r\nContent-Type: application/json";
            let padded = |size: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(size));
            assert!(said(address, head, padded(6 << 20).as_bytes()).ends_with("larger than 5 MiB."));
            assert!(said(address, head, padded(5 << 19).as_bytes()).ends_with("{\"a\"}"));
            assert!(said(address, head, b"").ends_with("is empty."));
            assert!(said(address, "GET / HTTP/1.1", b"").ends_with("not by GET."));
        });
        while !asked.is_finished() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        asked.join().unwrap();
        handle.stop(false).await;
    }

    proptest! {
        #[test]
        fn no_bytes_do_harm(kind in 0_usize..4, body in prop::collection::vec(any::<u8>(), 0..300)) {
            let types = [JSON, "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "\u{e9}"];
            if let Ok(submission) = posted(types[kind], &body) {
                prop_assert!(submission.form_pairs().iter().all(|(key, value)| !key.contains('\0') && !value.contains('\0')));
                let _ = (submission.traits_form(), submission.traits_json(), submission.flag("a"), submission.object("a"));
            }
        }

        #[test]
        fn no_json_does_harm(body in r#"[\[\]{}",:a1e\\u0.\-tnf ]{0,60}"#) {
            if let Ok(submission) = posted(JSON, body.as_bytes()) {
                let _ = (submission.text("a"), submission.traits_json(), format!("{submission:?}"));
            }
        }
    }
}

//! JSON as it stands on the wire: safe inside HTML, one document per line.

use std::io;

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use serde::Serialize;
use serde_json::{
    Value,
    ser::{Formatter, Serializer},
};

use super::envelope::ErrorBody;

/// Writes `<`, `>`, `&` and the two line separators of JavaScript as escapes, so that JSON put into a page
/// cannot end the script it stands in.
struct HtmlSafe;

impl Formatter for HtmlSafe {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut plain = fragment;
        while let Some((at, escape)) = plain.char_indices().find_map(|(at, c)| Some((at, escape_of(c)?))) {
            let (before, from) = plain.split_at_checked(at).unwrap_or((plain, ""));
            writer.write_all(before.as_bytes())?;
            writer.write_all(escape.as_bytes())?;
            let mut rest = from.chars();
            rest.next();
            plain = rest.as_str();
        }
        writer.write_all(plain.as_bytes())
    }
}

const fn escape_of(c: char) -> Option<&'static str> {
    match c {
        '<' => Some("\\u003c"),
        '>' => Some("\\u003e"),
        '&' => Some("\\u0026"),
        '\u{2028}' => Some("\\u2028"),
        '\u{2029}' => Some("\\u2029"),
        _ => None,
    }
}

/// The bytes of `value`, with a newline at the end.
///
/// # Errors
/// When `value` has no JSON form, such as a map whose keys are no text.
pub fn to_bytes(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(512);
    value.serialize(&mut Serializer::with_formatter(&mut bytes, HtmlSafe))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// An answer that carries `value`.
pub fn response(status: StatusCode, value: &impl Serialize) -> HttpResponse {
    match to_bytes(value) {
        Ok(bytes) => HttpResponse::build(status)
            .insert_header((header::CONTENT_TYPE, "application/json; charset=utf-8"))
            .body(bytes),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            ErrorBody::internal().response(None)
        }
    }
}

/// As [`response`], but nothing is escaped.
///
/// COMPAT: the two calls that hand out recoveries answer so (02 §1.1): scripts take links out of them without
/// reading JSON.
pub fn unescaped(status: StatusCode, value: &Value) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "application/json; charset=utf-8"))
        .body(format!("{value}\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn escapes_what_html_and_scripts_would_see() {
        let value = json!({"a<b": "</script>&é\u{2028}\u{2029}\"\\\n", "n": 1.5});
        let bytes = to_bytes(&value).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(
            text,
            "{\"a\\u003cb\":\"\\u003c/script\\u003e\\u0026é\\u2028\\u2029\\\"\\\\\\n\",\"n\":1.5}\n"
        );
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn answers_name_their_character_set() {
        let answer = response(StatusCode::CREATED, &json!([]));
        assert_eq!(answer.status(), 201);
        assert_eq!(answer.headers().get(header::CONTENT_TYPE).unwrap(), "application/json; charset=utf-8");
    }

    #[test]
    fn what_has_no_json_form_is_an_internal_error() {
        let odd = std::collections::HashMap::from([((1, 2), 3)]);
        assert_eq!(response(StatusCode::OK, &odd).status(), 500);
    }
}

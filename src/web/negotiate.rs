//! In which manner a client wants to be answered: by page or by JSON (01 §1.3).

use actix_web::http::header::{self, HeaderMap};

use super::accept;

const HTML: &str = "text/html";
const JSON: &str = "application/json";

/// The three predicates of 01 §1.3. They disagree in corner cases, and clients have adapted to each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// JSON wanted or JSON sent; decides submits and errors.
    pub is_json: bool,
    /// JSON wanted; decides inits.
    pub accepts_json: bool,
    /// A page wanted, whatever was sent; decides final redirects of verification.
    pub is_browser: bool,
}

impl Manner {
    /// The manner of a request with these headers.
    pub fn of(headers: &HeaderMap) -> Self {
        let ranges: Vec<_> = headers
            .get_all(header::ACCEPT)
            .filter_map(|value| value.to_str().ok())
            .flat_map(accept::parse)
            .collect();
        let wide = accept::best(&ranges, &[HTML, "text/*", "*/*", JSON], HTML);
        // COMPAT: byte for byte; `application/json; charset=utf-8` does not count (01 §21.1 no. 8).
        let sent_json =
            headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes() == JSON.as_bytes());
        Self {
            is_json: sent_json || wide == JSON,
            accepts_json: accept::best(&ranges, &[HTML, JSON], HTML) == JSON,
            is_browser: wide == HTML,
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};

    use super::*;

    fn manner(accept: Option<&str>, content_type: Option<&str>) -> (bool, bool, bool) {
        let mut headers = HeaderMap::new();
        for (name, value) in [(ACCEPT, accept), (CONTENT_TYPE, content_type)] {
            if let Some(value) = value {
                headers.insert(name, HeaderValue::from_str(value).unwrap());
            }
        }
        let Manner { is_json, accepts_json, is_browser } = Manner::of(&headers);
        (is_json, accepts_json, is_browser)
    }

    #[test]
    fn the_three_predicates() {
        for (accept, content_type, expected) in [
            (None, None, (false, false, true)),
            (Some("*/*"), None, (false, false, true)),
            (Some("*/*"), Some("application/json"), (true, false, true)),
            (Some("*/*"), Some("application/json; charset=utf-8"), (false, false, true)),
            (Some("*/*"), Some("Application/JSON"), (false, false, true)),
            (Some("application/json"), None, (true, true, false)),
            (Some("application/json, text/plain, */*"), None, (true, true, false)),
            (
                Some("text/html,application/xhtml+xml;q=0.9"),
                Some("application/x-www-form-urlencoded"),
                (false, false, true),
            ),
            (Some("application/json; charset=utf-8"), None, (false, false, true)),
            // `text/*` is an offer of its own in the wide list, and html comes first all the same.
            (Some("text/*;q=0.5, application/json;q=0.4"), None, (false, false, true)),
        ] {
            assert_eq!(manner(accept, content_type), expected, "{accept:?} {content_type:?}");
        }
    }

    #[test]
    fn several_headers_count_together() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT, HeaderValue::from_static("text/html;q=0.5"));
        headers.append(ACCEPT, HeaderValue::from_static("application/json"));
        assert!(Manner::of(&headers).is_json);
        headers.insert(ACCEPT, HeaderValue::from_bytes(b"application/json\xff").unwrap());
        assert!(!Manner::of(&headers).is_json);
    }
}

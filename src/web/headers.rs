//! Headers that all requests and answers have in common (01 §1.1, 05 no. 47).

use actix_web::http::{
    Method,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};

/// Longer request ids are cut off from echoes and logs: not shortened, left out.
const LONGEST_REQUEST_ID: usize = 128;

/// What the client calls its request, to be repeated in error envelopes and logs. Only visible ASCII, so
/// nothing can be forged in a log.
pub fn request_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("X-Request-ID")?.to_str().ok()?;
    let usable =
        !id.is_empty() && id.len() <= LONGEST_REQUEST_ID && id.bytes().all(|byte| byte.is_ascii_graphic());
    usable.then_some(id)
}

/// Whether an answer depends on cookies, as everything public does but health checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Varies {
    /// It does.
    ByCookie,
    /// It does not.
    Never,
}

/// How the request travelled, as far as we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// By HTTPS, ended here or at a trusted proxy.
    Encrypted,
    /// By plain HTTP.
    Plain,
}

/// Sets what every answer carries. Headers that a handler has set for itself stay as they are.
pub fn decorate(headers: &mut HeaderMap, method: &Method, varies: Varies, transport: Transport) {
    if method == Method::GET {
        // SECURITY: flows and sessions must not be kept by caches on the way (golden security.headers).
        let value = HeaderValue::from_static("private, no-cache, no-store, must-revalidate");
        headers.insert(header::CACHE_CONTROL, value);
    }
    if varies == Varies::ByCookie {
        headers.append(header::VARY, HeaderValue::from_static("Cookie"));
    }
    let defaults = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in defaults {
        set_default(headers, name, value);
    }
    if transport == Transport::Encrypted {
        set_default(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

fn set_default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decorated(method: &Method, varies: Varies, transport: Transport) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'self'"));
        decorate(&mut headers, method, varies, transport);
        headers
    }

    #[test]
    fn only_answers_to_get_name_a_cache_policy() {
        let get = decorated(&Method::GET, Varies::ByCookie, Transport::Plain);
        assert_eq!(get.get("cache-control").unwrap(), "private, no-cache, no-store, must-revalidate");
        assert_eq!(get.get("vary").unwrap(), "Cookie");
        for method in [Method::HEAD, Method::POST] {
            assert!(!decorated(&method, Varies::Never, Transport::Plain).contains_key("cache-control"));
        }
        assert!(!decorated(&Method::GET, Varies::Never, Transport::Plain).contains_key("vary"));
    }

    #[test]
    fn sec_47_hardening_gives_way_to_the_handler() {
        let headers = decorated(&Method::GET, Varies::Never, Transport::Encrypted);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'self'"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("strict-transport-security", "max-age=31536000"),
        ] {
            assert_eq!(headers.get_all(name).collect::<Vec<_>>(), [value], "{name}");
        }
        let plain = decorated(&Method::GET, Varies::Never, Transport::Plain);
        assert!(!plain.contains_key("strict-transport-security"));
    }

    #[test]
    fn sec_57_odd_request_ids_are_left_out() {
        let of = |value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static("x-request-id"), HeaderValue::from_bytes(value).unwrap());
            request_id(&headers).map(str::to_owned)
        };
        assert_eq!(of(b"kit-1").as_deref(), Some("kit-1"));
        for bad in [b"".as_slice(), b"a b", b"\xff", b"a\tb", &[b'a'; 129]] {
            assert_eq!(of(bad), None);
        }
    }
}

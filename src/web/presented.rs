//! How a request shows which session it belongs to (02 §6.3).

use actix_web::http::header::{self, HeaderMap};

use crate::kernel::{Secret, Timestamp};

/// A session token and the way it came.
#[derive(Debug)]
pub struct Presented {
    /// The token, unchecked.
    pub token: Secret<String>,
    /// The way.
    pub via: Via,
    /// When it stops coming that way, where the client was told.
    pub until: Option<Timestamp>,
}

/// The ways in which a session token can come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// The header `X-Session-Token`.
    Header,
    /// The session cookie.
    Cookie,
    /// The header `Authorization`.
    Bearer,
}

/// The first token that is there: header, cookie, bearer. A bad token in the header hides a good cookie, but
/// a cookie that cannot be opened hides nothing.
pub fn presented(
    headers: &HeaderMap,
    cookie: impl FnOnce() -> Option<(Secret<String>, Timestamp)>,
) -> Option<Presented> {
    let text =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    let header = text("X-Session-Token");
    if !header.is_empty() {
        return Some(Presented { token: Secret::text(header), via: Via::Header, until: None });
    }
    if let Some((token, until)) = cookie() {
        return Some(Presented { token, via: Via::Cookie, until: Some(until) });
    }
    let (scheme, token) = text(header::AUTHORIZATION.as_str()).split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| Presented {
        token: Secret::text(token),
        via: Via::Bearer,
        until: None,
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn way(headers: &[(&str, &str)], cookie: Option<&str>) -> Option<(String, Via)> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        let end = Timestamp::from_micros(7).unwrap();
        presented(&map, || cookie.map(|cookie| (Secret::text(cookie), end))).map(|found| {
            assert_eq!(found.until, (found.via == Via::Cookie).then_some(end));
            (found.token.expose().clone(), found.via)
        })
    }

    #[test]
    fn header_then_cookie_then_bearer() {
        let (header, bearer) = (("x-session-token", "h"), ("authorization", "Bearer b"));
        for (headers, cookie, expected) in [
            (&[header, bearer][..], Some("c"), Some(("h", Via::Header))),
            (&[bearer], Some("c"), Some(("c", Via::Cookie))),
            (&[bearer], None, Some(("b", Via::Bearer))),
            (&[("x-session-token", " "), ("authorization", "bearer  b ")], None, Some(("b", Via::Bearer))),
            (&[("authorization", "Basic b")], None, None),
            (&[("authorization", "Bearer ")], None, None),
            (&[("authorization", "b")], None, None),
            (&[], None, None),
        ] {
            assert_eq!(way(headers, cookie), expected.map(|(token, via)| (token.to_owned(), via)));
        }
    }
}

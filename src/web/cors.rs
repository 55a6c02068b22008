//! Cross-origin calls: which pages may read our answers (03 §2.2).

use std::time::Duration;

use actix_web::http::{
    Method,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};

/// Which origins, methods and headers are allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorsPolicy {
    /// Allowed origins.
    pub origins: Vec<OriginPattern>,
    /// Allowed methods, in upper case.
    pub methods: Vec<String>,
    /// Request headers that scripts may set; `*` for any.
    pub headers: Vec<String>,
    /// Response headers that scripts may read.
    pub exposed: Vec<String>,
    /// Whether cookies may be sent along. Together with any origin this lets every page act for the
    /// visitor, so the configuration has to refuse that pair unless it is asked for explicitly.
    pub credentials: bool,
    /// How long browsers may remember a preflight; `None` leaves that to them.
    pub max_age: Option<Duration>,
}

/// An allowed origin, in lower case; the configuration has made sure that wildcards are bounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OriginPattern {
    /// Any origin.
    Any,
    /// This one.
    Exact(String),
    /// Those that start and end like this, with part of a host name in between.
    Between {
        /// What stands before the wildcard, scheme included.
        start: String,
        /// What stands after it.
        end: String,
    },
}

impl OriginPattern {
    fn matches(&self, origin: &str) -> bool {
        match self {
            // SECURITY: `null` is the origin of sandboxed frames and files, which anybody can make.
            Self::Any => origin != "null",
            Self::Exact(exact) => exact == origin,
            Self::Between { start, end } => {
                let name =
                    origin.strip_prefix(start.as_str()).and_then(|rest| rest.strip_suffix(end.as_str()));
                name.is_some_and(|name| {
                    !name.is_empty()
                        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
                })
            }
        }
    }
}

impl CorsPolicy {
    /// The headers of the answer to a preflight; `None` when the request is none.
    pub fn preflight(&self, method: &Method, request: &HeaderMap) -> Option<HeaderMap> {
        let wanted =
            request.get(header::ACCESS_CONTROL_REQUEST_METHOD).filter(|_| method == Method::OPTIONS)?;
        let mut answer = HeaderMap::new();
        let vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
        answer.insert(header::VARY, HeaderValue::from_static(vary));
        let asked = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
        let allowed = self.allows_method(wanted.to_str().unwrap_or_default())
            && asked.is_none_or(|list| self.allows_headers(list.to_str().unwrap_or("\0")));
        if let (Some(origin), true) = (self.allowed_origin(request), allowed) {
            answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, wanted.clone());
            if let Some(asked) = asked.filter(|list| !list.is_empty()) {
                answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
            }
            self.add_credentials(&mut answer);
            if let Some(age) = self.max_age.filter(|age| age.as_secs() > 0) {
                answer.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from(age.as_secs()));
            }
        }
        Some(answer)
    }

    /// Adds the headers of the answer to a call.
    pub fn decorate(&self, method: &Method, request: &HeaderMap, answer: &mut HeaderMap) {
        // What was there comes second, as in recordings (golden security.cors).
        let before: Vec<_> = answer.remove(header::VARY).collect();
        answer.insert(header::VARY, HeaderValue::from_static("Origin"));
        for value in before {
            answer.append(header::VARY, value);
        }
        let Some(origin) = self.allowed_origin(request).filter(|_| self.allows_method(method.as_str()))
        else {
            return;
        };
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if let Ok(exposed) = HeaderValue::from_str(&self.exposed.join(", "))
            && !exposed.is_empty()
        {
            answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
        self.add_credentials(answer);
    }

    fn add_credentials(&self, answer: &mut HeaderMap) {
        if self.credentials {
            let name: HeaderName = header::ACCESS_CONTROL_ALLOW_CREDENTIALS;
            answer.insert(name, HeaderValue::from_static("true"));
        }
    }

    fn allowed_origin(&self, request: &HeaderMap) -> Option<HeaderValue> {
        let origin = request.get(header::ORIGIN)?;
        let lower = origin.to_str().ok()?.to_ascii_lowercase();
        (!lower.is_empty() && self.origins.iter().any(|pattern| pattern.matches(&lower)))
            .then(|| origin.clone())
    }

    fn allows_method(&self, method: &str) -> bool {
        method == "OPTIONS" || self.methods.iter().any(|allowed| allowed == method)
    }

    fn allows_headers(&self, list: &str) -> bool {
        list.split(',').map(str::trim).filter(|name| !name.is_empty()).all(|name| {
            name.eq_ignore_ascii_case("origin")
                || self.headers.iter().any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(name))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(origins: Vec<OriginPattern>) -> CorsPolicy {
        let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        CorsPolicy {
            origins,
            methods: own(&["GET", "POST"]),
            headers: own(&["Content-Type", "X-Session-Token"]),
            exposed: own(&["Set-Cookie"]),
            credentials: true,
            max_age: Some(Duration::from_secs(600)),
        }
    }

    fn app() -> OriginPattern {
        OriginPattern::Exact("https://app.example.test".to_owned())
    }

    fn wild() -> OriginPattern {
        OriginPattern::Between { start: "https://".to_owned(), end: ".wild.test".to_owned() }
    }

    fn headers(list: &[(&str, &str)]) -> HeaderMap {
        list.iter()
            .map(|(name, value)| {
                (HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap())
            })
            .collect()
    }

    fn shown(map: &HeaderMap) -> Vec<String> {
        let mut lines: Vec<_> =
            map.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        lines.sort();
        lines
    }

    fn preflight(origin: &str, method: &str, asked: &str) -> Vec<String> {
        let request = headers(&[
            ("origin", origin),
            ("access-control-request-method", method),
            ("access-control-request-headers", asked),
        ]);
        let policy = policy(vec![app(), wild()]);
        shown(&policy.preflight(&Method::OPTIONS, &request).unwrap())
    }

    #[test]
    fn preflights_of_the_recordings() {
        let vary = "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
        for origin in [
            "https://app.example.test",
            "https://a.wild.test",
            "https://a.b.wild.test",
            "HTTPS://APP.example.test",
        ] {
            assert_eq!(
                preflight(origin, "GET", "content-type"),
                [
                    "access-control-allow-credentials: true",
                    "access-control-allow-headers: content-type",
                    "access-control-allow-methods: GET",
                    &format!("access-control-allow-origin: {origin}"),
                    "access-control-max-age: 600",
                    vary
                ]
            );
        }
        for origin in [
            "https://wild.test",
            "https://.wild.test",
            "https://evil.test",
            "https://app.example.test.evil.test",
            "http://app.example.test",
            "https://app.example.test:8443",
            "https://evil.test/.wild.test",
            "https://evil.test?.wild.test",
            "https://u@x.wild.test",
            "null",
            "",
        ] {
            assert_eq!(preflight(origin, "GET", "content-type"), [vary], "{origin}");
        }
        assert_eq!(preflight("https://a.wild.test", "DELETE", ""), [vary]);
        assert_eq!(preflight("https://a.wild.test", "GET", "content-type, x-other"), [vary]);
        assert_eq!(preflight("https://a.wild.test", "GET", "Content-Type,x-session-token,origin").len(), 6);
    }

    #[test]
    fn what_is_no_preflight() {
        let policy = policy(vec![OriginPattern::Any]);
        let request = headers(&[("origin", "https://x.test"), ("access-control-request-method", "GET")]);
        assert!(policy.preflight(&Method::GET, &request).is_none());
        assert!(policy.preflight(&Method::OPTIONS, &headers(&[("origin", "https://x.test")])).is_none());
    }

    #[test]
    fn calls() {
        let policy = policy(vec![app()]);
        let call = |origin: &str, method: Method| {
            let mut answer = headers(&[("vary", "Cookie")]);
            policy.decorate(&method, &headers(&[("origin", origin)]), &mut answer);
            assert_eq!(answer.get_all("vary").collect::<Vec<_>>(), ["Origin", "Cookie"]);
            answer.remove("vary");
            shown(&answer)
        };
        let granted = [
            "access-control-allow-credentials: true",
            "access-control-allow-origin: https://app.example.test",
            "access-control-expose-headers: Set-Cookie",
        ];
        assert_eq!(call("https://app.example.test", Method::GET), granted);
        assert!(call("https://app.example.test", Method::DELETE).is_empty());
        assert!(call("https://evil.test", Method::GET).is_empty());
    }

    #[test]
    fn any_origin_is_named_and_null_is_none() {
        let policy = policy(vec![OriginPattern::Any]);
        let allowed = |origin| policy.allowed_origin(&headers(&[("origin", origin)]));
        assert_eq!(allowed("https://x.test").unwrap(), "https://x.test");
        assert!(allowed("null").is_none());
    }
}

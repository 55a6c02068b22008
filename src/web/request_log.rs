//! One line in the log for each request (03 §11.5).
//!
//! It names the route and not the path, and leaves out what a query says: both hold addresses, codes and tokens.

use std::time::Duration;

use actix_web::dev::ServiceResponse;

use super::headers::request_id;

/// What stands in place of what is left out, unless the operator has words of their own.
const LEFT_OUT: &str = "[redacted]";

/// How the requests of one listener are logged.
#[derive(Debug, Clone, Default)]
pub struct RequestLog {
    /// Whether health checks are left out.
    pub skips_health: bool,
    /// Whether paths and queries are logged as they are.
    pub leaks: bool,
    /// What stands in place of what is left out.
    pub redaction: Option<String>,
}

impl RequestLog {
    /// Logs a request that was answered.
    pub fn tell<B>(&self, answer: &ServiceResponse<B>, took: Duration) {
        let request = answer.request();
        let is_health =
            request.path().starts_with("/health/") || request.path().starts_with("/admin/health/");
        if is_health && self.skips_health {
            return;
        }
        tracing::info!(
            http.method = %request.method(),
            http.path = self.path(request.path(), request.match_pattern()),
            http.query = self.query(request.query_string()),
            http.status = answer.status().as_u16(),
            http.request_id = request_id(request.headers()),
            duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "completed handling request"
        );
    }

    /// The path as it may be logged: that of the route, with its names for what differs.
    fn path(&self, path: &str, route: Option<String>) -> String {
        if self.leaks {
            return path.to_owned();
        }
        route.unwrap_or_else(|| self.left_out())
    }

    fn query(&self, query: &str) -> Option<String> {
        match (query.is_empty(), self.leaks) {
            (true, _) => None,
            (false, true) => Some(query.to_owned()),
            (false, false) => Some(self.left_out()),
        }
    }

    fn left_out(&self) -> String {
        self.redaction.clone().unwrap_or_else(|| LEFT_OUT.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_requests_hold_is_left_out_unless_asked_for() {
        let quiet = RequestLog::default();
        let route = || Some("/admin/identities/{id}".to_owned());
        assert_eq!(quiet.path("/admin/identities/17", route()), "/admin/identities/{id}");
        assert_eq!(quiet.path("/code-123456", None), "[redacted]");
        assert_eq!(quiet.query("code=123456"), Some("[redacted]".to_owned()));
        assert_eq!(quiet.query(""), None);
        let own = RequestLog { redaction: Some("–".to_owned()), ..RequestLog::default() };
        assert_eq!(own.query("code=123456"), Some("–".to_owned()));
        let open = RequestLog { leaks: true, ..RequestLog::default() };
        assert_eq!(open.path("/admin/identities/17", route()), "/admin/identities/17");
        assert_eq!(open.query("code=123456"), Some("code=123456".to_owned()));
    }
}

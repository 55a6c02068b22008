//! What is counted of requests, under the names that dashboards for Kratos ask for (03 §11.3).

use std::{fmt::Write as _, time::Duration};

use actix_web::{
    body::{BodySize, MessageBody},
    dev::ServiceResponse,
    http::{Method, StatusCode, header},
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{
        counter::Counter,
        family::Family,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};

/// What stands for the route of a path that is not there.
const NO_ROUTE: &str = "unknown";

/// Counts requests and measures how long they take and how large they are. Shared by both listeners.
#[derive(Debug)]
pub struct Meter {
    registry: Registry,
    requests: Family<Request, Counter>,
    durations: Family<Request, Histogram, fn() -> Histogram>,
    response_times: Family<Endpoint, Histogram, fn() -> Histogram>,
    response_sizes: Family<Kind, Histogram, fn() -> Histogram>,
    request_sizes: Family<Kind, Histogram, fn() -> Histogram>,
    statuses: Family<Bucket, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    code: u16,
    method: &'static str,
    endpoint: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Endpoint {
    endpoint: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    code: u16,
    method: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Bucket {
    method: &'static str,
    status_bucket: &'static str,
}

/// From half a millisecond to eight seconds.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 15))
}

/// From a hundred bytes to a hundred megabytes.
fn bytes() -> Histogram {
    Histogram::new(exponential_buckets(100.0, 10.0, 7))
}

impl Default for Meter {
    fn default() -> Self {
        let mut registry = Registry::default();
        let meter = Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(seconds),
            response_times: Family::new_with_constructor(seconds),
            response_sizes: Family::new_with_constructor(bytes),
            request_sizes: Family::new_with_constructor(bytes),
            statuses: Family::default(),
            registry: Registry::default(),
        };
        registry.register("http_requests", "Requests that were answered", meter.requests.clone());
        let help = "How long requests took, in seconds, by what was answered";
        registry.register("http_requests_duration_seconds", help, meter.durations.clone());
        let help = "How long requests took, in seconds";
        registry.register("http_response_time_seconds", help, meter.response_times.clone());
        registry.register("http_response_size_bytes", "How large answers are", meter.response_sizes.clone());
        registry.register("http_requests_size_bytes", "How large requests are", meter.request_sizes.clone());
        let help = "Requests that were answered, by the hundred of the status";
        registry.register("http_requests_statuses", help, meter.statuses.clone());
        Self { registry, ..meter }
    }
}

impl Meter {
    /// Counts a request that was answered. Labels come from closed lists: the routes, the methods and the statuses
    /// that there are, so nobody can make them grow without end.
    pub fn count<B: MessageBody>(&self, answer: &ServiceResponse<B>, took: Duration) {
        let (request, status) = (answer.request(), answer.status());
        let (code, method) = (status.as_u16(), name_of(request.method()));
        let endpoint = request.match_pattern().unwrap_or_else(|| NO_ROUTE.to_owned());
        let by = Request { code, method, endpoint: endpoint.clone() };
        self.requests.get_or_create(&by).inc();
        self.durations.get_or_create(&by).observe(took.as_secs_f64());
        self.response_times.get_or_create(&Endpoint { endpoint }).observe(took.as_secs_f64());
        self.statuses.get_or_create(&Bucket { method, status_bucket: bucket_of(status) }).inc();
        let kind = Kind { code, method };
        if let BodySize::Sized(size) = answer.response().body().size() {
            self.response_sizes.get_or_create(&kind).observe(lossy(size));
        }
        let sent = request.headers().get(header::CONTENT_LENGTH);
        let sent = sent.and_then(|length| length.to_str().ok()?.parse().ok()).unwrap_or_default();
        self.request_sizes.get_or_create(&kind).observe(lossy(sent));
    }

    /// All of it, in the text format of Prometheus.
    pub fn text(&self) -> String {
        let mut open = String::new();
        if let Err(never) = text::encode_registry(&mut open, &self.registry) {
            unreachable!("a text takes whatever is written to it: {never}");
        }
        classic(&open)
    }
}

/// The library writes OpenMetrics, in which the type of a counter names the family; in the older format it names
/// the samples, and helps have no full stop of their own.
fn classic(open: &str) -> String {
    let counter = |name: &str| open.contains(&format!("# TYPE {name} counter\n"));
    let mut text = String::with_capacity(open.len());
    for line in open.lines() {
        let mut words = line.splitn(4, ' ');
        let parts = (words.next(), words.next(), words.next(), words.next());
        let done = match parts {
            (Some("#"), Some(kind @ ("TYPE" | "HELP")), Some(name), Some(rest)) if counter(name) => {
                writeln!(text, "# {kind} {name}_total {rest}")
            }
            _ => writeln!(text, "{line}"),
        };
        if let Err(never) = done {
            unreachable!("a text takes whatever is written to it: {never}");
        }
    }
    text
}

fn lossy(size: u64) -> f64 {
    u32::try_from(size).map_or(f64::from(u32::MAX), f64::from)
}

fn name_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "get",
        Method::HEAD => "head",
        Method::POST => "post",
        Method::PUT => "put",
        Method::PATCH => "patch",
        Method::DELETE => "delete",
        Method::OPTIONS => "options",
        _ => "unknown",
    }
}

fn bucket_of(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{HttpResponse, test::TestRequest};

    use super::*;

    #[test]
    fn requests_are_counted_by_route_method_and_status() {
        let meter = Meter::default();
        for status in [StatusCode::OK, StatusCode::OK, StatusCode::NOT_FOUND] {
            let request = TestRequest::post()
                .uri("/whatever?code=123456")
                .insert_header((header::CONTENT_LENGTH, "12"))
                .to_srv_request();
            let answer = request.into_response(HttpResponse::build(status).body("four"));
            meter.count(&answer, Duration::from_millis(3));
        }
        let text = meter.text();
        for line in [
            "# TYPE http_requests_total counter",
            "http_requests_total{code=\"200\",method=\"post\",endpoint=\"unknown\"} 2",
            "http_requests_statuses_total{method=\"post\",status_bucket=\"4xx\"} 1",
            "http_requests_duration_seconds_bucket{le=\"0.004\",code=\"200\",method=\"post\",endpoint=\"unknown\"} 2",
            "http_response_time_seconds_count{endpoint=\"unknown\"} 3",
            "http_response_size_bytes_sum{code=\"404\",method=\"post\"} 4.0",
            "http_requests_size_bytes_sum{code=\"200\",method=\"post\"} 24.0",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}\n{text}");
        }
        assert!(!text.contains("123456") && !text.contains("whatever"), "nothing that a request says");
    }

    #[test]
    fn methods_that_nobody_knows_are_one() {
        assert_eq!(name_of(&Method::from_bytes(b"PIGEON").unwrap()), "unknown");
    }
}

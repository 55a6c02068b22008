//! The admin API of a server, as the commands use it.

use std::time::Duration;

use reqwest::{
    Method,
    header::{self, HeaderMap, HeaderValue},
};
use serde_json::Value;
use tokio::time::sleep;
use url::Url;

use super::args::Endpoint;
use crate::{
    cli::CliError,
    config::Environment,
    net::{Guard, HttpClient, HttpError, HttpPolicy, Inbound, Outbound, Trust},
};

/// Lists of identities may be long.
const LARGEST_ANSWER: usize = 256 << 20;

/// The pause before the first new attempt; it doubles each time.
const PAUSE: Duration = Duration::from_millis(200);

/// Where the URL is looked for when none is given.
const VARIABLES: [&str; 2] = ["ZELOS_ADMIN_URL", "KRATOS_ADMIN_URL"];

/// The admin API of one server.
pub struct AdminApi {
    http: HttpClient,
    base: Url,
    policy: HttpPolicy,
    retries: u32,
}

/// An answer of success.
#[derive(Debug)]
pub struct Answer {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; `null` when there is none.
    pub body: Value,
}

/// Why there is no answer of success.
#[derive(Debug, Clone)]
pub struct CallError {
    /// The status, when the server answered.
    pub status: Option<u16>,
    /// Whether no connection came about.
    pub unreachable: bool,
    /// What is wrong.
    pub what: String,
}

impl From<CallError> for CliError {
    fn from(error: CallError) -> Self {
        Self::new(error.what)
    }
}

/// A request.
pub struct Asked<'a> {
    /// The method.
    pub method: Method,
    /// The segments of the path.
    pub path: &'a [&'a str],
    /// The query.
    pub query: &'a [(&'a str, &'a str)],
    /// The body, if there is one.
    pub body: Option<&'a Value>,
}

impl<'a> Asked<'a> {
    /// A request that reads.
    pub const fn get(path: &'a [&'a str]) -> Self {
        Self { method: Method::GET, path, query: &[], body: None }
    }
}

impl AdminApi {
    /// The server that the flags or the environment name.
    ///
    /// # Errors
    /// Neither names one, or the trusted certificates cannot be read.
    pub fn of(endpoint: &Endpoint, environment: &Environment) -> Result<Self, CliError> {
        let base = match &endpoint.endpoint {
            Some(url) => url.clone(),
            None => from(environment)?,
        };
        if base.cannot_be_a_base() || !matches!(base.scheme(), "http" | "https") {
            return Err(CliError::new("The endpoint has to be an http or https URL: http://127.0.0.1:4434"));
        }
        let trust =
            Trust::system().map_err(|error| CliError::because("read the trusted certificates", &error))?;
        let http = HttpClient::build(&trust, Guard::default())
            .map_err(|error| CliError::because("make an HTTP client", &error))?;
        let policy = HttpPolicy {
            attempt: endpoint.timeout,
            total: endpoint.timeout,
            attempts: 1,
            pause: Duration::ZERO,
            body_limit: LARGEST_ANSWER,
            redirects: 5,
        };
        Ok(Self { http, base, policy, retries: endpoint.retries })
    }

    /// Asks, and again while no connection comes about: what reached the server is never asked twice.
    ///
    /// # Errors
    /// The server did not answer, or not with success.
    pub async fn ask(&self, asked: &Asked<'_>) -> Result<Answer, CallError> {
        let inbound = self.send(asked).await?;
        let body = serde_json::from_slice(&inbound.body).unwrap_or_default();
        if inbound.status.is_success() {
            return Ok(Answer { headers: inbound.headers, body });
        }
        let status = inbound.status.as_u16();
        Err(CallError { status: Some(status), unreachable: false, what: format!("{status} {}", said(&body)) })
    }

    /// As [`AdminApi::ask`], with an answer of any status.
    ///
    /// # Errors
    /// The server did not answer.
    pub async fn send(&self, asked: &Asked<'_>) -> Result<Inbound, CallError> {
        let request = self.request(asked);
        let (mut pause, mut retries_left) = (PAUSE, self.retries);
        loop {
            match self.http.send(&request, &self.policy).await {
                Err(error) if error.never_connected() && retries_left > 0 => {
                    retries_left = retries_left.saturating_sub(1);
                    sleep(pause).await;
                    pause = pause.saturating_mul(2);
                }
                answer => return answer.map_err(|error| self.unanswered(&error)),
            }
        }
    }

    fn request(&self, asked: &Asked<'_>) -> Outbound {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(asked.path);
        }
        if !asked.query.is_empty() {
            url.query_pairs_mut().extend_pairs(asked.query);
        }
        let mut request = Outbound::get(url);
        request.method = asked.method.clone();
        request.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(body) = asked.body {
            request.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            request.body = body.to_string().into_bytes();
        }
        request
    }

    fn unanswered(&self, error: &HttpError) -> CallError {
        let place = self.base.host_str().unwrap_or_default();
        let port = self.base.port_or_known_default().map(|port| format!(":{port}")).unwrap_or_default();
        let told = CliError::because(&format!("ask {place}{port}"), error);
        CallError { status: None, unreachable: error.never_connected(), what: told.to_string() }
    }
}

fn from(environment: &Environment) -> Result<Url, CliError> {
    let found = VARIABLES.iter().find_map(|name| {
        let value = environment.get(*name).filter(|value| !value.is_empty())?;
        Some((name, value))
    });
    let Some((name, value)) = found else {
        return Err(CliError::new(
            "Which server? Name the URL of its admin API with -e, or in the variable ZELOS_ADMIN_URL or \
             KRATOS_ADMIN_URL: http://127.0.0.1:4434",
        ));
    };
    Url::parse(value).map_err(|error| CliError::because(&format!("read the URL in {name}"), &error))
}

/// What an envelope says, on one line.
fn said(body: &Value) -> String {
    let text = |name| body.pointer(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    match (text("/error/message"), text("/error/reason")) {
        (Some(message), Some(reason)) => format!("{message} {reason}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "without a reason; is this an admin API?".to_owned(),
    }
}

//! One request to a handler: the engine, the visit it makes, and how it wants to be answered.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use actix_web::{
    Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse,
    dev::Payload,
    http::{
        StatusCode,
        header::{HeaderMap, HeaderValue},
    },
    web,
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Manner, Presented, continuity,
    cookie::Cookies,
    csrf::{Csrf, NotNative, check_native},
    envelope::ErrorBody,
    front::{Arrival, Served},
    headers::request_id,
    json, presented,
    query::Query,
    session_cookie,
};
use crate::{
    crypto::SealPurpose,
    engine::{Engine, Foreign, Visit, VisitCsrf},
    flow::Failure,
    kernel::{DeviceId, FlowId, Secret},
    runtime::Runtime,
    session::Device,
};

/// What the sealed session cookie is bound to.
const COOKIE_CONTEXT: &[u8] = b"session cookie";

/// One request to a handler.
pub struct Call {
    /// The use cases.
    pub engine: web::Data<Engine>,
    /// The request as the engine sees it.
    pub visit: Visit,
    /// The anti-CSRF token of the browser.
    pub csrf: Csrf,
    /// How the client wants to be answered.
    pub manner: Manner,
    /// The query.
    pub query: Query,
    /// The snapshot, with the web part of the configuration.
    pub served: Arc<Served<Runtime>>,
    /// Its headers.
    pub headers: HeaderMap,
    presented: Option<Presented>,
}

impl FromRequest for Call {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl Call {
    fn of(request: &HttpRequest) -> Result<Self, Error> {
        let id = request_id(request.headers());
        let broken = || ErrorBody::internal().into_actix(id);
        let engine = request.app_data::<web::Data<Engine>>().cloned().ok_or_else(broken)?;
        let arrival = request.extensions().get::<Arrival<Runtime>>().cloned().ok_or_else(broken)?;
        let query = Query::parse(request.query_string())
            .map_err(|error| ErrorBody::bad_request(error.to_string()).into_actix(id))?;
        let cookies = Cookies::of(request.headers());
        let csrf = request
            .extensions()
            .get::<Csrf>()
            .cloned()
            .unwrap_or_else(|| Csrf::of(&arrival.policy().csrf_cookie, &cookies));
        let presented = present(&arrival, request.headers(), &cookies);
        let visit = visit(request, &arrival, &csrf, &cookies, presented.as_ref());
        Ok(Self {
            engine,
            visit,
            csrf,
            manner: Manner::of(request.headers()),
            query,
            served: arrival.served,
            headers: request.headers().clone(),
            presented,
        })
    }

    /// The snapshot.
    pub fn runtime(&self) -> &Runtime {
        &self.served.runtime
    }

    /// How the session token came, if one did.
    pub const fn presented(&self) -> Option<&Presented> {
        self.presented.as_ref()
    }

    /// The id in a parameter of the query.
    pub fn flow_id(&self, parameter: &str) -> Option<FlowId> {
        self.query.get(parameter)?.parse().ok()
    }

    /// An answer in JSON.
    pub fn json(&self, status: StatusCode, value: &impl Serialize) -> HttpResponse {
        json::response(status, value)
    }

    /// An error in JSON.
    pub fn error(&self, error: &ErrorBody) -> HttpResponse {
        error.response(request_id(&self.headers))
    }

    /// A failure in JSON.
    pub fn failure(&self, failure: &Failure) -> HttpResponse {
        self.error(&ErrorBody::from(failure))
    }

    /// The key that the browser holds to what it asked for before it signed in anew.
    pub fn continuity_key(&self) -> Option<Secret<String>> {
        let cookies = Cookies::of(&self.headers);
        continuity::key(&self.served.policy.continuity_cookie, &cookies, |sealed| {
            self.runtime().keys.open(SealPurpose::Cookie, sealed, continuity::CONTEXT)
        })
    }

    /// The cookie with such a key, as `Set-Cookie`.
    pub fn continuity_cookie(&self, key: &Secret<String>) -> Option<HeaderValue> {
        continuity::issue(&self.served.policy.continuity_cookie, key, self.visit.now, |plain| {
            let mut stream = self.visit.seed.stream("web: continuity seal");
            self.runtime().keys.seal(SealPurpose::Cookie, plain, continuity::CONTEXT, &mut stream)
        })
    }

    /// The sealed value of a session cookie, as `Set-Cookie`.
    pub fn session_cookie(
        &self,
        token: &Secret<String>,
        expires_at: crate::kernel::Timestamp,
    ) -> Option<HeaderValue> {
        let seed = self.visit.seed;
        session_cookie::issue(
            &self.served.policy.session_cookie,
            token,
            expires_at,
            self.visit.now,
            &mut seed.stream("web: cookie nonce"),
            |plain| {
                let mut stream = seed.stream("web: cookie seal");
                self.runtime().keys.seal(SealPurpose::Cookie, plain, COOKIE_CONTEXT, &mut stream)
            },
        )
    }
}

fn present(arrival: &Arrival<Runtime>, headers: &HeaderMap, cookies: &Cookies) -> Option<Presented> {
    let keys = &arrival.served.runtime.keys;
    let policy = &arrival.policy().session_cookie;
    presented(headers, || {
        session_cookie::token(policy, cookies, arrival.now, |sealed| {
            keys.open(SealPurpose::Cookie, sealed, COOKIE_CONTEXT)
        })
    })
}

fn visit(
    request: &HttpRequest,
    arrival: &Arrival<Runtime>,
    csrf: &Csrf,
    cookies: &Cookies,
    presented: Option<&Presented>,
) -> Visit {
    let address = arrival.client_address(request);
    let native = check_native(request.headers(), cookies);
    // Only where somebody may be told; `whoami` is asked too often for what nobody reads.
    let (request_method, request_cookies) = match arrival.served.runtime.tells_of_requests() {
        true => (request.method().to_string(), shown_cookies(arrival, cookies)),
        false => (String::new(), Map::new()),
    };
    Visit {
        runtime: Arc::clone(&arrival.served.runtime),
        now: arrival.now,
        seed: arrival.seed,
        request_url: arrival.request_url(request),
        request_method,
        request_cookies,
        device: Device {
            id: DeviceId::random(&mut arrival.seed.stream("device id")),
            ip_address: Some(address.ip_address),
            user_agent: Some(address.user_agent),
            location: Some(address.location),
        },
        headers: allowed_headers(request.headers(), &arrival.served.runtime),
        session_token: presented.map(|presented| presented.token.clone()),
        csrf: VisitCsrf { held: csrf.held().cloned(), current: csrf.token(), next: csrf.next(&arrival.seed) },
        foreign: Foreign {
            origin: native == Err(NotNative::Origin),
            cookies: native == Err(NotNative::Cookies),
        },
    }
}

/// The cookies that hooks may see. With several of one name the last one counts.
fn shown_cookies(arrival: &Arrival<Runtime>, cookies: &Cookies) -> Map<String, Value> {
    let policy = arrival.policy();
    // SECURITY: whoever reads the log of a hook must not be able to take over sessions with it (03 §13 Q31;
    // test `hooks_do_not_see_session_cookies`).
    let ours = [&policy.session_cookie.name, &policy.continuity_cookie.name];
    let others = cookies.pairs().filter(|(name, _)| ours.iter().all(|own| own != name));
    others.map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
}

/// The headers that hooks and letters may see, each with all its values (03 §2.6).
fn allowed_headers(headers: &HeaderMap, runtime: &Runtime) -> Map<String, Value> {
    let mut shown = Map::new();
    for name in &runtime.config.clients.header_allowlist {
        let values: Vec<Value> = headers
            .get_all(name.as_str())
            .map(|value| Value::String(String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        if !values.is_empty() {
            shown.insert(name.clone(), Value::Array(values));
        }
    }
    shown
}

//! The door of both listeners: every request passes through here first and its answer last.

use std::{
    future::{Ready, ready},
    sync::Arc,
    time::Instant,
};

use actix_web::{
    Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
    middleware::Next,
    web,
};
use arc_swap::ArcSwapOption;
use url::Url;

use super::{
    client_address::{ClientAddress, TrustedProxies, request_url},
    cookie::{CookiePolicy, Cookies},
    cors::CorsPolicy,
    csrf::{Csrf, Guard},
    envelope::ErrorBody,
    headers::{self, Transport, Varies},
    meter::Meter,
    panic::caught,
    redirect::{clean_path, redirect},
    request_log::RequestLog,
};
use crate::kernel::{Clock, Entropy, Seed, Timestamp};

/// What this layer takes from the configuration.
#[derive(Debug, Clone)]
pub struct WebPolicy {
    /// The public base URL.
    pub public_base: Url,
    /// The session cookie.
    pub session_cookie: CookiePolicy,
    /// The anti-CSRF cookie, made by [`super::csrf::cookie_policy`].
    pub csrf_cookie: CookiePolicy,
    /// The cookie that leads back to what was asked before signing in anew.
    pub continuity_cookie: CookiePolicy,
    /// Cross-origin calls to the public listener; `None` when they are off.
    pub cors: Option<CorsPolicy>,
    /// Whose forwarding headers count.
    pub proxies: TrustedProxies,
    /// How requests to the public listener are logged.
    pub public_log: RequestLog,
    /// How requests to the admin listener are logged.
    pub admin_log: RequestLog,
}

/// One state of the running configuration `R` with what this layer made of it.
pub struct Served<R> {
    /// The snapshot.
    pub runtime: Arc<R>,
    /// Its web part.
    pub policy: WebPolicy,
}

/// Where requests get their snapshot, their time and their randomness from. Shared as application data.
pub struct Front<R> {
    current: Box<dyn Fn() -> Arc<R> + Send + Sync>,
    derive: fn(&R) -> WebPolicy,
    last: ArcSwapOption<Served<R>>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    meter: Arc<Meter>,
}

impl<R> Front<R> {
    /// `current` gives the snapshot to answer with, `derive` its web part; that is asked for once for each
    /// new snapshot.
    pub fn new(
        current: impl Fn() -> Arc<R> + Send + Sync + 'static,
        derive: fn(&R) -> WebPolicy,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let (current, last) = (Box::new(current), ArcSwapOption::empty());
        Self { current, derive, last, clock, entropy, meter: Arc::default() }
    }

    /// Counts requests together with others.
    #[must_use]
    pub fn counting_in(self, meter: Arc<Meter>) -> Self {
        Self { meter, ..self }
    }

    /// What was counted.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    fn served(&self) -> Arc<Served<R>> {
        let runtime = (self.current)();
        if let Some(last) = self.last.load_full()
            && Arc::ptr_eq(&last.runtime, &runtime)
        {
            return last;
        }
        let served = Arc::new(Served { policy: (self.derive)(&runtime), runtime });
        self.last.store(Some(Arc::clone(&served)));
        served
    }
}

/// What is the same for the whole of one request: snapshot, time, seed. Handlers extract it.
pub struct Arrival<R> {
    /// The snapshot.
    pub served: Arc<Served<R>>,
    /// When the request came.
    pub now: Timestamp,
    /// Its randomness.
    pub seed: Seed,
    meter: Arc<Meter>,
}

impl<R> Clone for Arrival<R> {
    fn clone(&self) -> Self {
        Self {
            served: Arc::clone(&self.served),
            now: self.now,
            seed: self.seed,
            meter: Arc::clone(&self.meter),
        }
    }
}

impl<R> Arrival<R> {
    /// The web part of the configuration.
    pub fn policy(&self) -> &WebPolicy {
        &self.served.policy
    }

    /// What is recorded about the client.
    pub fn client_address(&self, request: &HttpRequest) -> ClientAddress {
        ClientAddress::of(request.headers(), request.peer_addr(), &self.policy().proxies)
    }

    /// The whole URL of the request.
    pub fn request_url(&self, request: &HttpRequest) -> String {
        let encrypted = request.app_config().secure();
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let policy = self.policy();
        let fallback = policy.public_base.host_str().unwrap_or("localhost");
        request_url(request.headers(), request.peer_addr(), &policy.proxies, encrypted, path, fallback)
    }
}

impl<R: 'static> FromRequest for Arrival<R> {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = request.extensions().get::<Self>().cloned();
        ready(found.ok_or_else(|| ErrorBody::internal().into_actix(None)))
    }
}

/// The middleware of the public listener, for [`actix_web::middleware::from_fn`].
///
/// # Errors
/// When a handler panicked, or a middleware inside this one failed.
pub async fn public<R: 'static, B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (arrival, begun) = (arrive::<R>(&request)?, Instant::now());
    let answer = guarded(request, next, &arrival).await?;
    arrival.meter.count(&answer, begun.elapsed());
    arrival.policy().public_log.tell(&answer, begun.elapsed());
    Ok(answer)
}

async fn guarded<R: 'static, B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
    arrival: &Arrival<R>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let policy = arrival.policy();
    let preflight = policy.cors.as_ref().and_then(|cors| cors.preflight(request.method(), request.headers()));
    if let Some(granted) = preflight {
        let mut answer = HttpResponse::NoContent().finish();
        *answer.headers_mut() = granted;
        return Ok(request.into_response(answer));
    }
    let guard = Guard::of(request.path());
    let csrf = Csrf::of(&policy.csrf_cookie, &Cookies::of(request.headers()));
    let refused = refuse(&request).or_else(|| {
        request.extensions_mut().insert(csrf.clone());
        let active = guard == Guard::Active;
        let checked = active.then(|| csrf.guard(request.method(), request.headers(), &arrival.seed))?;
        let request_id = headers::request_id(request.headers());
        checked.err().map(|violation| violation.error().response(request_id))
    });
    let varies = if guard == Guard::Outside { Varies::Never } else { Varies::ByCookie };
    let mut answer = answer(request, next, refused, varies, policy).await?;
    if let Some(cookie) = csrf.set_cookie(&policy.csrf_cookie) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    if let Some(cors) = &policy.cors {
        let (method, sent) = (answer.request().method().clone(), answer.request().headers().clone());
        cors.decorate(&method, &sent, answer.headers_mut());
    }
    Ok(answer)
}

/// The middleware of the admin listener: no cookies, no cross-origin calls.
///
/// # Errors
/// As [`public`].
pub async fn admin<R: 'static, B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (arrival, begun) = (arrive::<R>(&request)?, Instant::now());
    let refused = refuse(&request);
    let answer = answer(request, next, refused, Varies::Never, arrival.policy()).await?;
    arrival.meter.count(&answer, begun.elapsed());
    arrival.policy().admin_log.tell(&answer, begun.elapsed());
    Ok(answer)
}

/// Takes snapshot, time and seed, once.
fn arrive<R: 'static>(request: &ServiceRequest) -> Result<Arrival<R>, Error> {
    let front =
        request.app_data::<web::Data<Front<R>>>().ok_or_else(|| ErrorBody::internal().into_actix(None))?;
    let (now, seed, meter) = (front.clock.now(), front.entropy.seed(), Arc::clone(&front.meter));
    let arrival = Arrival { served: front.served(), now, seed, meter };
    request.extensions_mut().insert(arrival.clone());
    Ok(arrival)
}

/// Answers what no handler needs to see.
fn refuse(request: &ServiceRequest) -> Option<HttpResponse> {
    let path = request.path();
    // SECURITY: path parameters reach the database, and PostgreSQL refuses NUL.
    if path.contains("%00") {
        let error = ErrorBody::bad_request("The path contains the character U+0000, which is not allowed.");
        return Some(error.response(headers::request_id(request.headers())));
    }
    let clean = clean_path(path)?;
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(redirect(StatusCode::TEMPORARY_REDIRECT, &format!("{clean}{query}")))
}

async fn answer<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
    refused: Option<HttpResponse>,
    varies: Varies,
    policy: &WebPolicy,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let method = request.method().clone();
    let request_id = headers::request_id(request.headers()).map(str::to_owned);
    let encrypted = request.app_config().secure();
    let url =
        request_url(request.headers(), request.peer_addr(), &policy.proxies, encrypted, "", "localhost");
    let transport = if url.starts_with("https:") { Transport::Encrypted } else { Transport::Plain };
    let mut answer = match refused {
        Some(refused) => request.into_response(refused),
        None => match caught(next.call(request)).await {
            Ok(answered) => answered?.map_into_boxed_body(),
            Err(_) => {
                tracing::error!("a handler panicked; the panic message stands in the log above");
                return Err(ErrorBody::internal().into_actix(request_id.as_deref()));
            }
        },
    };
    headers::decorate(answer.headers_mut(), &method, varies, transport);
    Ok(answer)
}

#[cfg(test)]
#[path = "front_tests.rs"]
mod tests;

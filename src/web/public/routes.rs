//! The table of public routes, and what the handlers of all flows share.

use actix_web::{
    HttpRequest, HttpResponse, Route,
    http::{Method, StatusCode},
    web::{self, ServiceConfig},
};

use super::{
    errors, health, key_script, login, logout, oidc, recovery, registration, schemas, sessions, settings,
    to_admin, verification, whoami,
};
use crate::{
    engine::{Answer, Arrival, Opened},
    flow::{Failure, FlowKind, Submission},
    kernel::FlowId,
    text::ErrorCode,
    ui::KEY_SCRIPT_PATH,
    web::{
        Call,
        body::Submitted,
        envelope::ErrorBody,
        redirect::redirect,
        reply::{fault, forward, unreadable},
        router::resource,
    },
};

/// One path of the public listener and the methods it takes.
pub struct PublicRoute {
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// The methods, each with its handler.
    pub methods: Vec<(Method, Route)>,
}

fn get(path: &'static str, handler: Route) -> PublicRoute {
    PublicRoute { path, methods: vec![(Method::GET, handler)] }
}

/// Everything that the public listener answers.
pub fn routes() -> Vec<PublicRoute> {
    let mut routes = vec![
        get("/self-service/login/browser", web::to(login::open_browser)),
        get("/self-service/login/api", web::to(login::open_native)),
        get("/self-service/login/flows", web::to(login::fetch)),
        get("/self-service/registration/browser", web::to(registration::open_browser)),
        get("/self-service/registration/api", web::to(registration::open_native)),
        get("/self-service/registration/flows", web::to(registration::fetch)),
        get("/self-service/verification/browser", web::to(verification::open_browser)),
        get("/self-service/verification/api", web::to(verification::open_native)),
        get("/self-service/verification/flows", web::to(verification::fetch)),
        get("/self-service/recovery/browser", web::to(recovery::open_browser)),
        get("/self-service/recovery/api", web::to(recovery::open_native)),
        get("/self-service/recovery/flows", web::to(recovery::fetch)),
        get("/self-service/settings/browser", web::to(settings::open_browser)),
        get("/self-service/settings/api", web::to(settings::open_native)),
        get("/self-service/settings/flows", web::to(settings::fetch)),
        get("/.well-known/change-password", web::to(settings::change_password)),
        get(KEY_SCRIPT_PATH, web::to(key_script::read)),
        get("/self-service/logout/browser", web::to(logout::ticket)),
        get("/self-service/logout", web::to(logout::submit)),
        get("/self-service/errors", web::to(errors::read)),
        get("/schemas", web::to(schemas::list)),
        get("/schemas/{id}", web::to(schemas::read)),
        get("/health/alive", web::to(health::alive)),
        get("/health/ready", web::to(health::ready)),
    ];
    routes.push(both("/self-service/login", || web::to(login::submit)));
    routes.push(both("/self-service/registration", || web::to(registration::submit)));
    routes.push(both("/self-service/verification", || web::to(verification::submit)));
    routes.push(both("/self-service/recovery", || web::to(recovery::submit)));
    routes.push(both("/self-service/settings", || web::to(settings::submit)));
    for path in ["/self-service/methods/oidc/callback", "/self-service/methods/oidc/callback/{provider}"] {
        let methods = vec![(Method::GET, web::to(oidc::callback)), (Method::POST, web::to(oidc::posted))];
        routes.push(PublicRoute { path, methods });
    }
    routes.push(PublicRoute {
        path: "/self-service/logout/api",
        methods: vec![(Method::DELETE, web::to(logout::native))],
    });
    routes.push(PublicRoute {
        path: "/sessions",
        methods: vec![
            (Method::GET, web::to(sessions::list)),
            (Method::DELETE, web::to(sessions::end_others)),
        ],
    });
    routes.push(get("/sessions/token-exchange", web::to(sessions::exchange)));
    routes.extend(to_admin::routes());
    // COMPAT: reverse proxies ask with whatever method the client used (02 §6.4).
    let every = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
    routes.push(PublicRoute {
        path: "/sessions/whoami",
        methods: every.into_iter().map(|method| (method, web::to(whoami::whoami))).collect(),
    });
    routes.push(PublicRoute {
        path: "/sessions/{id}",
        methods: vec![(Method::DELETE, web::to(sessions::end_one))],
    });
    routes
}

fn both(path: &'static str, handler: impl Fn() -> Route) -> PublicRoute {
    PublicRoute { path, methods: vec![(Method::GET, handler()), (Method::POST, handler())] }
}

/// Adds all routes to a listener.
pub fn configure(service: &mut ServiceConfig) {
    for route in routes() {
        service.service(resource(route.path, route.methods));
    }
}

/// `return_to` as it was sent.
pub(super) fn wish(call: &Call) -> Option<String> {
    call.query.get("return_to").map(str::to_owned)
}

/// The answer to `HEAD` where `GET` does something. SECURITY: looking at a link does not use it up; mail scanners
/// and link previews do so (tests `looking_at_a_link_does_not_use_it_up`).
pub(super) fn merely_looked(request: &HttpRequest) -> Option<HttpResponse> {
    (*request.method() == Method::HEAD).then(|| HttpResponse::Ok().finish())
}

/// What was submitted to which flow. Where the body cannot be read, its flow shows why; the error is for what
/// no flow shows.
pub(super) fn posted(
    call: &Call,
    body: Submitted,
) -> Result<(FlowId, Result<Submission, String>), ErrorBody> {
    let id = call.flow_id("flow").ok_or_else(|| ErrorBody::from(ErrorCode::FlowParameterMissing))?;
    match body.0 {
        Ok(body) => Ok((id, Ok(body))),
        Err(error) if error.is_form_error() => Ok((id, Err(error.to_string()))),
        Err(error) => Err(ErrorBody::from(&error)),
    }
}

/// As [`posted`], for flows that can be sent to a provider of social sign-in by a link: its query names the provider
/// (01 §5.2).
pub(super) fn posted_or_chosen(
    call: &Call,
    method: &Method,
    body: Submitted,
) -> Result<(FlowId, Result<Submission, String>), ErrorBody> {
    let (id, body) = posted(call, body)?;
    let Some(provider) = call.query.get("provider") else { return Ok((id, body)) };
    let chosen = vec![("provider".to_owned(), provider.to_owned())];
    match (*method == Method::GET, body) {
        (true, Err(_)) => Ok((id, Ok(Submission::form(call.query.pairs().to_vec())))),
        (_, body) => Ok((id, body.map(|body| body.with_query(chosen)))),
    }
}

/// As [`posted`], for flows whose mails have links that submit them: the query is laid over the body.
pub(super) fn posted_or_followed(
    call: &Call,
    method: &Method,
    body: Submitted,
) -> Result<(FlowId, Arrival, Result<Submission, String>), ErrorBody> {
    let (id, body) = posted(call, body)?;
    let query = call.query.pairs().to_vec();
    match (*method == Method::GET, body) {
        (true, Ok(body)) => Ok((id, Arrival::Followed, Ok(body.with_query(query)))),
        // A link has no body; its fields are all in the query.
        (true, Err(_)) => Ok((id, Arrival::Followed, Ok(Submission::form(query)))),
        (false, body) => Ok((id, Arrival::Posted, body.map(|body| body.with_query(query)))),
    }
}

/// Answers a flow that a browser opened (01 §3.2, §3.3).
pub(super) async fn opened(
    call: &Call,
    result: Answer<Opened>,
    ui: impl Fn(FlowId) -> String,
) -> HttpResponse {
    match result {
        Ok(Ok(Opened::Flow { flow, form, .. })) if call.manner.accepts_json => {
            call.json(StatusCode::OK, &call.runtime().projection.flow(&flow, &form))
        }
        Ok(Ok(Opened::Flow { flow, .. })) => redirect(StatusCode::SEE_OTHER, &ui(flow.head().id)),
        Ok(Ok(Opened::AlreadyLoggedIn)) if call.manner.accepts_json => {
            call.error(&ErrorBody::from(ErrorCode::SessionAlreadyAvailable))
        }
        Ok(Ok(Opened::AlreadyLoggedIn)) => {
            let returns = &call.runtime().policy.returns;
            redirect(StatusCode::SEE_OTHER, &returns.wished_or_default(wish(call).as_deref()))
        }
        Ok(Err(failure)) => forward(call, ErrorBody::from(&failure)).await,
        Err(broken) => fault(call, &broken),
    }
}

/// As [`opened`], but errors are always JSON (02 §2.2).
pub(super) fn opened_as_json(
    call: &Call,
    result: Answer<Opened>,
    ui: impl Fn(FlowId) -> String,
) -> HttpResponse {
    match result {
        Ok(Ok(Opened::Flow { flow, .. })) if !call.manner.accepts_json => {
            redirect(StatusCode::SEE_OTHER, &ui(flow.head().id))
        }
        other => opened_native(call, other),
    }
}

/// Answers a flow that an app opened.
pub(super) fn opened_native(call: &Call, result: Answer<Opened>) -> HttpResponse {
    match result {
        Ok(Ok(Opened::Flow { flow, form, exchange })) => {
            let mut shown = call.runtime().projection.flow(&flow, &form);
            if let Some(code) = exchange {
                shown.insert("session_token_exchange_code".into(), code.expose().as_str().into());
            }
            call.json(StatusCode::OK, &shown)
        }
        Ok(Ok(Opened::AlreadyLoggedIn)) => call.error(&ErrorBody::from(ErrorCode::SessionAlreadyAvailable)),
        Ok(Err(failure)) => call.failure(&failure),
        Err(broken) => fault(call, &broken),
    }
}

/// Answers a flow that is read; always JSON (01 §4).
pub(super) async fn fetched(call: &Call, kind: FlowKind) -> HttpResponse {
    match call.engine.fetch(&call.visit, kind, call.flow_id("id")).await {
        Ok(Ok(fetched)) => {
            call.json(StatusCode::OK, &call.runtime().projection.flow(&fetched.flow, &fetched.form))
        }
        Ok(Err(why)) => unreadable(call, kind, why).await,
        Err(broken) => fault(call, &broken),
    }
}

/// Answers a submission that no flow shows.
pub(super) async fn failed(call: &Call, failure: &Failure, body: Option<&Submission>) -> HttpResponse {
    let error = match failure.code {
        ErrorCode::CsrfViolation => {
            let sent = body.and_then(|body| body.text("csrf_token"));
            match call.csrf.check(sent.as_deref(), &call.headers) {
                Err(violation) => violation.error(),
                Ok(()) => ErrorBody::from(failure),
            }
        }
        _ => ErrorBody::from(failure),
    };
    forward(call, error).await
}

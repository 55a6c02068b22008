//! `/self-service/recovery`.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode},
};

use super::routes::{failed, fetched, opened, opened_native, submission, wish};
use crate::{
    engine::{Arrival, Opened},
    flow::{Client, FlowKind, Submission, with_flow},
    text::ErrorCode,
    web::{
        Call,
        body::Submitted,
        envelope::ErrorBody,
        redirect::redirect,
        reply::{fault, forward, recovery},
    },
};

/// Opens a recovery for a browser. Errors: `session_already_available`,
/// `self_service_flow_return_to_forbidden`, 400 when it is switched off.
pub async fn open_browser(call: Call) -> HttpResponse {
    let wish = wish(&call);
    match call.engine.open_recovery(&call.visit, Client::Browser, wish.as_deref()).await {
        Ok(Ok(Opened::AlreadyLoggedIn)) if !call.manner.is_json => already_logged_in(&call, wish),
        other => {
            let ui = &call.runtime().policy.recovery.ui;
            opened(&call, other, |flow| with_flow(ui, flow)).await
        }
    }
}

/// Only our own pages may be wished for here (02 §3.2).
fn already_logged_in(call: &Call, wish: Option<String>) -> HttpResponse {
    let policy = &call.runtime().policy;
    let own = format!("{}/self-service", policy.public_url);
    let wish = wish.filter(|wish| wish.starts_with(&own));
    redirect(StatusCode::FOUND, &policy.returns.wished_or_default(wish.as_deref()))
}

/// Opens a recovery for an app. Errors as for browsers, always in JSON.
pub async fn open_native(call: Call) -> HttpResponse {
    let wish = wish(&call);
    let result = call.engine.open_recovery(&call.visit, Client::Native, wish.as_deref()).await;
    opened_native(&call, result)
}

/// Reads a recovery. Errors: `security_csrf_violation`, `self_service_flow_expired`, 404, 410.
pub async fn fetch(call: Call) -> HttpResponse {
    fetched(&call, FlowKind::Recovery).await
}

/// Submits a recovery. Errors: `security_csrf_violation`, `session_already_available`,
/// `browser_location_change_required`, 404.
pub async fn submit(request: HttpRequest, call: Call, body: Submitted) -> HttpResponse {
    let Some(id) = call.flow_id("flow") else {
        return forward(&call, ErrorBody::from(ErrorCode::FlowParameterMissing)).await;
    };
    let followed = request.method() == Method::GET || request.method() == Method::HEAD;
    let arrival = if followed { Arrival::Followed } else { Arrival::Posted };
    let query = call.query.pairs().to_vec();
    let merged = match submission(&body) {
        Ok(Ok(body)) => Ok(body.clone().with_query(query)),
        // A link has no body; its fields are all in the query.
        Ok(Err(_)) if followed => Ok(Submission::form(query)),
        Ok(Err(reason)) => Err(reason),
        Err(error) => return forward(&call, error).await,
    };
    let merged = merged.as_ref().map_err(String::clone);
    match call.engine.submit_recovery(&call.visit, id, merged.clone(), arrival).await {
        Ok(Ok(outcome)) => recovery(&call, outcome, merged.ok()).await,
        Ok(Err(failure)) => failed(&call, &failure, merged.ok()).await,
        Err(broken) => fault(&call, &broken),
    }
}

//! `/self-service/recovery`.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};

use super::routes::{failed, fetched, merely_looked, opened, opened_native, posted_or_followed, wish};
use crate::{
    engine::Opened,
    flow::{Client, FlowKind, RecoveryWay, with_flow},
    text::ErrorCode,
    web::{
        Call,
        body::Submitted,
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

/// Submits a recovery, by form or by following a link. Errors: `security_csrf_violation`,
/// `session_already_available`, `browser_location_change_required`, `self_service_flow_expired`,
/// `self_service_flow_replaced`, `identity_disabled`, 400, 404.
pub async fn submit(request: HttpRequest, call: Call, body: Submitted) -> HttpResponse {
    if let Some(answer) = merely_looked(&request) {
        return answer;
    }
    let (id, arrival, body) = match posted_or_followed(&call, request.method(), body) {
        Ok(posted) => posted,
        Err(error) => return forward(&call, error).await,
    };
    let body = body.as_ref().map_err(String::clone);
    match call.engine.submit_recovery(&call.visit, id, body.clone(), arrival).await {
        Ok(Ok(outcome)) => recovery(&call, outcome, body.ok()).await,
        Ok(Err(failure)) => {
            let by_link = call.runtime().policy.recovery.way == RecoveryWay::Link;
            // COMPAT: by code, the token changes although the flow stays bound to the old one (02 §3.5).
            if failure.code == ErrorCode::CsrfViolation && !by_link {
                call.csrf.rotate(&call.visit.seed);
            }
            failed(&call, &failure, body.ok()).await
        }
        Err(broken) => fault(&call, &broken),
    }
}

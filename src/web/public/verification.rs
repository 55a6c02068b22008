//! `/self-service/verification`.

use actix_web::{HttpRequest, HttpResponse};

use super::routes::{
    failed, fetched, merely_looked, opened_as_json, opened_native, posted_or_followed, wish,
};
use crate::{
    flow::{Client, FlowKind},
    web::{
        Call,
        body::Submitted,
        envelope::ErrorBody,
        reply::{fault, forward, verification},
    },
};

/// Opens a verification for a browser. Errors: `self_service_flow_return_to_forbidden`, 400 when it is
/// switched off; always in JSON (02 §2.2).
pub async fn open_browser(call: Call) -> HttpResponse {
    let wish = wish(&call);
    let result = call.engine.open_verification(&call.visit, Client::Browser, wish.as_deref()).await;
    match result {
        // Only that it is switched off goes to the error page (golden `verification.disabled`).
        Ok(Err(failure)) if !call.runtime().policy.verification.enabled => {
            forward(&call, ErrorBody::from(&failure)).await
        }
        other => opened_as_json(&call, other, |flow| call.runtime().policy.verification.ui_of(flow)),
    }
}

/// Opens a verification for an app. Errors as for browsers.
pub async fn open_native(call: Call) -> HttpResponse {
    let wish = wish(&call);
    let result = call.engine.open_verification(&call.visit, Client::Native, wish.as_deref()).await;
    opened_native(&call, result)
}

/// Reads a verification. Errors: `security_csrf_violation`, 404, 410.
pub async fn fetch(call: Call) -> HttpResponse {
    fetched(&call, FlowKind::Verification).await
}

/// Submits a verification, by form or by following a link. Errors: `security_csrf_violation`,
/// `self_service_flow_replaced`, 404.
pub async fn submit(request: HttpRequest, call: Call, body: Submitted) -> HttpResponse {
    if let Some(answer) = merely_looked(&request) {
        return answer;
    }
    let (id, arrival, body) = match posted_or_followed(&call, request.method(), body) {
        Ok(posted) => posted,
        Err(error) => return forward(&call, error).await,
    };
    let body = body.as_ref().map_err(String::clone);
    match call.engine.submit_verification(&call.visit, id, body.clone(), arrival).await {
        Ok(Ok(outcome)) => verification(&call, outcome, arrival, body.ok()).await,
        Ok(Err(failure)) => failed(&call, &failure, body.ok()).await,
        Err(broken) => fault(&call, &broken),
    }
}

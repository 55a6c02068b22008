//! `/self-service/login`.

use actix_web::{HttpRequest, HttpResponse};

use super::routes::{failed, fetched, merely_looked, opened, opened_native, posted_or_chosen, wish};
use crate::{
    engine::OpenLogin,
    flow::{Client, FlowKind, with_flow},
    web::{
        Call,
        body::Submitted,
        reply::{entered, fault, forward},
    },
};

fn ask(call: &Call, client: Client) -> OpenLogin {
    OpenLogin {
        client,
        aal: call.query.get("aal").map(str::to_owned),
        refresh: call.query.is_on("refresh"),
        return_to: wish(call),
        identity_schema: call.query.get("identity_schema").map(str::to_owned),
        exchange: client == Client::Native && call.query.is_on("return_session_token_exchange_code"),
        organization: call.query.get("organization").and_then(|id| id.parse().ok()),
        via: call.query.get("via").map(str::to_owned),
    }
}

/// Opens a login for a browser. Errors: `session_already_available`, `session_aal1_required`,
/// `self_service_flow_return_to_forbidden`.
pub async fn open_browser(call: Call) -> HttpResponse {
    let ui = call.runtime().policy.login.ui.clone();
    let result = call.engine.open_login(&call.visit, ask(&call, Client::Browser)).await;
    opened(&call, result, |flow| with_flow(&ui, flow)).await
}

/// Opens a login for an app. Errors as for browsers, always in JSON.
pub async fn open_native(call: Call) -> HttpResponse {
    let result = call.engine.open_login(&call.visit, ask(&call, Client::Native)).await;
    opened_native(&call, result)
}

/// Reads a login. Errors: `security_csrf_violation`, 404, 410.
pub async fn fetch(call: Call) -> HttpResponse {
    fetched(&call, FlowKind::Login).await
}

/// Submits a login. Errors: `session_aal1_required`, `security_csrf_violation`,
/// `session_verified_address_required`, `self_service_flow_expired`.
pub async fn submit(request: HttpRequest, call: Call, body: Submitted) -> HttpResponse {
    if call.query.has("provider")
        && let Some(answer) = merely_looked(&request)
    {
        return answer;
    }
    let (id, body) = match posted_or_chosen(&call, request.method(), body) {
        Ok(posted) => posted,
        Err(error) => return forward(&call, error).await,
    };
    let body = body.as_ref().map_err(String::clone);
    match call.engine.submit_login(&call.visit, id, body.clone()).await {
        Ok(Ok(outcome)) => entered(&call, outcome, body.ok()).await,
        Ok(Err(failure)) => failed(&call, &failure, body.ok()).await,
        Err(broken) => fault(&call, &broken),
    }
}

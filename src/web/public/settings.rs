//! `/self-service/settings` and `/.well-known/change-password`.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode, header},
};

use super::routes::{failed, merely_looked, posted, wish};
use crate::{
    engine::{Arrival, Barred, SettingsArrival},
    flow::{Client, FlowKind, with_flow},
    web::{
        Call,
        body::Submitted,
        continuity,
        cookie::Cookies,
        redirect::redirect,
        reply::{Asked, barred, fault, forward, settings, unreadable},
    },
};

/// Opens settings for a browser. Errors: `session_inactive`, `session_aal2_required`,
/// `self_service_flow_return_to_forbidden`.
pub async fn open_browser(call: Call) -> HttpResponse {
    let wish = wish(&call);
    match call.engine.open_settings(&call.visit, Client::Browser, wish.as_deref()).await {
        Ok(Ok(opened)) => {
            let flow = &opened.fetched.flow;
            let mut answer = if call.manner.accepts_json {
                let shown = call.runtime().projection.settings(flow, &opened.fetched.form, &opened.owner);
                call.json(StatusCode::OK, &shown)
            } else {
                redirect(
                    StatusCode::SEE_OTHER,
                    &with_flow(&call.runtime().policy.settings.ui, flow.head().id),
                )
            };
            forget_pause(&call, &mut answer);
            answer
        }
        Ok(Err(why)) => barred(&call, why, Asked::Opening { wish: wish.as_deref() }).await,
        Err(broken) => fault(&call, &broken),
    }
}

/// New settings leave behind what was put aside in others (02 §4.5).
fn forget_pause(call: &Call, answer: &mut HttpResponse) {
    let policy = &call.served.policy.continuity_cookie;
    if Cookies::of(&call.headers).get(&policy.name).is_some()
        && let Some(cookie) = continuity::remove(policy)
    {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// Opens settings for an app. Errors as for browsers, always in JSON.
pub async fn open_native(call: Call) -> HttpResponse {
    let wish = wish(&call);
    match call.engine.open_settings(&call.visit, Client::Native, wish.as_deref()).await {
        Ok(Ok(opened)) => {
            let (flow, form) = (&opened.fetched.flow, &opened.fetched.form);
            call.json(StatusCode::OK, &call.runtime().projection.settings(flow, form, &opened.owner))
        }
        Ok(Err(why)) => barred(&call, why, Asked::OpeningAsApp { wish: wish.as_deref() }).await,
        Err(broken) => fault(&call, &broken),
    }
}

/// Reads settings. Errors: 401 without an id, `security_identity_mismatch`, `session_aal2_required`, 404, 410.
pub async fn fetch(call: Call) -> HttpResponse {
    let id = call.flow_id("id");
    match call.engine.fetch_settings(&call.visit, id).await {
        Ok(Ok(Ok(own))) => {
            let (flow, form) = (&own.fetched.flow, &own.fetched.form);
            call.json(StatusCode::OK, &call.runtime().projection.settings(flow, form, &own.owner))
        }
        Ok(Ok(Err(why))) => unreadable(&call, FlowKind::Settings, why).await,
        Ok(Err(why)) => barred(&call, why, Asked::Reading { flow: id }).await,
        Err(broken) => fault(&call, &broken),
    }
}

/// Submits settings, or goes on with what was put aside. Errors: 401 without an id, `session_refresh_required`,
/// `session_aal2_required`, `security_identity_mismatch`, `security_csrf_violation`,
/// `self_service_flow_expired`, 404.
pub async fn submit(request: HttpRequest, call: Call, body: Submitted) -> HttpResponse {
    if let Some(answer) = merely_looked(&request) {
        return answer;
    }
    let (id, body) = match posted(&call, body) {
        Ok(posted) => posted,
        Err(error) => return forward(&call, error).await,
    };
    let followed = *request.method() == Method::GET;
    let came = SettingsArrival {
        arrival: if followed { Arrival::Followed } else { Arrival::Posted },
        // COMPAT: only page loads go on with what was put aside; programs ask again by themselves.
        key: if followed && !call.manner.is_json { call.continuity_key() } else { None },
    };
    let body = body.as_ref().map_err(String::clone);
    match call.engine.submit_settings(&call.visit, id, body.clone(), &came).await {
        Ok(Ok(outcome)) => settings(&call, outcome, body.ok()).await,
        Ok(Err(Barred::Failed(failure))) => failed(&call, &failure, body.ok()).await,
        Ok(Err(why)) => barred(&call, why, Asked::Submitting { flow: id }).await,
        Err(broken) => fault(&call, &broken),
    }
}

/// Where password managers send people to change a password.
pub async fn change_password(call: Call) -> HttpResponse {
    redirect(StatusCode::SEE_OTHER, &call.runtime().policy.settings.ui)
}

//! `/self-service/logout`.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Payload,
};
use serde_json::{Value, json};

use super::routes::{merely_looked, wish};
use crate::{
    kernel::Secret,
    web::{
        Call, Via, body,
        envelope::ErrorBody,
        redirect::redirect,
        reply::{fault, forward},
        session_cookie,
    },
};

/// Tells a browser by which link it can log out. Errors: `session_inactive`,
/// `self_service_flow_return_to_forbidden`.
pub async fn ticket(call: Call) -> HttpResponse {
    match call.engine.logout_ticket(&call.visit, wish(&call).as_deref()).await {
        Ok(Ok(ticket)) => {
            let body = json!({ "logout_url": ticket.url, "logout_token": ticket.token.expose() });
            call.json(StatusCode::OK, &body)
        }
        Ok(Err(failure)) => forward(&call, ErrorBody::from(&failure)).await,
        Err(broken) => fault(&call, &broken),
    }
}

/// Logs a browser out. Errors: `session_inactive`, 400 without a token, 403 with the wrong one.
pub async fn submit(request: HttpRequest, call: Call) -> HttpResponse {
    if let Some(answer) = merely_looked(&request) {
        return answer;
    }
    match call.engine.logout(&call.visit, call.query.get("token")).await {
        Ok(Ok(())) => signed_out(&call).await,
        Ok(Err(failure)) => forward(&call, ErrorBody::from(&failure)).await,
        Err(broken) => fault(&call, &broken),
    }
}

async fn signed_out(call: &Call) -> HttpResponse {
    let policy = &call.runtime().policy;
    let wish = wish(call);
    // The session has ended whatever comes of the wish (02 §5.1).
    if let Err(failure) = policy.returns.check_wish(wish.as_deref()) {
        return forward(call, ErrorBody::from(&failure)).await;
    }
    let mut answer = if call.manner.is_json {
        HttpResponse::NoContent().finish()
    } else {
        redirect(StatusCode::SEE_OTHER, &policy.returns.after_logout(wish.as_deref()))
    };
    if call.presented().is_some_and(|presented| presented.via == Via::Cookie) {
        call.csrf.rotate(&call.visit.seed);
        if let Some(cookie) = session_cookie::remove(&call.served.policy.session_cookie) {
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    if policy.clear_browser_data && call.visit.request_url.starts_with("https:") {
        let everything = header::HeaderValue::from_static("\"cookies\", \"storage\", \"cache\"");
        answer.headers_mut().insert(header::HeaderName::from_static("clear-site-data"), everything);
    }
    answer
}

/// Logs an app out by its session token. Errors: 400 for a malformed body, 403 for an unknown token.
pub async fn native(call: Call, payload: Payload) -> HttpResponse {
    let body = body::read(payload.into_inner()).await.and_then(|bytes| body::parse_json(&bytes));
    let token = match body {
        Ok(body) => body.get("session_token").and_then(Value::as_str).unwrap_or_default().to_owned(),
        Err(error) => return call.error(&ErrorBody::from(&error)),
    };
    let token = Secret::new(token);
    match call.engine.logout_native(&call.visit, &token).await {
        Ok(Ok(())) => HttpResponse::NoContent().finish(),
        Ok(Err(failure)) => call.failure(&failure),
        Err(broken) => fault(&call, &broken),
    }
}

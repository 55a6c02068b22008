//! `/sessions`: the other sessions of whoever asks.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web::Path,
};
use serde_json::{Value, json};

use super::whoami::needs_second_factor;
use crate::{
    engine::{OtherSessions, Part, PickedUp, WhoamiRefusal},
    text::ErrorCode,
    web::{Call, envelope::ErrorBody, paging::Numbered, reply::fault},
};

/// A page of the other active sessions. Errors: 401 without an id, `session_aal2_required`.
pub async fn list(call: Call) -> HttpResponse {
    let page = Numbered::parse(&call.query);
    let skip = u32::try_from(page.first_row_from_one()).unwrap_or(u32::MAX);
    match call.engine.other_sessions(&call.visit, Part { skip, limit: page.size }).await {
        Ok(Ok(others)) => shown(&call, page, &others),
        Ok(Err(WhoamiRefusal::NoSession)) => {
            let error = ErrorBody::from(ErrorCode::Unauthorized).because("No valid session was found.");
            call.error(&error)
        }
        Ok(Err(WhoamiRefusal::NeedsSecondFactor)) => call.error(&needs_second_factor(&call)),
        Err(broken) => fault(&call, &broken),
    }
}

fn shown(call: &Call, page: Numbered, others: &OtherSessions) -> HttpResponse {
    let projection = &call.runtime().projection;
    let sessions: Vec<Value> = others
        .sessions
        .iter()
        .map(|session| projection.listed_session(session, &others.own.identity, call.visit.now))
        .collect();
    let mut answer = call.json(StatusCode::OK, &sessions);
    let headers = answer.headers_mut();
    if let Ok(links) = header::HeaderValue::from_str(&page.links("/sessions", &call.query, others.total)) {
        headers.insert(header::LINK, links);
    }
    headers.insert(header::HeaderName::from_static("x-total-count"), header::HeaderValue::from(others.total));
    answer
}

/// Ends all other sessions. Errors: `session_inactive`.
pub async fn end_others(call: Call) -> HttpResponse {
    match call.engine.end_other_sessions(&call.visit).await {
        Ok(Ok(count)) => call.json(StatusCode::OK, &json!({ "count": count })),
        Ok(Err(failure)) => call.failure(&failure),
        Err(broken) => fault(&call, &broken),
    }
}

/// Ends one other session. Errors: `session_inactive`, 400 for the current session or what is no id.
pub async fn end_one(call: Call, id: Path<String>) -> HttpResponse {
    let Ok(id) = id.parse() else {
        return call.error(&ErrorBody::bad_request("The id of the session is not a UUID."));
    };
    match call.engine.end_other_session(&call.visit, id).await {
        Ok(Ok(())) => {
            let mut answer = HttpResponse::NoContent().finish();
            let json = header::HeaderValue::from_static("application/json; charset=utf-8");
            answer.headers_mut().insert(header::CONTENT_TYPE, json);
            answer
        }
        Ok(Err(failure)) => call.failure(&failure),
        Err(broken) => fault(&call, &broken),
    }
}

/// Picks up the session that a browser has got for an app at a provider (02 §6.6). It can be picked up once, within an
/// hour. Errors: 400, 404; 422 with the flow while there is no session.
pub async fn exchange(call: Call) -> HttpResponse {
    let (Some(first), Some(second)) = (call.query.get("init_code"), call.query.get("return_to_code")) else {
        return call
            .error(&ErrorBody::bad_request("The parameters init_code and return_to_code are needed."));
    };
    let projection = &call.runtime().projection;
    match call.engine.pick_up(&call.visit, first, second).await {
        Ok(Ok(PickedUp::Session { mut session, token, identity })) => {
            // COMPAT: the answer does not tell where the session was made (golden `oidc.native.exchange`).
            session.devices.clear();
            let shown = projection.session(&session, Some(&identity), call.visit.now);
            call.json(StatusCode::OK, &json!({ "session_token": token.expose(), "session": shown }))
        }
        Ok(Ok(PickedUp::Unfinished(fetched))) => {
            let shown = projection.flow(&fetched.flow, &fetched.form);
            call.json(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        Ok(Err(failure)) => call.failure(&failure),
        Err(broken) => fault(&call, &broken),
    }
}

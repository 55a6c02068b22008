//! `/sessions/whoami`.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};

use crate::{
    engine::{Seen, WhoamiRefusal},
    text::ErrorCode,
    web::{Call, envelope::ErrorBody, reply::fault},
};

/// Who made this request, also as a signed token. Errors: 401 without an id (COMPAT: golden
/// `sessions.whoami.ways_in`), `session_aal2_required`, 400 for a template that is not there.
pub async fn whoami(call: Call) -> HttpResponse {
    match call.engine.whoami(&call.visit).await {
        Ok(Ok(seen)) => shown(&call, &seen).await,
        Ok(Err(WhoamiRefusal::NoSession)) => call.error(&ErrorBody::from(ErrorCode::Unauthorized)),
        Ok(Err(WhoamiRefusal::NeedsSecondFactor)) => call.error(&needs_second_factor(&call)),
        Err(broken) => fault(&call, &broken),
    }
}

async fn shown(call: &Call, seen: &Seen) -> HttpResponse {
    let projection = &call.runtime().projection;
    let mut shown = projection.session(&seen.session, Some(&seen.identity), call.visit.now);
    if let Some(template) = call.query.get("tokenize_as") {
        let token = call.engine.tokenize(&call.visit, seen, &shown, template).await;
        match (token, shown.as_object_mut()) {
            (Ok(Ok(token)), Some(shown)) => drop(shown.insert("tokenized".to_owned(), token.into())),
            (Ok(Ok(_)), None) => {}
            (Ok(Err(failure)), _) => return call.failure(&failure),
            (Err(broken), _) => return fault(call, &broken),
        }
    }
    let mut answer = call.json(StatusCode::OK, &shown);
    let name = header::HeaderName::from_static("x-kratos-authenticated-identity-id");
    if let Ok(id) = header::HeaderValue::from_str(&seen.identity.id.to_string()) {
        answer.headers_mut().insert(name, id);
    }
    if let Some(cookie) = renewed_cookie(call, seen) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

/// The session cookie anew, when the session has got more time than its cookie tells (02 §6.4).
fn renewed_cookie(call: &Call, seen: &Seen) -> Option<header::HeaderValue> {
    let presented = call.presented()?;
    let ends = seen.session.expires_at;
    if presented.until? < ends { call.session_cookie(&presented.token, ends) } else { None }
}

pub(super) fn needs_second_factor(call: &Call) -> ErrorBody {
    let url = format!("{}/self-service/login/browser?aal=aal2", call.runtime().policy.public_url);
    ErrorBody::from(ErrorCode::SessionAal2Required)
        .with_detail("redirect_browser_to", url.clone())
        .with_sibling("redirect_browser_to", url)
}

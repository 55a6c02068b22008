//! Answers to a submitted login (01 §5.4–§5.7).

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    barred::login as login_url,
    echo::echoed,
    forward, onward,
    social::{back_to_app, leave, linking},
};
use crate::{
    engine::Outcome,
    flow::{
        Client, Completion, ContinueWith, FlowKind, Replacement, Reply, Submission, VerificationPointer,
        VerificationStarted, with_flow,
    },
    identity::{Aal, Identity},
    kernel::{DeviceId, FlowId, Secret, Timestamp},
    session::{Device, Session},
    text::ErrorCode,
    web::{Call, envelope::ErrorBody, redirect::redirect},
};

/// Answers a submitted login.
pub async fn login(call: &Call, outcome: Outcome, body: Option<&Submission>) -> HttpResponse {
    if outcome.rotate_csrf {
        call.csrf.rotate(&call.visit.seed);
    }
    if let Some(answer) = back_to_app(call, &outcome) {
        return answer;
    }
    let head = outcome.flow.head();
    let wants_page = head.client == Client::Browser && !call.manner.is_json;
    match &outcome.reply {
        Reply::Replaced { because: Replacement::Linking, .. } => linking(call, &outcome),
        Reply::Form { .. } if wants_page => {
            redirect(StatusCode::SEE_OTHER, &with_flow(&call.runtime().policy.login.ui, head.id))
        }
        // COMPAT: a step is answered by what the client negotiated, whatever drives the flow (01 §1.3).
        Reply::Form { advanced: true } if !call.manner.is_json => {
            redirect(StatusCode::SEE_OTHER, &with_flow(&call.runtime().policy.login.ui, head.id))
        }
        Reply::Form { advanced: true } => call.json(StatusCode::BAD_REQUEST, &echoed(call, &outcome, body)),
        Reply::Form { advanced: false } => form(call, StatusCode::BAD_REQUEST, &outcome),
        // Who is back from a provider goes on to where they wanted (01 §14.2).
        Reply::AlreadyLoggedIn if wants_page && head.social.back.is_some() => redirect(
            StatusCode::SEE_OTHER,
            &onward::address(call, FlowKind::Login, head.active, &head.origin),
        ),
        Reply::SeePage => see_page(call, head.id),
        Reply::AlreadyLoggedIn if wants_page => {
            redirect(StatusCode::SEE_OTHER, call.runtime().policy.returns.default_url())
        }
        Reply::AlreadyLoggedIn | Reply::Reauthenticate { .. } => {
            form(call, StatusCode::BAD_REQUEST, &outcome)
        }
        Reply::Replaced { by, because } => replaced(call, &outcome, *by, *because, wants_page),
        Reply::VerifyFirst(started) => verify_first(call, started),
        Reply::Leave(departure) => leave(call, departure),
        Reply::Failed(failure) => forward(call, ErrorBody::from(failure)).await,
        Reply::Done(completion) => done(call, &outcome, completion),
    }
}

/// Sends whoever asks to the page of the flow (01 §5.6).
fn see_page(call: &Call, flow: FlowId) -> HttpResponse {
    let url = with_flow(&call.runtime().policy.login.ui, flow);
    match call.manner.is_json {
        true => moved(call, &url),
        false => redirect(StatusCode::SEE_OTHER, &url),
    }
}

/// Tells a script where to send its browser.
fn moved(call: &Call, url: &str) -> HttpResponse {
    let error = ErrorBody::from(ErrorCode::BrowserLocationChangeRequired);
    let why = format!("To go on, send the browser to: {url}");
    call.error(&error.because(why).with_sibling("redirect_browser_to", url))
}

/// The flow with its form.
fn form(call: &Call, status: StatusCode, outcome: &Outcome) -> HttpResponse {
    call.json(status, &call.runtime().projection.flow(&outcome.flow, &outcome.form))
}

fn replaced(
    call: &Call,
    outcome: &Outcome,
    by: FlowId,
    because: Replacement,
    wants_page: bool,
) -> HttpResponse {
    if wants_page {
        return redirect(StatusCode::SEE_OTHER, &with_flow(&call.runtime().policy.login.ui, by));
    }
    call.error(&gone(outcome.flow.head().expires_at, call.visit.now, by, because))
}

/// The error that points to the flow which takes the place of another (01 §5.5).
pub(super) fn gone(expired_at: Timestamp, now: Timestamp, by: FlowId, because: Replacement) -> ErrorBody {
    match because {
        Replacement::Expired => {
            let since = u64::try_from(now.since(expired_at).as_nanos()).unwrap_or(u64::MAX);
            ErrorBody::from(ErrorCode::FlowExpired)
                .with_sibling("expired_at", json!(expired_at))
                .with_sibling("since", since)
                .with_sibling("use_flow_id", json!(by))
        }
        Replacement::UsedUp | Replacement::LinkRefused | Replacement::Linking | Replacement::Refused(_) => {
            ErrorBody::from(ErrorCode::FlowReplaced).with_sibling("use_flow_id", json!(by))
        }
    }
}

/// No session before an address is verified (01 §16.4). The address of the form is told to apps as well.
fn verify_first(call: &Call, started: &VerificationStarted) -> HttpResponse {
    let url = call.runtime().policy.verification.ui_of(started.flow);
    if !call.manner.is_json {
        return redirect(StatusCode::SEE_OTHER, &url);
    }
    let pointer =
        VerificationPointer { id: started.flow, verifiable_address: started.address.clone(), url: Some(url) };
    let items = json!([ContinueWith::ShowVerificationUi { flow: pointer }]);
    call.error(&ErrorBody::from(ErrorCode::AddressNotVerified).with_detail("continue_with", items))
}

fn done(call: &Call, outcome: &Outcome, completion: &Completion) -> HttpResponse {
    let Completion::LoggedIn { session, token, continue_with, .. } = completion else {
        return form(call, StatusCode::OK, outcome);
    };
    let head = outcome.flow.head();
    let told = as_told(call, session, token.is_none());
    let required = call.runtime().whoami.required_aal;
    let is_enough =
        outcome.identity.as_ref().is_none_or(|identity| call.visit.satisfies(required, session, identity));
    // Who has to show more is told nothing about the account before (01 §5.7).
    let identity = outcome.identity.as_ref().filter(|_| is_enough);
    let entered = Entered { session: &told, token: token.as_ref(), identity };
    if head.client == Client::Native {
        return native(call, &entered, continue_with);
    }
    let url = onward::address(call, FlowKind::Login, head.active, &head.origin);
    let mut answer = if !is_enough {
        second_step(call, outcome)
    } else if call.manner.is_json {
        let shown = call.runtime().projection.session(entered.session, entered.identity, call.visit.now);
        let items = onward::items(Some(&url), continue_with, None);
        call.json(StatusCode::OK, &json!({ "session": shown, "continue_with": items }))
    } else {
        redirect(StatusCode::SEE_OTHER, onward::verification_ui(continue_with).unwrap_or(&url))
    };
    set_session_cookie(call, &mut answer, session, entered.token);
    answer
}

/// Sends a browser on to show its second factor, with its wish.
fn second_step(call: &Call, outcome: &Outcome) -> HttpResponse {
    let head = outcome.flow.head();
    // What waits to be linked goes along, in a login that is open already.
    if head.social.link.is_some() {
        return match call.manner.is_json {
            true => form(call, StatusCode::OK, outcome),
            false => redirect(StatusCode::SEE_OTHER, &with_flow(&call.runtime().policy.login.ui, head.id)),
        };
    }
    let wish = head.origin.wish();
    let url = login_url(call, &[("aal", Some(Aal::Aal2.wire_name())), ("return_to", wish.as_deref())]);
    if !call.manner.is_json {
        return redirect(StatusCode::SEE_OTHER, &url);
    }
    moved(call, &url)
}

/// COMPAT: the answer that raises a session shows by what it was raised, under no id; that is not kept
/// (golden `settings.privileged.api`).
fn as_told(call: &Call, session: &Session, raised: bool) -> Session {
    let mut told = session.clone();
    if raised {
        told.devices.push(Device { id: DeviceId::from_uuid(Uuid::nil()), ..call.visit.device.clone() });
    }
    told
}

struct Entered<'a> {
    session: &'a Session,
    token: Option<&'a Secret<String>>,
    identity: Option<&'a Identity>,
}

fn native(call: &Call, entered: &Entered<'_>, continue_with: &[ContinueWith]) -> HttpResponse {
    let shown = call.runtime().projection.session(entered.session, entered.identity, call.visit.now);
    let mut body = Map::new();
    // A session that was raised keeps the token that came with the request.
    let token = entered.token.or(call.visit.session_token.as_ref());
    if let Some(token) = token {
        body.insert("session_token".into(), json!(token.expose()));
    }
    body.insert("session".into(), shown);
    body.insert("continue_with".into(), onward::items(None, continue_with, None));
    call.json(StatusCode::OK, &Value::Object(body))
}

/// Sets the session cookie: with the new token, or anew with the one that the browser has.
pub(super) fn set_session_cookie(
    call: &Call,
    answer: &mut HttpResponse,
    session: &Session,
    token: Option<&Secret<String>>,
) {
    let token = token.or(call.visit.session_token.as_ref());
    let cookie = token.and_then(|token| call.session_cookie(token, session.expires_at));
    if let Some(cookie) = cookie {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

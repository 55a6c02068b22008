//! Answers to a submitted registration (01 §5.3, §5.4, §5.8).

use actix_web::{HttpResponse, http::StatusCode};
use serde_json::{Map, Value, json};

use super::{
    forward,
    login::{gone, set_session_cookie},
    onward,
    social::{back_to_app, leave, linking},
};
use crate::{
    engine::Outcome,
    flow::{
        AnyFlow, Client, Completion, FlowKind, RegistrationState, Replacement, Reply, Submission, with_flow,
    },
    identity::MethodId,
    text::ErrorCode,
    web::{Call, envelope::ErrorBody, redirect::redirect},
};

/// Answers a submitted registration.
pub async fn registration(call: &Call, outcome: Outcome, body: Option<&Submission>) -> HttpResponse {
    if outcome.rotate_csrf {
        call.csrf.rotate(&call.visit.seed);
    }
    if let Some(answer) = back_to_app(call, &outcome) {
        return answer;
    }
    let head = outcome.flow.head();
    let wants_page = head.client == Client::Browser && !call.manner.is_json;
    let ui = || with_flow(&call.runtime().policy.registration.ui, head.id);
    match &outcome.reply {
        Reply::Replaced { because: Replacement::Linking, .. } => linking(call, &outcome),
        // COMPAT: what is wrong comes back by 302, all else by 303 (01 §21.1 no. 6).
        Reply::Form { advanced: false } if wants_page => redirect(StatusCode::FOUND, &ui()),
        Reply::Form { advanced: false } => form(call, &outcome, None),
        // COMPAT: a step is answered by what the client negotiated, whatever drives the flow (01 §1.3).
        Reply::Form { advanced: true } if !call.manner.is_json => redirect(StatusCode::SEE_OTHER, &ui()),
        Reply::Form { advanced: true } => form(call, &outcome, body),
        Reply::AlreadyLoggedIn if call.manner.is_json => {
            call.error(&ErrorBody::from(ErrorCode::SessionAlreadyAvailable))
        }
        Reply::AlreadyLoggedIn => {
            let url = onward::address(call, FlowKind::Registration, None, &head.origin);
            redirect(StatusCode::FOUND, &url)
        }
        Reply::Replaced { by, .. } if wants_page => {
            redirect(StatusCode::SEE_OTHER, &with_flow(&call.runtime().policy.registration.ui, *by))
        }
        Reply::Replaced { by, because } => call.error(&gone(head.expires_at, call.visit.now, *by, *because)),
        Reply::SeePage | Reply::VerifyFirst(_) | Reply::Reauthenticate { .. } => form(call, &outcome, None),
        Reply::Leave(departure) => leave(call, departure),
        Reply::Failed(failure) => forward(call, ErrorBody::from(failure)).await,
        Reply::Done(completion) => done(call, &outcome, completion),
    }
}

/// The flow with its form. A step forward echoes what the client sent along, even if that was nothing
/// (01 §2.3).
fn form(call: &Call, outcome: &Outcome, echo: Option<&Submission>) -> HttpResponse {
    let mut shown = call.runtime().projection.flow(&outcome.flow, &outcome.form);
    let forward = matches!(&outcome.flow, AnyFlow::Registration(flow)
        if !matches!(flow.state, RegistrationState::AwaitingProfile { .. }));
    if let Some(body) = echo.filter(|_| forward) {
        let payload = body.object("transient_payload").ok().flatten().unwrap_or_default();
        shown.insert("transient_payload".into(), Value::Object(payload));
    }
    call.json(StatusCode::BAD_REQUEST, &shown)
}

fn done(call: &Call, outcome: &Outcome, completion: &Completion) -> HttpResponse {
    let Completion::Registered { session, continue_with } = completion else {
        return form(call, outcome, None);
    };
    let head = outcome.flow.head();
    let projection = &call.runtime().projection;
    let mut body = Map::new();
    if let Some(identity) = &outcome.identity {
        body.insert("identity".into(), projection.identity(identity));
    }
    if let Some((session, _)) = session {
        let shown = projection.session(session, outcome.identity.as_ref(), call.visit.now);
        body.insert("session".into(), shown);
    }
    let token = session.as_ref().map(|(_, token)| token);
    if head.client == Client::Native {
        if let Some(token) = token {
            body.insert("session_token".into(), json!(token.expose()));
        }
        body.insert("continue_with".into(), onward::items(None, continue_with, token));
        return call.json(StatusCode::OK, &body);
    }
    let by_code = matches!(&outcome.flow, AnyFlow::Registration(flow)
        if matches!(flow.state, RegistrationState::CodePassed { .. }));
    let method = match (&head.social.back, by_code) {
        (Some(_), _) => MethodId::Oidc,
        (None, true) => MethodId::Code,
        (None, false) => MethodId::Password,
    };
    let url = onward::address(call, FlowKind::Registration, Some(method), &head.origin);
    let mut answer = if call.manner.is_json {
        body.insert("continue_with".into(), onward::items(Some(&url), continue_with, None));
        call.json(StatusCode::OK, &body)
    } else {
        redirect(StatusCode::SEE_OTHER, onward::verification_ui(continue_with).unwrap_or(&url))
    };
    if let Some((session, token)) = session {
        set_session_cookie(call, &mut answer, session, Some(token));
    }
    answer
}

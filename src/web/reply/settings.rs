//! Answers to submitted settings (02 §4.4–§4.6).

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use serde_json::{Map, Value, json};

use super::{
    barred::{login, submit_url},
    echo::sent_along,
    forward,
    login::{gone, set_session_cookie},
    social::leave,
};
use crate::{
    crypto::link_token,
    engine::Outcome,
    flow::{
        Client, Completion, ContinueWith, FlowKind, Reply, Submission, VerificationPointer,
        VerificationStarted, with_flow,
    },
    identity::MethodId,
    kernel::{FlowId, Secret},
    text::ErrorCode,
    web::{Call, envelope::ErrorBody, redirect::redirect},
};

/// Answers submitted settings.
pub async fn settings(call: &Call, outcome: Outcome, body: Option<&Submission>) -> HttpResponse {
    let head = outcome.flow.head();
    let wants_page = head.client == Client::Browser && !call.manner.is_json;
    match &outcome.reply {
        Reply::Form { .. } | Reply::SeePage | Reply::AlreadyLoggedIn if wants_page => page(call, head.id),
        Reply::Form { advanced: true } => call.json(StatusCode::OK, &echoed(call, &outcome, body)),
        Reply::Form { .. } | Reply::SeePage | Reply::AlreadyLoggedIn => {
            call.json(StatusCode::BAD_REQUEST, &shown(call, &outcome))
        }
        Reply::Reauthenticate { key } => reauthenticate(call, &outcome, key.as_ref(), wants_page, body),
        Reply::Replaced { by, .. } if wants_page => page(call, *by),
        Reply::Replaced { by, because } => call.error(&gone(head.expires_at, call.visit.now, *by, *because)),
        Reply::VerifyFirst(started) => prove_first(call, &outcome, started, wants_page),
        Reply::Leave(departure) => leave(call, departure),
        Reply::Failed(failure) => forward(call, ErrorBody::from(failure)).await,
        Reply::Done(completion) => done(call, &outcome, completion, wants_page),
    }
}

fn page(call: &Call, flow: FlowId) -> HttpResponse {
    redirect(StatusCode::SEE_OTHER, &with_flow(&call.runtime().policy.settings.ui, flow))
}

/// The flow with what came along, even if that was nothing (golden `mfa.lookup.lifecycle`).
fn echoed(call: &Call, outcome: &Outcome, body: Option<&Submission>) -> Map<String, Value> {
    let mut shown = shown(call, outcome);
    shown.insert("transient_payload".into(), Value::Object(sent_along(body)));
    shown
}

fn shown(call: &Call, outcome: &Outcome) -> Map<String, Value> {
    let projection = &call.runtime().projection;
    match &outcome.identity {
        Some(owner) => projection.settings(&outcome.flow, &outcome.form, owner),
        None => projection.flow(&outcome.flow, &outcome.form),
    }
}

/// Sends the owner to sign in anew, and back to here.
fn reauthenticate(
    call: &Call,
    outcome: &Outcome,
    key: Option<&Secret<String>>,
    wants_page: bool,
    body: Option<&Submission>,
) -> HttpResponse {
    let flow = outcome.flow.head();
    let back = submit_url(call, flow.id);
    let url = login(call, &[("refresh", Some("true")), ("return_to", Some(&back))]);
    let mut answer = if wants_page {
        redirect(StatusCode::SEE_OTHER, &url)
    } else {
        call.error(
            &ErrorBody::from(ErrorCode::SessionRefreshRequired).with_sibling("redirect_browser_to", url),
        )
    };
    // COMPAT: apps that change traits get the cookie, too, which leads nowhere (golden
    // `settings.privileged.api`).
    let method = body.and_then(|body| body.text("method"));
    let nowhere = (flow.client == Client::Native && method.as_deref() == Some(MethodId::Profile.wire_name()))
        .then(|| link_token(&mut call.visit.seed.stream("continuity to nowhere")));
    let cookie = key.or(nowhere.as_ref()).and_then(|key| call.continuity_cookie(key));
    if let Some(cookie) = cookie {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

/// A new address has to be proven before it takes the place of the old one (02 §2.15).
fn prove_first(
    call: &Call,
    outcome: &Outcome,
    started: &VerificationStarted,
    wants_page: bool,
) -> HttpResponse {
    let url = call.runtime().policy.verification.ui_of(started.flow);
    if wants_page {
        return redirect(StatusCode::SEE_OTHER, &url);
    }
    let url = (outcome.flow.head().client == Client::Browser).then_some(url);
    let pointer = VerificationPointer { id: started.flow, verifiable_address: started.address.clone(), url };
    let mut shown = shown(call, outcome);
    shown.insert("continue_with".into(), json!([ContinueWith::ShowVerificationUi { flow: pointer }]));
    call.json(StatusCode::OK, &shown)
}

/// The changes are saved. Where nothing else is wished for or set, the browser comes back to the form.
fn done(call: &Call, outcome: &Outcome, completion: &Completion, wants_page: bool) -> HttpResponse {
    let Completion::Saved { session, method, continue_with, .. } = completion else {
        return call.json(StatusCode::OK, &shown(call, outcome));
    };
    let head = outcome.flow.head();
    let policy = &call.runtime().policy;
    let chosen = policy.returns.chosen(FlowKind::Settings, Some(*method), head.origin.wish().as_deref());
    let url = chosen.unwrap_or_else(|| with_flow(&policy.settings.ui, head.id));
    let mut answer = if wants_page {
        redirect(StatusCode::SEE_OTHER, &url)
    } else {
        let mut items: Vec<Value> = continue_with.iter().map(|item| json!(item)).collect();
        if head.client == Client::Browser {
            items.push(json!({ "action": "redirect_browser_to", "redirect_browser_to": url }));
        }
        let mut shown = shown(call, outcome);
        if !items.is_empty() {
            shown.insert("continue_with".into(), Value::Array(items));
        }
        call.json(StatusCode::OK, &shown)
    };
    if head.client == Client::Browser {
        set_session_cookie(call, &mut answer, session, None);
    }
    answer
}

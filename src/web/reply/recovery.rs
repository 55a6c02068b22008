//! Answers to a submitted recovery (02 §3.5, §3.8, §3.9).

use actix_web::{HttpResponse, http::StatusCode};
use serde_json::{Map, Value, json};

use super::{
    echo::echoed,
    forward,
    login::{gone, set_session_cookie},
    onward,
};
use crate::{
    engine::Outcome,
    flow::{AnyFlow, Client, Completion, FlowKind, RecoveryWay, Replacement, Reply, Submission, with_flow},
    kernel::{FlowId, Secret},
    text::ErrorCode,
    web::{Call, envelope::ErrorBody, redirect::redirect},
};

/// The message that a code does not fit.
const WRONG_CODE: u32 = 4_060_006;

/// Answers a submitted recovery.
pub async fn recovery(call: &Call, outcome: Outcome, body: Option<&Submission>) -> HttpResponse {
    if outcome.rotate_csrf {
        call.csrf.rotate(&call.visit.seed);
    }
    let head = outcome.flow.head();
    let wants_page = head.client == Client::Browser && !call.manner.is_json;
    match &outcome.reply {
        Reply::Form { .. } if wants_page => page(call, head.id),
        Reply::Form { advanced: true } => call.json(StatusCode::OK, &echoed(call, &outcome, body)),
        Reply::Form { advanced: false } => refused(call, &outcome, body),
        Reply::AlreadyLoggedIn if call.manner.is_json => {
            call.error(&ErrorBody::from(ErrorCode::SessionAlreadyAvailable))
        }
        Reply::AlreadyLoggedIn => redirect(StatusCode::FOUND, call.runtime().policy.returns.default_url()),
        Reply::Replaced { by, because } => replaced(call, &outcome, *by, *because),
        Reply::SeePage | Reply::VerifyFirst(_) | Reply::Reauthenticate { .. } | Reply::Leave(_) => {
            call.json(StatusCode::BAD_REQUEST, &shown(call, &outcome))
        }
        Reply::Failed(failure) => forward(call, ErrorBody::from(failure)).await,
        Reply::Done(completion) => done(call, &outcome, completion, body),
    }
}

fn page(call: &Call, flow: FlowId) -> HttpResponse {
    redirect(StatusCode::SEE_OTHER, &with_flow(&call.runtime().policy.recovery.ui, flow))
}

fn shown(call: &Call, outcome: &Outcome) -> Map<String, Value> {
    call.runtime().projection.flow(&outcome.flow, &outcome.form)
}

/// COMPAT: a wrong code is answered by 200, all else that is wrong by 400.
fn refused(call: &Call, outcome: &Outcome, body: Option<&Submission>) -> HttpResponse {
    if outcome.flow.head().notes.iter().any(|note| note.message.id == WRONG_CODE) {
        return call.json(StatusCode::OK, &proof_shown(call, outcome, body));
    }
    call.json(StatusCode::BAD_REQUEST, &shown(call, outcome))
}

/// COMPAT: after a code the payload is not echoed where the address was chosen (golden
/// `recovery.v2.one_address`).
fn proof_shown(call: &Call, outcome: &Outcome, body: Option<&Submission>) -> Map<String, Value> {
    match way(outcome) {
        Some(RecoveryWay::Chosen) => shown(call, outcome),
        Some(RecoveryWay::Code | RecoveryWay::Link) | None => echoed(call, outcome, body),
    }
}

fn way(outcome: &Outcome) -> Option<RecoveryWay> {
    match &outcome.flow {
        AnyFlow::Recovery(flow) => Some(flow.state.way()),
        AnyFlow::Login(_) | AnyFlow::Registration(_) | AnyFlow::Verification(_) | AnyFlow::Settings(_) => {
            None
        }
    }
}

/// COMPAT: programs are redirected to read the new flow (golden `recovery.flow_expired`), unless they asked
/// for the newer answers.
fn replaced(call: &Call, outcome: &Outcome, by: FlowId, because: Replacement) -> HttpResponse {
    let policy = &call.runtime().policy;
    let head = outcome.flow.head();
    let browser_expired = because == Replacement::Expired && head.client == Client::Browser;
    // A link is followed in a browser, whatever it accepts (02 §3.9).
    if !call.manner.is_json || because == Replacement::LinkRefused {
        return page(call, by);
    }
    if policy.recovery.transitions && !browser_expired {
        let items = json!([{ "action": "show_recovery_ui", "flow": { "id": by } }]);
        let error = match because {
            Replacement::Refused(code) => ErrorBody::from(code),
            Replacement::Expired | Replacement::UsedUp | Replacement::LinkRefused | Replacement::Linking => {
                gone(head.expires_at, call.visit.now, by, because)
            }
        };
        return call.error(&error.with_detail("continue_with", items));
    }
    let base = &policy.public_url;
    redirect(StatusCode::SEE_OTHER, &format!("{base}/self-service/recovery/flows?id={by}"))
}

/// Whoever is back in goes on to the settings, to set a new password, unless the flow was opened without
/// that step.
fn done(call: &Call, outcome: &Outcome, completion: &Completion, body: Option<&Submission>) -> HttpResponse {
    let Completion::Recovered { session, token, settings } = completion else {
        return call.json(StatusCode::OK, &shown(call, outcome));
    };
    let policy = &call.runtime().policy;
    let head = outcome.flow.head();
    // A link is followed in a browser, whoever asked for it.
    let is_browser = head.client == Client::Browser || way(outcome) == Some(RecoveryWay::Link);
    let url = match settings {
        Some(settings) => with_flow(&policy.settings.ui, *settings),
        None => onward::address(call, FlowKind::Recovery, None, &head.origin),
    };
    let mut answer = if is_browser && !call.manner.is_json {
        redirect(StatusCode::SEE_OTHER, &url)
    } else if settings.is_none() || policy.recovery.transitions {
        let mut shown = proof_shown(call, outcome, body);
        shown.insert("continue_with".into(), next_steps(head.client, *settings, &url, token));
        call.json(StatusCode::OK, &shown)
    } else {
        // COMPAT: apps get this as well, and no token (02 §3.8).
        let error = ErrorBody::from(ErrorCode::BrowserLocationChangeRequired);
        let why = format!("To go on, send the browser to: {url}");
        call.error(&error.because(why).with_sibling("redirect_browser_to", url))
    };
    if is_browser {
        set_session_cookie(call, &mut answer, session, Some(token));
    }
    answer
}

/// An app's token first, then the settings; without that step browsers are told where to go (02 §3.8).
fn next_steps(client: Client, settings: Option<FlowId>, url: &str, token: &Secret<String>) -> Value {
    let token = (client == Client::Native).then_some(token);
    let Some(settings) = settings else {
        return onward::items((client == Client::Browser).then_some(url), &[], token);
    };
    let mut items = match onward::items(None, &[], token) {
        Value::Array(items) => items,
        _ => Vec::new(),
    };
    items.push(json!({ "action": "show_settings_ui", "flow": { "id": settings, "url": url } }));
    Value::Array(items)
}

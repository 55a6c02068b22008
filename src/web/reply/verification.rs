//! Answers to a submitted verification (02 §2.8).

use actix_web::{HttpResponse, http::StatusCode};

use super::{echo::echoed, forward, login::gone};
use crate::{
    engine::{Arrival, Outcome},
    flow::{AnyFlow, Client, Replacement, Reply, Submission, VerificationState},
    kernel::FlowId,
    web::{Call, envelope::ErrorBody, redirect::redirect},
};

/// Answers a submitted verification.
pub async fn verification(
    call: &Call,
    outcome: Outcome,
    arrival: Arrival,
    body: Option<&Submission>,
) -> HttpResponse {
    if outcome.rotate_csrf {
        call.csrf.rotate(&call.visit.seed);
    }
    let head = outcome.flow.head();
    let wants_page = head.client == Client::Browser && !call.manner.is_json;
    match &outcome.reply {
        Reply::Form { .. } if arrival == Arrival::Followed => page(call, head.id),
        Reply::Form { advanced: true } if wants_page => page(call, head.id),
        Reply::Form { advanced: true } => form(call, StatusCode::OK, &outcome),
        Reply::Form { advanced: false } => refused(call, &outcome, wants_page, body),
        Reply::Done(_) if call.manner.is_browser => page(call, head.id),
        Reply::Done(_) => form(call, StatusCode::OK, &outcome),
        Reply::Replaced { by, because } => replaced(call, &outcome, *by, *because),
        Reply::SeePage
        | Reply::VerifyFirst(_)
        | Reply::AlreadyLoggedIn
        | Reply::Reauthenticate { .. }
        | Reply::Leave(_) => form(call, StatusCode::BAD_REQUEST, &outcome),
        Reply::Failed(failure) => forward(call, ErrorBody::from(failure)).await,
    }
}

fn page(call: &Call, flow: FlowId) -> HttpResponse {
    redirect(StatusCode::SEE_OTHER, &call.runtime().policy.verification.ui_of(flow))
}

fn form(call: &Call, status: StatusCode, outcome: &Outcome) -> HttpResponse {
    call.json(status, &call.runtime().projection.flow(&outcome.flow, &outcome.form))
}

/// COMPAT: a wrong code is answered by 200, all else that is wrong by 400; and after a wrong code it is the
/// `Accept` header alone that asks for a page (02 §2.7, §2.8).
fn refused(call: &Call, outcome: &Outcome, wants_page: bool, body: Option<&Submission>) -> HttpResponse {
    let head = outcome.flow.head();
    if head.notes.iter().any(|note| note.message.id == WRONG_CODE) {
        return if call.manner.is_browser { page(call, head.id) } else { wrong_code(call, outcome, body) };
    }
    if wants_page { page(call, head.id) } else { form(call, StatusCode::BAD_REQUEST, outcome) }
}

/// COMPAT: this answer alone echoes what the client sent along, even if that was nothing (02 §1.4).
fn wrong_code(call: &Call, outcome: &Outcome, body: Option<&Submission>) -> HttpResponse {
    call.json(StatusCode::OK, &echoed(call, outcome, body))
}

/// The message that a code does not fit.
const WRONG_CODE: u32 = 4_070_006;

fn replaced(call: &Call, outcome: &Outcome, by: FlowId, because: Replacement) -> HttpResponse {
    let by_link = matches!(&outcome.flow, AnyFlow::Verification(flow)
        if flow.state.by() == crate::flow::Proof::Link);
    let completed = matches!(&outcome.flow, AnyFlow::Verification(flow)
        if matches!(flow.state, VerificationState::Verified { .. }));
    let native = outcome.flow.head().client == Client::Native;
    match because {
        _ if !call.manner.is_json => page(call, by),
        // COMPAT: programs are redirected to read the new flow (golden `verification.flow_expired`).
        Replacement::Expired => fetch(call, by),
        Replacement::LinkRefused => page(call, by),
        Replacement::UsedUp if by_link && completed && native => fetch(call, by),
        Replacement::UsedUp if by_link => page(call, by),
        Replacement::UsedUp | Replacement::Linking | Replacement::Refused(_) => {
            call.error(&gone(outcome.flow.head().expires_at, call.visit.now, by, because))
        }
    }
}

fn fetch(call: &Call, flow: FlowId) -> HttpResponse {
    let base = &call.runtime().policy.public_url;
    redirect(StatusCode::SEE_OTHER, &format!("{base}/self-service/verification/flows?id={flow}"))
}

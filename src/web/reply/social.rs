//! Answers on the way to a provider of social sign-in and back (01 §14, §15.2, §17).

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};

use super::{login::login, onward, registration::registration};
use crate::{
    engine::Outcome,
    flow::{Client, Departure, FlowKind, Reply, Submission, with_flow},
    text::ErrorCode,
    web::{Call, envelope::ErrorBody, redirect::redirect},
};

/// Answers what was submitted to a login or a registration: a provider may have turned one into the other.
pub async fn entered(call: &Call, outcome: Outcome, body: Option<&Submission>) -> HttpResponse {
    match outcome.flow.kind() {
        FlowKind::Registration => registration(call, outcome, body).await,
        FlowKind::Login | FlowKind::Verification | FlowKind::Recovery | FlowKind::Settings => {
            login(call, outcome, body).await
        }
    }
}

/// Sends somebody to a provider: by a redirect, or by the address that a program has to go to (01 §5.6).
pub(super) fn leave(call: &Call, departure: &Departure) -> HttpResponse {
    let url = departure.url.as_str();
    let mut answer = if call.manner.is_json {
        let error = ErrorBody::from(ErrorCode::BrowserLocationChangeRequired);
        let reason = format!("Send the browser to {url}");
        call.error(&error.because(reason).with_sibling("redirect_browser_to", url))
    } else {
        redirect(StatusCode::SEE_OTHER, url)
    };
    if let Some(cookie) = departure.key.as_ref().and_then(|key| call.continuity_cookie(key)) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

/// Leads the browser that went to a provider for an app back to that app, with its half of a code; `None` for
/// everybody else. A registration that is not complete names its flow (01 §5.4).
pub(super) fn back_to_app(call: &Call, outcome: &Outcome) -> Option<HttpResponse> {
    let head = outcome.flow.head();
    head.social.hands_over()?;
    let is_done = match &outcome.reply {
        Reply::Done(_) => true,
        Reply::Form { .. } => false,
        Reply::SeePage
        | Reply::Replaced { .. }
        | Reply::VerifyFirst(_)
        | Reply::AlreadyLoggedIn
        | Reply::Reauthenticate { .. }
        | Reply::Leave(_)
        | Reply::Failed(_) => return None,
    };
    let kind = outcome.flow.kind();
    let code = call.visit.exchange_code();
    let (id, back) = (head.id.to_string(), onward::address(call, kind, head.active, &head.origin));
    let mut more = vec![("code", code.expose().as_str())];
    if !is_done && kind == FlowKind::Registration {
        more.push(("flow", &id));
    }
    Some(redirect(StatusCode::SEE_OTHER, &with_query(&back, &more)))
}

/// Leads to the login that links an account at a provider (01 §15.2).
///
/// COMPAT: programs get the login in answer to whatever they submitted (golden `oidc.conflict.plain`).
pub(super) fn linking(call: &Call, outcome: &Outcome) -> HttpResponse {
    let head = outcome.flow.head();
    if call.manner.is_json {
        let shown = call.runtime().projection.flow(&outcome.flow, &outcome.form);
        return call.json(StatusCode::BAD_REQUEST, &shown);
    }
    let extra = [("no_org_ui", "true")];
    let url = match head.client {
        Client::Browser => with_query(&with_flow(&call.runtime().policy.login.ui, head.id), &extra),
        Client::Native => {
            let back = onward::address(call, FlowKind::Login, head.active, &head.origin);
            with_query(&with_flow(&back, head.id), &extra)
        }
    };
    redirect(StatusCode::SEE_OTHER, &url)
}

/// An address with parameters added to its query.
fn with_query(url: &str, parameters: &[(&str, &str)]) -> String {
    let (rest, fragment) = url.split_once('#').map_or((url, None), |(rest, fragment)| (rest, Some(fragment)));
    let glue = if rest.contains('?') { '&' } else { '?' };
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    match fragment {
        None => format!("{rest}{glue}{query}"),
        Some(fragment) => format!("{rest}{glue}{query}#{fragment}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_stand_before_the_fragment() {
        let more = [("code", "a b")];
        assert_eq!(with_query("app://done", &more), "app://done?code=a+b");
        assert_eq!(with_query("app://done?x=1#top", &more), "app://done?x=1&code=a+b#top");
    }
}

//! Answers to those who may not change this account, or not now (02 §4.2).

use actix_web::{HttpResponse, http::StatusCode};

use super::forward;
use crate::{
    engine::Barred,
    flow::with_flow,
    kernel::FlowId,
    text::ErrorCode,
    web::{Call, envelope::ErrorBody, redirect::redirect},
};

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub enum Asked<'a> {
    /// New settings, by a browser.
    Opening {
        /// Where it wants to go in the end.
        wish: Option<&'a str>,
    },
    /// New settings, by an app.
    OpeningAsApp {
        /// Where it wants to go in the end.
        wish: Option<&'a str>,
    },
    /// To read settings.
    Reading {
        /// Which.
        flow: Option<FlowId>,
    },
    /// To change something.
    Submitting {
        /// In which.
        flow: FlowId,
    },
}

/// Answers that somebody may not.
pub async fn barred(call: &Call, why: Barred, asked: Asked<'_>) -> HttpResponse {
    match why {
        Barred::NoSession => no_session(call, asked),
        Barred::NeedsSecondFactor => needs_second_factor(call, asked),
        Barred::Failed(failure) => match asked {
            Asked::OpeningAsApp { .. } | Asked::Reading { .. } => call.failure(&failure),
            Asked::Opening { .. } | Asked::Submitting { .. } => {
                forward(call, ErrorBody::from(&failure)).await
            }
        },
    }
}

fn no_session(call: &Call, asked: Asked<'_>) -> HttpResponse {
    let policy = &call.runtime().policy;
    match asked {
        Asked::OpeningAsApp { .. } => call.error(&ErrorBody::from(ErrorCode::SessionInactive)),
        // COMPAT: a key in capitals (02 §1.1).
        Asked::Opening { .. } if call.manner.is_json => {
            call.error(&ErrorBody::from(ErrorCode::SessionInactive).with_sibling("CredentialsMissing", false))
        }
        Asked::Opening { wish } => redirect(StatusCode::SEE_OTHER, &login(call, &[("return_to", wish)])),
        Asked::Reading { .. } | Asked::Submitting { .. } if call.manner.is_json => {
            call.error(&ErrorBody::from(ErrorCode::Unauthorized))
        }
        Asked::Reading { .. } | Asked::Submitting { .. } => redirect(StatusCode::FOUND, &policy.login.ui),
    }
}

/// Points to a login for the second factor, and from there back to what was asked for.
fn needs_second_factor(call: &Call, asked: Asked<'_>) -> HttpResponse {
    let policy = &call.runtime().policy;
    let back = match asked {
        // COMPAT: a wish is kept inside the address that is asked for again (golden
        // `mfa.settings_requires_aal2`).
        Asked::Opening { wish } => wish.map(|_| call.visit.request_url.clone()),
        Asked::OpeningAsApp { wish } => wish.map(str::to_owned),
        Asked::Reading { flow } => flow.map(|flow| with_flow(&policy.settings.ui, flow)),
        Asked::Submitting { flow } => Some(submit_url(call, flow)),
    };
    let url = login(call, &[("aal", Some("aal2")), ("return_to", back.as_deref())]);
    let wants_page = !matches!(asked, Asked::OpeningAsApp { .. }) && !call.manner.is_json;
    if wants_page {
        return redirect(StatusCode::SEE_OTHER, &url);
    }
    let error = ErrorBody::from(ErrorCode::SessionAal2Required);
    call.error(
        &error.with_detail("redirect_browser_to", url.clone()).with_sibling("redirect_browser_to", url),
    )
}

/// Where a login for browsers is opened, with those parameters that have a value.
pub(super) fn login(call: &Call, parameters: &[(&str, Option<&str>)]) -> String {
    let base = &call.runtime().policy.public_url;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (key, value) in parameters {
        value.map(|value| query.append_pair(key, value));
    }
    let query = query.finish();
    let glue = if query.is_empty() { "" } else { "?" };
    format!("{base}/self-service/login/browser{glue}{query}")
}

/// Where these settings are submitted to.
pub(super) fn submit_url(call: &Call, flow: FlowId) -> String {
    format!("{}/self-service/settings?flow={flow}", call.runtime().policy.public_url)
}

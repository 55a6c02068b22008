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
    ToOpen {
        /// Where it wants to go in the end.
        wish: Option<&'a str>,
    },
    /// New settings, by an app.
    ToOpenAsApp {
        /// Where it wants to go in the end.
        wish: Option<&'a str>,
    },
    /// To read settings.
    ToRead {
        /// Which.
        flow: Option<FlowId>,
    },
    /// To change something.
    ToSubmit {
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
            Asked::ToOpenAsApp { .. } | Asked::ToRead { .. } => call.failure(&failure),
            Asked::ToOpen { .. } | Asked::ToSubmit { .. } => forward(call, ErrorBody::from(&failure)).await,
        },
    }
}

fn no_session(call: &Call, asked: Asked<'_>) -> HttpResponse {
    let policy = &call.runtime().policy;
    match asked {
        Asked::ToOpenAsApp { .. } => call.error(&ErrorBody::from(ErrorCode::SessionInactive)),
        // COMPAT: a key in capitals (02 §1.1).
        Asked::ToOpen { .. } if call.manner.is_json => {
            call.error(&ErrorBody::from(ErrorCode::SessionInactive).with_sibling("CredentialsMissing", false))
        }
        Asked::ToOpen { wish } => redirect(StatusCode::SEE_OTHER, &login(call, &[("return_to", wish)])),
        Asked::ToRead { .. } | Asked::ToSubmit { .. } if call.manner.is_json => {
            call.error(&ErrorBody::from(ErrorCode::Unauthorized))
        }
        Asked::ToRead { .. } | Asked::ToSubmit { .. } => redirect(StatusCode::FOUND, &policy.login.ui),
    }
}

/// Points to a login for the second factor, and from there back to what was asked for.
fn needs_second_factor(call: &Call, asked: Asked<'_>) -> HttpResponse {
    let policy = &call.runtime().policy;
    let back = match asked {
        Asked::ToOpen { wish } | Asked::ToOpenAsApp { wish } => wish.map(str::to_owned),
        Asked::ToRead { flow } => flow.map(|flow| with_flow(&policy.settings.ui, flow)),
        Asked::ToSubmit { flow } => Some(submit_url(call, flow)),
    };
    let url = login(call, &[("aal", Some("aal2")), ("return_to", back.as_deref())]);
    let wants_page = !matches!(asked, Asked::ToOpenAsApp { .. }) && !call.manner.is_json;
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

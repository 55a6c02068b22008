//! Flows with what the client sent along.

use serde_json::{Map, Value};

use crate::{engine::Outcome, flow::Submission, web::Call};

/// The flow with its form.
///
/// COMPAT: some answers echo what the client sent along, even if that was nothing (02 §1.4).
pub(super) fn echoed(call: &Call, outcome: &Outcome, body: Option<&Submission>) -> Map<String, Value> {
    let mut shown = call.runtime().projection.flow(&outcome.flow, &outcome.form);
    shown.insert("transient_payload".into(), Value::Object(sent_along(body)));
    shown
}

/// What the client sent along for templates and hooks.
pub(super) fn sent_along(body: Option<&Submission>) -> Map<String, Value> {
    body.and_then(|body| body.object("transient_payload").ok().flatten()).unwrap_or_default()
}

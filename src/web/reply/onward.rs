//! Where a finished flow leads to, and what the client is told about it.

use serde_json::{Value, json};

use crate::{
    flow::{ContinueWith, FlowKind, Origin},
    identity::MethodId,
    kernel::Secret,
    web::Call,
};

/// The address to go on to (01 §6.3). A wish that is not allowed any more is passed over.
pub fn address(call: &Call, kind: FlowKind, method: Option<MethodId>, origin: &Origin) -> String {
    call.runtime().policy.returns.after(kind, method, origin.wish().as_deref())
}

/// The items of `continue_with`: the redirect of browsers first, the token of apps last (01 §5.9).
pub fn items(redirect: Option<&str>, items: &[ContinueWith], token: Option<&Secret<String>>) -> Value {
    let mut all: Vec<Value> = Vec::new();
    if let Some(url) = redirect {
        all.push(json!({ "action": "redirect_browser_to", "redirect_browser_to": url }));
    }
    all.extend(items.iter().map(|item| json!(item)));
    if let Some(token) = token {
        all.push(json!({ "action": "set_ory_session_token", "ory_session_token": token.expose() }));
    }
    // COMPAT: no items are `null` and not an empty list (01 §5.7).
    if all.is_empty() { Value::Null } else { Value::Array(all) }
}

/// The verification form that a page load goes to instead, when a hook asked for that.
pub fn verification_ui(items: &[ContinueWith]) -> Option<&str> {
    items.iter().find_map(|item| match item {
        ContinueWith::ShowVerificationUi { flow } => flow.url.as_deref(),
    })
}

//! What the programs of webhooks are given (03 §5.5).

use serde_json::{Map, Value, json};

use super::{Engine, Visit};
use crate::{flow::AnyFlow, identity::Identity};

impl Engine {
    /// The parts that every call has: the flow as clients see it, and the request. `payload` is what the
    /// client sent along with a submission; a flow that is only opened has none.
    pub(super) fn hook_context(
        &self,
        visit: &Visit,
        flow: &AnyFlow,
        owner: Option<&Identity>,
        payload: Option<&Map<String, Value>>,
    ) -> Map<String, Value> {
        let projection = &visit.runtime.projection;
        let mut shown = match owner {
            Some(owner) => projection.settings(flow, &self.form_for_others(visit, flow, owner), owner),
            None => projection.flow(flow, &self.form(visit, flow)),
        };
        if let Some(payload) = payload {
            shown.insert("transient_payload".to_owned(), Value::Object(payload.clone()));
        }
        let mut context = Map::new();
        let mut put = |name: &str, value: Value| context.insert(name.to_owned(), value);
        put("flow", Value::Object(shown));
        put("request_headers", Value::Object(visit.headers.clone()));
        put("request_method", json!(visit.request_method));
        put("request_url", json!(visit.request_url));
        put("request_cookies", Value::Object(visit.request_cookies.clone()));
        context
    }
}

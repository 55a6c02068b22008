//! Flows with their forms (01 §2, 02 §2.3).

use serde_json::{Map, Value, json};

use super::Projection;
use crate::{
    flow::{AnyFlow, Flow, FlowKind, Head, LoginState, Machine as _},
    identity::Identity,
    text,
    ui::Container,
};

impl Projection {
    /// A flow as whoever drives it sees it.
    pub fn flow(&self, flow: &AnyFlow, form: &Container) -> Map<String, Value> {
        let head = flow.head();
        let mut shown = common(flow, form);
        match flow {
            AnyFlow::Login(login) => {
                shown.insert("state".into(), json!(login.state.wire_name()));
                shown.insert("organization_id".into(), json!(head.origin.organization));
                put_schema(&mut shown, head);
                put_login(&mut shown, login);
            }
            AnyFlow::Registration(registration) => {
                shown.insert("state".into(), json!(registration.state.wire_name()));
                shown.insert("organization_id".into(), json!(head.origin.organization));
                put_schema(&mut shown, head);
            }
            AnyFlow::Verification(verification) => {
                shown.insert("state".into(), json!(verification.state.wire_name()));
            }
            AnyFlow::Recovery(recovery) => {
                shown.insert("state".into(), json!(recovery.state.wire_name()));
            }
            AnyFlow::Settings(settings) => {
                shown.insert("state".into(), json!(settings.state.wire_name()));
                shown.insert("organization_id".into(), json!(head.origin.organization));
            }
        }
        shown
    }
}

impl Projection {
    /// A settings flow as its owner sees it, with whom it is about (02 §4.3).
    pub fn settings(&self, flow: &AnyFlow, form: &Container, owner: &Identity) -> Map<String, Value> {
        let mut shown = self.flow(flow, form);
        shown.insert("identity".into(), self.identity(owner));
        shown
    }
}

fn common(flow: &AnyFlow, form: &Container) -> Map<String, Value> {
    let head = flow.head();
    let mut shown = Map::new();
    shown.insert("id".into(), json!(head.id));
    shown.insert("type".into(), json!(head.client.wire_name()));
    shown.insert("expires_at".into(), json!(head.expires_at));
    shown.insert("issued_at".into(), json!(head.issued_at));
    shown.insert("request_url".into(), json!(head.origin.request_url));
    if let Some(wish) = head.origin.wish() {
        shown.insert("return_to".into(), json!(wish));
    }
    if let Some(active) = active(flow) {
        shown.insert("active".into(), active);
    }
    shown.insert("ui".into(), json!(form));
    shown
}

/// The method in use.
// COMPAT: a verification or recovery that was sent no method says `default` until the next submission; only
// its answer does, the flow can still be finished. Pinned by verification.body and recovery.body.
fn active(flow: &AnyFlow) -> Option<Value> {
    let head = flow.head();
    let lost = match flow.kind() {
        FlowKind::Verification => Some(text::verification::no_method().id),
        FlowKind::Recovery => Some(text::system::no_recovery_method().id),
        FlowKind::Login | FlowKind::Registration | FlowKind::Settings => None,
    };
    if lost.is_some_and(|id| head.notes.iter().any(|note| note.message.id == id)) {
        return Some(json!("default"));
    }
    head.active.map(|active| json!(active))
}

fn put_schema(shown: &mut Map<String, Value>, head: &Head) {
    if let Some(schema) = &head.origin.identity_schema {
        shown.insert("identity_schema".into(), json!(schema));
    }
}

fn put_login(shown: &mut Map<String, Value>, login: &Flow<LoginState>) {
    let wanted = login.state.wanted();
    shown.insert("created_at".into(), json!(login.head.issued_at));
    shown.insert("updated_at".into(), json!(login.head.updated_at));
    shown.insert("refresh".into(), json!(wanted.refresh));
    shown.insert("requested_aal".into(), json!(wanted.aal));
}

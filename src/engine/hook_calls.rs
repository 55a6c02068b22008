//! Calling web hooks: when flows are opened, on decisions, and after commits (03 §5.3).

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Engine, Visit};
use crate::{
    flow::{AnyFlow, Failure, FlowKind},
    hook::{Decision, Heed, Listed, Moment, Verdict, WebHook},
    identity::Identity,
    kernel::{Fault, Seed},
    session::Session,
    text::ErrorCode,
};

/// Calls that wait for a commit.
pub(super) struct Calls {
    /// Whom to call, in order.
    pub hooks: Vec<Arc<WebHook>>,
    /// Where in which flow.
    pub moment: Moment,
    /// The flow as it was read.
    pub read: AnyFlow,
}

/// What a call is about.
pub(super) struct About<'a> {
    pub flow: &'a AnyFlow,
    pub identity: Option<&'a Identity>,
    pub session: Option<&'a Session>,
    pub payload: &'a Map<String, Value>,
}

impl Engine {
    /// Calls the hooks of a flow that is opened; the first that objects keeps it closed.
    pub(super) async fn call_before(
        &self,
        visit: &Visit,
        flow: &AnyFlow,
        owner: Option<(&Session, &Identity)>,
    ) -> Result<Option<Failure>, Fault> {
        let hooks = visit.runtime.hooks.at(Moment::Before(flow.kind()));
        if hooks.is_empty() {
            return Ok(None);
        }
        let mut context = self.hook_context(visit, flow, owner.map(|(_, identity)| identity), None);
        if let Some((session, identity)) = owner {
            let shown = visit.runtime.projection.session(session, Some(identity), visit.now);
            context.insert("session".to_owned(), shown);
        }
        for (n, listed) in hooks.iter().enumerate() {
            let Listed::Web(hook) = listed else { continue };
            let seed = seed(visit, n);
            if hook.heed == Heed::Ignored {
                tokio::spawn(call_unheard(Arc::clone(hook), context.clone(), seed));
                continue;
            }
            match hook.call(context.clone(), &seed).await? {
                Verdict::Continue => {}
                Verdict::Failed(failure) => return Ok(Some(failure)),
                Verdict::Veto(notes) => {
                    let reason = notes.into_iter().next().map(|note| note.message.text);
                    return Ok(Some(Failure { code: ErrorCode::BadRequest, reason }));
                }
                Verdict::Change(_) => {
                    tracing::error!(hook.id = %hook.id, "a web hook that runs when a flow is opened cannot change an identity");
                    return Ok(Some(Failure::of(ErrorCode::InvalidConfiguration)));
                }
            }
        }
        Ok(None)
    }

    /// Asks one hook about a decision that is not committed yet.
    pub(super) async fn ask(
        &self,
        visit: &Visit,
        hook: &WebHook,
        calls: &Calls,
        decision: Decision,
        payload: &Map<String, Value>,
    ) -> Result<Decision, Fault> {
        let about = About {
            flow: &calls.read,
            identity: decision.subject.as_ref().map(|subject| &subject.identity),
            session: decision.session(),
            payload,
        };
        let mut context = self.context_after(visit, &about);
        if matches!(calls.moment, Moment::After(FlowKind::Registration, _)) {
            hide_identity(&mut context);
        }
        match hook.call(context, &seed(visit, calls.hooks.len())).await? {
            Verdict::Continue => Ok(decision),
            Verdict::Veto(notes) => Ok(Decision::veto(notes)),
            Verdict::Failed(failure) => Ok(Decision::fail(failure)),
            Verdict::Change(parts) => self.change(visit, calls.moment, decision, parts).await,
        }
    }

    /// Calls everybody who waited for the commit. A bad answer fails the request, and changes nothing.
    ///
    /// The calls are made even when the client is gone before they are over.
    pub(super) async fn call_after(
        &self,
        visit: &Visit,
        hooks: Vec<Arc<WebHook>>,
        about: &About<'_>,
    ) -> Result<Option<Failure>, Fault> {
        if hooks.is_empty() {
            return Ok(None);
        }
        let context = self.context_after(visit, about);
        let seeds: Vec<Seed> = (0..hooks.len()).map(|n| seed(visit, n)).collect();
        let calls = tokio::spawn(async move {
            for (hook, seed) in hooks.into_iter().zip(seeds) {
                if hook.heed == Heed::Ignored {
                    tokio::spawn(call_unheard(hook, context.clone(), seed));
                } else if let Verdict::Failed(failure) = hook.call(context.clone(), &seed).await? {
                    return Ok(Some(failure));
                }
            }
            Ok(None)
        });
        calls.await.map_err(|error| Fault::doing("call a web hook", error))?
    }

    fn context_after(&self, visit: &Visit, about: &About<'_>) -> Map<String, Value> {
        let projection = &visit.runtime.projection;
        let kind = about.flow.kind();
        let owner = about.identity.filter(|_| kind == FlowKind::Settings);
        let mut context = self.hook_context(visit, about.flow, owner, Some(about.payload));
        if let Some(identity) = about.identity {
            context.insert("identity".to_owned(), projection.identity(identity));
        }
        let session = about.session.filter(|_| matches!(kind, FlowKind::Login | FlowKind::Settings));
        if let Some(session) = session {
            let shown = projection.session(session, about.identity, visit.now);
            context.insert("session".to_owned(), shown);
        }
        context
    }
}

async fn call_unheard(hook: Arc<WebHook>, context: Map<String, Value>, seed: Seed) {
    match hook.call(context, &seed).await {
        Ok(verdict) => tracing::debug!(hook.id = %hook.id, "a web hook was told: {verdict:?}"),
        Err(fault) => tracing::warn!(hook.id = %hook.id, "{fault}"),
    }
}

fn seed(visit: &Visit, n: usize) -> Seed {
    visit.seed.child(&format!("web hook {n}"))
}

/// COMPAT: an account that is not stored yet has neither ids nor times (golden
/// `hooks.after_registration.blocking`).
fn hide_identity(context: &mut Map<String, Value>) {
    let Some(identity) = context.get_mut("identity").and_then(Value::as_object_mut) else { return };
    identity.insert("schema_url".to_owned(), json!(""));
    hide(identity);
    for addresses in ["verifiable_addresses", "recovery_addresses"] {
        let addresses = identity.get_mut(addresses).and_then(Value::as_array_mut);
        addresses.into_iter().flatten().filter_map(Value::as_object_mut).for_each(hide);
    }
}

fn hide(stored: &mut Map<String, Value>) {
    stored.insert("id".to_owned(), json!(uuid::Uuid::nil()));
    for time in ["created_at", "updated_at"] {
        stored.insert(time.to_owned(), json!("0001-01-01T00:00:00Z"));
    }
}

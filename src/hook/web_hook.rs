//! `web_hook`: calls somebody else, who may be told, may refuse, or may change the identity (03 §5.5).

use std::fmt;

use reqwest::Method;
use serde_json::{Map, Value};

use super::{Moment, Stage};
use crate::{
    flow::{Failure, FlowKind, Note},
    jsonnet::{JsonnetError, Snippet},
    kernel::{AttemptId, BoxError, Fault, MessageId, Seed},
    net::{HttpClient, HttpError, HttpPolicy, Inbound, RequestPlan},
    text::{ErrorCode, Message, MessageKind},
};

/// What becomes of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heed {
    /// Nobody waits for it.
    Ignored,
    /// A bad one fails the request; what was written stays.
    Awaited,
    /// It may refuse.
    MayRefuse,
    /// It may refuse, or change the identity.
    MayChange,
}

/// A web hook, ready to be called.
pub struct WebHook {
    /// What the operator calls it, for logs.
    pub id: String,
    /// Who calls.
    pub client: HttpClient,
    /// The request, without its body.
    pub plan: RequestPlan,
    /// What makes the body; without it there is none.
    pub body: Option<Snippet>,
    /// What becomes of the answer.
    pub heed: Heed,
    /// Whether calls carry the id of what caused them.
    pub numbered: bool,
}

/// What the other side said.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Nothing against it.
    Continue,
    /// The submission is refused with these messages.
    Veto(Vec<Note>),
    /// Nothing against it, if these parts of the identity are replaced.
    Change(Map<String, Value>),
    /// No answer that means anything.
    Failed(Failure),
}

impl fmt::Debug for WebHook {
    /// Nothing of the request: it holds credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebHook").field("id", &self.id).field("heed", &self.heed).finish_non_exhaustive()
    }
}

impl WebHook {
    /// The stage it belongs to. Only where something new is stored there are two of them (03 §5.3).
    pub const fn stage(&self, moment: Moment) -> Stage {
        match (moment, self.heed) {
            (
                Moment::After(FlowKind::Registration | FlowKind::Settings, _),
                Heed::MayRefuse | Heed::MayChange,
            ) => Stage::BeforeCommit,
            (Moment::Before(_) | Moment::After(..), _) => Stage::AfterDecision,
        }
    }

    /// Whether it is called before anything is written: who may refuse must be, and nobody is logged in before
    /// everybody was told (03 §5.3).
    pub const fn precedes_commit(&self, moment: Moment) -> bool {
        match (moment, self.heed) {
            (_, Heed::Ignored) => false,
            (_, Heed::MayRefuse | Heed::MayChange) | (Moment::After(FlowKind::Login, _), Heed::Awaited) => {
                true
            }
            (Moment::Before(_) | Moment::After(..), Heed::Awaited) => false,
        }
    }

    /// Calls, and says what the answer means. `context` is what the program that makes the body is given.
    ///
    /// # Errors
    /// The program that makes the body failed, or its request cannot be made.
    pub async fn call(&self, context: Map<String, Value>, seed: &Seed) -> Result<Verdict, Fault> {
        let broken = |error: BoxError| Fault::doing("make the body of a web hook", error);
        let body = match &self.body {
            None => None,
            Some(_) if self.plan.method() == Method::TRACE => None,
            Some(program) => match program.call(context).await {
                Ok(body) => Some(body),
                Err(JsonnetError::Raised { message, .. }) if message == "cancel" && self.plan.is_json() => {
                    return Ok(Verdict::Continue);
                }
                Err(error) => return Err(broken(error.into())),
            },
        };
        let mut request = match body {
            Some(body) => self.plan.with(&body).map_err(|error| broken(error.into()))?,
            None => self.plan.bare(),
        };
        let mut ids = seed.stream(&format!("web hook {}", self.id));
        if self.numbered {
            request.name("Ory-Webhook-Trigger-ID", MessageId::random(&mut ids).as_uuid());
        }
        let touch = |attempt: &mut crate::net::Outbound| {
            attempt.name("Ory-Webhook-Request-ID", AttemptId::random(&mut ids).as_uuid());
        };
        let answer = self.client.send_each(&request, &HttpPolicy::HOOK, touch).await;
        let verdict = match &answer {
            Ok(inbound) => self.understand(inbound),
            Err(HttpError::Timeout(_)) => Verdict::Failed(Failure::of(ErrorCode::GatewayTimeout)),
            Err(_) => Verdict::Failed(Failure::of(ErrorCode::BadGateway)),
        };
        if matches!(verdict, Verdict::Failed(_)) {
            let said = answer.map_or_else(|error| error.to_string(), |inbound| inbound.status.to_string());
            tracing::warn!(hook.id = %self.id, "a web hook failed: {said}");
        }
        Ok(verdict)
    }

    /// What an answer means (03 §5.5).
    fn understand(&self, answer: &Inbound) -> Verdict {
        let bad = Verdict::Failed(Failure::of(ErrorCode::BadGateway));
        let status = answer.status.as_u16();
        let heard = matches!(self.heed, Heed::MayRefuse | Heed::MayChange);
        match status {
            200 if self.heed == Heed::MayChange => changes(&answer.body).unwrap_or(bad),
            ..=399 => Verdict::Continue,
            // What is asked again until it is given up has no words for people.
            429 | 500 | 502.. => bad,
            _ if heard => refusal(&answer.body).map_or(bad, Verdict::Veto),
            _ => bad,
        }
    }
}

fn changes(body: &[u8]) -> Option<Verdict> {
    let said: Value = serde_json::from_slice(body).ok()?;
    match said.as_object()?.get("identity") {
        Some(Value::Object(identity)) => Some(Verdict::Change(identity.clone())),
        None | Some(Value::Null) => Some(Verdict::Continue),
        Some(_) => None,
    }
}

/// The messages of a refusal, each at the field that it points at; `None` when there is none.
fn refusal(body: &[u8]) -> Option<Vec<Note>> {
    let said: Value = serde_json::from_slice(body).ok()?;
    let mut notes = Vec::new();
    for group in said.get("messages")?.as_array()? {
        let at = group.get("instance_ptr").and_then(Value::as_str).unwrap_or_default();
        for message in group.get("messages")?.as_array()? {
            let message = message_of(message)?;
            notes.push(match field(at) {
                Some(field) => Note::field(field, message),
                None => Note::form(message),
            });
        }
    }
    (!notes.is_empty()).then_some(notes)
}

fn message_of(said: &Value) -> Option<Message> {
    let kind = match said.get("type").and_then(Value::as_str) {
        Some("error") => MessageKind::Error,
        Some(_) | None => MessageKind::Info,
    };
    Some(Message {
        id: u32::try_from(said.get("id").and_then(Value::as_u64).unwrap_or_default()).ok()?,
        text: said.get("text").and_then(Value::as_str).unwrap_or_default().to_owned(),
        kind,
        context: said.get("context").and_then(Value::as_object).filter(|all| !all.is_empty()).cloned(),
    })
}

/// The field at a JSON pointer, written as our forms name it.
fn field(pointer: &str) -> Option<String> {
    let path = pointer.trim_start_matches('#').trim_start_matches('/');
    let names = path.split('/').map(|name| name.replace("~1", "/").replace("~0", "~"));
    (!path.is_empty()).then(|| names.collect::<Vec<_>>().join("."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::flow::Place;

    #[test]
    fn refusals_say_what_and_where() {
        let said = json!({"messages": [
            {"instance_ptr": "#/traits/name/first", "messages": [
                {"id": 7, "text": "No", "type": "error", "context": {"a": 1}}, {"id": 8, "text": "Hm"}]},
            {"messages": [{"id": 9, "text": "Not today", "type": "error"}]},
        ]});
        let notes = refusal(said.to_string().as_bytes()).unwrap();
        let at = |n: usize| (notes[n].at.clone(), notes[n].message.id, notes[n].message.kind);
        let first = Place::Field("traits.name.first".to_owned());
        assert_eq!(at(0), (first.clone(), 7, MessageKind::Error));
        assert_eq!(at(1), (first, 8, MessageKind::Info));
        assert_eq!(at(2), (Place::Form, 9, MessageKind::Error));
        assert_eq!(notes[0].message.context, json!({"a": 1}).as_object().cloned());
        for nothing in ["", "no", "{}", r#"{"messages": []}"#, r#"{"messages": [{"messages": []}]}"#] {
            assert_eq!(refusal(nothing.as_bytes()), None, "{nothing}");
        }
    }

    #[test]
    fn changes_are_an_object_or_nothing() {
        let some = changes(br#"{"identity": {"state": "inactive"}}"#);
        assert!(matches!(some, Some(Verdict::Change(parts)) if parts["state"] == "inactive"));
        assert_eq!(changes(b"{}"), Some(Verdict::Continue));
        assert_eq!(changes(br#"{"identity": 1}"#), None);
        assert_eq!(changes(b"ok"), None);
    }
}

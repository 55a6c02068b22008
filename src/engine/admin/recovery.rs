//! Handing somebody the means to get back into their account (02 §3.10). No message is sent.

use crate::{
    crypto::{link_token, one_time_code},
    engine::{
        Answer, Engine, Visit,
        commit::{Commit, Postmark},
    },
    flow::{
        AnyFlow, AuditEvent, Client, CodeDraft, CodePurpose, Delivery, Effect, Failure, Flow, Origin,
        Recipient, RecoveryState, RecoveryWay,
    },
    identity::MethodId,
    kernel::{CodeId, FlowId, IdentityId, Lifespan, Secret, Timestamp},
    store::{Identities as _, StoreError},
    text::ErrorCode,
};

/// What an administrator asks for.
#[derive(Debug, Clone)]
pub struct HandOut {
    /// A code or a link.
    pub by: HandedProof,
    /// For whom; `None` when the id that was given is none.
    pub identity: Option<IdentityId>,
    /// How long it works; `None` as long as those that are sent.
    pub lifespan: Option<Lifespan>,
    /// `return_to`, as received.
    pub return_to: Option<String>,
}

/// What is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandedProof {
    /// A code, to be typed into a flow of this kind of client.
    Code(Client),
    /// A link, to be followed in a browser.
    Link,
}

/// What an administrator hands over.
#[derive(Debug)]
pub struct HandedOut {
    /// The flow that takes it.
    pub flow: FlowId,
    /// The code, or the token of the link.
    pub secret: Secret<String>,
    /// When flow and secret stop working.
    pub expires_at: Timestamp,
}

impl Engine {
    /// Makes a code or link for somebody, and the flow that takes it. Works where people cannot ask for
    /// recovery themselves.
    ///
    /// # Errors
    /// A fault of the system. Failures: 400, 404.
    pub async fn hand_out_recovery(&self, visit: &Visit, ask: HandOut) -> Answer<HandedOut> {
        let policy = &visit.runtime.policy;
        let (enabled, usual) = match ask.by {
            HandedProof::Code(_) => (policy.code_enabled, policy.code.lifespan),
            HandedProof::Link => (policy.link_enabled, policy.link.lifespan),
        };
        if !enabled {
            return Ok(Err(Failure::of(ErrorCode::EndpointDisabled)));
        }
        if let Err(failure) = policy.returns.check_wish(ask.return_to.as_deref()) {
            return Ok(Err(failure));
        }
        let found = match ask.identity {
            Some(id) => self.store().read(move |reader| reader.identity(id)).await?,
            None => None,
        };
        let Some(identity) = found else { return Ok(Err(unknown(ask.by))) };
        let flow = self.handed_flow(visit, ask.by, ask.lifespan.unwrap_or(usual));
        let code = handed_secret(visit, ask.by, &flow, identity.id);
        let (id, secret, expires_at) = (flow.head.id, code.secret.clone(), flow.head.expires_at);
        let audit = AuditEvent::new("recovery.handed_out").of(identity.id).within(id);
        let effects = vec![
            Effect::OpenFlow(Box::new(AnyFlow::Recovery(flow))),
            Effect::MintCode(code),
            Effect::Audit(audit),
        ];
        match self.commit(Commit { flow: None, subject: None, effects }, Postmark::of(visit)).await {
            Ok(()) => Ok(Ok(HandedOut { flow: id, secret, expires_at })),
            // Deleted meanwhile.
            Err(StoreError::Conflict(_)) => Ok(Err(unknown(ask.by))),
            Err(error) => Err(error.into()),
        }
    }

    /// A flow that belongs to no browser yet. A code is typed without an anti-CSRF token; the flow of a link
    /// can be read by nobody, only its link can be followed.
    fn handed_flow(&self, visit: &Visit, by: HandedProof, lifespan: Lifespan) -> Flow<RecoveryState> {
        let origin = Origin { request_url: visit.request_url.clone(), ..Origin::default() };
        let (client, method) = match by {
            HandedProof::Code(client) => (client, MethodId::Code),
            HandedProof::Link => (Client::Browser, MethodId::Link),
        };
        let mut head = self.head(visit, client, origin, lifespan);
        head.active = Some(method);
        head.csrf = None;
        let state = match by {
            HandedProof::Code(_) => {
                RecoveryState::AwaitingProof { delivery: Delivery::Handed, submissions: 0 }
            }
            HandedProof::Link => RecoveryState::AwaitingAddress { by: RecoveryWay::Link, submissions: 0 },
        };
        Flow { head, state }
    }
}

fn handed_secret(
    visit: &Visit,
    by: HandedProof,
    flow: &Flow<RecoveryState>,
    identity: IdentityId,
) -> CodeDraft {
    let mut stream = visit.seed.stream("handed secret");
    let (purpose, secret) = match by {
        HandedProof::Code(_) => (CodePurpose::RecoveryCode, one_time_code(&mut stream)),
        HandedProof::Link => (CodePurpose::RecoveryLink, link_token(&mut stream)),
    };
    CodeDraft {
        id: CodeId::random(&mut stream),
        flow: flow.head.id,
        purpose,
        secret,
        recipient: Recipient::Account(identity),
        issued_at: visit.now,
        expires_at: flow.head.expires_at,
    }
}

/// COMPAT: the two calls answer differently (02 §3.10).
fn unknown(by: HandedProof) -> Failure {
    let code = match by {
        HandedProof::Code(_) => ErrorCode::NotLocated,
        HandedProof::Link => ErrorCode::BadRequest,
    };
    Failure::because(code, "There is no identity with this id.")
}

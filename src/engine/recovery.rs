//! Opening and submitting a recovery.

use super::{
    Answer, Arrival, Engine, Opened, Outcome, Visit,
    submit::{Body, Loaded, RETRIES, Submitted, payload},
};
use crate::{
    crypto::TokenHash,
    flow::{
        AnyFlow, Client, Failure, Flow, Head, Note, Origin, RecoveryCheck, RecoveryEvent, RecoveryState,
        RecoveryWay,
    },
    identity::MethodId,
    kernel::FlowId,
    text::{self, ErrorCode},
};

/// A recovery.
pub(super) type RecoveryFlow = Flow<RecoveryState>;

impl Engine {
    /// Opens a recovery (02 §3.2).
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn open_recovery(
        &self,
        visit: &Visit,
        client: Client,
        return_to: Option<&str>,
    ) -> Answer<Opened> {
        let policy = &visit.runtime.policy;
        if self.session(visit).await?.is_some() {
            return Ok(Ok(Opened::AlreadyLoggedIn));
        }
        if let Err(failure) = check_enabled(visit) {
            return Ok(Err(failure));
        }
        if let Err(failure) = policy.returns.check_wish(return_to) {
            return Ok(Err(failure));
        }
        let origin = Origin { request_url: visit.request_url.clone(), ..Origin::default() };
        let head = self.recovery_head(visit, client, origin);
        self.insert(visit, first_screen(visit, head)).await
    }

    /// Submits a recovery (02 §3.5). `body` has the query laid over it.
    ///
    /// # Errors
    /// A fault of the system. What the client can mend is a [`Failure`] or a form with messages.
    pub async fn submit_recovery(
        &self,
        visit: &Visit,
        id: FlowId,
        body: Body<'_>,
        arrival: Arrival,
    ) -> Answer<Outcome> {
        for _ in 0..=RETRIES {
            let Some(Loaded { flow: AnyFlow::Recovery(flow), session }) = self.load(visit, id).await? else {
                return Ok(Err(Failure::of(ErrorCode::FlowNotFound)));
            };
            let session = session.map(|(session, _)| session);
            let event = match self.collect_recovery(visit, &flow, session.as_ref(), &body, arrival).await? {
                Ok(event) => event,
                Err(failure) => return Ok(Err(failure)),
            };
            let submitted = Submitted {
                rebind: rebind(visit, flow.head.client, &event),
                method: Some(method_of(flow.state.way())),
                flow,
                session,
                owner: None,
                event,
                draft: None,
                transient_payload: payload(&body),
            };
            if let Some(answer) = self.settle(visit, submitted).await?.answer() {
                return Ok(answer);
            }
        }
        self.give_up(visit, id).await
    }

    /// The recovery that takes the place of an expired one. It is bound to the token that the browser has:
    /// nothing rotates it here.
    ///
    /// COMPAT: an app that recovers by link goes on in a browser, where the link leads (02 §3.9).
    pub(super) fn replacement_recovery(&self, visit: &Visit, old: &RecoveryFlow) -> AnyFlow {
        let turns = old.head.client == Client::Native && old.state.way() == RecoveryWay::Link;
        let client = if turns { Client::Browser } else { old.head.client };
        let mut head = self.recovery_head(visit, client, old.head.origin.clone());
        if turns {
            head.csrf = Some(visit.next_csrf_hash());
        }
        head.notes = vec![Note::form(text::recovery::flow_expired(old.head.expires_at))];
        first_screen(visit, head)
    }

    /// The recovery that takes the place of one that is used up.
    pub(super) fn spare_recovery(&self, visit: &Visit, old: &RecoveryFlow, client: Client) -> Box<AnyFlow> {
        let mut head = self.recovery_head(visit, client, visit.origin_in_place_of(&old.head));
        head.csrf = visit.next_binding(client);
        Box::new(first_screen(visit, head))
    }

    fn recovery_head(&self, visit: &Visit, client: Client, origin: Origin) -> Head {
        let policy = &visit.runtime.policy.recovery;
        let mut head = self.head(visit, client, origin, policy.lifespan);
        head.active = Some(method_of(policy.way));
        head
    }
}

fn first_screen(visit: &Visit, head: Head) -> AnyFlow {
    let by = visit.runtime.policy.recovery.way;
    AnyFlow::Recovery(Flow { head, state: RecoveryState::AwaitingAddress { by, submissions: 0 } })
}

const fn method_of(way: RecoveryWay) -> MethodId {
    match way {
        RecoveryWay::Code | RecoveryWay::Chosen => MethodId::Code,
        RecoveryWay::Link => MethodId::Link,
    }
}

/// Success changes who the browser is, and so its anti-CSRF token; the flow goes along. A link is followed in
/// a browser, whoever asked for it.
fn rebind(visit: &Visit, client: Client, event: &RecoveryEvent) -> Option<TokenHash> {
    match (client, event) {
        (Client::Browser, RecoveryEvent::CodeSubmitted { check: RecoveryCheck::Match { .. }, .. })
        | (_, RecoveryEvent::LinkFollowed { check: RecoveryCheck::Match { .. }, .. }) => {
            Some(visit.next_csrf_hash())
        }
        _ => None,
    }
}

fn check_enabled(visit: &Visit) -> Result<(), Failure> {
    let policy = &visit.runtime.policy.recovery;
    if !policy.enabled {
        return Err(Failure::because(ErrorCode::BadRequest, "Recovery is switched off by configuration."));
    }
    if !policy.method_enabled {
        return Err(Failure::because(
            ErrorCode::BadRequest,
            "The method that recovery uses is switched off by configuration.",
        ));
    }
    Ok(())
}

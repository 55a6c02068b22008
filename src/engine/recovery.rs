//! Opening and submitting a recovery.

use super::{
    Answer, Arrival, Engine, Forgery, Opened, Outcome, Visit,
    submit::{Body, Loaded, RETRIES, Submitted, payload},
};
use crate::{
    crypto::TokenHash,
    flow::{
        AnyFlow, Client, CodePurpose, Failure, Flow, Head, Note, Origin, ProofCheck, RecoveryEvent,
        RecoveryState, Submission,
    },
    identity::MethodId,
    kernel::{FlowId, Secret},
    method::{self, Role, address::Accepted},
    session::Session,
    store::AddressPurpose,
    text::{self, ErrorCode},
};

type RecoveryFlow = Flow<RecoveryState>;

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
        self.insert(visit, AnyFlow::Recovery(Flow { head, state: RecoveryState::AwaitingAddress })).await
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
                flow,
                session,
                event,
                draft: None,
                method: Some(MethodId::Code),
                transient_payload: payload(&body),
            };
            if let Some(answer) = self.settle(visit, submitted).await?.answer() {
                return Ok(answer);
            }
        }
        self.give_up(visit, id).await
    }

    /// The address has to look like one, then comes the anti-forgery check, for codes as well; then a code is
    /// compared or an address looked up, by one read.
    async fn collect_recovery(
        &self,
        visit: &Visit,
        flow: &RecoveryFlow,
        session: Option<&Session>,
        body: &Body<'_>,
        arrival: Arrival,
    ) -> Answer<RecoveryEvent> {
        if flow.head.is_expired_at(visit.now) {
            let replacement = Box::new(self.replacement_recovery(visit, flow));
            return Ok(Ok(RecoveryEvent::Expired { replacement }));
        }
        let body = match (body, arrival) {
            (Ok(body), Arrival::Posted) => *body,
            (Err(reason), _) => return Ok(Ok(unreadable(reason))),
            // Mail scanners follow links: nothing is used up by one.
            (Ok(_), Arrival::Followed) => return Ok(Ok(unreadable(text::reason::NOT_POSTED))),
        };
        let typed = body.text("email");
        let named = match typed.as_deref().map(|typed| method::address::parse(typed, Accepted::Mail)) {
            None => None,
            Some(Ok(named)) => Some(named),
            Some(Err(notes)) => return Ok(Ok(RecoveryEvent::Refused(notes))),
        };
        match visit.forgery(&flow.head, body) {
            Forgery::None => {}
            Forgery::Browser => return Ok(Err(Failure::of(ErrorCode::CsrfViolation))),
            Forgery::Native(reason) => return Ok(Ok(RecoveryEvent::Refused(vec![Note::form(reason)]))),
        }
        if named.is_none() && flow.state != RecoveryState::AwaitingAddress {
            return self.collect_code(visit, flow, body.secret("code")).await;
        }
        if session.is_some() {
            return Ok(Ok(RecoveryEvent::AlreadyLoggedIn));
        }
        match check_method(visit, body) {
            Ok(None) => {}
            Ok(Some(event)) => return Ok(Ok(event)),
            Err(failure) => return Ok(Err(failure)),
        }
        if let RecoveryState::Recovered { .. } = flow.state {
            let spare = Box::new(self.spare_recovery(visit, flow));
            return Ok(Ok(RecoveryEvent::SubmittedAgain { spare }));
        }
        let Some(named) = named else {
            let note = Note::field("email", text::validation::required("email"));
            return Ok(Ok(RecoveryEvent::Refused(vec![note])));
        };
        let owner = method::address::owner(&self.ports(visit), AddressPurpose::Recovery, &named).await?;
        Ok(Ok(RecoveryEvent::AddressNamed { address: named.typed, owner: owner.map(Box::new) }))
    }

    async fn collect_code(
        &self,
        visit: &Visit,
        flow: &RecoveryFlow,
        code: Option<Secret<String>>,
    ) -> Answer<RecoveryEvent> {
        if !visit.runtime.policy.code_enabled {
            return Ok(Err(Failure::of(ErrorCode::EndpointDisabled)));
        }
        let spare = Box::new(self.spare_recovery(visit, flow));
        if let RecoveryState::Recovered { .. } = flow.state {
            return Ok(Ok(RecoveryEvent::SubmittedAgain { spare }));
        }
        let check = match code {
            Some(code) => {
                let ports = self.ports(visit);
                method::code::check(&ports, CodePurpose::RecoveryCode, flow.head.id, &code).await?
            }
            None => ProofCheck::Mismatch,
        };
        Ok(Ok(RecoveryEvent::CodeSubmitted { check, spare }))
    }

    /// The recovery that takes the place of an expired one. It is bound to the token that the browser has:
    /// nothing rotates it here.
    fn replacement_recovery(&self, visit: &Visit, old: &RecoveryFlow) -> AnyFlow {
        let mut head = self.recovery_head(visit, old.head.client, old.head.origin.clone());
        head.notes = vec![Note::form(text::recovery::flow_expired(old.head.expires_at))];
        AnyFlow::Recovery(Flow { head, state: RecoveryState::AwaitingAddress })
    }

    /// The recovery that takes the place of one that is used up. Its URL is that of the submission, yet where
    /// to go in the end is not forgotten.
    fn spare_recovery(&self, visit: &Visit, old: &RecoveryFlow) -> AnyFlow {
        let return_to = old.head.origin.wish();
        let origin = Origin { request_url: visit.request_url.clone(), return_to, ..Origin::default() };
        let mut head = self.recovery_head(visit, old.head.client, origin);
        head.csrf = match old.head.client {
            Client::Browser => Some(visit.next_csrf_hash()),
            Client::Native => None,
        };
        AnyFlow::Recovery(Flow { head, state: RecoveryState::AwaitingAddress })
    }

    fn recovery_head(&self, visit: &Visit, client: Client, origin: Origin) -> Head {
        let mut head = self.head(visit, client, origin, visit.runtime.policy.recovery.lifespan);
        head.active = Some(MethodId::Code);
        head
    }
}

/// Success changes who the browser is, and so its anti-CSRF token; the flow goes along.
fn rebind(visit: &Visit, client: Client, event: &RecoveryEvent) -> Option<TokenHash> {
    match (client, event) {
        (Client::Browser, RecoveryEvent::CodeSubmitted { check: ProofCheck::Match { .. }, .. }) => {
            Some(visit.next_csrf_hash())
        }
        _ => None,
    }
}

fn unreadable(reason: &str) -> RecoveryEvent {
    RecoveryEvent::Refused(vec![Note::form(text::validation::generic(reason))])
}

/// `None` when the method is one that can be used here.
fn check_method(visit: &Visit, body: &Submission) -> Result<Option<RecoveryEvent>, Failure> {
    let policy = &visit.runtime.policy;
    let off = || Failure::of(ErrorCode::EndpointDisabled);
    match method::addressed(body, Role::Recovery) {
        Some(method) if method::is_enabled(method, policy) => Ok(None),
        Some(_) => Err(off()),
        None => match body.text("method").as_deref().and_then(MethodId::parse) {
            Some(MethodId::Link) if !policy.link_enabled => Err(off()),
            Some(_) | None => Ok(Some(RecoveryEvent::Unaddressed)),
        },
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

//! Submitting a login.

use super::{
    Answer, Engine, Forgery, Outcome, Visit,
    submit::{Body, Loaded, RETRIES, Submitted, payload},
};
use crate::{
    flow::{AnyFlow, Draft, Failure, Flow, LoginEvent, LoginState, Note, Submission},
    identity::{Aal, Identity, MethodId},
    kernel::FlowId,
    method::{self, Role},
    session::Session,
    text::{self, ErrorCode},
};

type LoginFlow = Flow<LoginState>;

impl Engine {
    /// Submits a login (01 §5.2).
    ///
    /// # Errors
    /// A fault of the system. What the client can mend is a [`Failure`] or a form with messages.
    pub async fn submit_login(&self, visit: &Visit, id: FlowId, body: Body<'_>) -> Answer<Outcome> {
        for _ in 0..=RETRIES {
            let Some(Loaded { flow: AnyFlow::Login(flow), session }) = self.load(visit, id).await? else {
                return Ok(Err(Failure::of(ErrorCode::NotLocated)));
            };
            let submitted = match self.collect_login(visit, flow, session, &body).await? {
                Ok(submitted) => submitted,
                Err(failure) => return Ok(Err(failure)),
            };
            if let Some(answer) = self.settle(visit, submitted).await?.answer() {
                return Ok(answer);
            }
        }
        self.give_up(visit, id).await
    }

    async fn collect_login(
        &self,
        visit: &Visit,
        flow: LoginFlow,
        session: Option<(Session, Identity)>,
        body: &Body<'_>,
    ) -> Answer<Submitted<LoginState>> {
        let wanted = flow.state.wanted();
        let brought = |event, draft, method| {
            let session = session.as_ref().map(|(session, _)| session.clone());
            let transient_payload = payload(body);
            let flow = flow.clone();
            Ok(Ok(Submitted { flow, session, event, draft, method, transient_payload, rebind: None }))
        };
        match &session {
            Some((own, _)) if !wanted.refresh && wanted.aal <= own.aal() => {
                return brought(LoginEvent::AlreadyLoggedIn, None, None);
            }
            None if wanted.aal > Aal::Aal1 => return Ok(Err(Failure::of(ErrorCode::SessionAal1Required))),
            Some(_) | None => {}
        }
        if flow.head.is_expired_at(visit.now) {
            let replacement = Box::new(self.replacement_login(visit, &flow));
            return brought(LoginEvent::Expired { replacement }, None, None);
        }
        let body = match body {
            Ok(body) => *body,
            Err(reason) => return brought(unreadable(reason), None, None),
        };
        match method::addressed(body, Role::FirstFactor) {
            Some(MethodId::Password) if wanted.aal <= Aal::Aal1 => {
                let draft = Draft {
                    // What was typed comes back, also when that was nothing; who confirms who they are
                    // is not asked for it.
                    identifier: if wanted.refresh {
                        flow.head.draft.identifier.clone()
                    } else {
                        Some(method::password::identifier(body).unwrap_or_default())
                    },
                    ..flow.head.draft.clone()
                };
                match self.check_password(visit, &flow, body).await? {
                    Ok(event) => brought(event, Some(draft), Some(MethodId::Password)),
                    Err(failure) => Ok(Err(failure)),
                }
            }
            Some(_) | None => brought(LoginEvent::Unaddressed, None, None),
        }
    }

    /// Field checks, then the anti-forgery check, then one read, then the hash (01 §1.4).
    async fn check_password(&self, visit: &Visit, flow: &LoginFlow, body: &Submission) -> Answer<LoginEvent> {
        let input = match method::password::parse_login(body) {
            Ok(input) => input,
            Err(notes) => return Ok(Ok(LoginEvent::Refused(notes))),
        };
        match visit.forgery(&flow.head, body) {
            Forgery::None => {}
            Forgery::Browser => return Ok(Err(Failure::of(ErrorCode::CsrfViolation))),
            Forgery::Native(reason) => {
                return Ok(Ok(LoginEvent::Refused(vec![Note::form(reason)])));
            }
        }
        let check = method::password::check(&self.ports(visit), input).await?;
        Ok(Ok(LoginEvent::PasswordChecked(check)))
    }
}

fn unreadable(reason: &str) -> LoginEvent {
    LoginEvent::Refused(vec![Note::form(text::validation::generic(reason))])
}

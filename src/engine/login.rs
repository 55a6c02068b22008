//! Submitting a login.

use super::{
    Answer, Engine, Forgery, Outcome, Visit, login_key, oidc_token,
    submit::{Body, Loaded, RETRIES, Submitted, payload},
};
use crate::{
    flow::{AnyFlow, Draft, Failure, Flow, FlowKind, LoginEvent, LoginState, Note, Submission},
    identity::{Aal, Identity, MethodId},
    kernel::FlowId,
    method::{self, Role},
    session::Session,
    text::{self, ErrorCode},
};

pub(super) type LoginFlow = Flow<LoginState>;

/// A try to show a factor.
#[derive(Clone, Copy)]
pub(super) struct Attempt<'a> {
    pub visit: &'a Visit,
    pub flow: &'a LoginFlow,
    pub body: &'a Submission,
    /// Who is logged in already.
    pub session: Option<&'a (Session, Identity)>,
}

impl Engine {
    /// Submits a login (01 §5.2).
    ///
    /// # Errors
    /// A fault of the system. What the client can mend is a [`Failure`] or a form with messages.
    pub async fn submit_login(&self, visit: &Visit, id: FlowId, body: Body<'_>) -> Answer<Outcome> {
        if let Some(shown) = oidc_token::token(&body) {
            return self.submit_token(visit, id, shown).await;
        }
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
            Ok(Ok(Submitted {
                flow,
                session,
                owner: None,
                event,
                draft,
                method,
                transient_payload,
                rebind: None,
            }))
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
        let Some(method) = addressed(visit, &flow, body) else {
            return brought(LoginEvent::Unaddressed, None, None);
        };
        let attempt = Attempt { visit, flow: &flow, body, session: session.as_ref() };
        match self.collect_factor(&attempt, method).await? {
            Ok((event, draft)) => brought(event, Some(draft), Some(method)),
            Err(failure) => Ok(Err(failure)),
        }
    }

    async fn collect_factor(&self, attempt: &Attempt<'_>, method: MethodId) -> Answer<(LoginEvent, Draft)> {
        let Attempt { visit, flow, body, session } = *attempt;
        let own = session.filter(|_| flow.state.wanted().aal > Aal::Aal1).map(|(_, identity)| identity);
        // SECURITY: a flow may have been opened before the method was switched off, and a form can be made up;
        // guarded by `what_is_switched_off_lets_nobody_in`.
        if !method::is_enabled(method, &visit.runtime.policy) {
            return Ok(Err(Failure::of(ErrorCode::EndpointDisabled)));
        }
        match (method, own) {
            (MethodId::Password, _) => {
                let event = self.check_password(visit, flow, body).await?;
                Ok(event.map(|event| (event, drafted(flow, method::password::identifier(body)))))
            }
            (MethodId::Code, _) => self.collect_login_code(attempt, own).await,
            (MethodId::Totp, Some(own)) => self.check_totp(attempt, own).await,
            (MethodId::Lookup, Some(own)) => self.check_backup_code(attempt, own).await,
            (MethodId::Oidc, _) => {
                let owner = session.map(|(_, identity)| identity).filter(|_| flow.state.wanted().refresh);
                let left = self.leave(visit, &flow.head, FlowKind::Login, body, owner).await?;
                Ok(left.map(|departure| (LoginEvent::Left(Box::new(departure)), flow.head.draft.clone())))
            }
            (MethodId::Passkey, _) => self.check_passkey(attempt).await,
            (MethodId::Webauthn, _) => self.check_security_key(attempt).await,
            (MethodId::IdentifierFirst, _) => self.collect_identifier(visit, flow, body).await,
            (_, _) => Ok(Ok((LoginEvent::Unaddressed, flow.head.draft.clone()))),
        }
    }

    async fn collect_identifier(
        &self,
        visit: &Visit,
        flow: &LoginFlow,
        body: &Submission,
    ) -> Answer<(LoginEvent, Draft)> {
        let typed = method::identifier_first::parse(body);
        let draft = drafted(flow, Some(typed.as_ref().map_or_else(|_| String::new(), Clone::clone)));
        let done = |event| Ok(Ok((event, draft)));
        match visit.forgery(&flow.head, body) {
            Forgery::None => {}
            Forgery::Browser => return Ok(Err(Failure::of(ErrorCode::CsrfViolation))),
            Forgery::Native(reason) => return done(LoginEvent::Refused(vec![Note::form(reason)])),
        }
        let identifier = match typed {
            Ok(identifier) => identifier,
            Err(notes) => return done(LoginEvent::Refused(notes)),
        };
        let account = method::identifier_first::find(&self.ports(visit), &identifier).await?;
        done(LoginEvent::IdentifierNamed { account: account.map(Box::new) })
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
        let shown = || {
            let flow = AnyFlow::Login(flow.clone());
            self.hook_context(visit, &flow, None, Some(&payload(&Ok(body))))
        };
        let check = method::password::check(&self.ports(visit), input, shown).await?;
        Ok(check.map(LoginEvent::FactorChecked))
    }
}

/// The method that takes a submission. Where the identifier comes first, that is what everything else is
/// taken for (01 §5.2).
fn addressed(visit: &Visit, flow: &LoginFlow, body: &Submission) -> Option<MethodId> {
    let (policy, wanted) = (&visit.runtime.policy, flow.state.wanted());
    let passed = matches!(flow.state, LoginState::CodePassed { .. });
    // Who is in can only have another code sent.
    let takes_code = !passed || body.text("resend").is_some();
    let by_address = body.text("method").is_none() && body.text("address").is_some();
    let by_address = (by_address && wanted.chooses_address(policy)).then_some(MethodId::Code);
    let key = login_key::addressed(body, flow, policy.webauthn.passwordless);
    if wanted.aal > Aal::Aal1 {
        let named = method::addressed(body, Role::SecondFactor).or(by_address);
        let codes = policy.code.second_factor && takes_code;
        let named = named.filter(|method| *method != MethodId::Webauthn).or(key);
        return named.filter(|method| *method != MethodId::Code || codes);
    }
    match oidc_token::is_addressed(body).or(method::addressed(body, Role::FirstFactor)).or(by_address) {
        Some(MethodId::Oidc) => Some(MethodId::Oidc),
        Some(MethodId::Password) => Some(MethodId::Password),
        Some(MethodId::Code) if policy.code.passwordless && takes_code => Some(MethodId::Code),
        Some(_) | None => {
            let first = method::is_enabled(MethodId::IdentifierFirst, policy) && !wanted.refresh;
            key.or(first.then_some(MethodId::IdentifierFirst))
        }
    }
}

/// What was typed comes back, also when that was nothing, unless an earlier screen has asked for it.
pub(super) fn drafted(flow: &LoginFlow, typed: Option<String>) -> Draft {
    let old = flow.state.active().and(flow.head.draft.identifier.clone());
    let identifier = typed.filter(|typed| !typed.is_empty()).or(old).unwrap_or_default();
    Draft { identifier: Some(identifier), ..flow.head.draft.clone() }
}

fn unreadable(reason: &str) -> LoginEvent {
    LoginEvent::Refused(vec![Note::form(text::validation::generic(reason))])
}

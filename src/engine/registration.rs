//! Submitting a registration.

use super::{
    Answer, Engine, Forgery, Outcome, Visit, oidc_token, registration_key,
    submit::{Body, Loaded, RETRIES, Settled, Submitted, payload},
};
use crate::{
    flow::{
        AnyFlow, Draft, Failure, Flow, FlowKind, NewAccount, Note, RegistrationEvent, RegistrationState,
        RegistrationStyle, Submission,
    },
    identity::MethodId,
    kernel::FlowId,
    method::{self, Role, profile::Step},
    schema::Schema,
    text::{self, ErrorCode},
};

pub(super) type RegistrationFlow = Flow<RegistrationState>;

/// What was collected: the event, and what the form shall show again.
pub(super) struct Collected {
    pub event: RegistrationEvent,
    pub draft: Option<Draft>,
    pub method: Option<MethodId>,
}

impl Collected {
    /// The names that the new account would go by.
    fn names(&self) -> Vec<String> {
        let (RegistrationEvent::AccountCompleted(account) | RegistrationEvent::CodeSubmitted { account, .. }) =
            &self.event
        else {
            return Vec::new();
        };
        account.credentials.iter().flat_map(|credential| credential.identifiers.clone()).collect()
    }
}

impl Engine {
    /// Submits a registration (01 §5.3).
    ///
    /// # Errors
    /// A fault of the system. What the client can mend is a [`Failure`] or a form with messages.
    pub async fn submit_registration(&self, visit: &Visit, id: FlowId, body: Body<'_>) -> Answer<Outcome> {
        if let Some(shown) = oidc_token::token(&body) {
            return self.submit_token(visit, id, shown).await;
        }
        for _ in 0..=RETRIES {
            let Some(Loaded { flow: AnyFlow::Registration(flow), session }) = self.load(visit, id).await?
            else {
                return Ok(Err(Failure::of(ErrorCode::NotLocated)));
            };
            let collected = if session.is_some() {
                Collected { event: RegistrationEvent::AlreadyLoggedIn, draft: None, method: None }
            } else {
                match self.collect_registration(visit, &flow, &body).await? {
                    Ok(collected) => collected,
                    Err(failure) => return Ok(Err(failure)),
                }
            };
            let (draft, names) = (collected.draft.clone(), collected.names());
            let proven = matches!(collected.event, RegistrationEvent::CodeSubmitted { .. });
            match self.settle(visit, submitted(flow.clone(), collected, &body)).await? {
                Settled::Answered(outcome) => return Ok(Ok(*outcome)),
                Settled::Failed(failure) => return Ok(Err(failure)),
                Settled::Stale => continue,
                Settled::Taken => {}
            }
            let hints = self.hints(visit, names).await?;
            let event = match proven {
                true => RegistrationEvent::ProvenIdentifierTaken { hints },
                false => RegistrationEvent::IdentifierTaken { hints },
            };
            let taken = Collected { event, draft, method: None };
            if let Settled::Answered(outcome) = self.settle(visit, submitted(flow, taken, &body)).await? {
                return Ok(Ok(*outcome));
            }
        }
        self.give_up(visit, id).await
    }

    async fn collect_registration(
        &self,
        visit: &Visit,
        flow: &RegistrationFlow,
        body: &Body<'_>,
    ) -> Answer<Collected> {
        if flow.head.is_expired_at(visit.now) {
            let replacement = Box::new(self.replacement_registration(visit, flow));
            let event = RegistrationEvent::Expired { replacement };
            return Ok(Ok(Collected { event, draft: None, method: None }));
        }
        let body = match body {
            Ok(body) => *body,
            Err(reason) => {
                let event = RegistrationEvent::Refused(vec![Note::form(text::validation::generic(reason))]);
                return Ok(Ok(Collected { event, draft: None, method: None }));
            }
        };
        let schema = visit.runtime.schemas.of_flow(&flow.head.origin);
        let two_step = flow.state.style() == RegistrationStyle::ProfileFirst;
        match method::profile::step(body).filter(|_| two_step) {
            Some(Err(notes)) => {
                let event = RegistrationEvent::Refused(notes);
                return Ok(Ok(Collected { event, draft: None, method: None }));
            }
            Some(Ok(step)) => return Ok(self.collect_profile(visit, flow, schema, body, step)),
            None => {}
        }
        match oidc_token::is_addressed(body).or(method::addressed(body, Role::SignUp)) {
            Some(MethodId::Oidc) => {
                let left = self.leave(visit, &flow.head, FlowKind::Registration, body, None).await?;
                Ok(left.map(|departure| {
                    let event = RegistrationEvent::Left(Box::new(departure));
                    Collected { event, draft: None, method: Some(MethodId::Oidc) }
                }))
            }
            Some(MethodId::Password) if !visit.runtime.policy.password_enabled => {
                Ok(Err(Failure::of(ErrorCode::EndpointDisabled)))
            }
            Some(MethodId::Password) => self.collect_password(visit, flow, schema, body).await,
            Some(MethodId::Code) if !visit.runtime.policy.code_enabled => {
                Ok(Err(Failure::of(ErrorCode::EndpointDisabled)))
            }
            Some(MethodId::Code) if takes_code(visit, flow, body) => {
                self.collect_signup_code(visit, flow, schema, body).await
            }
            Some(_) | None => match registration_key::addressed(visit, flow, body) {
                Ok(Some(method)) => Ok(self.collect_key(visit, flow, schema, body, method)),
                Ok(None) => {
                    let event = RegistrationEvent::Unaddressed;
                    Ok(Ok(Collected { event, draft: None, method: None }))
                }
                Err(failure) => Ok(Err(failure)),
            },
        }
    }

    fn collect_profile(
        &self,
        visit: &Visit,
        flow: &RegistrationFlow,
        schema: &Schema,
        body: &Submission,
        step: Step,
    ) -> Result<Collected, Failure> {
        let traits = method::profile::traits(schema, body);
        let draft = Some(flow.head.draft.with_traits(&traits));
        let done = |event| Ok(Collected { event, draft: draft.clone(), method: None });
        // A step starts from what was sent with it alone.
        let stepped = |event| {
            let draft = Some(Draft { traits: traits.clone(), ..flow.head.draft.clone() });
            Ok(Collected { event, draft, method: None })
        };
        if let Err(notes) = method::profile::check_payload(body) {
            return done(RegistrationEvent::Refused(notes));
        }
        match step {
            Step::Back => stepped(RegistrationEvent::WentBack),
            Step::Forward => {
                // The order of the reference: fields, then forgery, then the extension's rules; one pass
                // over the schema finds both kinds of field problems.
                let checked = method::profile::check(schema, &traits);
                match visit.forgery(&flow.head, body) {
                    Forgery::None => {}
                    Forgery::Browser if checked.is_ok() => return Err(Failure::of(ErrorCode::CsrfViolation)),
                    Forgery::Native(reason) if checked.is_ok() => {
                        return done(RegistrationEvent::Refused(vec![Note::form(reason)]));
                    }
                    Forgery::Browser | Forgery::Native(_) => {}
                }
                match checked {
                    Ok(_) => stepped(RegistrationEvent::ProfileFilled),
                    Err(notes) => done(RegistrationEvent::Refused(notes)),
                }
            }
        }
    }

    /// Traits, then the anti-forgery check, then the password policy, then the hash (01 §11.2).
    async fn collect_password(
        &self,
        visit: &Visit,
        flow: &RegistrationFlow,
        schema: &Schema,
        body: &Submission,
    ) -> Answer<Collected> {
        let traits = method::profile::traits(schema, body);
        let draft = Some(flow.head.draft.with_traits(&traits));
        let done =
            |event| Ok(Ok(Collected { event, draft: draft.clone(), method: Some(MethodId::Password) }));
        let password = method::password::parse_new(body);
        let (checked, password) = match method::profile::check_form(schema, &traits, body, password) {
            Ok(found) => found,
            Err(notes) => return done(RegistrationEvent::Refused(notes)),
        };
        match visit.forgery(&flow.head, body) {
            Forgery::None => {}
            Forgery::Browser => return Ok(Err(Failure::of(ErrorCode::CsrfViolation))),
            Forgery::Native(reason) => return done(RegistrationEvent::Refused(vec![Note::form(reason)])),
        }
        if checked.password_identifiers.is_empty() {
            let note = Note::form(text::validation::identifier_missing());
            return done(RegistrationEvent::Refused(vec![note]));
        }
        let ports = self.ports(visit);
        if let Err(notes) = method::password::check_policy(&ports, &password, &checked).await? {
            return done(RegistrationEvent::Refused(notes));
        }
        let hash = method::password::hash(&ports, &password).await?;
        let account: NewAccount = method::account(&ports, &checked, Some(hash));
        done(RegistrationEvent::AccountCompleted(Box::new(account)))
    }
}

/// Whether codes are for signing up here; whoever has an account by now can only have another one sent.
fn takes_code(visit: &Visit, flow: &RegistrationFlow, body: &Submission) -> bool {
    let passed = matches!(flow.state, RegistrationState::CodePassed { .. });
    visit.runtime.policy.code.passwordless && (!passed || body.text("resend").is_some())
}

fn submitted(flow: RegistrationFlow, collected: Collected, body: &Body<'_>) -> Submitted<RegistrationState> {
    let Collected { event, draft, method } = collected;
    let transient_payload = payload(body);
    Submitted { flow, session: None, owner: None, event, draft, method, transient_payload, rebind: None }
}

//! Submitting a registration with a security key or a passkey (01 §11.4, §11.5).

use super::{
    Engine, Forgery, Visit,
    registration::{Collected, RegistrationFlow},
};
use crate::{
    flow::{AnyFlow, Client, Failure, Note, RegistrationEvent, Submission},
    identity::MethodId,
    method::{self, key},
    schema::Schema,
    text::ErrorCode,
};

/// The method by whose key somebody signs up, if the operator lets them.
///
/// # Errors
/// It is switched off.
pub(super) fn addressed(
    visit: &Visit,
    flow: &RegistrationFlow,
    body: &Submission,
) -> Result<Option<MethodId>, Failure> {
    let policy = &visit.runtime.policy;
    match key::signup::addressed(body, flow.head.client == Client::Browser) {
        Some(method) if !method::is_enabled(method, policy) => Err(Failure::of(ErrorCode::EndpointDisabled)),
        Some(MethodId::Webauthn) if !policy.webauthn.passwordless => Ok(None),
        found => Ok(found),
    }
}

impl Engine {
    /// Traits and answer, then the anti-forgery check, then whether the key fits.
    pub(super) fn collect_key(
        &self,
        visit: &Visit,
        flow: &RegistrationFlow,
        schema: &Schema,
        body: &Submission,
        method: MethodId,
    ) -> Result<Collected, Failure> {
        let traits = method::profile::traits(schema, body);
        let draft = Some(flow.head.draft.with_traits(&traits));
        let done = |event| Ok(Collected { event, draft: draft.clone(), method: Some(method) });
        let by_passkey = method == MethodId::Passkey;
        let field = if by_passkey { "passkey_register" } else { "webauthn_register" };
        let sent = key::signup::key_name(body)
            .and_then(|name| key::login::answer(body, field).map(|answer| (answer, name)));
        let (checked, (answer, name)) = match method::profile::check_form(schema, &traits, body, sent) {
            Ok(found) => found,
            Err(notes) => return done(RegistrationEvent::Refused(notes)),
        };
        match visit.forgery(&flow.head, body) {
            Forgery::None => {}
            Forgery::Browser => return Err(Failure::of(ErrorCode::CsrfViolation)),
            Forgery::Native(reason) => return done(RegistrationEvent::Refused(vec![Note::form(reason)])),
        }
        let ports = self.ports(visit);
        let asking = key::Asking::of(&ports.keys, &AnyFlow::Registration(flow.clone()));
        let account = match by_passkey {
            true => key::signup::account_by_passkey(&ports, &asking, &checked, &answer),
            false => key::signup::account_by_key(&ports, &asking, &checked, &answer, name),
        };
        match account {
            Ok(account) => done(RegistrationEvent::AccountCompleted(Box::new(account))),
            Err(notes) => done(RegistrationEvent::Refused(notes)),
        }
    }
}

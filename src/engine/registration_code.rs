//! Submitting a registration by code (01 §11.3).

use super::{
    Answer, Engine, Forgery, Visit,
    registration::{Collected, RegistrationFlow},
};
use crate::{
    flow::{Failure, Note, RegistrationEvent, RegistrationState, Submission},
    identity::{CheckedTraits, MethodId},
    kernel::Fault,
    method,
    schema::Schema,
    text::{self, ErrorCode},
};

impl Engine {
    /// Traits, then the anti-forgery check, then whether there is an address, or whether the code is right by
    /// one read.
    pub(super) async fn collect_signup_code(
        &self,
        visit: &Visit,
        flow: &RegistrationFlow,
        schema: &Schema,
        body: &Submission,
    ) -> Answer<Collected> {
        let typed = method::profile::traits(schema, body);
        let draft = Some(flow.head.draft.with_traits(&typed));
        let done = |event| Ok(Ok(Collected { event, draft: draft.clone(), method: Some(MethodId::Code) }));
        let resend = method::code::parse_resend(body);
        let (checked, resend) = match method::profile::check_form(schema, &typed, body, resend) {
            Ok(found) => found,
            Err(notes) => return done(RegistrationEvent::Refused(notes)),
        };
        match visit.forgery(&flow.head, body) {
            Forgery::None => {}
            Forgery::Browser => return Ok(Err(Failure::of(ErrorCode::CsrfViolation))),
            Forgery::Native(reason) => return done(RegistrationEvent::Refused(vec![Note::form(reason)])),
        }
        if let (RegistrationState::AwaitingCode { .. }, false) = (&flow.state, resend) {
            // COMPAT: held against what the form shows, which is what was typed last (01 §11.3).
            let agrees = method::profile::agrees(&typed, &flow.head.draft.traits);
            return done(self.check_signup_code(visit, flow, body, &checked, agrees).await?);
        }
        let addresses = method::code_addresses(&checked);
        if addresses.is_empty() {
            let note = Note::form(text::validation::identifier_missing());
            return done(RegistrationEvent::Refused(vec![note]));
        }
        done(RegistrationEvent::CodeAsked { addresses, traits: checked.traits })
    }

    async fn check_signup_code(
        &self,
        visit: &Visit,
        flow: &RegistrationFlow,
        body: &Submission,
        checked: &CheckedTraits,
        agrees: bool,
    ) -> Result<RegistrationEvent, Fault> {
        let Some(code) = body.secret("code") else {
            let note = Note::field("code", text::validation::required("code"));
            return Ok(RegistrationEvent::Refused(vec![note]));
        };
        if !agrees {
            return Ok(RegistrationEvent::Refused(vec![Note::form(text::validation::traits_changed())]));
        }
        let ports = self.ports(visit);
        let check = method::code::check_signup(&ports, flow.head.id, &code).await?;
        let account = Box::new(method::account(&ports, checked, None));
        Ok(RegistrationEvent::CodeSubmitted { check, account })
    }
}

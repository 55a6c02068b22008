//! Submitting a login by code (01 §10.3).

use super::{
    Answer, Engine, Forgery, Visit,
    login::{LoginFlow, drafted},
};
use crate::{
    flow::{Draft, Failure, LoginEvent, LoginState, Note, Submission},
    kernel::Fault,
    method::{self, code::Typed},
    text::{self, ErrorCode},
};

impl Engine {
    /// The anti-forgery check, then one read: who the code goes to, or whether it is right.
    pub(super) async fn collect_login_code(
        &self,
        visit: &Visit,
        flow: &LoginFlow,
        body: &Submission,
    ) -> Answer<(LoginEvent, Draft)> {
        let typed = match method::code::parse_login(body) {
            Ok(typed) => typed,
            Err(notes) => return Ok(Ok((LoginEvent::Refused(notes), flow.head.draft.clone()))),
        };
        let draft = drafted(flow, Some(typed.identifier.clone()));
        let event = match visit.forgery(&flow.head, body) {
            Forgery::None => self.collect_typed(visit, flow, typed).await?,
            Forgery::Browser => return Ok(Err(Failure::of(ErrorCode::CsrfViolation))),
            Forgery::Native(reason) => LoginEvent::Refused(vec![Note::form(reason)]),
        };
        Ok(Ok((event, draft)))
    }

    async fn collect_typed(
        &self,
        visit: &Visit,
        flow: &LoginFlow,
        typed: Typed,
    ) -> Result<LoginEvent, Fault> {
        let ports = self.ports(visit);
        if let (LoginState::AwaitingCode { .. }, false) = (&flow.state, typed.resend) {
            let Some(code) = typed.code else {
                return Ok(LoginEvent::Refused(vec![Note::field(
                    "code",
                    text::validation::required("code"),
                )]));
            };
            let check = method::code::check_login(&ports, flow.head.id, &typed.identifier, &code).await?;
            return Ok(LoginEvent::CodeSubmitted(check));
        }
        Ok(match method::code::ask_of(&typed) {
            Ok(identifier) => LoginEvent::CodeAsked(method::code::recipient(&ports, identifier).await?),
            Err(notes) => LoginEvent::Refused(notes),
        })
    }
}

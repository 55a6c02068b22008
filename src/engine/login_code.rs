//! Submitting a login by code (01 §10.3).

use super::{
    Answer, Engine, Forgery, Visit,
    login::{Attempt, LoginFlow, drafted},
};
use crate::{
    flow::{Draft, Failure, LoginEvent, LoginState, Note},
    identity::Identity,
    kernel::Fault,
    method::{self, code::Typed},
    text::{self, ErrorCode},
};

impl Engine {
    /// The anti-forgery check, then one read: who the code goes to, or whether it is right. `own` is who is
    /// logged in, when the code comes on top of another factor.
    pub(super) async fn collect_login_code(
        &self,
        attempt: &Attempt<'_>,
        own: Option<&Identity>,
    ) -> Answer<(LoginEvent, Draft)> {
        let Attempt { visit, flow, body, .. } = *attempt;
        let typed = match method::code::parse_login(body) {
            Ok(typed) => typed,
            Err(notes) => return Ok(Ok((LoginEvent::Refused(notes), flow.head.draft.clone()))),
        };
        let draft = drafted(flow, Some(typed.identifier.clone()));
        let event = match visit.forgery(&flow.head, body) {
            Forgery::None => self.collect_typed(visit, flow, typed, own).await?,
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
        own: Option<&Identity>,
    ) -> Result<LoginEvent, Fault> {
        let ports = self.ports(visit);
        if let (LoginState::AwaitingCode { .. }, false) = (&flow.state, typed.resend) {
            let Some(code) = typed.code else {
                return Ok(LoginEvent::Refused(vec![Note::field(
                    "code",
                    text::validation::required("code"),
                )]));
            };
            let check = match own {
                Some(own) => method::code::check_own(&ports, own.clone(), flow.head.id, &code).await?,
                None => method::code::check_login(&ports, flow.head.id, &typed.identifier, &code).await?,
            };
            return Ok(LoginEvent::CodeSubmitted(check));
        }
        Ok(match method::code::ask_of(&typed) {
            Ok(identifier) => LoginEvent::CodeAsked(match own {
                Some(own) => {
                    let account = self.account_of(own).await?;
                    method::code::own_recipient(&ports, account, identifier)
                }
                None => method::code::recipient(&ports, identifier).await?,
            }),
            Err(notes) => LoginEvent::Refused(notes),
        })
    }
}

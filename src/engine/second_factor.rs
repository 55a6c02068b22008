//! Submitting a second factor: what comes on top of another one (01 §10.4, §10.5).

use super::{
    Answer, Engine, Forgery,
    login::{Attempt, LoginFlow},
};
use crate::{
    flow::{Draft, FactorCheck, Failure, LoginEvent, Note},
    identity::{Identity, MethodId},
    kernel::{Fault, Secret},
    method::{self, Owned, Ports},
    store::Credentials as _,
    text::ErrorCode,
};

/// How a method compares what was typed with what an account has.
type Check = fn(&Ports, Owned, &Secret<String>) -> FactorCheck;

impl Engine {
    /// The code of an authenticator app.
    pub(super) async fn check_totp(
        &self,
        attempt: &Attempt<'_>,
        own: &Identity,
    ) -> Answer<(LoginEvent, Draft)> {
        let typed = method::totp::parse(attempt.body);
        let event = self.check_own(attempt, own, typed, method::totp::check).await?;
        Ok(event.map(|event| (event, tried(attempt.flow, MethodId::Totp))))
    }

    /// A backup code.
    pub(super) async fn check_backup_code(
        &self,
        attempt: &Attempt<'_>,
        own: &Identity,
    ) -> Answer<(LoginEvent, Draft)> {
        let typed = method::lookup::parse(attempt.body);
        let event = self.check_own(attempt, own, typed, method::lookup::check).await?;
        Ok(event.map(|event| (event, tried(attempt.flow, MethodId::Lookup))))
    }

    /// The field, then the anti-forgery check, then one read.
    async fn check_own(
        &self,
        attempt: &Attempt<'_>,
        own: &Identity,
        typed: Result<Secret<String>, Vec<Note>>,
        check: Check,
    ) -> Answer<LoginEvent> {
        let Attempt { visit, flow, body, .. } = *attempt;
        let typed = match typed {
            Ok(typed) => typed,
            Err(notes) => return Ok(Ok(LoginEvent::Refused(notes))),
        };
        match visit.forgery(&flow.head, body) {
            Forgery::None => {}
            Forgery::Browser => return Ok(Err(Failure::of(ErrorCode::CsrfViolation))),
            Forgery::Native(reason) => return Ok(Ok(LoginEvent::Refused(vec![Note::form(reason)]))),
        }
        let account = self.account_of(own).await?;
        Ok(Ok(LoginEvent::FactorChecked(check(&self.ports(visit), account, &typed))))
    }

    /// An identity with its credentials: one read.
    pub(super) async fn account_of(&self, identity: &Identity) -> Result<Owned, Fault> {
        let id = identity.id;
        let credentials = self.store().read(move |reader| reader.credentials_of(id)).await?;
        Ok(Owned { identity: identity.clone(), credentials })
    }
}

fn tried(flow: &LoginFlow, method: MethodId) -> Draft {
    let mut draft = flow.head.draft.clone();
    if !draft.tried.contains(&method) {
        draft.tried.push(method);
    }
    draft
}

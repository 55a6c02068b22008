//! Submitting a security key or a passkey to a login (01 §10.6, §10.7).

use super::{
    Answer, Engine, Forgery,
    login::{Attempt, LoginFlow, drafted},
};
use crate::{
    crypto::webauthn,
    flow::{AnyFlow, Client, Draft, Failure, LoginEvent, Note, Submission},
    identity::{Aal, MethodId},
    method::key::{Asking, login},
    text::ErrorCode,
};

/// The method by whose key somebody logs in.
pub(super) fn addressed(body: &Submission, flow: &LoginFlow, passwordless: bool) -> Option<MethodId> {
    let wanted = flow.state.wanted();
    let names = |method: MethodId, field| {
        body.text("method").as_deref() == Some(method.wire_name()) || body.text(field).is_some()
    };
    let is_first = wanted.aal <= Aal::Aal1;
    if is_first && names(MethodId::Passkey, "passkey_login") {
        return Some(MethodId::Passkey);
    }
    // Who confirms who they are may show whatever key they have.
    let counts = wanted.refresh || is_first == passwordless;
    let is_key = flow.head.client == Client::Browser && counts && names(MethodId::Webauthn, "webauthn_login");
    is_key.then_some(MethodId::Webauthn)
}

impl Engine {
    /// A passkey, or the wish to be asked for one.
    pub(super) async fn check_passkey(&self, attempt: &Attempt<'_>) -> Answer<(LoginEvent, Draft)> {
        let Attempt { visit, flow, body, session } = *attempt;
        let draft = match body.text("identifier") {
            Some(typed) => drafted(flow, Some(typed)),
            None => flow.head.draft.clone(),
        };
        let done = |event| Ok(Ok((event, draft)));
        let answer = match body.text("passkey_login") {
            Some(_) => login::answer(body, "passkey_login").map(Some),
            None => Ok(None),
        };
        let answer = match self.unforged(attempt, answer) {
            Ok(Ok(answer)) => answer,
            Ok(Err(notes)) => return done(LoginEvent::Refused(notes)),
            Err(failure) => return Ok(Err(failure)),
        };
        let Some(answer) = answer else { return done(LoginEvent::PasskeyAsked) };
        let own = session.filter(|_| flow.state.wanted().refresh).map(|(_, identity)| identity);
        let asking = asking(attempt);
        let check = login::check_passkey(&self.ports(visit), &asking, own, &answer).await?;
        done(LoginEvent::FactorChecked(check))
    }

    /// Whose security key is to be asked for, or the key.
    pub(super) async fn check_security_key(&self, attempt: &Attempt<'_>) -> Answer<(LoginEvent, Draft)> {
        let Attempt { visit, flow, body, session } = *attempt;
        let wanted = flow.state.wanted();
        let own = session.filter(|_| wanted.refresh || wanted.aal > Aal::Aal1).map(|(_, identity)| identity);
        let draft = drafted(flow, body.text("identifier"));
        let done = |event| Ok(Ok((event, draft)));
        let identifier = login::identifier(body);
        let identifier = match self.unforged(attempt, identifier) {
            Ok(Ok(identifier)) => identifier,
            Ok(Err(notes)) => return done(LoginEvent::Refused(notes)),
            Err(failure) => return Ok(Err(failure)),
        };
        let ports = self.ports(visit);
        if own.is_none() && body.text("webauthn_login").is_none() {
            return done(LoginEvent::KeyAsked(login::keys_of(&ports, &identifier).await?));
        }
        let answer: webauthn::Answer = match login::answer(body, "webauthn_login") {
            Ok(answer) => answer,
            Err(notes) => return done(LoginEvent::Refused(notes)),
        };
        let asking = asking(attempt);
        let check = match own {
            None => login::check_named(&ports, &asking, &identifier, &answer).await?,
            Some(own) => {
                let counts = if wanted.refresh { login::Counts::All } else { login::Counts::Second };
                login::check_own(&ports, &asking, self.account_of(own).await?, counts, &answer)
            }
        };
        done(LoginEvent::FactorChecked(check))
    }

    /// Field checks, then the anti-forgery check (01 §1.4).
    fn unforged<T>(
        &self,
        attempt: &Attempt<'_>,
        parsed: Result<T, Vec<Note>>,
    ) -> Result<Result<T, Vec<Note>>, Failure> {
        let Ok(parsed) = parsed else { return Ok(parsed) };
        match attempt.visit.forgery(&attempt.flow.head, attempt.body) {
            Forgery::None => Ok(Ok(parsed)),
            Forgery::Browser => Err(Failure::of(ErrorCode::CsrfViolation)),
            Forgery::Native(reason) => Ok(Err(vec![Note::form(reason)])),
        }
    }
}

fn asking(attempt: &Attempt<'_>) -> Asking {
    Asking::of(&attempt.visit.runtime.keys, &AnyFlow::Login(attempt.flow.clone()))
}

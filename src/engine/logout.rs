//! Logging out, by a browser's token or a native client's session token.

use super::{
    Answer, Engine, Visit,
    commit::{Commit, Postmark},
};
use crate::{
    crypto::TokenPurpose,
    flow::{AuditEvent, Effect, Failure, LogoutEvent, LogoutState, Reply, Revoke},
    kernel::Secret,
    store::Sessions as _,
    text::ErrorCode,
};

/// What a browser needs to log out.
#[derive(Debug)]
pub struct LogoutTicket {
    /// The token that belongs to its session.
    pub token: Secret<String>,
    /// Where to.
    pub url: String,
}

impl Engine {
    /// Makes the link by which this session can be ended (02 §5.1). The token is derived from the session, so
    /// it is the same each time and nothing is stored.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn logout_ticket(&self, visit: &Visit, return_to: Option<&str>) -> Answer<LogoutTicket> {
        let Some((session, _)) = self.session(visit).await? else {
            return Ok(Err(Failure::of(ErrorCode::SessionInactive)));
        };
        let policy = &visit.runtime.policy;
        if let Err(failure) = policy.returns.check_wish(return_to) {
            return Ok(Err(failure));
        }
        let token = visit.runtime.keys.logout_token(session.id);
        let query = {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            return_to.map(|wish| query.append_pair("return_to", wish));
            query.append_pair("token", token.expose()).finish()
        };
        Ok(Ok(LogoutTicket { url: format!("{}/self-service/logout?{query}", policy.public_url), token }))
    }

    /// Ends the session of a browser (02 §5.1).
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn logout(&self, visit: &Visit, token: Option<&str>) -> Answer<()> {
        let Some(token) = token else {
            let why = "The `token` parameter is missing.";
            return Ok(Err(Failure::because(ErrorCode::BadRequest, why)));
        };
        let Some((session, identity)) = self.session(visit).await? else {
            return Ok(Err(Failure::of(ErrorCode::SessionInactive)));
        };
        let event = match visit.runtime.keys.is_logout_token(session.id, token) {
            true => LogoutEvent::Confirmed,
            false => LogoutEvent::Unconfirmed,
        };
        let state = LogoutState::SignedIn { session: session.id, identity: identity.id };
        let Ok(transition) = state.decide(event) else {
            return Ok(Err(Failure::of(ErrorCode::SessionInactive)));
        };
        if let Reply::Failed(failure) = transition.reply {
            return Ok(Err(failure));
        }
        let commit = Commit { flow: None, subject: None, effects: transition.effects };
        self.commit(commit, Postmark::of(visit)).await?;
        Ok(Ok(()))
    }

    /// Ends the session that has this token, also when it has ended already (02 §5.1).
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn logout_native(&self, visit: &Visit, token: &Secret<String>) -> Answer<()> {
        let hashes = visit.runtime.keys.token_hashes(TokenPurpose::SessionToken, token.expose());
        let found = self.store().read(move |reader| reader.session_by_token(&hashes)).await?;
        let Some((session, identity)) = found else {
            return Ok(Err(Failure::because(ErrorCode::Forbidden, "This session token is not known.")));
        };
        let audit = AuditEvent::new("session.ended").of(identity.id).on(session.id);
        let effects = vec![Effect::RevokeSessions(Revoke::One(session.id)), Effect::Audit(audit)];
        self.commit(Commit { flow: None, subject: None, effects }, Postmark::of(visit)).await?;
        Ok(Ok(()))
    }
}

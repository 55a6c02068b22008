//! Sessions that apps pick up by two halves of a code, after a browser went to a provider for them (01 §17).

use std::time::Duration;

use super::{
    Answer, Engine, Fetched, Visit,
    commit::{Commit, Postmark},
};
use crate::{
    crypto::{SealPurpose, TokenPurpose, exchange_code},
    flow::{AnyFlow, Effect, ExchangeDraft, Failure, HandOver},
    identity::Identity,
    kernel::{ExchangeId, Fault, FlowId, Secret},
    session::Session,
    store::{Conflict, Exchanges as _, Flows as _, Sessions as _, StoreError},
    text::ErrorCode,
};

/// How long a session waits to be picked up (02 §6.6).
const WAITS: Duration = Duration::from_secs(60 * 60);

/// What comes of picking a session up.
#[derive(Debug)]
pub enum PickedUp {
    /// Here it is.
    Session {
        /// The session.
        session: Box<Session>,
        /// Its token.
        token: Secret<String>,
        /// Whose it is.
        identity: Box<Identity>,
    },
    /// There is none yet; the flow shows why.
    Unfinished(Box<Fetched>),
}

impl Visit {
    /// The half of the code that goes by the browser, for whoever has just come back from a provider.
    pub fn exchange_code(&self) -> Secret<String> {
        exchange_code(&mut self.seed.stream("exchange code of the browser"))
    }
}

/// Opens an exchange for a flow, and gives the half of its code that the app gets.
pub(super) fn open(visit: &Visit, flow: &mut AnyFlow) -> (Effect, Secret<String>) {
    let mut stream = visit.seed.stream("exchange");
    let (id, code) = (ExchangeId::random(&mut stream), exchange_code(&mut stream));
    let head = flow.head_mut();
    head.social.exchange = Some(id);
    let (issued_at, expires_at) = (visit.now, visit.now.plus(WAITS));
    let draft = ExchangeDraft { id, flow: head.id, code: code.clone(), issued_at, expires_at };
    (Effect::OpenExchange(Box::new(draft)), code)
}

/// The effects of a decision, with what is left for an app whose browser has just come back.
pub(super) fn handed_over(visit: &Visit, flow: &AnyFlow, mut effects: Vec<Effect>) -> Vec<Effect> {
    let head = flow.head();
    let Some(exchange) = head.social.hands_over() else { return effects };
    let token = effects.iter().find_map(|effect| match effect {
        Effect::IssueSession(draft) => Some(draft.token.clone()),
        _ => None,
    });
    let left = HandOver { exchange, flow: head.id, code: visit.exchange_code(), token };
    effects.push(Effect::HandOver(Box::new(left)));
    effects
}

impl Engine {
    /// Picks a session up (02 §6.6).
    ///
    /// # Errors
    /// A fault of the system. What does not fit is unknown.
    pub async fn pick_up(&self, visit: &Visit, first: &str, second: &str) -> Answer<PickedUp> {
        let unknown = || Ok(Err(Failure::because(ErrorCode::NotFound, "There is no session for this code.")));
        let keys = &visit.runtime.keys;
        let hashes = keys.token_hashes(TokenPurpose::Exchange, first);
        let found = self.store().read(move |reader| reader.exchange_by_code(&hashes)).await?;
        let fits = |hash: &_| keys.is_token(TokenPurpose::Exchange, second, hash);
        let good = found.filter(|one| {
            one.used_at.is_none() && visit.now < one.expires_at && one.second.as_ref().is_some_and(fits)
        });
        let Some(exchange) = good else { return unknown() };
        let Some(sealed) = &exchange.token else {
            let flow = self.unfinished(visit, exchange.flow).await?;
            return flow.map_or_else(unknown, |flow| Ok(Ok(PickedUp::Unfinished(Box::new(flow)))));
        };
        let token = keys.open(SealPurpose::Social, sealed, second.as_bytes());
        let Some(token) = token.and_then(|token| String::from_utf8(token).ok()).map(Secret::new) else {
            return unknown();
        };
        let hashes = keys.token_hashes(TokenPurpose::SessionToken, token.expose());
        let found = self.store().read(move |reader| reader.session_by_token(&hashes)).await?;
        let active =
            found.filter(|(session, identity)| session.is_active_at(visit.now) && identity.is_active());
        let Some((session, identity)) = active else { return unknown() };
        let effects = vec![Effect::ConsumeExchange(exchange.id)];
        match self.commit(Commit { flow: None, subject: None, effects }, Postmark::of(visit)).await {
            Ok(()) => {
                let (session, identity) = (Box::new(session), Box::new(identity));
                Ok(Ok(PickedUp::Session { session, token, identity }))
            }
            // Somebody else was faster.
            Err(StoreError::Conflict(Conflict::Stale)) => unknown(),
            Err(error) => Err(error.into()),
        }
    }

    async fn unfinished(&self, visit: &Visit, id: FlowId) -> Result<Option<Fetched>, Fault> {
        let found = self.store().read(move |reader| reader.flow(id)).await?;
        let open = found.filter(|flow| !flow.head().is_expired_at(visit.now));
        Ok(open.map(|flow| {
            let form = self.form(visit, &flow);
            Fetched { flow, form }
        }))
    }
}

//! Going to a provider and coming back: what travels with the browser, and what waits in the flow (01 §14.2, §14.3).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::{Builder, Uuid};

use super::{
    Answer, Engine, Forgery, Visit,
    commit::{Commit, Postmark},
};
use crate::{
    crypto::{SealPurpose, Sealed, TokenPurpose, link_token},
    flow::{AnyFlow, Away, Baggage, Client, Departure, Failure, FlowKind, Head, Submission},
    kernel::{Fault, FlowId, Secret},
    method::oidc::{self, Proofs, Provider, UpstreamError},
    store::{Conflict, Flows as _, StoreError},
    text::ErrorCode,
};

/// How long somebody may be away (01 §14.2).
const AWAY: Duration = Duration::from_secs(30 * 60);

/// What the parameter that goes around with the browser is bound to.
const STATE: &[u8] = b"state";

/// What goes around with the browser. SECURITY: sealed, so nobody can make one up or tell which flow it belongs to.
#[derive(Serialize, Deserialize)]
struct State {
    flow: FlowId,
    trip: Uuid,
    provider: String,
}

/// What brings somebody back.
#[derive(Debug, Clone, Default)]
pub struct Arrived {
    /// The provider that the address names, if it names one.
    pub provider: Option<String>,
    /// What we sent around.
    pub state: Option<String>,
    /// The code.
    pub code: Option<Secret<String>>,
    /// The name of the provider's error.
    pub error: Option<String>,
    /// What it says about its error.
    pub description: Option<String>,
    /// What Apple tells about somebody, the first time.
    pub user: Option<String>,
    /// The key in the cookie of the browser.
    pub key: Option<Secret<String>>,
}

/// Somebody who is back, and the flow that they left.
pub(super) struct Homecoming {
    pub flow: AnyFlow,
    pub provider: std::sync::Arc<Provider>,
    pub baggage: Baggage,
}

/// Which trip somebody asks for.
pub(super) struct Asked<'a> {
    pub head: &'a Head,
    pub kind: FlowKind,
    pub provider: &'a str,
    pub body: &'a Submission,
    pub traits: Map<String, Value>,
    /// Whether they shall prove to the provider that it is still them.
    pub again: bool,
}

impl Engine {
    /// Sends somebody to a provider.
    pub(super) async fn depart(&self, visit: &Visit, asked: Asked<'_>) -> Answer<Departure> {
        let Asked { head, kind, provider, body, traits, again } = asked;
        let provider = match self.provider(visit, provider) {
            Ok(provider) => provider,
            Err(failure) => return Ok(Err(failure)),
        };
        if is_forged(visit, head, kind, body) {
            return Ok(Err(Failure::of(ErrorCode::CsrfViolation)));
        }
        let issuer = match visit.runtime.providers.upstream.issuer(&provider, visit.now).await {
            Ok(issuer) => issuer,
            Err(error) => return Ok(Err(upstream_failure(&error))),
        };
        let mut stream = visit.seed.stream("trip to a provider");
        let trip = Builder::from_random_bytes(stream.bytes()).into_uuid();
        let proofs = Proofs::draw(&provider, &issuer, &mut stream);
        let text = |secret: &Option<Secret<String>>| secret.as_ref().map(|secret| secret.expose().clone());
        let payload = body.object("transient_payload").ok().flatten().unwrap_or_default();
        let (verifier, nonce) = (text(&proofs.verifier), text(&proofs.nonce));
        let baggage = Baggage { verifier, nonce, traits, payload };
        let key = match head.client {
            Client::Browser => Some(link_token(&mut stream)),
            // The browser that goes to the provider is not the app: what binds it is that it knows the address, and
            // for the session to be picked up, both halves of a code (01 §17).
            Client::Native => None,
        };
        let keys = &visit.runtime.keys;
        let seal = |value: Vec<u8>, context: &[u8], stream: &mut _| {
            keys.seal(SealPurpose::Social, &value, context, stream)
        };
        let json = |error| Fault::doing("write down a trip to a provider", error);
        let state = State { flow: head.id, trip, provider: provider.id.clone() };
        let state = seal(serde_json::to_vec(&state).map_err(json)?, STATE, &mut stream);
        let baggage = seal(serde_json::to_vec(&baggage).map_err(json)?, trip.as_bytes(), &mut stream);
        let passed = oidc::passed(body);
        let url = oidc::address(&provider, &issuer, state.as_str(), &proofs, &passed, again);
        let away = Away {
            trip,
            provider: provider.id.clone(),
            key: key.as_ref().map(|key| keys.token_hash(TokenPurpose::Away, key.expose())),
            baggage,
            until: visit.now.plus(AWAY),
        };
        Ok(Ok(Departure { away, url: url.into(), key }))
    }

    /// The provider with this id, where social sign-in is switched on.
    pub(super) fn provider(&self, visit: &Visit, id: &str) -> Result<std::sync::Arc<Provider>, Failure> {
        if !visit.runtime.policy.oidc.enabled {
            return Err(Failure::of(ErrorCode::EndpointDisabled));
        }
        let unknown = || Failure::because(ErrorCode::NotFound, format!("There is no provider {id:?}."));
        visit.runtime.providers.find(id).ok_or_else(unknown)
    }

    /// Takes somebody in who is back from a provider. Once: the flow forgets that they were away before anything else
    /// happens, by a write that only one of any number of parallel requests gets through.
    ///
    /// SECURITY: what comes back was made by us, for this provider, this flow and this browser, not long ago, and not
    /// used yet (05 no. 26; tests `a_state_is_worth_nothing_elsewhere`, `who_comes_back_twice_is_let_in_once`).
    pub(super) async fn welcome_back(&self, visit: &Visit, arrived: &Arrived) -> Answer<Homecoming> {
        let refused = |reason: &str| Ok(Err(Failure::because(ErrorCode::BadRequest, reason)));
        let Some(state) = &arrived.state else {
            return refused("The provider sent you back without the state parameter.");
        };
        let Some(state) = open_state(visit, state) else {
            return refused("The state parameter was not made here, or is too old.");
        };
        if arrived.provider.as_ref().is_some_and(|named| *named != state.provider) {
            return refused("The state parameter belongs to another provider.");
        }
        let provider = match self.provider(visit, &state.provider) {
            Ok(provider) => provider,
            Err(failure) => return Ok(Err(failure)),
        };
        let id = state.flow;
        let Some(mut flow) = self.store().read(move |reader| reader.flow(id)).await? else {
            return Ok(Err(Failure::of(ErrorCode::NotLocated)));
        };
        let away = flow.head_mut().social.away.take();
        let keys = &visit.runtime.keys;
        let held = |hash: &_| {
            let key = arrived.key.as_ref();
            key.is_some_and(|key| keys.is_token(TokenPurpose::Away, key.expose(), hash))
        };
        let fits = |away: &Away| {
            away.trip == state.trip
                && away.provider == provider.id
                && visit.now < away.until
                && away.key.as_ref().is_none_or(held)
        };
        let Some(away) = away.filter(|away| fits(away)) else {
            return refused(
                "No sign-in is under way here that this answer belongs to. Please start again, in one and the same \
                 browser.",
            );
        };
        let plain = keys.open(SealPurpose::Social, &away.baggage, away.trip.as_bytes());
        let Some(baggage) = plain.and_then(|plain| serde_json::from_slice(&plain).ok()) else {
            return refused("The sign-in that was under way cannot be read any more. Please start again.");
        };
        let read = flow.head().version;
        flow.head_mut().version = read.next();
        flow.head_mut().updated_at = visit.now;
        let commit = Commit { flow: Some((flow.clone(), read)), subject: None, effects: Vec::new() };
        match self.commit(commit, Postmark::of(visit)).await {
            Ok(()) => Ok(Ok(Homecoming { flow, provider, baggage })),
            Err(StoreError::Conflict(Conflict::Stale)) => {
                refused("This answer of the provider was used at the same moment. Please start again.")
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn open_state(visit: &Visit, text: &str) -> Option<State> {
    let plain = visit.runtime.keys.open(SealPurpose::Social, &Sealed::new(text), STATE)?;
    serde_json::from_slice(&plain).ok()
}

/// Whether a browser is sent to a provider in a flow that it did not open, or did not mean to submit.
///
/// COMPAT: logins and registrations may leave the token out; the cookie that binds the flow to its browser has to be
/// there all the same (01 §21.2 W1; test `nobody_is_sent_to_a_provider_in_a_flow_of_somebody_else`).
pub(super) fn is_forged(visit: &Visit, head: &Head, kind: FlowKind, body: &Submission) -> bool {
    if head.client == Client::Native {
        return false;
    }
    let wrong_token = visit.forgery(head, body) != Forgery::None;
    match kind {
        FlowKind::Settings => wrong_token,
        FlowKind::Login | FlowKind::Registration | FlowKind::Verification | FlowKind::Recovery => {
            !visit.owns(head.csrf) || (body.text("csrf_token").is_some() && wrong_token)
        }
    }
}

/// What is answered where a provider did not answer as it should; why is for operators.
pub(super) fn upstream_failure(error: &UpstreamError) -> Failure {
    match error {
        UpstreamError::Broken { source, .. } => {
            match source {
                Some(source) => tracing::warn!("{error}: {source}"),
                None => tracing::warn!("{error}"),
            }
            Failure::of(ErrorCode::UpstreamError)
        }
        UpstreamError::Refused(reason) => Failure::because(ErrorCode::BadRequest, reason.clone()),
    }
}

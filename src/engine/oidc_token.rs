//! Sending somebody to a provider, and tokens that apps show instead (01 §14.2, §14.4).

use serde_json::Map;

use super::{
    Answer, Engine, Outcome, Visit,
    oidc_return::Story,
    oidc_trip::{Asked, is_forged, upstream_failure},
    submit::{Body, payload},
};
use crate::{
    flow::{AnyFlow, Baggage, Departure, Failure, FlowKind, Head, Passage, Submission},
    identity::{Identity, MethodId},
    kernel::{FlowId, Secret},
    method::{self, oidc},
    store::Flows as _,
    text::ErrorCode,
};

/// What a submission has that shows a token instead of going to a provider.
pub(super) struct Token<'a> {
    pub body: &'a Submission,
    pub provider: String,
    pub token: Secret<String>,
}

/// The token in a submission, if it shows one.
pub(super) fn token<'a>(body: &Body<'a>) -> Option<Token<'a>> {
    let body = *body.as_ref().ok()?;
    let (provider, token) = (oidc::chosen(body)?, body.secret("id_token")?);
    Some(Token { body, provider, token })
}

impl Engine {
    /// Sends somebody who signs in or up to the provider that they chose.
    pub(super) async fn leave(
        &self,
        visit: &Visit,
        head: &Head,
        kind: FlowKind,
        body: &Submission,
        owner: Option<&Identity>,
    ) -> Answer<Departure> {
        let provider = oidc::chosen(body).unwrap_or_default();
        let schema = match owner {
            Some(owner) => visit.runtime.schemas.of_identity(owner),
            None => visit.runtime.schemas.of_flow(&head.origin),
        };
        let traits = method::profile::traits(schema, body);
        self.depart(visit, Asked { head, kind, provider: &provider, body, traits, again: owner.is_some() })
            .await
    }

    /// Goes on with a login or a registration in which an app shows a token (01 §14.4).
    pub(super) async fn submit_token(&self, visit: &Visit, id: FlowId, shown: Token<'_>) -> Answer<Outcome> {
        let Some(flow) = self.store().read(move |reader| reader.flow(id)).await? else {
            return Ok(Err(Failure::of(ErrorCode::NotLocated)));
        };
        let (kind, head) = (flow.kind(), flow.head());
        let provider = match self.provider(visit, &shown.provider) {
            Ok(provider) => provider,
            Err(failure) => return Ok(Err(failure)),
        };
        if is_forged(visit, head, kind, shown.body) {
            return Ok(Err(Failure::of(ErrorCode::CsrfViolation)));
        }
        let failed = |code, reason: &str| Ok(Err(Failure::because(code, reason)));
        if !provider.kind.signs() {
            return failed(ErrorCode::UpstreamError, "This provider has no tokens that apps could show.");
        }
        let checked = oidc::check_token(&visit.runtime.providers, &provider, &shown.token, visit.now).await;
        let vouched = match checked {
            Ok(vouched) => vouched,
            Err(oidc::UpstreamError::Refused(reason)) => return failed(ErrorCode::Forbidden, &reason),
            Err(error @ oidc::UpstreamError::Broken { .. }) => return Ok(Err(upstream_failure(&error))),
        };
        let nonce = shown.body.secret("id_token_nonce");
        if !oidc::is_for(&vouched.claims, provider.kind, nonce.as_ref()) {
            return failed(
                ErrorCode::UpstreamError,
                "The token is not for this sign-in: its nonce does not fit.",
            );
        }
        let traits = match &flow {
            AnyFlow::Registration(flow) => {
                method::profile::traits(visit.runtime.schemas.of_flow(&flow.head.origin), shown.body)
            }
            AnyFlow::Login(_) | AnyFlow::Settings(_) | AnyFlow::Recovery(_) | AnyFlow::Verification(_) => {
                Map::new()
            }
        };
        let baggage = Baggage { verifier: None, nonce: None, traits, payload: payload(&Ok(shown.body)) };
        let (flow, told) = (head.id, Ok(vouched));
        let story = Story { flow, provider, baggage, passage: Passage::Token, told };
        match kind {
            FlowKind::Login => self.login_by_provider(visit, story).await,
            FlowKind::Registration => self.signup_by_provider(visit, story).await,
            FlowKind::Settings | FlowKind::Recovery | FlowKind::Verification => {
                Ok(Err(Failure::of(ErrorCode::NotLocated)))
            }
        }
    }
}

/// Whether a submission is for a provider.
pub(super) fn is_addressed(body: &Submission) -> Option<MethodId> {
    oidc::chosen(body).map(|_provider| MethodId::Oidc)
}

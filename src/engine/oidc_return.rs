//! Coming back from a provider: finding out who it is, and going on in the flow that was left (01 §14.3, §14.4).

use std::sync::Arc;

use super::{
    Admitted, Answer, Barred, Engine, Outcome, Visit,
    oidc_trip::{Arrived, Homecoming, upstream_failure},
};
use crate::{
    flow::{AnyFlow, Back, Baggage, FlowKind, Note, Passage},
    kernel::{FlowId, Secret},
    method::oidc::{self, Claims, Proofs, Provider, UpstreamError, Vouched},
    text,
};

/// More of what a provider says about its error is not shown.
const LONGEST_WORDS: usize = 300;

/// Somebody who is back, with what the provider says of them.
pub(super) struct Story {
    pub flow: FlowId,
    pub provider: Arc<Provider>,
    pub baggage: Baggage,
    pub passage: Passage,
    /// What the provider says, or why it does not do; that is shown by the flow.
    pub told: Result<Vouched, String>,
}

impl Story {
    /// The mark of this request in its flow.
    pub fn back(&self) -> Back {
        let aal = self.told.as_ref().map_or(crate::identity::Aal::Aal1, |vouched| vouched.claims.aal);
        Back { provider: self.provider.id.clone(), aal, by: self.passage }
    }

    /// The name by which the account at the provider is found.
    pub fn name(&self, claims: &Claims) -> String {
        format!("{}:{}", self.provider.id, claims.subject)
    }

    /// What the form says when the provider told nothing of use.
    pub fn refusal(reason: &str) -> Vec<Note> {
        vec![Note::form(text::validation::generic(reason))]
    }
}

impl Engine {
    /// Goes on with a flow whose browser is back from a provider (01 §14.3).
    ///
    /// # Errors
    /// A fault of the system. What the client can mend is a failure or a form with messages.
    pub async fn return_from_provider(&self, visit: &Visit, arrived: &Arrived) -> Admitted<Outcome> {
        let home = match self.welcome_back(visit, arrived).await? {
            Ok(home) => home,
            Err(failure) => return Ok(Err(Barred::Failed(failure))),
        };
        let Homecoming { flow, provider, baggage } = home;
        let told = match self.listen(visit, &provider, &baggage, arrived).await? {
            Ok(told) => told,
            Err(failure) => return Ok(Err(Barred::Failed(failure))),
        };
        let (kind, flow) = (flow.kind(), flow.head().id);
        let story = Story { flow, provider, baggage, passage: Passage::Browser, told };
        self.go_on(visit, kind, story).await
    }

    async fn go_on(&self, visit: &Visit, kind: FlowKind, story: Story) -> Admitted<Outcome> {
        let answer = match kind {
            FlowKind::Login => self.login_by_provider(visit, story).await?,
            FlowKind::Registration => self.signup_by_provider(visit, story).await?,
            FlowKind::Settings => return self.link_by_provider(visit, story).await,
            FlowKind::Verification | FlowKind::Recovery => {
                Err(crate::flow::Failure::of(text::ErrorCode::NotLocated))
            }
        };
        Ok(answer.map_err(Barred::Failed))
    }

    /// What the provider says of whoever is back.
    async fn listen(
        &self,
        visit: &Visit,
        provider: &Provider,
        baggage: &Baggage,
        arrived: &Arrived,
    ) -> Answer<Result<Vouched, String>> {
        if let Some(error) = &arrived.error {
            return Ok(Ok(Err(words(error, arrived.description.as_deref()))));
        }
        let Some(code) = &arrived.code else {
            return Ok(Ok(Err("The provider sent you back without a code.".to_owned())));
        };
        let secret = |text: &Option<String>| text.clone().map(Secret::new);
        let proofs = Proofs { verifier: secret(&baggage.verifier), nonce: secret(&baggage.nonce) };
        let providers = &visit.runtime.providers;
        let user = arrived.user.as_deref();
        match oidc::redeem(providers, provider, code, &proofs, user, visit.now).await {
            Ok(vouched) => Ok(Ok(Ok(vouched))),
            Err(UpstreamError::Refused(reason)) => Ok(Ok(Err(reason))),
            Err(error @ UpstreamError::Broken { .. }) => Ok(Err(upstream_failure(&error))),
        }
    }

    /// The flow of another kind that takes the place of one, because the account that a provider vouches for exists,
    /// or does not (01 §14.3).
    pub(super) async fn change_places(
        &self,
        visit: &Visit,
        from: &AnyFlow,
        into: FlowKind,
    ) -> Answer<FlowId> {
        let other = self.counterpart(visit, from, into);
        let id = other.head().id;
        Ok(self.insert(visit, other).await?.map(|_opened| id))
    }
}

/// What people are told about an error of the provider. Native apps look for its name (06).
fn words(error: &str, description: Option<&str>) -> String {
    let cut = |text: &str| text.chars().filter(|c| !c.is_control()).take(LONGEST_WORDS).collect::<String>();
    let error = cut(error);
    match description.map(cut).filter(|text| !text.is_empty()) {
        Some(more) => format!("The provider did not sign you in: {error} ({more})"),
        None => format!("The provider did not sign you in: {error}"),
    }
}

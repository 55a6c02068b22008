//! Social sign-in within a flow: who is away at a provider, and what waits to be linked (01 §14, §15).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Cx, Reply, Transition};
use crate::{
    crypto::{Sealed, TokenHash},
    identity::{Aal, LinkedAccount, MethodId},
    kernel::{ExchangeId, FlowId, IdentityId, Secret, Timestamp},
    session::{Factor, SessionMethod},
};

/// What a flow knows of social sign-in.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Social {
    /// Who is away at a provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away: Option<Box<Away>>,
    /// Where an app picks its session up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<ExchangeId>,
    /// What is linked once its owner has signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Box<PendingLink>>,
    /// Who has just come back; known to this request only.
    #[serde(skip)]
    pub back: Option<Back>,
}

/// Somebody who has just come back from a provider, or shows what it signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Back {
    /// Which provider.
    pub provider: String,
    /// What it vouches for.
    pub aal: Aal,
    /// How they came.
    pub by: Passage,
}

impl Back {
    /// What they have shown by that.
    pub fn factor(&self) -> Factor {
        let provider = Some(self.provider.clone());
        Factor { aal: self.aal, provider, ..Factor::first(SessionMethod::Oidc) }
    }
}

/// How somebody comes back from a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    /// A browser was sent back.
    Browser,
    /// An app shows a token.
    Token,
}

impl Social {
    /// Whether the flow has nothing to do with it.
    pub const fn is_empty(&self) -> bool {
        self.away.is_none() && self.exchange.is_none() && self.link.is_none()
    }
}

/// Somebody who was sent to a provider. Whoever comes back takes it away with a write to the flow, of whose version
/// there is one: that is what makes it work once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// Which trip it is; the parameter that comes back has to name it.
    pub trip: Uuid,
    /// To which provider.
    pub provider: String,
    /// The hash of the key that the browser holds; none for apps, whose browser is another one.
    pub key: Option<TokenHash>,
    /// What is needed when they are back.
    ///
    /// SECURITY: sealed, because who reads the database must not be able to use a code that they intercept.
    pub baggage: Sealed,
    /// When it is worth nothing any more.
    pub until: Timestamp,
}

/// Somebody on their way to a provider.
#[derive(Debug)]
pub struct Departure {
    /// What the flow remembers.
    pub away: Away,
    /// Where they go.
    pub url: String,
    /// The key that the browser gets.
    pub key: Option<Secret<String>>,
}

/// What is needed when somebody is back from a provider.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Baggage {
    /// Shows that whoever brings the code asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifier: Option<String>,
    /// What has to be in the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The traits that were sent along.
    #[serde(default)]
    pub traits: Map<String, Value>,
    /// What was sent along for templates and hooks.
    #[serde(default)]
    pub payload: Map<String, Value>,
}

/// An account at a provider that is linked to an account of ours once its owner has signed in (01 §15.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingLink {
    /// The provider.
    pub provider: String,
    /// The account there; its tokens are sealed for `owner`.
    pub account: LinkedAccount,
    /// Whose account it is to be linked to.
    pub owner: IdentityId,
    /// The identifier or address that both have.
    pub identifier: String,
    /// How the owner can sign in; `None` where the operator does not let that be told.
    pub ways: Option<WaysIn>,
}

/// How somebody can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WaysIn {
    /// By these methods, by their wire names, sorted.
    pub methods: Vec<String>,
    /// By these providers, sorted.
    pub providers: Vec<String>,
}

impl PendingLink {
    /// Whether the form offers a method.
    pub fn takes(&self, method: MethodId) -> bool {
        self.ways.as_ref().is_none_or(|ways| ways.methods.iter().any(|way| way == method.wire_name()))
    }

    /// Whether the form offers a provider.
    pub fn offers(&self, provider: &str) -> bool {
        self.ways.as_ref().is_none_or(|ways| ways.providers.iter().any(|way| way == provider))
    }
}

/// A session that an app picks up by two halves of a code (01 §17).
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// Its id.
    pub id: ExchangeId,
    /// The flow that it belongs to; another one after login and registration have changed places.
    pub flow: FlowId,
    /// The hash of the half that the app has got.
    pub first: TokenHash,
    /// The hash of the half that came back by the browser.
    pub second: Option<TokenHash>,
    /// The token of the session.
    ///
    /// SECURITY: sealed, and of use with the second half of the code only (test `sec_41_*`).
    pub token: Option<Sealed>,
    /// When it was opened.
    pub issued_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// When it was used; it works once.
    pub used_at: Option<Timestamp>,
}

/// A session that is left for an app to pick up.
#[derive(Debug)]
pub struct HandOver {
    /// Where.
    pub exchange: ExchangeId,
    /// The flow that has come to its end, or shows why not.
    pub flow: FlowId,
    /// The half of the code that goes by the browser.
    pub code: Secret<String>,
    /// The token of the session, if one was issued.
    pub token: Option<Secret<String>>,
}

/// What the operator decided about social sign-in.
#[derive(Debug, Clone, Default)]
pub struct OidcPolicy {
    /// Whether it is switched on.
    pub enabled: bool,
    /// The providers, in the order of the configuration.
    pub offers: Vec<ProviderOffer>,
    /// Where a form that asks for what a provider did not tell puts its fields (01 §14.3).
    pub legacy_group: bool,
}

/// A provider, as forms show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderOffer {
    /// Its id.
    pub id: String,
    /// What its button says.
    pub label: String,
    /// Whether it is for an organization, so that nobody else sees it.
    pub is_reserved: bool,
}

impl OidcPolicy {
    /// The provider with this id, if everybody sees it.
    pub fn offer(&self, id: &str) -> Option<&ProviderOffer> {
        self.offers.iter().find(|offer| offer.id == id && !offer.is_reserved)
    }

    /// What a provider is called.
    pub fn label<'a>(&'a self, id: &'a str) -> &'a str {
        self.offers.iter().find(|offer| offer.id == id).map_or(id, |offer| &offer.label)
    }
}

impl Social {
    /// Whether a browser has just come back for an app, which picks its session up elsewhere (01 §17).
    pub fn hands_over(&self) -> Option<ExchangeId> {
        let by_browser = self.back.as_ref().is_some_and(|back| back.by == Passage::Browser);
        self.exchange.filter(|_| by_browser)
    }
}

/// Sends somebody to a provider; the flow stays as it is until they are back.
pub(super) fn leave<S>(state: S, departure: Departure, cx: &Cx<'_>) -> Transition<S> {
    let reply = Reply::Leave(Box::new(departure));
    Transition { reply, ..Transition::refuse(state, cx.flow.notes.clone()) }
}

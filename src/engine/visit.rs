//! One request, as the engine sees it: the snapshot it runs on, its moment, its randomness, its credentials.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::{
    crypto::{CsrfToken, SealPurpose, Sealed, TokenHash, TokenPurpose, link_token},
    flow::{Client, Head, Origin, Submission},
    kernel::{FlowId, IdentityId, Secret, Seed, Timestamp},
    runtime::Runtime,
    session::Device,
    text::{self, Message},
};

/// One request. Clock and randomness are read once, here; everything after is a function of it.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The configuration that this request runs on, to its end.
    pub runtime: Arc<Runtime>,
    /// When it arrived.
    pub now: Timestamp,
    /// Its randomness.
    pub seed: Seed,
    /// The whole URL that was asked for (01 §1.7).
    pub request_url: String,
    /// Its HTTP method; empty where no hook could be told ([`Runtime::tells_of_requests`]).
    pub request_method: String,
    /// Its cookies, as far as hooks may see them; none where there is nobody to tell.
    pub request_cookies: Map<String, Value>,
    /// What it was made with.
    pub device: Device,
    /// Its headers, as far as hooks and letters may see them (03 §2.6).
    pub headers: Map<String, Value>,
    /// The session token that came with it, wherever it stood (02 §6.3).
    pub session_token: Option<Secret<String>>,
    /// The anti-CSRF tokens in play.
    pub csrf: VisitCsrf,
    /// Signs that a browser made it, which a native client's flow refuses.
    pub foreign: Foreign,
}

/// The anti-CSRF tokens of one request (01 §1.4).
#[derive(Debug, Clone)]
pub struct VisitCsrf {
    /// The token that the browser has shown by its cookie.
    pub held: Option<CsrfToken>,
    /// The token that the browser holds after this answer if nothing rotates it: the one it has shown, or a
    /// new one; none where the path sets no cookie.
    pub current: Option<CsrfToken>,
    /// The token that takes its place when this answer rotates it.
    pub next: CsrfToken,
}

/// Signs that a browser made a request (01 §1.4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Foreign {
    /// It has an `Origin` header.
    pub origin: bool,
    /// It has cookies beyond those of well-known proxies.
    pub cookies: bool,
}

impl Visit {
    /// The `n`th part of a request that does the same thing many times: the same, with randomness of its own.
    #[must_use]
    pub fn part(&self, n: usize) -> Self {
        let seed = Seed::new(self.seed.stream(&format!("part {n}")).bytes());
        Self { seed, ..self.clone() }
    }

    /// The keyed hashes under which the session of this request may be stored, one per secret.
    pub fn session_hashes(&self) -> Vec<TokenHash> {
        let token = self.session_token.as_ref();
        token.map_or_else(Vec::new, |token| {
            self.runtime.keys.token_hashes(TokenPurpose::SessionToken, token.expose())
        })
    }

    /// The keyed hash that binds a new flow to the browser's current token.
    pub fn csrf_hash(&self) -> Option<TokenHash> {
        let token = self.csrf.current.as_ref()?;
        Some(self.runtime.keys.token_hash(TokenPurpose::Csrf, &token.to_cookie()))
    }

    /// The keyed hash that binds a new flow to the token that the browser will hold after this answer.
    pub fn next_csrf_hash(&self) -> TokenHash {
        self.runtime.keys.token_hash(TokenPurpose::Csrf, &self.csrf.next.to_cookie())
    }

    /// What binds a flow of this client that goes on with the token of after this answer.
    pub fn next_binding(&self, client: Client) -> Option<TokenHash> {
        match client {
            Client::Browser => Some(self.next_csrf_hash()),
            Client::Native => None,
        }
    }

    /// How a flow comes about that takes the place of one that is used up: by the URL of this submission, yet
    /// where to go in the end is not forgotten (02 §2.10).
    pub(super) fn origin_in_place_of(&self, old: &Head) -> Origin {
        let return_to = old.origin.wish();
        Origin { request_url: self.request_url.clone(), return_to, ..Origin::default() }
    }

    /// Whether a flow that was opened by a browser belongs to this one.
    pub fn owns(&self, csrf: Option<TokenHash>) -> bool {
        let (Some(held), Some(bound)) = (&self.csrf.held, csrf) else { return false };
        self.runtime.keys.is_token(TokenPurpose::Csrf, &held.to_cookie(), &bound)
    }
}

/// What the anti-forgery check of a submission found (01 §1.4).
#[derive(Debug, Clone, PartialEq)]
pub enum Forgery {
    /// Nothing against it.
    None,
    /// A browser's flow without the token that its cookie asks for.
    Browser,
    /// An app's flow that a browser submitted; said on the form.
    Native(Message),
}

impl Visit {
    /// Checks that whoever submits a flow is who opened it, as far as browsers are concerned.
    pub fn forgery(&self, flow: &Head, body: &Submission) -> Forgery {
        match flow.client {
            Client::Browser => {
                let sent = body.text("csrf_token").unwrap_or_default();
                let held = self.csrf.held.as_ref();
                if held.zip(CsrfToken::parse(&sent)).is_some_and(|(held, sent)| held.matches(&sent)) {
                    Forgery::None
                } else {
                    Forgery::Browser
                }
            }
            // COMPAT: switched off in development for web builds of apps (06, `DEV_DISABLE_API_FLOW_ENFORCEMENT`).
            Client::Native if !self.runtime.enforce_native => Forgery::None,
            Client::Native if self.foreign.origin => {
                Forgery::Native(text::validation::generic(text::reason::NATIVE_WITH_ORIGIN))
            }
            Client::Native if self.foreign.cookies => {
                Forgery::Native(text::validation::generic(text::reason::NATIVE_WITH_COOKIES))
            }
            Client::Native => Forgery::None,
        }
    }
}

impl Visit {
    /// Seals the code that a followed link brought, for the form of its flow.
    pub(super) fn seal_prefill(&self, flow: FlowId, code: &Secret<String>) -> Sealed {
        let mut stream = self.seed.stream("prefilled code");
        let context = flow.as_uuid();
        self.runtime.keys.seal(
            SealPurpose::Prefill,
            code.expose().as_bytes(),
            context.as_bytes(),
            &mut stream,
        )
    }

    /// Opens it again.
    pub(super) fn open_prefill(&self, flow: FlowId, sealed: &Sealed) -> Option<String> {
        let plain = self.runtime.keys.open(SealPurpose::Prefill, sealed, flow.as_uuid().as_bytes())?;
        String::from_utf8(plain).ok()
    }
}

impl Visit {
    /// The anti-CSRF token for a form, under a fresh mask; empty when the browser has none.
    pub(super) fn masked_csrf(&self) -> String {
        let mut stream = self.seed.stream("csrf mask");
        self.csrf.current.as_ref().map(|token| token.masked(&mut stream)).unwrap_or_default()
    }

    /// The anti-CSRF token that this answer puts in place of the browser's, under a fresh mask.
    pub(super) fn masked_next_csrf(&self) -> String {
        self.csrf.next.masked(&mut self.seed.stream("csrf mask"))
    }
}

impl Visit {
    /// Seals a submission that waits for its owner to sign in anew, and draws the key that opens it again.
    pub(super) fn seal_paused(
        &self,
        body: &Submission,
        flow: FlowId,
        identity: IdentityId,
    ) -> Option<(Sealed, Secret<String>)> {
        let key = link_token(&mut self.seed.stream("continuity key"));
        let context = paused_context(flow, identity, &key);
        let plain = body.pack()?;
        let mut stream = self.seed.stream("paused submission");
        let sealed = self.runtime.keys.seal(SealPurpose::Paused, plain.expose(), &context, &mut stream);
        Some((sealed, key))
    }

    /// Opens it again, for whoever holds the key.
    pub(super) fn open_paused(
        &self,
        sealed: &Sealed,
        flow: FlowId,
        identity: IdentityId,
        key: &Secret<String>,
    ) -> Option<Submission> {
        let context = paused_context(flow, identity, key);
        let plain = self.runtime.keys.open(SealPurpose::Paused, sealed, &context).map(Secret::new)?;
        Submission::unpack(plain.expose())
    }
}

/// What a paused submission is bound to.
fn paused_context(flow: FlowId, identity: IdentityId, key: &Secret<String>) -> Vec<u8> {
    [flow.as_uuid().as_bytes().as_slice(), identity.as_uuid().as_bytes(), key.expose().as_bytes()].concat()
}

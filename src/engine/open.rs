//! Opening flows: by request, and in the place of others.

use uuid::Uuid;

use super::{
    Answer, Engine, Visit,
    commit::{Commit, Postmark},
    exchange,
    second_step::SecondStep,
};
use crate::{
    flow::{
        AnyFlow, Client, Draft, Effect, Failure, Flow, Head, LoginState, LoginStyle, Note, Origin, Proof,
        RegistrationState, RegistrationStyle, Social, VerificationState, Wanted,
    },
    identity::{Aal, Holdings, Identity, MethodId, Version},
    kernel::{Fault, FlowId, Lifespan, Secret},
    method,
    runtime::Selection,
    session::Session,
    store::Sessions as _,
    text::{self, ErrorCode},
    ui::Container,
};

/// A flow that was opened, or why it was not.
#[derive(Debug)]
pub enum Opened {
    /// It was.
    Flow {
        /// The flow.
        flow: Box<AnyFlow>,
        /// Its form.
        form: Container,
        /// The half of an exchange code that an app gets.
        exchange: Option<Secret<String>>,
    },
    /// Somebody is logged in already; nothing to do.
    AlreadyLoggedIn,
}

/// What a login is opened for, as asked.
#[derive(Debug, Clone)]
pub struct OpenLogin {
    /// Who drives it.
    pub client: Client,
    /// `aal`, as received; `None` when absent or empty.
    pub aal: Option<String>,
    /// `refresh`.
    pub refresh: bool,
    /// `return_to`, as received.
    pub return_to: Option<String>,
    /// `identity_schema`, as received.
    pub identity_schema: Option<String>,
    /// Whether an app wants to pick its session up by an exchange code.
    pub exchange: bool,
    /// `organization`, when it is one.
    pub organization: Option<Uuid>,
    /// `via`, the trait with the address that a code shall go to.
    pub via: Option<String>,
}

/// What a registration or verification is opened for, as asked.
#[derive(Debug, Clone)]
pub struct OpenRegistration {
    /// Who drives it.
    pub client: Client,
    /// `return_to`, as received.
    pub return_to: Option<String>,
    /// `identity_schema`, as received.
    pub identity_schema: Option<String>,
    /// Whether an app wants to pick its session up by an exchange code.
    pub exchange: bool,
    /// `organization`, when it is one.
    pub organization: Option<Uuid>,
}

impl Engine {
    /// Opens a login (01 §3.2).
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn open_login(&self, visit: &Visit, ask: OpenLogin) -> Answer<Opened> {
        let policy = &visit.runtime.policy;
        if let Err(failure) = policy.returns.check_wish(ask.return_to.as_deref()) {
            return Ok(Err(failure));
        }
        let aal = match parse_aal(ask.aal.as_deref()) {
            Ok(aal) => aal,
            Err(failure) => return Ok(Err(failure)),
        };
        if let Err(failure) = select_schema(visit, ask.identity_schema.as_deref()) {
            return Ok(Err(failure));
        }
        let session = self.session(visit).await?;
        let wanted = match want(aal, ask.refresh, session.as_ref().map(|(session, _)| session)) {
            Ok(Some(wanted)) => wanted,
            Ok(None) => return Ok(Ok(Opened::AlreadyLoggedIn)),
            Err(failure) => return Ok(Err(failure)),
        };
        let origin = Origin {
            request_url: visit.request_url.clone(),
            return_to: None,
            identity_schema: ask.identity_schema,
            organization: ask.organization,
        };
        let mut head = self.head(visit, ask.client, origin, policy.login.lifespan);
        if let Some((session, identity)) = &session {
            head.notes = banners(wanted, session);
            head.known = Some(Box::new(self.known(visit, identity).await?));
        }
        let is_known = session.is_some();
        let flow = Flow { head, state: first_login_screen(visit, wanted) };
        let Some((session, identity)) = session.filter(|_| wanted.aal > Aal::Aal1) else {
            // Who is logged in keeps the session that they have.
            return self.insert_with(visit, AnyFlow::Login(flow), ask.exchange && !is_known).await;
        };
        let asked = SecondStep { session: &session, identity: &identity, via: ask.via.as_deref() };
        self.open_second_step(visit, flow, &asked).await
    }

    /// Opens a registration (01 §3.3).
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn open_registration(&self, visit: &Visit, ask: OpenRegistration) -> Answer<Opened> {
        let policy = &visit.runtime.policy;
        if let Err(failure) = policy.returns.check_wish(ask.return_to.as_deref()) {
            return Ok(Err(failure));
        }
        if let Err(failure) = select_schema(visit, ask.identity_schema.as_deref()) {
            return Ok(Err(failure));
        }
        if !policy.registration.enabled {
            return Ok(Err(Failure::of(ErrorCode::FlowDisabled)));
        }
        if self.session(visit).await?.is_some() {
            return Ok(Ok(Opened::AlreadyLoggedIn));
        }
        let origin = Origin {
            request_url: visit.request_url.clone(),
            return_to: None,
            identity_schema: ask.identity_schema,
            organization: ask.organization,
        };
        let head = self.head(visit, ask.client, origin, policy.registration.lifespan);
        let flow = AnyFlow::Registration(Flow { head, state: first_screen(visit) });
        self.insert_with(visit, flow, ask.exchange).await
    }

    /// Opens a verification (02 §2.2).
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn open_verification(
        &self,
        visit: &Visit,
        client: Client,
        return_to: Option<&str>,
    ) -> Answer<Opened> {
        let policy = &visit.runtime.policy;
        if let Err(failure) = check_verification_enabled(visit) {
            return Ok(Err(failure));
        }
        if let Err(failure) = policy.returns.check_wish(return_to) {
            return Ok(Err(failure));
        }
        let origin = Origin { request_url: visit.request_url.clone(), ..Origin::default() };
        let head = self.verification_head(visit, client, origin);
        let state = VerificationState::AwaitingAddress { by: policy.verification.by };
        self.insert(visit, AnyFlow::Verification(Flow { head, state })).await
    }

    /// The active session of a request, and whose it is.
    pub(super) async fn session(&self, visit: &Visit) -> Result<Option<(Session, Identity)>, Fault> {
        let hashes = visit.session_hashes();
        if hashes.is_empty() {
            return Ok(None);
        }
        let found = self.store().read(move |reader| reader.session_by_token(&hashes)).await?;
        Ok(found.filter(|(session, identity)| session.is_active_at(visit.now) && identity.is_active()))
    }

    /// The login that takes the place of an expired one.
    pub(super) fn replacement_login(&self, visit: &Visit, old: &Flow<LoginState>) -> AnyFlow {
        let lifespan = visit.runtime.policy.login.lifespan;
        let mut head = self.head(visit, old.head.client, old.head.origin.clone(), lifespan);
        head.notes = vec![Note::form(text::login::flow_expired(old.head.expires_at))];
        head.draft = old.head.draft.carried_over();
        let state = first_login_screen(visit, old.state.wanted());
        AnyFlow::Login(Flow { head, state })
    }

    /// The registration that takes the place of an expired one; what was typed is kept.
    pub(super) fn replacement_registration(&self, visit: &Visit, old: &Flow<RegistrationState>) -> AnyFlow {
        let lifespan = visit.runtime.policy.registration.lifespan;
        let mut head = self.head(visit, old.head.client, old.head.origin.clone(), lifespan);
        head.notes = vec![Note::form(text::registration::flow_expired(old.head.expires_at))];
        head.draft = old.head.draft.carried_over();
        AnyFlow::Registration(Flow { head, state: first_screen(visit) })
    }

    /// The verification that takes the place of an expired one.
    pub(super) fn replacement_verification(&self, visit: &Visit, old: &Flow<VerificationState>) -> AnyFlow {
        let mut flow = self.verification_in_place_of(visit, old, old.head.origin.clone());
        flow.head_mut().notes = vec![Note::form(text::verification::flow_expired(old.head.expires_at))];
        flow
    }

    /// The verification that takes the place of one that is used up.
    pub(super) fn spare_verification(&self, visit: &Visit, old: &Flow<VerificationState>) -> AnyFlow {
        self.verification_in_place_of(visit, old, visit.origin_in_place_of(&old.head))
    }

    fn verification_in_place_of(
        &self,
        visit: &Visit,
        old: &Flow<VerificationState>,
        origin: Origin,
    ) -> AnyFlow {
        let mut head = self.verification_head(visit, old.head.client, origin);
        head.csrf = visit.next_binding(old.head.client);
        AnyFlow::Verification(Flow { head, state: VerificationState::AwaitingAddress { by: old.state.by() } })
    }

    fn verification_head(&self, visit: &Visit, client: Client, origin: Origin) -> Head {
        let policy = &visit.runtime.policy.verification;
        let mut head = self.head(visit, client, origin, policy.lifespan);
        head.active = Some(match policy.by {
            Proof::Code => MethodId::Code,
            Proof::Link => MethodId::Link,
        });
        head
    }

    pub(super) fn head(&self, visit: &Visit, client: Client, origin: Origin, lifespan: Lifespan) -> Head {
        Head {
            id: FlowId::random(&mut visit.seed.stream("flow id")),
            client,
            issued_at: visit.now,
            expires_at: visit.now.plus(lifespan),
            origin,
            csrf: match client {
                Client::Browser => visit.csrf_hash(),
                Client::Native => None,
            },
            active: None,
            draft: Draft::default(),
            known: None,
            social: Social::default(),
            round: 0,
            notes: Vec::new(),
            version: Version::default(),
            updated_at: visit.now,
        }
    }

    pub(super) async fn insert(&self, visit: &Visit, flow: AnyFlow) -> Answer<Opened> {
        self.insert_with(visit, flow, false).await
    }

    async fn insert_with(&self, visit: &Visit, mut flow: AnyFlow, exchanged: bool) -> Answer<Opened> {
        if let Some(failure) = self.call_before(visit, &flow, None).await? {
            return Ok(Err(failure));
        }
        let (effect, exchange) = match exchanged.then(|| exchange::open(visit, &mut flow)) {
            Some((effect, code)) => (Some(effect), Some(code)),
            None => (None, None),
        };
        let mut effects = vec![Effect::OpenFlow(Box::new(flow.clone()))];
        effects.extend(effect);
        self.commit(Commit { flow: None, subject: None, effects }, Postmark::of(visit)).await?;
        let form = self.form(visit, &flow);
        Ok(Ok(Opened::Flow { flow: Box::new(flow), form, exchange }))
    }

    /// What somebody who is logged in can prove themselves with.
    async fn known(&self, visit: &Visit, identity: &Identity) -> Result<Holdings, Fault> {
        let account = self.account_of(identity).await?;
        let mut held = Holdings::of(&account.credentials);
        held.display_name = visit.runtime.schemas.of_identity(identity).display_name(&identity.traits);
        held.codes = method::code::candidates(identity, &held.codes, visit.runtime.policy.code.fallback);
        Ok(held)
    }
}

/// Who only confirms who they are is not asked for the identifier first (01 §12.1).
fn first_login_screen(visit: &Visit, wanted: Wanted) -> LoginState {
    match visit.runtime.policy.login.style {
        LoginStyle::IdentifierFirst if !wanted.refresh && wanted.aal <= Aal::Aal1 => {
            LoginState::AwaitingIdentifier { wanted }
        }
        LoginStyle::IdentifierFirst | LoginStyle::Unified => LoginState::AwaitingFactor { wanted },
    }
}

pub(super) fn first_screen(visit: &Visit) -> RegistrationState {
    match visit.runtime.policy.registration.style {
        RegistrationStyle::ProfileFirst => RegistrationState::AwaitingProfile { submissions: 0 },
        RegistrationStyle::Unified => RegistrationState::AwaitingAll,
    }
}

/// What a login is for, given who is logged in; `None` when there is nothing left to do (01 §3.2).
fn want(aal: Aal, refresh: bool, session: Option<&Session>) -> Result<Option<Wanted>, Failure> {
    match session {
        None if aal > Aal::Aal1 => Err(Failure::of(ErrorCode::SessionAal1Required)),
        None => Ok(Some(Wanted { aal, refresh: false })),
        Some(_) if refresh => Ok(Some(Wanted { aal, refresh })),
        Some(session) if aal <= session.aal() => Ok(None),
        Some(_) => Ok(Some(Wanted { aal, refresh })),
    }
}

fn banners(wanted: Wanted, session: &Session) -> Vec<Note> {
    let mut notes = Vec::new();
    if wanted.refresh {
        notes.push(Note::form(text::login::confirm_identity()));
    }
    if wanted.aal > session.aal() {
        notes.push(Note::form(text::login::second_factor_needed()));
    }
    notes
}

fn parse_aal(asked: Option<&str>) -> Result<Aal, Failure> {
    match asked.map(str::to_lowercase).as_deref() {
        None | Some("aal1") => Ok(Aal::Aal1),
        Some("aal2") => Ok(Aal::Aal2),
        Some(other) => Err(Failure::because(
            ErrorCode::BadRequest,
            format!("The assurance level {other:?} is not known; use aal1 or aal2."),
        )),
    }
}

fn select_schema(visit: &Visit, asked: Option<&str>) -> Result<(), Failure> {
    match visit.runtime.schemas.select(asked) {
        Selection::Default | Selection::Selectable => Ok(()),
        Selection::NotSelectable => Err(Failure::because(
            ErrorCode::BadRequest,
            "This identity schema is not offered for self-service.",
        )),
        Selection::Unknown => {
            Err(Failure::because(ErrorCode::BadRequest, "This identity schema does not exist."))
        }
    }
}

fn check_verification_enabled(visit: &Visit) -> Result<(), Failure> {
    let policy = &visit.runtime.policy.verification;
    if !policy.enabled {
        return Err(Failure::because(
            ErrorCode::BadRequest,
            "Verification is switched off by configuration.",
        ));
    }
    if !policy.method_enabled {
        return Err(Failure::because(
            ErrorCode::BadRequest,
            "The method that verification uses is switched off by configuration.",
        ));
    }
    Ok(())
}

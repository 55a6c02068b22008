//! Opening and reading settings, and who may.

use super::{
    Engine, Fetched, Unreadable, Visit,
    commit::{Commit, Postmark},
    whoami::satisfies,
};
use crate::{
    flow::{AnyFlow, Client, Effect, Failure, Flow, Origin, SettingsState},
    identity::Identity,
    kernel::{Fault, FlowId},
    session::Session,
    store::Flows as _,
    text::ErrorCode,
};

pub(super) type SettingsFlow = Flow<SettingsState>;

/// Why somebody may not change this account, or not now.
#[derive(Debug)]
pub enum Barred {
    /// Nobody is logged in.
    NoSession,
    /// The account has a second factor, and the session has not shown it.
    NeedsSecondFactor,
    /// What else is wrong.
    Failed(Failure),
}

impl From<Failure> for Barred {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What comes of asking for settings.
pub type Admitted<T> = Result<Result<T, Barred>, Fault>;

/// Settings with whom they are about.
#[derive(Debug)]
pub struct OwnSettings {
    /// The flow with its form.
    pub fetched: Fetched,
    /// Whose account it is.
    pub owner: Identity,
}

/// Somebody who may change their account.
pub(super) struct Owner {
    pub session: Session,
    pub identity: Identity,
}

impl Engine {
    /// Opens settings (02 §4.2).
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn open_settings(
        &self,
        visit: &Visit,
        client: Client,
        return_to: Option<&str>,
    ) -> Admitted<OwnSettings> {
        let owner = match admit(visit, self.session(visit).await?) {
            Ok(owner) => owner,
            Err(barred) => return Ok(Err(barred)),
        };
        if let Err(failure) = visit.runtime.policy.returns.check_wish(return_to) {
            return Ok(Err(failure.into()));
        }
        let origin = Origin { request_url: visit.request_url.clone(), ..Origin::default() };
        let flow = self.settings_flow(visit, client, origin, &owner.identity);
        if let Some(failure) = self.call_before(visit, &flow, Some((&owner.session, &owner.identity))).await?
        {
            return Ok(Err(failure.into()));
        }
        let effects = vec![Effect::OpenFlow(Box::new(flow.clone()))];
        self.commit(Commit { flow: None, subject: None, effects }, Postmark::of(visit)).await?;
        let form = self.form_of(visit, &flow, &owner.identity);
        Ok(Ok(OwnSettings { fetched: Fetched { flow, form }, owner: owner.identity }))
    }

    /// Reads settings; the session binds them and not the browser.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn fetch_settings(
        &self,
        visit: &Visit,
        id: Option<FlowId>,
    ) -> Admitted<Result<OwnSettings, Unreadable>> {
        let (flow, owner) = match self.own_settings(visit, id, ErrorCode::NotLocated).await? {
            Ok(found) => found,
            Err(barred) => return Ok(Err(barred)),
        };
        if flow.head.is_expired_at(visit.now) {
            let (client, origin, expired_at) = (flow.head.client, flow.head.origin, flow.head.expires_at);
            return Ok(Ok(Err(Unreadable::Expired { client, origin, expired_at })));
        }
        let flow = AnyFlow::Settings(flow);
        let form = self.form_of(visit, &flow, &owner.identity);
        Ok(Ok(Ok(OwnSettings { fetched: Fetched { flow, form }, owner: owner.identity })))
    }

    /// Reads settings with the session of the request, in one unit of work.
    ///
    /// SECURITY: somebody else's are not shown and not changed (test `settings_of_somebody_else_are_closed`).
    pub(super) async fn own_settings(
        &self,
        visit: &Visit,
        id: Option<FlowId>,
        unknown: ErrorCode,
    ) -> Admitted<(SettingsFlow, Owner)> {
        let hashes = visit.session_hashes();
        let found = match id {
            Some(id) => self.store().read(move |reader| reader.flow_and_session(id, &hashes)).await?,
            None => (None, self.session(visit).await?),
        };
        let (flow, session) = found;
        let session =
            session.filter(|(session, identity)| session.is_active_at(visit.now) && identity.is_active());
        let Some((session, identity)) = session else { return Ok(Err(Barred::NoSession)) };
        let Some(AnyFlow::Settings(flow)) = flow else { return Ok(Err(Failure::of(unknown).into())) };
        if flow.state.identity() != identity.id {
            return Ok(Err(Failure::of(ErrorCode::IdentityMismatch).into()));
        }
        Ok(admit(visit, Some((session, identity))).map(|owner| (flow, owner)))
    }

    pub(super) fn settings_flow(
        &self,
        visit: &Visit,
        client: Client,
        origin: Origin,
        owner: &Identity,
    ) -> AnyFlow {
        let head = self.head(visit, client, origin, visit.runtime.policy.settings.lifespan);
        AnyFlow::Settings(Flow { head, state: SettingsState::Editing { identity: owner.id, paused: None } })
    }
}

pub(super) fn admit(visit: &Visit, session: Option<(Session, Identity)>) -> Result<Owner, Barred> {
    let (session, identity) = session.ok_or(Barred::NoSession)?;
    match satisfies(visit.runtime.policy.settings.required_aal, &session, &identity) {
        true => Ok(Owner { session, identity }),
        false => Err(Barred::NeedsSecondFactor),
    }
}

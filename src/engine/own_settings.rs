//! Opening and reading settings, and who may.

use super::{
    Engine, Fetched, Unreadable, Visit,
    commit::{Commit, Postmark},
};
use crate::{
    flow::{AnyFlow, Client, Effect, Failure, Flow, Origin, SettingsState},
    identity::Identity,
    kernel::{Fault, FlowId},
    method::Owned,
    session::Session,
    store::{Credentials as _, Flows as _, Reader, Sessions as _},
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
    pub account: Owned,
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
        let owner = match self.owner(visit).await? {
            Ok(owner) => owner,
            Err(barred) => return Ok(Err(barred)),
        };
        if let Err(failure) = visit.runtime.policy.returns.check_wish(return_to) {
            return Ok(Err(failure.into()));
        }
        let origin = Origin { request_url: visit.request_url.clone(), ..Origin::default() };
        let account = owner.account;
        let flow = self.settings_flow(visit, client, origin, &account.identity);
        let about = Some((&owner.session, &account.identity));
        if let Some(failure) = self.call_before(visit, &flow, about).await? {
            return Ok(Err(failure.into()));
        }
        let effects = vec![Effect::OpenFlow(Box::new(flow.clone()))];
        self.commit(Commit { flow: None, subject: None, effects }, Postmark::of(visit)).await?;
        let form = self.form_of(visit, &flow, &account);
        Ok(Ok(OwnSettings { fetched: Fetched { flow, form }, owner: account.identity }))
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
        let form = self.form_of(visit, &flow, &owner.account);
        Ok(Ok(Ok(OwnSettings { fetched: Fetched { flow, form }, owner: owner.account.identity })))
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
        let (flow, asking) = self.asking(visit, id).await?;
        let Some((session, account)) = asking else { return Ok(Err(Barred::NoSession)) };
        let Some(AnyFlow::Settings(flow)) = flow else { return Ok(Err(Failure::of(unknown).into())) };
        if flow.state.identity() != account.identity.id {
            return Ok(Err(Failure::of(ErrorCode::IdentityMismatch).into()));
        }
        Ok(admit(visit, Some((session, account))).map(|owner| (flow, owner)))
    }

    /// Whoever made this request, if they may change their account.
    pub(super) async fn owner(&self, visit: &Visit) -> Admitted<Owner> {
        let (_, asking) = self.asking(visit, None).await?;
        Ok(admit(visit, asking))
    }

    /// A flow, and the active session of the request with the account that it is for.
    async fn asking(
        &self,
        visit: &Visit,
        id: Option<FlowId>,
    ) -> Result<(Option<AnyFlow>, Option<(Session, Owned)>), Fault> {
        let hashes = visit.session_hashes();
        let find = move |reader: &mut Reader<'_>| {
            let flow = id.map(|id| reader.flow(id)).transpose()?.flatten();
            let found = if hashes.is_empty() { None } else { reader.session_by_token(&hashes)? };
            let Some((session, identity)) = found else { return Ok((flow, None)) };
            let credentials = reader.credentials_of(identity.id)?;
            Ok((flow, Some((session, Owned { identity, credentials }))))
        };
        let (flow, asking) = self.store().read(find).await?;
        let is_active = |(session, account): &(Session, Owned)| {
            session.is_active_at(visit.now) && account.identity.is_active()
        };
        Ok((flow, asking.filter(is_active)))
    }

    pub(super) fn settings_flow(
        &self,
        visit: &Visit,
        client: Client,
        origin: Origin,
        owner: &Identity,
    ) -> AnyFlow {
        let head = self.head(visit, client, origin, visit.runtime.policy.settings.lifespan);
        AnyFlow::Settings(Flow { head, state: SettingsState::begin(owner.id) })
    }
}

fn admit(visit: &Visit, asking: Option<(Session, Owned)>) -> Result<Owner, Barred> {
    let (session, account) = asking.ok_or(Barred::NoSession)?;
    match visit.satisfies(visit.runtime.policy.settings.required_aal, &session, &account.identity) {
        true => Ok(Owner { session, account }),
        false => Err(Barred::NeedsSecondFactor),
    }
}

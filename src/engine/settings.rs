//! Submitting settings.

use super::{
    Admitted, Arrival, Barred, Engine, Forgery, Outcome, Visit, oidc_settings,
    own_settings::{Owner, SettingsFlow},
    submit::{Body, RETRIES, Settled, Submitted, payload},
};
use crate::{
    flow::{
        AnyFlow, Change, Client, Cx, Draft, Failure, FlowKind, Note, Origin, Paused, Reach, SettingsEvent,
        SettingsState, Submission, is_privileged,
    },
    hook::{HookName, Moment},
    identity::{Identity, MethodId},
    kernel::{Fault, FlowId, Secret},
    method::{self, Role},
    store::{AddressPurpose, Identities as _, Reader},
    text::{self, ErrorCode},
};

/// How long what was put aside waits (02 §4.5).
const PAUSE: std::time::Duration = std::time::Duration::from_secs(15 * 60);

/// How a submission of settings came.
#[derive(Debug, Clone)]
pub struct SettingsArrival {
    /// Whether a form was sent or a link followed.
    pub arrival: Arrival,
    /// The key in the cookie of a browser that comes back from signing in anew.
    pub key: Option<Secret<String>>,
}

/// What was collected: the event, and what the form shall show again.
pub(super) struct Collected {
    pub event: SettingsEvent,
    pub draft: Option<Draft>,
    pub method: Option<MethodId>,
    pub names: Vec<String>,
}

impl Collected {
    pub const fn plain(event: SettingsEvent) -> Self {
        Self { event, draft: None, method: None, names: Vec::new() }
    }

    pub const fn refused(by: MethodId, notes: Vec<Note>) -> Self {
        Self::plain(SettingsEvent::Refused { by: Some(by), notes })
    }
}

/// What a submission is decided on.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub visit: &'a Visit,
    pub flow: &'a SettingsFlow,
    pub owner: &'a Owner,
    pub body: &'a Submission,
}

impl Engine {
    /// Submits settings (02 §4.4), or goes on with what was put aside.
    ///
    /// # Errors
    /// A fault of the system. What the client can mend is a failure or a form with messages.
    pub async fn submit_settings(
        &self,
        visit: &Visit,
        id: FlowId,
        body: Body<'_>,
        came: &SettingsArrival,
    ) -> Admitted<Outcome> {
        for _ in 0..=RETRIES {
            let (flow, owner) = match self.own_settings(visit, Some(id), ErrorCode::FlowNotFound).await? {
                Ok(found) => found,
                Err(barred) => return Ok(Err(barred)),
            };
            let collected = match self.collect_settings(visit, &flow, &owner, &body, came).await? {
                Ok(collected) => collected,
                Err(failure) => return Ok(Err(failure.into())),
            };
            let (draft, names) = (collected.draft.clone(), collected.names.clone());
            let settled = self.settle(visit, submitted(flow.clone(), &owner, collected, &body)).await?;
            let settled = match settled {
                Settled::Taken => {
                    let hints = self.hints(visit, names).await?;
                    let event = SettingsEvent::IdentifierTaken { hints };
                    let taken = Collected { draft, ..Collected::plain(event) };
                    self.settle(visit, submitted(flow, &owner, taken, &body)).await?
                }
                other => other,
            };
            if let Some(answer) = settled.answer() {
                return Ok(answer.map_err(Barred::from));
            }
        }
        let owner = match self.owner(visit).await? {
            Ok(owner) => owner,
            Err(barred) => return Ok(Err(barred)),
        };
        let answer = self.give_up(visit, id).await?;
        let for_owner = |outcome: Outcome| Outcome {
            form: self.form_of(visit, &outcome.flow, &owner.account),
            identity: Some(owner.account.identity.clone()),
            ..outcome
        };
        Ok(answer.map(for_owner).map_err(Barred::from))
    }

    async fn collect_settings(
        &self,
        visit: &Visit,
        flow: &SettingsFlow,
        owner: &Owner,
        body: &Body<'_>,
        came: &SettingsArrival,
    ) -> Result<Result<Collected, Failure>, Fault> {
        if flow.head.is_expired_at(visit.now) {
            let replacement = Box::new(self.replacement_settings(visit, flow, &owner.account.identity));
            return Ok(Ok(Collected::plain(SettingsEvent::Expired { replacement })));
        }
        let resumed;
        let body = match (came.arrival, body) {
            // SECURITY: a link that is followed changes nothing by itself; it goes on with what was put aside.
            (Arrival::Followed, _) => match resume(visit, flow, owner, came.key.as_ref()) {
                Some(paused) => {
                    resumed = paused;
                    &resumed
                }
                None => return Ok(Ok(Collected::plain(SettingsEvent::Unaddressed))),
            },
            (Arrival::Posted, Ok(body)) => *body,
            (Arrival::Posted, Err(reason)) => {
                let notes = vec![Note::form(text::validation::generic(reason))];
                return Ok(Ok(Collected::plain(SettingsEvent::Refused { by: None, notes })));
            }
        };
        let case = Case { visit, flow, owner, body };
        match addressed(&case) {
            Ok(Some(MethodId::Profile)) => self.collect_traits(&case).await,
            Ok(Some(MethodId::Totp)) => Ok(self.collect_totp(&case)),
            Ok(Some(MethodId::Lookup)) => Ok(self.collect_backup_codes(&case)),
            Ok(Some(MethodId::Oidc)) => self.collect_link(&case).await,
            Ok(Some(method @ (MethodId::Webauthn | MethodId::Passkey))) => {
                Ok(self.collect_authenticator(&case, method))
            }
            Ok(Some(_)) => self.collect_new_password(&case).await,
            Ok(None) => Ok(Ok(Collected::plain(SettingsEvent::Unaddressed))),
            Err(failure) => Ok(Err(failure)),
        }
    }

    /// Fields, then the anti-forgery check, then one read, then whether the session is fresh enough.
    async fn collect_traits(&self, case: &Case<'_>) -> Result<Result<Collected, Failure>, Fault> {
        let Case { visit, flow, owner, body } = *case;
        if body.json_object().is_some_and(|body| body.get("traits").is_some_and(serde_json::Value::is_array))
        {
            return Ok(Err(Failure::of(ErrorCode::Unstructured)));
        }
        let schema = visit.runtime.schemas.of_identity(&owner.account.identity);
        let traits = method::profile::traits(schema, body);
        let draft = Some(Draft { traits: traits.clone(), retyped: true, ..flow.head.draft.clone() });
        let refused =
            |notes| Collected { draft: draft.clone(), ..Collected::refused(MethodId::Profile, notes) };
        let checked = match method::profile::check_form(schema, &traits, body, Ok(())) {
            Ok((checked, ())) => checked,
            Err(notes) => return Ok(Ok(refused(notes))),
        };
        match visit.forgery(&flow.head, body) {
            Forgery::None => {}
            Forgery::Browser => return Ok(Err(Failure::of(ErrorCode::CsrfViolation))),
            Forgery::Native(reason) => return Ok(Ok(refused(vec![Note::form(reason)]))),
        }
        // Traits replace all that there were; a form without any is a mistake and not a wish.
        if traits.is_empty() {
            let reason = text::validation::generic(text::reason::NO_TRAITS);
            return Ok(Ok(refused(vec![Note::form(reason)])));
        }
        let names = checked.password_identifiers.clone();
        let next = self.next_settings(visit, flow, &owner.account.identity);
        let change = method::change_traits(&self.ports(visit), &owner.account, &checked);
        if change.reach == Reach::Protected && !is_fresh(case, MethodId::Profile) {
            return Ok(Ok(too_old(case, MethodId::Profile)));
        }
        if self.is_taken(case, &change).await? {
            let hints = self.hints(visit, names.clone()).await?;
            let event = SettingsEvent::IdentifierTaken { hints };
            return Ok(Ok(Collected { event, draft, method: None, names }));
        }
        let event = SettingsEvent::Changed { change: Box::new(change), next: Box::new(next) };
        Ok(Ok(Collected { event, draft, method: Some(MethodId::Profile), names }))
    }

    /// Whether somebody else has an address that would wait to be proven; without waiting, the commit finds out.
    async fn is_taken(&self, case: &Case<'_>, change: &Change) -> Result<bool, Fault> {
        let moment = Moment::After(FlowKind::Settings, Some(MethodId::Profile));
        if !case.visit.runtime.hooks.has(moment, HookName::VerifyNewAddress) {
            return Ok(false);
        }
        let own = change.identity.id;
        let addresses: Vec<_> = change
            .identity
            .verifiable_addresses
            .iter()
            .map(|address| (address.via, [address.value.clone()]))
            .collect();
        let find = move |reader: &mut Reader<'_>| {
            for (via, value) in &addresses {
                let found = reader.identity_by_address(AddressPurpose::Verifiable, *via, value)?;
                if found.is_some_and(|(_, identity)| identity.id != own) {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        Ok(self.store().read(find).await?)
    }

    /// The anti-forgery check, whether the session is fresh enough, the field, the policy, then the hashes.
    async fn collect_new_password(&self, case: &Case<'_>) -> Result<Result<Collected, Failure>, Fault> {
        let Case { visit, flow, owner, body } = *case;
        let refused = |notes| Ok(Ok(Collected::refused(MethodId::Password, notes)));
        match visit.forgery(&flow.head, body) {
            Forgery::None => {}
            Forgery::Browser => return Ok(Err(Failure::of(ErrorCode::CsrfViolation))),
            Forgery::Native(reason) => return refused(vec![Note::form(reason)]),
        }
        if !is_fresh(case, MethodId::Password) {
            return Ok(Ok(too_old(case, MethodId::Password)));
        }
        let password = match method::password::parse_new(body) {
            Ok(password) => password,
            Err(notes) => return refused(notes),
        };
        let schema = visit.runtime.schemas.of_identity(&owner.account.identity);
        let checked = match method::profile::check(schema, &owner.account.identity.traits) {
            Ok(checked) => checked,
            Err(notes) => return refused(notes),
        };
        if checked.password_identifiers.is_empty() {
            return refused(vec![Note::form(text::validation::identifier_missing())]);
        }
        let ports = self.ports(visit);
        if let Err(notes) = method::password::check_policy(&ports, &password, &checked).await? {
            return refused(notes);
        }
        let account = &owner.account;
        let current = account.credentials.iter().find(|credential| credential.method() == MethodId::Password);
        if let Err(notes) = method::password::check_changed(&ports, current, &password).await? {
            return refused(notes);
        }
        let hash = method::password::hash(&ports, &password).await?;
        let next = self.next_settings(visit, flow, &account.identity);
        let change = method::change_password(&ports, account, &checked, hash);
        let event = SettingsEvent::Changed { change: Box::new(change), next: Box::new(next) };
        let names = checked.password_identifiers;
        Ok(Ok(Collected { event, draft: None, method: Some(MethodId::Password), names }))
    }

    /// A change that needs nothing more to be decided.
    pub(super) fn changed(&self, case: &Case<'_>, change: Change) -> Collected {
        let next = self.next_settings(case.visit, case.flow, &case.owner.account.identity);
        let method = Some(change.method);
        let event = SettingsEvent::Changed { change: Box::new(change), next: Box::new(next) };
        Collected { method, ..Collected::plain(event) }
    }

    /// The settings that take the place of expired ones.
    pub(super) fn replacement_settings(
        &self,
        visit: &Visit,
        old: &SettingsFlow,
        owner: &Identity,
    ) -> AnyFlow {
        let mut flow = self.settings_flow(visit, old.head.client, old.head.origin.clone(), owner);
        flow.head_mut().notes = vec![Note::form(text::settings::flow_expired(old.head.expires_at))];
        flow
    }

    /// The settings that the form goes on with after a success.
    pub(super) fn next_settings(&self, visit: &Visit, old: &SettingsFlow, owner: &Identity) -> AnyFlow {
        let origin = Origin { request_url: visit.request_url.clone(), ..Origin::default() };
        self.settings_flow(visit, old.head.client, origin, owner)
    }
}

fn resume(
    visit: &Visit,
    flow: &SettingsFlow,
    owner: &Owner,
    key: Option<&Secret<String>>,
) -> Option<Submission> {
    let paused = flow.state.paused_at(visit.now)?;
    visit.open_paused(&paused.body, flow.head.id, owner.account.identity.id, key?)
}

/// The method that is addressed, if it can be used here.
fn addressed(case: &Case<'_>) -> Result<Option<MethodId>, Failure> {
    let policy = &case.visit.runtime.policy;
    let named = match case.body.text("method") {
        Some(method) => MethodId::parse(&method),
        None => named_by_field(case),
    };
    match named {
        // These never stand in this form.
        None | Some(MethodId::Code | MethodId::Link | MethodId::IdentifierFirst) => Ok(None),
        Some(method) if !method::is_enabled(method, policy) => Err(Failure::of(ErrorCode::EndpointDisabled)),
        Some(method) => Ok(Some(method).filter(|method| method::roles(*method).contains(&Role::Management))),
    }
}

/// Methods that are known by fields of their own (02 §4.4).
fn named_by_field(case: &Case<'_>) -> Option<MethodId> {
    let body = case.body;
    let has = |field: &str| body.text(field).is_some();
    if oidc_settings::is_addressed(body) {
        return Some(MethodId::Oidc);
    }
    if has("totp_unlink") {
        return Some(MethodId::Totp);
    }
    let is_browser = case.flow.head.client == Client::Browser;
    let by_key = [MethodId::Passkey, MethodId::Webauthn].into_iter();
    let mut by_key = by_key.filter(|method| method::key::settings::ask(body, *method, is_browser).is_some());
    if let Some(method) = by_key.next() {
        return Some(method);
    }
    let asks = method::lookup::parse_ask(body).is_ok_and(|ask| ask.is_some());
    asks.then_some(MethodId::Lookup)
}

pub(super) fn is_fresh(case: &Case<'_>, method: MethodId) -> bool {
    let Case { visit, flow, owner, .. } = case;
    let cx = Cx {
        now: visit.now,
        seed: &visit.seed,
        policy: &visit.runtime.policy,
        flow: &flow.head,
        session: Some(&owner.session),
        device: &visit.device,
    };
    is_privileged(&owner.session, method, &cx)
}

/// Puts aside what was asked for. Apps send it again by themselves, and nothing is kept for them.
pub(super) fn too_old(case: &Case<'_>, method: MethodId) -> Collected {
    let Case { visit, flow, owner, body } = case;
    let pause = match flow.head.client {
        Client::Browser => visit.seal_paused(body, flow.head.id, owner.account.identity.id),
        Client::Native => None,
    };
    let until = visit.now.plus(PAUSE);
    let pause = pause.map(|(body, key)| (Paused { body, until }, key));
    Collected { method: Some(method), ..Collected::plain(SettingsEvent::SessionTooOld { pause }) }
}

fn submitted(
    flow: SettingsFlow,
    owner: &Owner,
    collected: Collected,
    body: &Body<'_>,
) -> Submitted<SettingsState> {
    let Collected { event, draft, method, .. } = collected;
    Submitted {
        flow,
        session: Some(owner.session.clone()),
        owner: Some(owner.account.clone()),
        event,
        draft,
        method,
        transient_payload: payload(body),
        rebind: None,
    }
}

//! Opening a login for a second factor: which addresses a code can go to, and the code that goes out at once
//! where nothing else could be shown (01 §10.3.1, §10.3.4).

use super::{
    Answer, Engine, Opened, Visit,
    commit::{Commit, Postmark},
    login::LoginFlow,
};
use crate::{
    flow::{AnyFlow, CodeRecipient, Cx, Effect, Failure, LoginEvent, Machine as _},
    identity::{CodeAddress, Holdings, Identity},
    kernel::normalise,
    session::Session,
    text::ErrorCode,
};

/// Who wants to show a second factor, and how.
pub(super) struct SecondStep<'a> {
    pub session: &'a Session,
    pub identity: &'a Identity,
    /// The path of the trait with the address that a code shall go to.
    pub via: Option<&'a str>,
}

impl Engine {
    /// Opens a login that raises a session.
    pub(super) async fn open_second_step(
        &self,
        visit: &Visit,
        mut flow: LoginFlow,
        step: &SecondStep<'_>,
    ) -> Answer<Opened> {
        let policy = &visit.runtime.policy;
        let held = flow.head.known.get_or_insert_default();
        if let (Some(via), true) = (step.via, policy.code.second_factor) {
            match narrowed(step.identity, &held.codes, via) {
                Some(address) => held.codes = vec![address],
                None => {
                    let reason = format!("The trait {via:?} holds no address that a code could be sent to.");
                    return Ok(Err(Failure::because(ErrorCode::BadRequest, reason)));
                }
            }
        }
        match only_by_code(visit, held) {
            Some(address) => {
                let address = address.clone();
                self.open_with_code(visit, flow, step, address).await
            }
            None => self.insert(visit, AnyFlow::Login(flow)).await,
        }
    }

    /// Opens a login with the code already under way.
    async fn open_with_code(
        &self,
        visit: &Visit,
        mut flow: LoginFlow,
        step: &SecondStep<'_>,
        address: CodeAddress,
    ) -> Answer<Opened> {
        if let Some(failure) = self.call_before(visit, &AnyFlow::Login(flow.clone()), None).await? {
            return Ok(Err(failure));
        }
        flow.head.draft.identifier = Some(address.address.clone());
        let recipient =
            CodeRecipient::Account { identity: Box::new(step.identity.clone()), addresses: vec![address] };
        let cx = Cx {
            now: visit.now,
            seed: &visit.seed,
            policy: &visit.runtime.policy,
            flow: &flow.head,
            session: Some(step.session),
            device: &visit.device,
        };
        let Ok(sent) = flow.state.clone().on(LoginEvent::CodeAsked(recipient), &cx) else {
            return Ok(Err(Failure::of(ErrorCode::BadRequest)));
        };
        (flow.state, flow.head.notes) = (sent.state, sent.notes);
        flow.head.active = flow.state.active();
        let flow = AnyFlow::Login(flow);
        let mut effects = vec![Effect::OpenFlow(Box::new(flow.clone()))];
        effects.extend(sent.effects);
        self.commit(Commit { flow: None, subject: None, effects }, Postmark::of(visit)).await?;
        let form = self.form(visit, &flow);
        Ok(Ok(Opened::Flow { flow: Box::new(flow), form, exchange: None }))
    }
}

/// The one address that a code could go to, when nothing else can be shown.
fn only_by_code<'a>(visit: &Visit, held: &'a Holdings) -> Option<&'a CodeAddress> {
    let policy = &visit.runtime.policy;
    let others = (policy.totp.enabled && held.totp)
        || (policy.lookup_enabled && held.backup_codes)
        || (policy.second_factors().webauthn && held.keys.iter().any(|key| !key.is_passwordless));
    match held.codes.as_slice() {
        [only] if policy.code.second_factor && !others => Some(only),
        _ => None,
    }
}

/// The address that a trait names, if a code could go there.
fn narrowed(identity: &Identity, codes: &[CodeAddress], via: &str) -> Option<CodeAddress> {
    let mut path = via.split('.');
    let first = identity.traits.get(path.next()?)?;
    let value = path.try_fold(first, |value, key| value.get(key))?.as_str()?;
    let names = normalise::candidates(value);
    codes.iter().find(|code| names.contains(&code.address)).cloned()
}

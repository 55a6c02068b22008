//! Signing up by a provider (01 §14.3, §15.2).

use super::{
    Answer, Engine, Outcome, Visit,
    oidc_return::Story,
    open::Opened,
    registration::{Collected, RegistrationFlow},
    submit::{Loaded, RETRIES, Settled, Submitted},
};
use crate::{
    flow::{
        AnyFlow, Draft, Failure, FlowKind, NewAccount, RegistrationEvent, RegistrationState, Replacement,
        Reply,
    },
    identity::{Available, Credential, Identity, MethodId},
    kernel::Fault,
    method::{
        self,
        oidc::{MapError, Mapped, Vouched},
    },
    session::Session,
    store::{Credentials as _, Reader},
    text::ErrorCode,
};

impl Engine {
    /// Goes on with a registration whose browser is back from a provider, or that an app shows a token in.
    pub(super) async fn signup_by_provider(&self, visit: &Visit, story: Story) -> Answer<Outcome> {
        let mut story = story;
        for _ in 0..=RETRIES {
            let loaded = self.load(visit, story.flow).await?;
            let Some(Loaded { flow: AnyFlow::Registration(mut flow), session }) = loaded else {
                return Ok(Err(Failure::of(ErrorCode::NotLocated)));
            };
            flow.head.social.back = Some(story.back());
            if session.is_none()
                && !flow.head.is_expired_at(visit.now)
                && let Ok(vouched) = &story.told
                && self.holder(&story, vouched).await?.is_some()
            {
                let from = AnyFlow::Registration(flow);
                story.flow = match self.change_places(visit, &from, FlowKind::Login).await? {
                    Ok(flow) => flow,
                    Err(failure) => return Ok(Err(failure)),
                };
                return Box::pin(self.login_by_provider(visit, story)).await;
            }
            let session = session.map(|(session, _)| session);
            let collected = match self.collect_signup(visit, &flow, session.as_ref(), &story).await? {
                Ok(collected) => collected,
                Err(failure) => return Ok(Err(failure)),
            };
            let account = match &collected.event {
                RegistrationEvent::AccountCompleted(account) => Some(account.as_ref().clone()),
                _ => None,
            };
            match self.settle(visit, submitted(flow.clone(), collected, &story)).await? {
                Settled::Answered(outcome) => return Ok(Ok(*outcome)),
                Settled::Failed(failure) => return Ok(Err(failure)),
                Settled::Stale => {}
                Settled::Taken => {
                    // Of two who sign up by the same account at once the other one was faster.
                    let known = match &story.told {
                        Ok(vouched) => self.holder(&story, vouched).await?.is_some(),
                        Err(_) => false,
                    };
                    let Some(account) = account.filter(|_| !known) else { continue };
                    if let Some(answer) = self.linking(visit, &flow.head, &account, &story).await? {
                        return Ok(answer);
                    }
                }
            }
        }
        self.give_up(visit, story.flow).await
    }

    /// Whose account at a provider it is.
    pub(super) async fn holder(
        &self,
        story: &Story,
        vouched: &Vouched,
    ) -> Result<Option<(Credential, Identity)>, Fault> {
        let name = story.name(&vouched.claims);
        let find = move |reader: &mut Reader<'_>| reader.credential_by_identifier(MethodId::Oidc, &[name]);
        Ok(self.store().read(find).await?)
    }

    async fn collect_signup(
        &self,
        visit: &Visit,
        flow: &RegistrationFlow,
        session: Option<&Session>,
        story: &Story,
    ) -> Answer<Collected> {
        let plain = |event| Ok(Ok(Collected { event, draft: None, method: Some(MethodId::Oidc) }));
        if session.is_some() {
            return plain(RegistrationEvent::AlreadyLoggedIn);
        }
        if flow.head.is_expired_at(visit.now) {
            let replacement = Box::new(self.replacement_registration(visit, flow));
            return plain(RegistrationEvent::Expired { replacement });
        }
        let vouched = match &story.told {
            Ok(vouched) => vouched,
            Err(reason) => return plain(RegistrationEvent::Refused(Story::refusal(reason))),
        };
        let mapped = match method::oidc::map(&story.provider, &vouched.claims, None).await {
            Ok(mapped) => mapped,
            Err(error) => {
                return match map_failure(&error) {
                    Ok(reason) => plain(RegistrationEvent::Refused(Story::refusal(&reason))),
                    Err(failure) => Ok(Err(failure)),
                };
            }
        };
        // What the person typed counts for more than what the provider tells (01 §14.3).
        let told = Draft { traits: mapped.traits.clone(), ..flow.head.draft.clone() };
        let draft = told.with_traits(&story.baggage.traits);
        let schema = visit.runtime.schemas.of_flow(&flow.head.origin);
        let event = match method::profile::check(schema, &draft.traits) {
            Err(notes) => RegistrationEvent::ToldTooLittle { provider: story.provider.id.clone(), notes },
            Ok(checked) => {
                let account = method::account(&self.ports(visit), &checked, None);
                RegistrationEvent::AccountCompleted(Box::new(vouch(visit, account, mapped, story, vouched)))
            }
        };
        Ok(Ok(Collected { event, draft: Some(draft), method: Some(MethodId::Oidc) }))
    }
}

/// The account with its link to the provider, and with what the provider says of it.
fn vouch(
    visit: &Visit,
    mut account: NewAccount,
    mapped: Mapped,
    story: &Story,
    vouched: &Vouched,
) -> NewAccount {
    let identity = &mut account.identity;
    identity.metadata_public = mapped.metadata_public;
    identity.metadata_admin = mapped.metadata_admin;
    for (via, value) in &mapped.verified {
        if let Some(address) = identity.unverified(*via, value) {
            identity.mark_verified(address, visit.now);
        }
    }
    let owner = identity.id;
    account.credentials.push(visit.linked_credential(owner, None, story.account(visit, vouched, owner)));
    account.identity.available = Available::of(&account.credentials);
    account
}

/// What a program's failure means: words for the person, or an error for operators.
pub(super) fn map_failure(error: &MapError) -> Result<String, Failure> {
    match error {
        MapError::Addresses => Ok("The provider told addresses that cannot be read.".to_owned()),
        MapError::Program(_) | MapError::Shape { .. } => {
            tracing::error!("the program that makes an account of claims failed: {error}");
            Err(Failure::of(ErrorCode::Internal))
        }
    }
}

fn submitted(flow: RegistrationFlow, collected: Collected, story: &Story) -> Submitted<RegistrationState> {
    let Collected { event, draft, method } = collected;
    let transient_payload = story.baggage.payload.clone();
    Submitted { flow, session: None, owner: None, event, draft, method, transient_payload, rebind: None }
}

/// The answer that leads to a login which links an account once its owner has signed in (01 §15.2).
pub(super) fn linking_answer(opened: Opened) -> Option<Outcome> {
    let Opened::Flow { flow, form, .. } = opened else { return None };
    let reply = Reply::Replaced { by: flow.head().id, because: Replacement::Linking };
    Some(Outcome { reply, flow: *flow, form, identity: None, rotate_csrf: false })
}

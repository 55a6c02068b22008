//! Linking and unlinking accounts at providers (02 §4.7).

use super::{
    Admitted, Barred, Engine, Forgery, Outcome, Visit,
    oidc_link::linked_accounts,
    oidc_return::Story,
    oidc_trip::Asked,
    own_settings::{Owner, SettingsFlow},
    settings::{Case, Collected, is_fresh, too_old},
    submit::{RETRIES, Settled, Submitted},
};
use crate::{
    flow::{AnyFlow, Change, Failure, FlowKind, Note, Reach, SettingsEvent, Submission},
    identity::{Aal, Available, Credential, Holdings, Identity, MethodId},
    kernel::Fault,
    method::{self, Owned, oidc::Vouched},
    session::Factor,
    text::{self, ErrorCode},
};

/// What shall become of a link.
enum Wish {
    Link(String),
    Unlink(String),
}

/// What a submission wants with a provider; `None` when it is about something else.
pub(super) fn is_addressed(body: &Submission) -> bool {
    let by = body.text("method").is_none_or(|method| method.eq_ignore_ascii_case("oidc"));
    by && (body.text("link").is_some() || body.text("unlink").is_some())
}

fn wish(body: &Submission) -> Option<Wish> {
    match (body.text("link"), body.text("unlink")) {
        (Some(link), None) => Some(Wish::Link(link)),
        (None, Some(unlink)) => Some(Wish::Unlink(unlink)),
        (Some(_), Some(_)) | (None, None) => None,
    }
}

fn refused(reason: &str) -> Result<Result<Collected, Failure>, Fault> {
    let notes = vec![Note::form(text::validation::generic(reason))];
    Ok(Ok(Collected::refused(MethodId::Oidc, notes)))
}

impl Engine {
    /// The anti-forgery check, whether the session is fresh enough, then what is wished for.
    ///
    /// SECURITY: the check is ours, the reference has none (02 §4.4; test `linking_needs_the_anti_forgery_token`).
    pub(super) async fn collect_link(&self, case: &Case<'_>) -> Result<Result<Collected, Failure>, Fault> {
        let Case { visit, flow, owner, body } = *case;
        match visit.forgery(&flow.head, body) {
            Forgery::None => {}
            Forgery::Browser => return Ok(Err(Failure::of(ErrorCode::CsrfViolation))),
            Forgery::Native(reason) => {
                return Ok(Ok(Collected::refused(MethodId::Oidc, vec![Note::form(reason)])));
            }
        }
        if !is_fresh(case, MethodId::Oidc) {
            return Ok(Ok(too_old(case, MethodId::Oidc)));
        }
        let credentials = &owner.account.credentials;
        let is_linked = |id: &str| {
            let accounts = credentials.iter().flat_map(linked_accounts);
            accounts.into_iter().any(|account| account.provider == id)
        };
        let by_code = visit.runtime.policy.code.passwordless;
        match wish(body) {
            None => refused(text::reason::LINK_OR_UNLINK),
            Some(Wish::Link(id)) if is_linked(&id) => refused(text::reason::LINKED_ALREADY),
            Some(Wish::Link(id)) => {
                if visit.runtime.providers.find(&id).is_none_or(|provider| provider.organization.is_some()) {
                    return refused(text::reason::NO_PROVIDER);
                }
                let schema = visit.runtime.schemas.of_identity(&owner.account.identity);
                let traits = method::profile::traits(schema, body);
                let (head, kind) = (&flow.head, FlowKind::Settings);
                let asked = Asked { head, kind, provider: &id, body, traits, again: false };
                let left = self.depart(visit, asked).await?;
                Ok(left.map(|departure| {
                    let event = SettingsEvent::Left(Box::new(departure));
                    Collected { method: Some(MethodId::Oidc), ..Collected::plain(event) }
                }))
            }
            Some(Wish::Unlink(id)) if !is_linked(&id) => refused(text::reason::NO_PROVIDER),
            Some(Wish::Unlink(_)) if Holdings::of(credentials).ways_in(by_code) < 2 => {
                refused(text::reason::LAST_WAY_IN)
            }
            Some(Wish::Unlink(id)) => Ok(Ok(self.unlinked(case, &id))),
        }
    }

    fn unlinked(&self, case: &Case<'_>, provider: &str) -> Collected {
        let account = &case.owner.account;
        let old = account.credentials.iter().find(|one| one.method() == MethodId::Oidc);
        let left = old.and_then(|old| case.visit.unlinked_credential(old, provider));
        let next = self.next_settings(case.visit, case.flow, &account.identity);
        changed(relinked(account, left, None), next)
    }

    /// Goes on with settings whose browser is back from a provider.
    pub(super) async fn link_by_provider(&self, visit: &Visit, story: Story) -> Admitted<Outcome> {
        for _ in 0..=RETRIES {
            let own = self.own_settings(visit, Some(story.flow), ErrorCode::FlowNotFound).await?;
            let (mut flow, owner) = match own {
                Ok(found) => found,
                Err(barred) => return Ok(Err(barred)),
            };
            flow.head.social.back = Some(story.back());
            let collected = self.collect_linked(visit, &flow, &owner, &story).await?;
            let submitted = |collected: Collected| Submitted {
                flow: flow.clone(),
                session: Some(owner.session.clone()),
                owner: Some(owner.account.clone()),
                event: collected.event,
                draft: None,
                method: Some(MethodId::Oidc),
                transient_payload: story.baggage.payload.clone(),
                rebind: None,
            };
            let settled = match self.settle(visit, submitted(collected)).await? {
                Settled::Taken => {
                    let taken = Collected::plain(SettingsEvent::IdentifierTaken { hints: None });
                    self.settle(visit, submitted(taken)).await?
                }
                settled => settled,
            };
            if let Some(answer) = settled.answer() {
                return Ok(answer.map_err(Barred::from));
            }
        }
        let answer = self.give_up(visit, story.flow).await?;
        Ok(answer.map_err(Barred::from))
    }

    async fn collect_linked(
        &self,
        visit: &Visit,
        flow: &SettingsFlow,
        owner: &Owner,
        story: &Story,
    ) -> Result<Collected, Fault> {
        if flow.head.is_expired_at(visit.now) {
            let replacement = Box::new(self.replacement_settings(visit, flow, &owner.account.identity));
            return Ok(Collected::plain(SettingsEvent::Expired { replacement }));
        }
        let vouched: &Vouched = match &story.told {
            Ok(vouched) => vouched,
            Err(reason) => return Ok(Collected::refused(MethodId::Oidc, Story::refusal(reason))),
        };
        // SECURITY: an account at a provider opens one account of ours (test `nobody_links_the_account_of_somebody_else`).
        let (account, own) = (&owner.account, owner.account.identity.id);
        let holder = self.holder(story, vouched).await?;
        if holder.is_some_and(|(_, holder)| holder.id != own) {
            return Ok(Collected::plain(SettingsEvent::IdentifierTaken { hints: None }));
        }
        let old = account.credentials.iter().find(|one| one.method() == MethodId::Oidc);
        let put = visit.linked_credential(own, old, story.account(visit, vouched, own));
        // SECURITY: worth one factor, whatever the provider says: who has got hold of a session could link an account
        // of their own that is worth two (test `linking_is_worth_one_factor`).
        let factor = Factor { aal: Aal::Aal1, ..story.back().factor() };
        let next = self.next_settings(visit, flow, &account.identity);
        Ok(changed(relinked(account, Some(put), Some(factor)), next))
    }
}

/// The account with these links, or without any.
fn relinked(account: &Owned, put: Option<Credential>, proves: Option<Factor>) -> Change {
    let mut credentials = account.credentials.clone();
    credentials.retain(|one| one.method() != MethodId::Oidc);
    credentials.extend(put.clone());
    Change {
        method: MethodId::Oidc,
        previous: account.identity.clone(),
        identity: Identity { available: Available::of(&credentials), ..account.identity.clone() },
        dropped: if put.is_none() { vec![MethodId::Oidc] } else { Vec::new() },
        put: put.into_iter().collect(),
        credentials,
        proves,
        reach: Reach::Protected,
    }
}

fn changed(change: Change, next: AnyFlow) -> Collected {
    let event = SettingsEvent::Changed { change: Box::new(change), next: Box::new(next) };
    Collected { method: Some(MethodId::Oidc), ..Collected::plain(event) }
}

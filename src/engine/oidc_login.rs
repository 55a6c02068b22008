//! Signing in by a provider (01 §14.3).

use super::{
    Answer, Engine, Outcome, Visit,
    login::LoginFlow,
    oidc_return::Story,
    oidc_signup::map_failure,
    registration::RegistrationFlow,
    submit::{Loaded, RETRIES, Settled, Submitted},
};
use crate::{
    flow::{
        AnyFlow, Change, Client, FactorCheck, Failure, Flow, FlowKind, LoginEvent, LoginState, NewAccount,
        Note, Origin, Shown, Wanted,
    },
    identity::{Aal, Identity, MethodId},
    kernel::{Fault, FlowId},
    method::{self, oidc::Vouched},
    session::Session,
    text::{self, ErrorCode},
};

/// What becomes of somebody who is back in a login.
enum Way {
    /// This has happened.
    Event(LoginEvent),
    /// Nobody has the account at the provider yet.
    Newcomer,
}

impl Engine {
    /// Goes on with a login whose browser is back from a provider, or that an app shows a token in.
    pub(super) async fn login_by_provider(&self, visit: &Visit, mut story: Story) -> Answer<Outcome> {
        for _ in 0..=RETRIES {
            let loaded = self.load(visit, story.flow).await?;
            let Some(Loaded { flow: AnyFlow::Login(mut flow), session }) = loaded else {
                return Ok(Err(Failure::of(ErrorCode::NotLocated)));
            };
            flow.head.social.back = Some(story.back());
            let session = session.map(|(session, _)| session);
            let way = match self.way_in(visit, &flow, session.as_ref(), &story).await? {
                Ok(way) => way,
                Err(failure) => return Ok(Err(failure)),
            };
            let event = match way {
                Way::Event(event) => event,
                Way::Newcomer if visit.runtime.policy.registration.enabled => {
                    let from = AnyFlow::Login(flow);
                    story.flow = match self.change_places(visit, &from, FlowKind::Registration).await? {
                        Ok(flow) => flow,
                        Err(failure) => return Ok(Err(failure)),
                    };
                    return Box::pin(self.signup_by_provider(visit, story)).await;
                }
                Way::Newcomer => match self.link_only(visit, &flow, &story).await? {
                    Some(answer) => return Ok(answer),
                    None => LoginEvent::Refused(Story::refusal(text::reason::SIGN_UP_CLOSED)),
                },
            };
            match self.settle(visit, submitted(flow.clone(), session.clone(), event, &story)).await? {
                Settled::Taken => {
                    let taken = vec![Note::form(text::validation::identifier_taken())];
                    let event = LoginEvent::Refused(taken);
                    if let Some(answer) =
                        self.settle(visit, submitted(flow, session, event, &story)).await?.answer()
                    {
                        return Ok(answer);
                    }
                }
                settled => {
                    if let Some(answer) = settled.answer() {
                        return Ok(answer);
                    }
                }
            }
        }
        self.give_up(visit, story.flow).await
    }

    async fn way_in(
        &self,
        visit: &Visit,
        flow: &LoginFlow,
        session: Option<&Session>,
        story: &Story,
    ) -> Answer<Way> {
        let event = |event| Ok(Ok(Way::Event(event)));
        let wanted = flow.state.wanted();
        if session.is_some_and(|own| !wanted.refresh && wanted.aal <= own.aal()) {
            return event(LoginEvent::AlreadyLoggedIn);
        }
        if flow.head.is_expired_at(visit.now) {
            let replacement = Box::new(self.replacement_login(visit, flow));
            return event(LoginEvent::Expired { replacement });
        }
        if wanted.aal > Aal::Aal1 {
            return event(LoginEvent::Unaddressed);
        }
        let vouched = match &story.told {
            Ok(vouched) => vouched,
            Err(reason) => return event(LoginEvent::Refused(Story::refusal(reason))),
        };
        let Some((_, identity)) = self.holder(story, vouched).await? else {
            // Who only confirms that it is them does not sign up on the way.
            return match wanted.refresh {
                true => event(LoginEvent::Refused(Story::refusal(text::reason::NOT_LINKED))),
                false => Ok(Ok(Way::Newcomer)),
            };
        };
        let factor = story.back().factor();
        if !story.provider.updates || !identity.is_active() {
            let shown = Box::new(Shown::plain(identity, factor));
            return event(LoginEvent::FactorChecked(FactorCheck::Match(shown)));
        }
        match self.brought_up_to_date(visit, &identity, story, vouched).await? {
            Ok(Ok(change)) => event(LoginEvent::Vouched { change: Box::new(change), factor }),
            Ok(Err(notes)) => event(LoginEvent::Refused(notes)),
            Err(failure) => Ok(Err(failure)),
        }
    }

    /// The account as the provider tells it now (03 §6.3): what it tells takes the place of what there was, name by
    /// name; what it does not tell stays.
    async fn brought_up_to_date(
        &self,
        visit: &Visit,
        identity: &Identity,
        story: &Story,
        vouched: &Vouched,
    ) -> Answer<Result<Change, Vec<Note>>> {
        let mapped = match method::oidc::map(&story.provider, &vouched.claims, Some(identity)).await {
            Ok(mapped) => mapped,
            Err(error) => return Ok(map_failure(&error).map(|reason| Err(Story::refusal(&reason)))),
        };
        let mut traits = identity.traits.clone();
        traits.extend(mapped.traits);
        let schema = visit.runtime.schemas.of_identity(identity);
        let checked = match method::profile::check(schema, &traits) {
            Ok(checked) => checked,
            Err(notes) => return Ok(Ok(Err(notes))),
        };
        let account = self.account_of(identity).await?;
        let mut change = method::change_traits(&self.ports(visit), &account, &checked);
        let (public, admin) = (mapped.metadata_public, mapped.metadata_admin);
        change.identity.metadata_public = public.or(change.identity.metadata_public);
        change.identity.metadata_admin = admin.or(change.identity.metadata_admin);
        for (via, value) in &mapped.verified {
            if let Some(address) = change.identity.unverified(*via, value) {
                change.identity.mark_verified(address, visit.now);
            }
        }
        Ok(Ok(Ok(change)))
    }

    /// Where nobody may sign up, an account at a provider can still be linked to one of ours (01 §15.3).
    async fn link_only(
        &self,
        visit: &Visit,
        flow: &LoginFlow,
        story: &Story,
    ) -> Result<Option<Result<Outcome, Failure>>, Fault> {
        let Ok(vouched) = &story.told else { return Ok(None) };
        let mapped = match method::oidc::map(&story.provider, &vouched.claims, None).await {
            Ok(mapped) => mapped,
            Err(error) => return Ok(map_failure(&error).err().map(Err)),
        };
        let schema = visit.runtime.schemas.of_flow(&flow.head.origin);
        let Ok(checked) = method::profile::check(schema, &mapped.traits) else { return Ok(None) };
        let account: NewAccount = method::account(&self.ports(visit), &checked, None);
        self.linking(visit, &flow.head, &account, story).await
    }

    /// A login that somebody else's flow turns into: never by identifier first (01 §15.2).
    pub(super) fn plain_login(&self, visit: &Visit, client: Client, origin: Origin) -> LoginFlow {
        let head = self.head(visit, client, origin, visit.runtime.policy.login.lifespan);
        let wanted = Wanted { aal: Aal::Aal1, refresh: false };
        Flow { head, state: LoginState::AwaitingFactor { wanted } }
    }

    /// The flow of another kind that takes the place of one.
    pub(super) fn counterpart(&self, visit: &Visit, from: &AnyFlow, into: FlowKind) -> AnyFlow {
        let old = from.head();
        let mut other = match into {
            FlowKind::Registration => {
                AnyFlow::Registration(self.plain_signup(visit, old.client, old.origin.clone()))
            }
            FlowKind::Login | FlowKind::Settings | FlowKind::Recovery | FlowKind::Verification => {
                AnyFlow::Login(self.plain_login(visit, old.client, old.origin.clone()))
            }
        };
        let head = other.head_mut();
        let label = format!("{} in place of another flow", into.wire_name());
        head.id = FlowId::random(&mut visit.seed.stream(&label));
        // It belongs to the browser that opened the old one.
        head.csrf = old.csrf;
        head.active = Some(MethodId::Oidc);
        head.social.exchange = old.social.exchange;
        other
    }

    fn plain_signup(&self, visit: &Visit, client: Client, origin: Origin) -> RegistrationFlow {
        let head = self.head(visit, client, origin, visit.runtime.policy.registration.lifespan);
        Flow { head, state: super::open::first_screen(visit) }
    }
}

fn submitted(
    flow: LoginFlow,
    session: Option<Session>,
    event: LoginEvent,
    story: &Story,
) -> Submitted<LoginState> {
    let transient_payload = story.baggage.payload.clone();
    let method = Some(MethodId::Oidc);
    Submitted { flow, session, owner: None, event, draft: None, method, transient_payload, rebind: None }
}

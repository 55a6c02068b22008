//! What all submissions share: load, decide, consult, commit, and the answer.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    Answer, Engine, Outcome, Visit,
    commit::{Commit, Postmark},
    exchange::handed_over,
    hook_calls::{About, Calls},
    oidc_link::goes_on_with,
    view::{Holds, Whose},
};
use crate::{
    crypto::TokenHash,
    flow::{
        AnyFlow, Client, Completion, Cx, Draft, Effect, Failure, Flow, FlowKind, Machine, Note, Reply,
        Submission, Transition, Write,
    },
    hook::{Decision, Listed, Moment, Occasion},
    identity::{Identity, MethodId},
    kernel::{Fault, FlowId},
    method::Owned,
    session::Session,
    store::{Conflict, Flows as _, StoreError},
    text::{self, ErrorCode},
};

/// A submission that loses a race is decided again this often, then the person is asked to try again.
pub(super) const RETRIES: usize = 3;

/// The body of a submission, or why it cannot be read; that is shown by its flow.
pub type Body<'a> = Result<&'a Submission, String>;

/// What was read for a submission, in one unit of work.
pub(super) struct Loaded {
    /// The flow.
    pub flow: AnyFlow,
    /// The active session that came with the request, and whose it is.
    pub session: Option<(Session, Identity)>,
}

/// What a submission brought, once it was collected.
pub(super) struct Submitted<S: Machine> {
    /// The flow as it was read.
    pub flow: Flow<S>,
    /// The active session that came with the request.
    pub session: Option<Session>,
    /// Whose account is changed, as it was read; for settings.
    pub owner: Option<Owned>,
    /// What happened.
    pub event: S::Event,
    /// What the person has typed so far, if the form shall show it again.
    pub draft: Option<Draft>,
    /// The method that was used.
    pub method: Option<MethodId>,
    /// What the client sent along for templates and hooks.
    pub transient_payload: Map<String, Value>,
    /// The anti-CSRF token that the flow is bound to from now on, when that changes.
    pub rebind: Option<TokenHash>,
}

/// How a decision ended.
pub(super) enum Settled {
    /// Committed; this is the answer.
    Answered(Box<Outcome>),
    /// No flow can show this.
    Failed(Failure),
    /// Somebody else was faster: load and decide again.
    Stale,
    /// Somebody else has one of the identifiers.
    Taken,
}

impl Settled {
    /// The answer, unless somebody else was faster.
    pub(super) fn answer(self) -> Option<Result<Outcome, Failure>> {
        match self {
            Self::Answered(outcome) => Some(Ok(*outcome)),
            Self::Failed(failure) => Some(Err(failure)),
            Self::Stale | Self::Taken => None,
        }
    }
}

impl Engine {
    /// Reads a flow and the session of the request; `None` when there is no such flow.
    pub(super) async fn load(&self, visit: &Visit, id: FlowId) -> Result<Option<Loaded>, Fault> {
        let hashes = visit.session_hashes();
        let (flow, session) = self.store().read(move |reader| reader.flow_and_session(id, &hashes)).await?;
        Ok(flow.map(|flow| Loaded {
            flow,
            session: session
                .filter(|(session, identity)| session.is_active_at(visit.now) && identity.is_active()),
        }))
    }

    /// Decides, consults and commits one submission.
    pub(super) async fn settle<S>(&self, visit: &Visit, submitted: Submitted<S>) -> Result<Settled, Fault>
    where
        S: Machine + Send + Clone,
        AnyFlow: From<Flow<S>>,
    {
        let Submitted { mut flow, session, owner, event, draft, method, transient_payload, rebind } =
            submitted;
        let rotate = rebind.is_some();
        let head = flow.head.clone();
        flow.head.csrf = rebind.or(flow.head.csrf);
        let cx = Cx {
            now: visit.now,
            seed: &visit.seed,
            policy: &visit.runtime.policy,
            flow: &head,
            session: session.as_ref(),
            device: &visit.device,
        };
        let Ok(transition) = flow.state.clone().on(event, &cx) else {
            return Ok(Settled::Failed(Failure::of(ErrorCode::BadRequest)));
        };
        let (state, decision) = split(transition);
        let decision = self.finish_link(visit, &mut flow.head, decision).await?;
        let read = AnyFlow::from(flow.clone());
        let kind = read.kind();
        let calls = Calls { hooks: Vec::new(), moment: Moment::After(kind, method), read };
        let (decision, calls) = self.consult(visit, &cx, calls, decision, &transient_payload).await?;
        if !matches!(decision.reply, Reply::Done(_)) {
            // What a hook objects to is not linked, and waits still.
            flow.head.social.link = head.social.link;
        }
        let typed = Typed { draft, method, outlasts_veto: outlasts_veto(kind, method) };
        let next = Next { rotate, ..advance(visit, flow, state, &decision, typed) };
        self.conclude(visit, Concluding { next, decision, transient_payload, calls, owner }).await
    }

    /// Lets the hooks of the moment shape the decision or object to it, in order. A decision that is no longer
    /// done, because one refused it or sent the person elsewhere, goes no further. Who is called only after
    /// the commit comes back with it.
    async fn consult(
        &self,
        visit: &Visit,
        cx: &Cx<'_>,
        mut calls: Calls,
        mut decision: Decision,
        payload: &Map<String, Value>,
    ) -> Result<(Decision, Calls), Fault> {
        let Reply::Done(completion) = &decision.reply else { return Ok((decision, calls)) };
        // A change that has waited for its address is over now like any other one (02 §2.15).
        if completion.previous().is_some() && matches!(calls.moment, Moment::After(FlowKind::Verification, _))
        {
            calls.moment = Moment::After(FlowKind::Settings, Some(MethodId::Profile));
        }
        let moment = calls.moment;
        if let Moment::After(FlowKind::Login, method) = moment {
            let head = calls.read.head_mut();
            head.active = method.or(head.active);
        }
        let csrf = match cx.flow.client {
            Client::Browser => visit.csrf_hash().map(|current| (current, visit.next_csrf_hash())),
            Client::Native => None,
        };
        let occasion = Occasion { moment, cx, csrf };
        for listed in visit.runtime.hooks.at(moment) {
            decision = match listed {
                Listed::Own(name) => name.hook().shape(&occasion, decision),
                Listed::Web(hook) if hook.precedes_commit(moment) => {
                    self.ask(visit, hook, &calls, decision, payload).await?
                }
                Listed::Web(hook) => {
                    calls.hooks.push(Arc::clone(hook));
                    decision
                }
            };
            if !matches!(decision.reply, Reply::Done(_)) {
                calls.hooks.clear();
                break;
            }
        }
        Ok((decision, calls))
    }

    async fn conclude(&self, visit: &Visit, concluding: Concluding) -> Result<Settled, Fault> {
        let Concluding { next, decision, transient_payload, calls, owner } = concluding;
        let session = decision.session().cloned();
        let Decision { subject, effects, reply, started, .. } = decision;
        if let Reply::Failed(failure) = reply {
            return Ok(Settled::Failed(failure));
        }
        let names = subject.as_ref().is_some_and(|subject| !matches!(subject.write, Write::Require(_)));
        let identity = subject.as_ref().map(|subject| subject.identity.clone());
        let mark = Postmark {
            runtime: visit.runtime.clone(),
            now: visit.now,
            seed: visit.seed,
            request_url: next.flow.head().origin.request_url.clone(),
            transient_payload: transient_payload.clone(),
            headers: visit.headers.clone(),
        };
        let effects = handed_over(visit, &next.flow, effects);
        let (rebound, onward) = (opens_rebound(visit, &effects), goes_on_with(&effects));
        let commit = Commit { flow: Some((next.flow.clone(), next.read)), subject, effects };
        match self.commit(commit, mark).await {
            Ok(()) => {
                let about = About {
                    // Who signs up or in is shown by the form that it took; the others by what they reached.
                    flow: match next.flow.kind() {
                        FlowKind::Login | FlowKind::Registration => &calls.read,
                        FlowKind::Verification | FlowKind::Recovery | FlowKind::Settings => &next.flow,
                    },
                    identity: identity.as_ref(),
                    session: session.as_ref(),
                    payload: &transient_payload,
                };
                if let Some(failure) = self.call_after(visit, calls.hooks, &about).await? {
                    return Ok(Settled::Failed(failure));
                }
                let rotate_csrf = next.rotate || rotates(&reply, &next.flow, started.is_some(), rebound);
                let holds = if rotate_csrf { Holds::Next } else { Holds::Current };
                let owner = owner.map(|owner| as_it_is_now(owner, identity.as_ref(), &reply));
                let form = self.form_with(
                    visit,
                    &next.flow,
                    owner.as_ref().map_or(Whose::Nobody, Whose::Owner),
                    holds,
                );
                let identity = owner.map(|owner| owner.identity).or(identity);
                let (flow, form) = match onward {
                    Some(onward) => {
                        let form = self.form_with(visit, &onward, Whose::Nobody, holds);
                        (onward, form)
                    }
                    None => (next.flow, form),
                };
                Ok(Settled::Answered(Box::new(Outcome { reply, flow, form, identity, rotate_csrf })))
            }
            Err(StoreError::Conflict(Conflict::Unique(_))) if names => Ok(Settled::Taken),
            Err(StoreError::Conflict(_)) => Ok(Settled::Stale),
            Err(error) => Err(error.into()),
        }
    }

    /// The answer to a submission that lost every race: the same form, and a request to try again.
    pub(super) async fn give_up(&self, visit: &Visit, id: FlowId) -> Answer<Outcome> {
        let Some(loaded) = self.load(visit, id).await? else {
            return Ok(Err(Failure::of(ErrorCode::NotLocated)));
        };
        let mut flow = loaded.flow;
        flow.head_mut().notes = vec![Note::form(text::validation::generic(text::reason::TRY_AGAIN))];
        let form = self.form(visit, &flow);
        let reply = Reply::Form { advanced: false };
        Ok(Ok(Outcome { reply, flow, form, identity: None, rotate_csrf: false }))
    }
}

/// A decision that is to be committed and answered.
struct Concluding {
    next: Next,
    decision: Decision,
    transient_payload: Map<String, Value>,
    calls: Calls,
    owner: Option<Owned>,
}

/// The account after what was committed.
fn as_it_is_now(mut owner: Owned, identity: Option<&Identity>, reply: &Reply) -> Owned {
    if let Reply::Done(completion) = reply
        && let Completion::Saved { credentials, .. } = completion.as_ref()
    {
        owner.credentials.clone_from(credentials);
    }
    if let Some(identity) = identity {
        owner.identity.clone_from(identity);
    }
    owner
}

/// A flow as it shall be, and the version that was read.
struct Next {
    flow: AnyFlow,
    read: crate::identity::Version,
    rotate: bool,
}

/// What a submission leaves in its flow.
struct Typed {
    draft: Option<Draft>,
    method: Option<MethodId>,
    outlasts_veto: bool,
}

/// Whether a form that a hook refuses shows what was typed, and no method: where traits are what it is about.
fn outlasts_veto(kind: FlowKind, method: Option<MethodId>) -> bool {
    kind == FlowKind::Registration || method == Some(MethodId::Profile)
}

fn split<S>(transition: Transition<S>) -> (S, Decision) {
    let Transition { state, subject, effects, reply, notes } = transition;
    (state, Decision { subject, effects, reply, notes, started: None, vetoed: false })
}

/// The flow after a decision. What was typed is kept for the form; a flow that is done keeps what it showed.
fn advance<S>(
    visit: &Visit,
    mut flow: Flow<S>,
    state: S,
    decision: &Decision,
    Typed { draft, method, outlasts_veto }: Typed,
) -> Next
where
    AnyFlow: From<Flow<S>>,
{
    let (read, before) = (flow.head.version, flow.head.active);
    flow.head.version = read.next();
    flow.head.updated_at = visit.now;
    flow.head.notes.clone_from(&decision.notes);
    match &decision.reply {
        Reply::Form { advanced: false } if decision.vetoed && outlasts_veto => {
            flow.head.draft = draft.unwrap_or(flow.head.draft);
        }
        // What a hook refuses was right so far: the method is known, and nothing has to be typed again.
        Reply::Form { advanced: false } if decision.vetoed => flow.head.active = method,
        Reply::Form { .. } | Reply::SeePage | Reply::AlreadyLoggedIn | Reply::Reauthenticate { .. } => {
            flow.state = state;
            flow.head.draft = draft.unwrap_or(flow.head.draft);
            if advanced(&decision.reply) {
                flow.head.draft.strays.clear();
            }
            flow.head.remember_strays(&decision.notes);
        }
        Reply::Leave(departure) => {
            flow.state = state;
            flow.head.social.away = Some(Box::new(departure.away.clone()));
            flow.head.active = method;
        }
        Reply::Done(completion) => {
            flow.head.round = flow.head.round.saturating_add(1);
            flow.state = state;
            match completion.as_ref() {
                Completion::LoggedIn { .. } => flow.head.active = method,
                Completion::Verified { .. } | Completion::Recovered { .. } | Completion::Saved { .. } => {
                    flow.head.draft = Draft::default();
                }
                Completion::Registered { .. } | Completion::LoggedOut => {}
            }
        }
        // COMPAT: a login that needs a verification first leaves its flow as it was (01 §16.4).
        Reply::VerifyFirst(_) => flow.head.round = flow.head.round.saturating_add(1),
        Reply::Replaced { .. } | Reply::Failed(_) => flow.state = state,
    }
    let mut flow = AnyFlow::from(flow);
    if advanced(&decision.reply) {
        flow.head_mut().active = flow.step_taken().unwrap_or(before);
    }
    Next { flow, read, rotate: false }
}

/// Whether the form is another one from now on.
const fn advanced(reply: &Reply) -> bool {
    matches!(reply, Reply::Form { advanced: true })
}

/// Whether a flow was opened for the anti-CSRF token that the browser holds only once this answer rotates it.
fn opens_rebound(visit: &Visit, effects: &[Effect]) -> bool {
    let mut opened = effects.iter().filter_map(|effect| match effect {
        Effect::OpenFlow(flow) => flow.head().csrf,
        _ => None,
    });
    opened.any(|csrf| csrf == visit.next_csrf_hash())
}

/// Whether the anti-CSRF token changes with this answer (01 §1.4, 02 §1.3).
fn rotates(reply: &Reply, flow: &AnyFlow, started: bool, rebound: bool) -> bool {
    let browser = flow.head().client == Client::Browser;
    match reply {
        Reply::Done(completion) => match completion.as_ref() {
            Completion::LoggedIn { newcomer, .. } => browser && (*newcomer || started),
            Completion::Registered { session, .. } => browser && (session.is_some() || started),
            Completion::Recovered { .. } => browser,
            Completion::Verified { .. } | Completion::Saved { .. } | Completion::LoggedOut => false,
        },
        Reply::Replaced { .. } => match flow.kind() {
            FlowKind::Verification => true,
            FlowKind::Recovery => rebound,
            FlowKind::Login | FlowKind::Registration | FlowKind::Settings => false,
        },
        Reply::Form { .. }
        | Reply::SeePage
        | Reply::VerifyFirst(_)
        | Reply::AlreadyLoggedIn
        | Reply::Reauthenticate { .. }
        | Reply::Leave(_)
        | Reply::Failed(_) => false,
    }
}

/// What the client sent along for templates and hooks.
pub(super) fn payload(body: &Body<'_>) -> Map<String, Value> {
    body.as_ref().ok().and_then(|body| body.object("transient_payload").ok().flatten()).unwrap_or_default()
}

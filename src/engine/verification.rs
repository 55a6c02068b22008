//! Submitting a verification.

use super::{
    Answer, Engine, Forgery, Outcome, Visit,
    submit::{Body, Loaded, RETRIES, Settled, Submitted, payload},
};
use crate::{
    flow::{
        AnyFlow, Client, Draft, Failure, Flow, Note, Proof, ProofCheck, Submission, VerificationEvent,
        VerificationState,
    },
    identity::MethodId,
    kernel::{Fault, FlowId},
    method::{self, address::Accepted},
    store::AddressPurpose,
    text::{self, ErrorCode},
};

type VerificationFlow = Flow<VerificationState>;

/// How a submission arrived. A link that is followed must not use anything up by itself, because mail
/// scanners follow links too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Somebody sent a form.
    Posted,
    /// Somebody followed a link.
    Followed,
}

/// What was collected: the event, and what the form shall show again.
struct Collected {
    event: VerificationEvent,
    draft: Option<Draft>,
}

impl Collected {
    const fn plain(event: VerificationEvent) -> Self {
        Self { event, draft: None }
    }
}

impl Engine {
    /// Submits a verification (02 §2.7). `body` has the query laid over it.
    ///
    /// # Errors
    /// A fault of the system. What the client can mend is a [`Failure`] or a form with messages.
    pub async fn submit_verification(
        &self,
        visit: &Visit,
        id: FlowId,
        body: Body<'_>,
        arrival: Arrival,
    ) -> Answer<Outcome> {
        for _ in 0..=RETRIES {
            let Some(Loaded { flow: AnyFlow::Verification(flow), .. }) = self.load(visit, id).await? else {
                return Ok(Err(Failure::of(ErrorCode::FlowNotFound)));
            };
            let collected = match self.collect_verification(visit, &flow, &body, arrival).await? {
                Ok(collected) => collected,
                Err(failure) => return Ok(Err(failure)),
            };
            let rebind = match (&collected.event, flow.head.client) {
                (VerificationEvent::CodeBrought(_), Client::Browser) => Some(visit.next_csrf_hash()),
                _ => None,
            };
            let submitted = Submitted {
                flow,
                session: None,
                owner: None,
                event: collected.event,
                draft: collected.draft,
                method: None,
                transient_payload: payload(&body),
                rebind,
            };
            let again = submitted.flow.clone();
            let settled = match self.settle(visit, submitted).await? {
                Settled::Taken => {
                    let taken = Submitted {
                        flow: again,
                        session: None,
                        owner: None,
                        event: VerificationEvent::AddressTaken,
                        draft: None,
                        method: None,
                        transient_payload: payload(&body),
                        rebind: None,
                    };
                    self.settle(visit, taken).await?
                }
                other => other,
            };
            if let Some(answer) = settled.answer() {
                return Ok(answer);
            }
        }
        self.give_up(visit, id).await
    }

    async fn collect_verification(
        &self,
        visit: &Visit,
        flow: &VerificationFlow,
        body: &Body<'_>,
        arrival: Arrival,
    ) -> Answer<Collected> {
        if flow.head.is_expired_at(visit.now) {
            let replacement = Box::new(self.replacement_verification(visit, flow));
            return Ok(Ok(Collected::plain(VerificationEvent::Expired { replacement })));
        }
        let body = match body {
            Ok(body) => *body,
            Err(reason) => {
                let note = Note::form(text::validation::generic(reason));
                return Ok(Ok(Collected::plain(VerificationEvent::Refused(vec![note]))));
            }
        };
        match flow.state.by() {
            Proof::Code => self.collect_by_code(visit, flow, body, arrival).await,
            Proof::Link => self.collect_by_link(visit, flow, body).await,
        }
    }

    async fn collect_by_code(
        &self,
        visit: &Visit,
        flow: &VerificationFlow,
        body: &Submission,
        arrival: Arrival,
    ) -> Answer<Collected> {
        let code = body.secret("code");
        let named = body.text("method");
        if named.as_deref().unwrap_or(if code.is_some() { "code" } else { "" }) != MethodId::Code.wire_name()
        {
            return Ok(Ok(unaddressed(flow, body)));
        }
        if !visit.runtime.policy.code_enabled {
            return Ok(Err(Failure::of(ErrorCode::EndpointDisabled)));
        }
        let spare = Box::new(self.spare_verification(visit, flow));
        if let VerificationState::Verified { .. } = flow.state {
            return Ok(Ok(Collected::plain(VerificationEvent::SubmittedAgain { spare })));
        }
        match (code, arrival) {
            (Some(code), Arrival::Followed) => {
                let sealed = visit.seal_prefill(flow.head.id, &code);
                Ok(Ok(Collected::plain(VerificationEvent::CodeBrought(sealed))))
            }
            // COMPAT: no anti-forgery check here; whoever has the code may use it (02 §15 no. 5).
            (Some(code), Arrival::Posted) => {
                let check = self.check_proof(visit, flow, &code).await?;
                Ok(Ok(Collected::plain(VerificationEvent::CodeSubmitted { check, spare })))
            }
            (None, _) => self.collect_address(visit, flow, body, Proof::Code).await,
        }
    }

    async fn collect_by_link(
        &self,
        visit: &Visit,
        flow: &VerificationFlow,
        body: &Submission,
    ) -> Answer<Collected> {
        if let Some(token) = body.secret("token") {
            let check = self.check_link(visit, flow, &token).await?;
            let spare = Box::new(self.spare_verification(visit, flow));
            return Ok(Ok(Collected::plain(VerificationEvent::LinkFollowed { check, spare })));
        }
        if body.text("method").as_deref() != Some(MethodId::Link.wire_name()) {
            return Ok(Ok(unaddressed(flow, body)));
        }
        if !visit.runtime.policy.link_enabled {
            return Ok(Err(Failure::of(ErrorCode::EndpointDisabled)));
        }
        if let VerificationState::Verified { .. } = flow.state {
            let spare = Box::new(self.spare_verification(visit, flow));
            return Ok(Ok(Collected::plain(VerificationEvent::SubmittedAgain { spare })));
        }
        self.collect_address(visit, flow, body, Proof::Link).await
    }

    async fn check_link(
        &self,
        visit: &Visit,
        flow: &VerificationFlow,
        token: &crate::kernel::Secret<String>,
    ) -> Result<ProofCheck, Fault> {
        if !visit.runtime.policy.link_enabled {
            return Ok(ProofCheck::Mismatch);
        }
        self.check_proof(visit, flow, token).await
    }

    /// Field checks, then the anti-forgery check, then one read (01 §1.4).
    async fn collect_address(
        &self,
        visit: &Visit,
        flow: &VerificationFlow,
        body: &Submission,
        by: Proof,
    ) -> Answer<Collected> {
        let typed = body.text("email").unwrap_or_default();
        let draft = Some(Draft { identifier: Some(typed.clone()), ..flow.head.draft.clone() });
        let refused = |notes| Collected { event: VerificationEvent::Refused(notes), draft: draft.clone() };
        let accepted = match by {
            Proof::Code => Accepted::Any,
            Proof::Link => Accepted::LooseMail,
        };
        let named = match method::address::parse(&typed, accepted) {
            Ok(named) => named,
            Err(notes) if typed.is_empty() => return Ok(Ok(refused(notes))),
            // COMPAT: what cannot be an address is not shown again.
            Err(notes) => return Ok(Ok(Collected::plain(VerificationEvent::Refused(notes)))),
        };
        match visit.forgery(&flow.head, body) {
            Forgery::None => {}
            Forgery::Browser => return Ok(Err(Failure::of(ErrorCode::CsrfViolation))),
            Forgery::Native(reason) => return Ok(Ok(refused(vec![Note::form(reason)]))),
        }
        let owner = match flow.state.change_for(&typed) {
            Some(change) => self.owner_to_be(visit, change).await?,
            None => method::address::owner(&self.ports(visit), AddressPurpose::Verifiable, &named).await?,
        };
        let event = VerificationEvent::AddressNamed {
            address: typed,
            channel: named.channel,
            owner: owner.map(Box::new),
        };
        Ok(Ok(Collected { event, draft }))
    }
}

/// No method was addressed; what was typed is shown again. A word that is no method is a wrong field.
fn unaddressed(flow: &VerificationFlow, body: &Submission) -> Collected {
    let methods = ["", MethodId::Code.wire_name(), MethodId::Link.wire_name()];
    if body.text("method").is_some_and(|word| !methods.contains(&word.as_str())) {
        let note = Note::field("method", text::validation::generic(text::reason::NO_PROOF));
        return Collected::plain(VerificationEvent::Refused(vec![note]));
    }
    let identifier = body.text("email").or(flow.head.draft.identifier.clone());
    Collected {
        event: VerificationEvent::Refused(vec![Note::form(text::verification::no_method())]),
        draft: Some(Draft { identifier, ..flow.head.draft.clone() }),
    }
}

//! What a submitted recovery brings: one read, and what came of it as an event (02 §3.5).

use super::{Answer, Arrival, Engine, Forgery, Visit, recovery::RecoveryFlow, submit::Body};
use crate::{
    flow::{
        AddressOwner, Client, CodePurpose, Failure, Note, RecoveryCheck, RecoveryEvent, RecoveryState,
        RecoveryWay, Submission,
    },
    identity::MethodId,
    kernel::{Fault, Secret},
    method::{
        self, Role,
        address::{Accepted, NamedAddress},
    },
    session::Session,
    store::AddressPurpose,
    text::{self, ErrorCode},
};

/// An event, or why no flow can show what happened.
type Collected = Result<RecoveryEvent, Failure>;

/// What was submitted to which flow, and by whom.
#[derive(Clone, Copy)]
struct Sent<'a> {
    visit: &'a Visit,
    flow: &'a RecoveryFlow,
    session: Option<&'a Session>,
    body: &'a Submission,
}

impl Engine {
    /// Finds out what a submission brings. A link's token counts whatever else is the case; all other
    /// submissions have to be sent, in time, by whoever opened the flow.
    pub(super) async fn collect_recovery(
        &self,
        visit: &Visit,
        flow: &RecoveryFlow,
        session: Option<&Session>,
        body: &Body<'_>,
        arrival: Arrival,
    ) -> Answer<RecoveryEvent> {
        let way = flow.state.way();
        let body = match body {
            Ok(body) => *body,
            Err(_) if flow.head.is_expired_at(visit.now) => {
                return Ok(Ok(self.recovery_expired(visit, flow)));
            }
            Err(reason) => return Ok(Ok(unreadable(reason))),
        };
        let sent = Sent { visit, flow, session, body };
        if way == RecoveryWay::Link
            && let Some(token) = body.secret("token")
        {
            return self.recovery_token(sent, &token).await;
        }
        if flow.head.is_expired_at(visit.now) {
            return Ok(Ok(self.recovery_expired(visit, flow)));
        }
        if arrival == Arrival::Followed {
            // Mail scanners follow links: nothing is used up or sent by one.
            return Ok(Ok(unreadable(text::reason::NOT_POSTED)));
        }
        match way {
            RecoveryWay::Code if flow.state.is_handed() => self.recovery_code(sent).await,
            RecoveryWay::Code => self.recovery_by_code(sent).await,
            RecoveryWay::Chosen => self.recovery_by_choice(sent).await,
            RecoveryWay::Link => self.recovery_by_link(sent).await,
        }
    }

    fn recovery_expired(&self, visit: &Visit, flow: &RecoveryFlow) -> RecoveryEvent {
        RecoveryEvent::Expired { replacement: Box::new(self.replacement_recovery(visit, flow)) }
    }

    /// The token is the proof: no anti-forgery check, and it does not matter who is logged in.
    async fn recovery_token(&self, sent: Sent<'_>, token: &Secret<String>) -> Answer<RecoveryEvent> {
        let Sent { visit, flow, .. } = sent;
        if !visit.runtime.policy.link_enabled {
            return Ok(Err(Failure::of(ErrorCode::EndpointDisabled)));
        }
        let check =
            method::recovery::check(&self.ports(visit), CodePurpose::RecoveryLink, flow.head.id, token)
                .await?;
        // An unexpired link in an expired flow is useless (02 §13).
        let check = match check {
            RecoveryCheck::Match { .. } if flow.head.is_expired_at(visit.now) => RecoveryCheck::Expired,
            other => other,
        };
        let spare = self.spare_recovery(visit, flow, Client::Browser);
        Ok(Ok(RecoveryEvent::LinkFollowed { check, spare }))
    }

    /// The address has to look like one, then comes the anti-forgery check, for codes as well; then a code is
    /// compared or an address looked up, by one read.
    async fn recovery_by_code(&self, sent: Sent<'_>) -> Answer<RecoveryEvent> {
        let named = match named(sent.body, Accepted::Mail) {
            Ok(named) => named,
            Err(event) => return Ok(Ok(event)),
        };
        if let Some(refused) = self.recovery_forged(sent) {
            return Ok(refused);
        }
        if named.is_none() && !matches!(sent.flow.state, RecoveryState::AwaitingAddress { .. }) {
            return self.recovery_code(sent).await;
        }
        self.recovery_address(sent, named).await
    }

    /// By link there is nothing to type but the address.
    async fn recovery_by_link(&self, sent: Sent<'_>) -> Answer<RecoveryEvent> {
        let named = match named(sent.body, Accepted::LooseMail) {
            Ok(named) => named,
            Err(event) => return Ok(Ok(event)),
        };
        match sent.visit.forgery(&sent.flow.head, sent.body) {
            Forgery::None => self.recovery_address(sent, named).await,
            Forgery::Browser => Ok(Err(Failure::of(ErrorCode::CsrfViolation))),
            Forgery::Native(reason) => Ok(Ok(RecoveryEvent::Refused(vec![Note::form(reason)]))),
        }
    }

    async fn recovery_address(&self, sent: Sent<'_>, named: Option<NamedAddress>) -> Answer<RecoveryEvent> {
        let Sent { visit, flow, session, body } = sent;
        if session.is_some() {
            return Ok(Ok(RecoveryEvent::AlreadyLoggedIn));
        }
        let wanted = match flow.state.way() {
            RecoveryWay::Code | RecoveryWay::Chosen => MethodId::Code,
            RecoveryWay::Link => MethodId::Link,
        };
        match check_method(visit, body, wanted) {
            Ok(None) => {}
            Ok(Some(event)) => return Ok(Ok(event)),
            Err(failure) => return Ok(Err(failure)),
        }
        if let RecoveryState::Recovered { .. } = flow.state {
            return Ok(Ok(self.recovered_again(sent)));
        }
        let Some(named) = named else {
            let note = Note::field("email", text::validation::required("email"));
            return Ok(Ok(RecoveryEvent::Refused(vec![note])));
        };
        let owner = self.recovered_by(visit, &named).await?;
        Ok(Ok(RecoveryEvent::AddressNamed { address: named.typed, owner }))
    }

    /// The state decides what is asked for; no method has to be named (02 §3.4).
    async fn recovery_by_choice(&self, sent: Sent<'_>) -> Answer<RecoveryEvent> {
        let Sent { visit, flow, session, body } = sent;
        if let Some(refused) = self.recovery_forged(sent) {
            return Ok(refused);
        }
        let back = body.text("screen").as_deref() == Some("previous");
        let resends = body.text("recovery_confirm_address").is_some();
        let types_code = match &flow.state {
            RecoveryState::AwaitingProof { .. } => !back && !resends,
            RecoveryState::Recovered { .. } => true,
            RecoveryState::AwaitingAddress { .. }
            | RecoveryState::AwaitingChoice { .. }
            | RecoveryState::AwaitingConfirmation { .. } => false,
        };
        if types_code {
            return self.recovery_code(sent).await;
        }
        if session.is_some() {
            return Ok(Ok(RecoveryEvent::AlreadyLoggedIn));
        }
        if !visit.runtime.policy.code_enabled {
            return Ok(Err(Failure::of(ErrorCode::EndpointDisabled)));
        }
        let event = match &flow.state {
            RecoveryState::AwaitingAddress { .. } => match in_full(body, "recovery_address") {
                Ok(named) => {
                    let owner = self.recovered_by(visit, &named).await?;
                    RecoveryEvent::AddressNamed { address: named.typed, owner }
                }
                Err(event) => event,
            },
            RecoveryState::AwaitingChoice { address, .. } => self.recovery_choice(sent, address).await?,
            RecoveryState::AwaitingConfirmation { .. } | RecoveryState::AwaitingProof { .. } if back => {
                RecoveryEvent::WentBack
            }
            RecoveryState::AwaitingConfirmation { .. }
            | RecoveryState::AwaitingProof { .. }
            | RecoveryState::Recovered { .. } => match in_full(body, "recovery_confirm_address") {
                Ok(named) => {
                    let owner = self.recovered_by(visit, &named).await?;
                    RecoveryEvent::AddressConfirmed { address: named.typed, owner }
                }
                Err(event) => event,
            },
        };
        Ok(Ok(event))
    }

    /// The address that was named before is looked up again whatever is chosen: its owner may have changed.
    async fn recovery_choice(&self, sent: Sent<'_>, address: &str) -> Result<RecoveryEvent, Fault> {
        const FIELD: &str = "recovery_select_address";
        let Some(choice) = sent.body.text(FIELD) else {
            return Ok(RecoveryEvent::Refused(vec![Note::field(FIELD, text::validation::required(FIELD))]));
        };
        let owner = match method::address::parse(address, Accepted::Any) {
            Ok(named) => self.recovered_by(sent.visit, &named).await?,
            Err(_) => None,
        };
        Ok(RecoveryEvent::AddressChosen { choice, owner })
    }

    async fn recovery_code(&self, sent: Sent<'_>) -> Answer<RecoveryEvent> {
        let Sent { visit, flow, body, .. } = sent;
        if !visit.runtime.policy.code_enabled {
            return Ok(Err(Failure::of(ErrorCode::EndpointDisabled)));
        }
        if let RecoveryState::Recovered { .. } = flow.state {
            return Ok(Ok(self.recovered_again(sent)));
        }
        let check = match body.secret("code") {
            Some(code) => {
                method::recovery::check(&self.ports(visit), CodePurpose::RecoveryCode, flow.head.id, &code)
                    .await?
            }
            None => RecoveryCheck::Mismatch,
        };
        let spare = self.spare_recovery(visit, flow, flow.head.client);
        Ok(Ok(RecoveryEvent::CodeSubmitted { check, spare }))
    }

    fn recovered_again(&self, sent: Sent<'_>) -> RecoveryEvent {
        let spare = self.spare_recovery(sent.visit, sent.flow, sent.flow.head.client);
        RecoveryEvent::SubmittedAgain { spare }
    }

    /// What follows when whoever submits a flow is not who opened it. An app's flow that a browser submits
    /// goes on as a browser's (02 §3.5).
    fn recovery_forged(&self, sent: Sent<'_>) -> Option<Collected> {
        match sent.visit.forgery(&sent.flow.head, sent.body) {
            Forgery::None => None,
            Forgery::Browser => Some(Err(Failure::of(ErrorCode::CsrfViolation))),
            Forgery::Native(reason) => {
                let spare = self.spare_recovery(sent.visit, sent.flow, Client::Browser);
                Some(Ok(RecoveryEvent::Forged { reason, spare }))
            }
        }
    }

    async fn recovered_by(
        &self,
        visit: &Visit,
        named: &NamedAddress,
    ) -> Result<Option<Box<AddressOwner>>, Fault> {
        let owner = method::address::owner(&self.ports(visit), AddressPurpose::Recovery, named).await?;
        Ok(owner.map(Box::new))
    }
}

/// The address in the field `email`, if there is one.
fn named(body: &Submission, accepted: Accepted) -> Result<Option<NamedAddress>, RecoveryEvent> {
    let typed = body.text("email");
    let parsed = typed.map(|typed| method::address::parse(&typed, accepted)).transpose();
    parsed.map_err(RecoveryEvent::Refused)
}

/// An address of any kind in a field that has to be filled in.
fn in_full(body: &Submission, field: &'static str) -> Result<NamedAddress, RecoveryEvent> {
    let typed = body.text(field).unwrap_or_default();
    if typed.is_empty() {
        return Err(RecoveryEvent::Refused(vec![Note::field(field, text::validation::required(field))]));
    }
    let refused = |notes: Vec<Note>| {
        RecoveryEvent::Refused(notes.into_iter().map(|note| Note::field(field, note.message)).collect())
    };
    method::address::parse(&typed, Accepted::Any).map_err(refused)
}

fn unreadable(reason: &str) -> RecoveryEvent {
    RecoveryEvent::Refused(vec![Note::form(text::validation::generic(reason))])
}

/// `None` when the method is the one that this flow uses.
fn check_method(
    visit: &Visit,
    body: &Submission,
    wanted: MethodId,
) -> Result<Option<RecoveryEvent>, Failure> {
    match method::addressed(body, Role::Recovery) {
        Some(method) if !method::is_enabled(method, &visit.runtime.policy) => {
            Err(Failure::of(ErrorCode::EndpointDisabled))
        }
        Some(method) if method == wanted => Ok(None),
        Some(_) | None => Ok(Some(RecoveryEvent::Unaddressed)),
    }
}

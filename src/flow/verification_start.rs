//! Verifications that another flow starts: after a registration, or because a login needs one.

use super::{
    AddressOwner, AnyFlow, Client, CodeDraft, CodePurpose, Cx, Draft, Effect, Flow, Head, Note, Origin,
    PendingChange, Proof, Recipient, Subject, VerificationStarted, VerificationState, proof_letter as letter,
};
use crate::{
    crypto::TokenHash,
    identity::{Identity, MethodId, VerifiableAddress, Version},
    kernel::FlowId,
    outbox::Outgoing,
};

/// Starts the verification of one address of `subject`: a flow in which the letter is already under way.
///
/// The new flow has the client of the one that starts it, and goes on to where that one was asked to go
/// (02 §2.12). `csrf` is the hash of the token that the browser will hold after this answer.
pub fn start(
    subject: &mut Subject,
    address: &VerifiableAddress,
    csrf: Option<TokenHash>,
    cx: &Cx<'_>,
) -> (VerificationStarted, Vec<Effect>) {
    let id = FlowId::random(&mut cx.seed.stream(&format!("verification of {}", address.id)));
    let owner = AddressOwner { identity: subject.identity.clone(), address: address.id };
    subject.mark_sent(address.id, cx.now);
    let (code, letter) = compose(id, address, &owner, cx);
    let flow = open(id, address, (csrf, None), cx);
    let mut effects = vec![Effect::OpenFlow(Box::new(flow)), Effect::MintCode(code)];
    effects.extend(letter.map(Effect::Enqueue));
    (VerificationStarted { flow: id, address: address.value.clone() }, effects)
}

/// Starts the verification of an address that `previous` does not have yet, for a change that waits for it.
pub fn start_change(
    change: PendingChange,
    previous: &Identity,
    address: &VerifiableAddress,
    csrf: Option<TokenHash>,
    cx: &Cx<'_>,
) -> (VerificationStarted, Vec<Effect>) {
    let id = FlowId::random(&mut cx.seed.stream(&format!("verification of {}", address.id)));
    let owner = AddressOwner { identity: previous.clone(), address: address.id };
    let (mut code, letter) = compose(id, address, &owner, cx);
    code.recipient = Recipient::Proposed(previous.id);
    let flow = open(id, address, (csrf, Some(Box::new(change))), cx);
    let mut effects = vec![Effect::OpenFlow(Box::new(flow)), Effect::MintCode(code)];
    effects.extend(letter.map(Effect::Enqueue));
    (VerificationStarted { flow: id, address: address.value.clone() }, effects)
}

fn compose(
    id: FlowId,
    address: &VerifiableAddress,
    owner: &AddressOwner,
    cx: &Cx<'_>,
) -> (CodeDraft, Option<Outgoing>) {
    let purpose = CodePurpose::verifying(cx.policy.verification.by);
    let sent = letter::compose(id, purpose, (&address.value, address.via), Some(owner), cx);
    (sent.code, sent.letter)
}

/// A verification in which the letter is already under way.
fn open(
    id: FlowId,
    address: &VerifiableAddress,
    (csrf, change): (Option<TokenHash>, Option<Box<PendingChange>>),
    cx: &Cx<'_>,
) -> AnyFlow {
    let by = cx.policy.verification.by;
    let head = Head {
        id,
        client: cx.flow.client,
        issued_at: cx.now,
        expires_at: cx.now.plus(cx.policy.verification.lifespan),
        origin: origin(&cx.flow.origin),
        csrf: match cx.flow.client {
            Client::Browser => csrf,
            Client::Native => None,
        },
        active: Some(match by {
            Proof::Code => MethodId::Code,
            Proof::Link => MethodId::Link,
        }),
        draft: Draft::default(),
        known: None,
        social: super::Social::default(),
        round: 0,
        notes: vec![Note::form(letter::announcement(CodePurpose::verifying(by), address.via))],
        version: Version::default(),
        updated_at: cx.now,
    };
    let state = VerificationState::AwaitingProof {
        by,
        address: address.value.clone(),
        channel: address.via,
        submissions: 0,
        prefilled: None,
        change,
    };
    AnyFlow::Verification(Flow { head, state })
}

/// The origin of the starting flow; a wish for after the verification takes the place of the wish for after
/// the registration (02 §2.12).
fn origin(of: &Origin) -> Origin {
    let Ok(mut url) = url::Url::parse(&of.request_url) else {
        return Origin {
            request_url: of.request_url.clone(),
            return_to: of.return_to.clone(),
            ..Origin::default()
        };
    };
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let wish =
        pairs.iter().find(|(key, _)| key == "after_verification_return_to").map(|(_, value)| value.clone());
    let Some(wish) = wish else {
        return Origin {
            request_url: of.request_url.clone(),
            return_to: of.return_to.clone(),
            ..Origin::default()
        };
    };
    let rest =
        pairs.into_iter().filter(|(key, _)| key != "after_verification_return_to" && key != "return_to");
    url.query_pairs_mut().clear().extend_pairs(rest).append_pair("return_to", &wish);
    Origin { request_url: url.into(), ..Origin::default() }
}

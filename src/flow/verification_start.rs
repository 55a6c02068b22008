//! Verifications that another flow starts: after a registration, or because a login needs one.

use super::{
    AddressOwner, AnyFlow, Client, CodePurpose, Cx, Draft, Effect, Flow, Head, Note, Origin, Proof, Subject,
    VerificationStarted, VerificationState, proof_letter as letter,
};
use crate::{
    crypto::TokenHash,
    identity::{MethodId, VerifiableAddress, Version},
    kernel::FlowId,
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
    let by = cx.policy.verification.by;
    let purpose = CodePurpose::verifying(by);
    let id = FlowId::random(&mut cx.seed.stream(&format!("verification of {}", address.id)));
    let owner = AddressOwner { identity: subject.identity.clone(), address: address.id };
    let sent = letter::compose(id, purpose, (&address.value, address.via), Some(&owner), cx);
    subject.mark_sent(address.id, cx.now);
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
        notes: vec![Note::form(letter::announcement(purpose, address.via))],
        version: Version::default(),
        updated_at: cx.now,
    };
    let state = VerificationState::AwaitingProof {
        by,
        address: address.value.clone(),
        channel: address.via,
        submissions: 0,
        prefilled: None,
    };
    let flow = AnyFlow::Verification(Flow { head, state });
    let mut effects = vec![Effect::OpenFlow(Box::new(flow)), Effect::MintCode(sent.code)];
    effects.extend(sent.letter.map(Effect::Enqueue));
    (VerificationStarted { flow: id, address: address.value.clone() }, effects)
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

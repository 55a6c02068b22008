//! One-time links.

use super::{
    FormCx, Ports,
    code::{address_field, judge, submit, verified_nodes},
    csrf,
};
use crate::{
    flow::{AnyFlow, CodePurpose, Proof, ProofCheck, VerificationState},
    kernel::{Fault, FlowId, Secret},
    store::{Codes as _, Identities as _},
    ui::{Group, Node},
};

/// Compares the token of a link with those that were sent in this flow: one read.
///
/// # Errors
/// The store failed.
pub async fn check_verification(
    ports: &Ports,
    flow: FlowId,
    token: &Secret<String>,
) -> Result<ProofCheck, Fault> {
    let purpose = CodePurpose::VerificationLink;
    let hashes = ports.keys.token_hashes(purpose.token(), &purpose.bound(flow, token.expose()));
    let now = ports.now;
    let found = ports
        .store
        .read(move |reader| {
            let hit = reader.code_by_hash(purpose, &hashes)?;
            let owner = match hit.as_ref().and_then(|hit| hit.identity) {
                Some(identity) => reader.identity(identity)?,
                None => None,
            };
            Ok(hit.zip(owner))
        })
        .await?;
    // SECURITY: a token is worth nothing in any other flow than its own (05 no. 29).
    let own = found.filter(|(code, _)| code.flow == flow);
    Ok(own.map_or(ProofCheck::Mismatch, |(code, identity)| judge(&code, identity, now)))
}

/// The fields of a verification by link (02 §2.5); they are not sorted.
pub fn verification_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let AnyFlow::Verification(flow) = cx.flow else { return Vec::new() };
    let form = |typed: Option<&str>| {
        vec![csrf(cx), address_field(cx, typed, Group::Link), submit(Group::Link, Proof::Link)]
    };
    match &flow.state {
        VerificationState::AwaitingAddress { .. } => form(flow.head.draft.identifier.as_deref()),
        VerificationState::AwaitingProof { address, .. } => form(Some(address)),
        VerificationState::Verified { .. } => verified_nodes(cx, Group::Link),
    }
}

//! One-time links.

use super::{
    FormCx,
    code::{address_field, submit, verified_nodes},
    csrf,
};
use crate::{
    flow::{AnyFlow, Proof, VerificationState},
    ui::{Group, Node},
};

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

//! The fields of a verification by code.

use super::nodes::{address_field, code_field, hidden_method, resend, submit};
use crate::{
    flow::{AnyFlow, Head, Proof, VerificationState},
    method::{FormCx, csrf},
    text,
    ui::{Group, Node, anchor},
};

/// The fields of a verification by code, in the order of 02 §2.4; they are not sorted.
pub fn verification_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let AnyFlow::Verification(flow) = cx.flow else { return Vec::new() };
    match &flow.state {
        VerificationState::AwaitingAddress { .. } => {
            let mut nodes = vec![
                address_field(cx, flow.head.draft.identifier.as_deref(), Group::Code),
                submit(Group::Code, Proof::Code),
            ];
            // COMPAT: an app gets the field too, empty, once it left something out (02 §2.4).
            nodes.extend((cx.is_browser() || left_out(&flow.head)).then(|| csrf(cx)));
            nodes
        }
        VerificationState::AwaitingProof { address, .. } => {
            let mut code = code_field().label(text::label::verification_code());
            if let Some(prefilled) = cx.prefilled {
                code = code.value(prefilled);
            }
            let mut nodes = vec![hidden_method(), code.build(), submit(Group::Code, Proof::Code)];
            nodes.extend(cx.is_browser().then(|| csrf(cx)));
            nodes.push(resend("email", address));
            nodes
        }
        VerificationState::Verified { .. } => verified_nodes(cx, Group::Code),
    }
}

/// Whether the last submission named no method or no address.
fn left_out(head: &Head) -> bool {
    let ids = [text::verification::no_method().id, text::validation::required("email").id];
    head.notes.iter().any(|note| ids.contains(&note.message.id))
}

/// The form of a finished verification: a way on.
pub(in crate::method) fn verified_nodes(cx: &FormCx<'_>, group: Group) -> Vec<Node> {
    vec![csrf(cx), anchor(group, "continue", cx.onward, text::label::proceed())]
}

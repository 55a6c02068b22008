//! The fields of a recovery by code.

use super::nodes::{code_field, hidden_method, mail_field, resend, submit};
use crate::{
    flow::{AnyFlow, Proof, RecoveryState},
    method::{FormCx, csrf},
    text,
    ui::{Group, Node},
};

/// The fields of a recovery by code, in the order of 02 §3.3. A finished one keeps those it had.
pub fn recovery_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let AnyFlow::Recovery(flow) = cx.flow else { return Vec::new() };
    match &flow.state {
        RecoveryState::AwaitingAddress => {
            vec![csrf(cx), mail_field(Group::Code).build(), submit(Group::Code, Proof::Code)]
        }
        RecoveryState::AwaitingCode { address, .. } | RecoveryState::Recovered { address, .. } => {
            let code = code_field().pattern("[0-9]+").maxlength(6).label(text::label::recovery_code());
            let submit = submit(Group::Code, Proof::Code);
            vec![csrf(cx), code.build(), hidden_method(), submit, resend(address)]
        }
    }
}

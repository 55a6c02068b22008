//! One-time codes.

use super::{FormCx, Ports, csrf};
use crate::{
    flow::{
        AddressOwner, AnyFlow, Code, CodePurpose, Head, Proof, ProofCheck, RecoveryState, VerificationState,
    },
    kernel::{Fault, FlowId, Secret, Timestamp},
    store::{Codes as _, Identities as _},
    text,
    ui::{Group, InputBuilder, InputKind, Node, anchor, input},
};

/// Compares a code with those that were sent in this flow: one read.
///
/// # Errors
/// The store failed.
pub async fn check(
    ports: &Ports,
    purpose: CodePurpose,
    flow: FlowId,
    code: &Secret<String>,
) -> Result<ProofCheck, Fault> {
    let hashes = ports.keys.token_hashes(purpose.token(), &purpose.bound(flow, code.expose()));
    let now = ports.now;
    let found = ports
        .store
        .read(move |reader| {
            let sent = reader.codes_of(flow)?;
            let hit = sent.into_iter().find(|sent| sent.purpose == purpose && hashes.contains(&sent.hash));
            let owner = match hit.as_ref().and_then(|hit| hit.identity) {
                Some(identity) => reader.identity(identity)?,
                None => None,
            };
            Ok(hit.zip(owner))
        })
        .await?;
    Ok(found.map_or(ProofCheck::Mismatch, |(code, identity)| judge(&code, identity, now)))
}

/// What a stored code that fits is worth now.
pub(super) fn judge(code: &Code, identity: crate::identity::Identity, now: Timestamp) -> ProofCheck {
    let Some(address) = code.address.filter(|address| identity.address_value(*address).is_some()) else {
        return ProofCheck::Mismatch;
    };
    if code.used_at.is_some() {
        ProofCheck::Used
    } else if code.expires_at < now {
        ProofCheck::Expired
    } else {
        ProofCheck::Match { code: code.id, owner: Box::new(AddressOwner { identity, address }) }
    }
}

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
            nodes.push(resend(address));
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

fn code_field() -> InputBuilder {
    input("code").group(Group::Code).kind(InputKind::Text).required().autocomplete("one-time-code")
}

fn hidden_method() -> Node {
    input("method").group(Group::Code).kind(InputKind::Hidden).value("code").build()
}

/// The button that sends to the same address again.
fn resend(address: &str) -> Node {
    let button = input("email").group(Group::Code).kind(InputKind::Submit).value(address);
    button.label(text::label::resend_code()).build()
}

/// The form of a finished verification: a way on.
pub(super) fn verified_nodes(cx: &FormCx<'_>, group: Group) -> Vec<Node> {
    vec![csrf(cx), anchor(group, "continue", cx.onward, text::label::proceed())]
}

/// The field for an address: of either kind when text messages can be sent (02 §2.4).
pub(super) fn address_field(cx: &FormCx<'_>, typed: Option<&str>, group: Group) -> Node {
    let either = group == Group::Code && cx.policy.verification.sms;
    let field = if either {
        input("email").group(group).kind(InputKind::Text).required().label(text::label::email_or_phone())
    } else {
        mail_field(group)
    };
    match typed {
        Some(typed) => field.value(typed).build(),
        None => field.build(),
    }
}

fn mail_field(group: Group) -> InputBuilder {
    input("email").group(group).kind(InputKind::Email).required().label(text::label::email())
}

/// The button that sends a form of one of these methods.
pub(super) fn submit(group: Group, by: Proof) -> Node {
    let method = match by {
        Proof::Code => "code",
        Proof::Link => "link",
    };
    input("method").group(group).kind(InputKind::Submit).value(method).label(text::label::proceed()).build()
}

//! One-time codes.

use super::{FormCx, Ports, csrf};
use crate::{
    flow::{AddressOwner, AnyFlow, Code, CodePurpose, Proof, ProofCheck, VerificationState},
    kernel::{Fault, FlowId, Secret, Timestamp},
    store::{Codes as _, Identities as _},
    text,
    ui::{Group, InputKind, Node, anchor, input},
};

/// Compares a code with those that were sent in this flow: one read.
///
/// # Errors
/// The store failed.
pub async fn check_verification(
    ports: &Ports,
    flow: FlowId,
    code: &Secret<String>,
) -> Result<ProofCheck, Fault> {
    let purpose = CodePurpose::VerificationCode;
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
    let Some(address) = code.address.filter(|address| identity.verifiable(*address).is_some()) else {
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
            nodes.extend(cx.is_browser().then(|| csrf(cx)));
            nodes
        }
        VerificationState::AwaitingProof { address, .. } => {
            let mut code = input("code")
                .group(Group::Code)
                .kind(InputKind::Text)
                .required()
                .autocomplete("one-time-code")
                .label(text::label::verification_code());
            if let Some(prefilled) = cx.prefilled {
                code = code.value(prefilled);
            }
            let hidden = input("method").group(Group::Code).kind(InputKind::Hidden).value("code");
            let mut nodes = vec![hidden.build(), code.build(), submit(Group::Code, Proof::Code)];
            nodes.extend(cx.is_browser().then(|| csrf(cx)));
            let resend = input("email").group(Group::Code).kind(InputKind::Submit).value(address.as_str());
            nodes.push(resend.label(text::label::resend_code()).build());
            nodes
        }
        VerificationState::Verified { .. } => verified_nodes(cx, Group::Code),
    }
}

/// The form of a finished verification: a way on.
pub(super) fn verified_nodes(cx: &FormCx<'_>, group: Group) -> Vec<Node> {
    vec![csrf(cx), anchor(group, "continue", cx.onward, text::label::proceed())]
}

/// The field for an address: of either kind when text messages can be sent (02 §2.4).
pub(super) fn address_field(cx: &FormCx<'_>, typed: Option<&str>, group: Group) -> Node {
    let either = group == Group::Code && cx.policy.verification.sms;
    let (kind, label) = if either {
        (InputKind::Text, text::label::email_or_phone())
    } else {
        (InputKind::Email, text::label::email())
    };
    let field = input("email").group(group).kind(kind).required().label(label);
    match typed {
        Some(typed) => field.value(typed).build(),
        None => field.build(),
    }
}

/// The button that sends a verification form.
pub(super) fn submit(group: Group, by: Proof) -> Node {
    let method = match by {
        Proof::Code => "code",
        Proof::Link => "link",
    };
    input("method").group(group).kind(InputKind::Submit).value(method).label(text::label::proceed()).build()
}

//! Getting back in by a code or a link: what came of one, and the forms that lead to it.

use super::{
    FormCx, Ports,
    code::{code_field, hidden_method, mail_field, resend, submit},
    csrf, sent,
};
use crate::{
    flow::{
        AnyFlow, Choice, Code, CodePurpose, Delivery, Proof, RecoveryCheck, RecoveryState, RecoveryWay,
        Standing,
    },
    identity::{Channel, Identity},
    kernel::{Fault, FlowId, Secret, Timestamp},
    text,
    ui::{Group, InputKind, Node, input},
};

/// Compares a code, or the token of a link, with those of this flow: one read.
///
/// # Errors
/// The store failed.
pub async fn check(
    ports: &Ports,
    purpose: CodePurpose,
    flow: FlowId,
    secret: &Secret<String>,
) -> Result<RecoveryCheck, Fault> {
    let found = sent::find_with_owner(ports, purpose, flow, secret).await?;
    Ok(found.map_or(RecoveryCheck::Mismatch, |(code, identity)| judge(&code, identity, ports.now)))
}

/// What a stored code that fits is worth now. One that was sent to an address which its owner has given up
/// since fits no more.
fn judge(code: &Code, identity: Identity, now: Timestamp) -> RecoveryCheck {
    if code.address.is_some_and(|address| identity.address_value(address).is_none()) {
        return RecoveryCheck::Mismatch;
    }
    match code.standing_at(now) {
        Standing::Used => RecoveryCheck::Used,
        Standing::Late => RecoveryCheck::Expired,
        Standing::Good => {
            RecoveryCheck::Match { code: code.id, identity: Box::new(identity), address: code.address }
        }
    }
}

/// The fields of a recovery, in the order of 02 §3.3 and §3.4; they are not sorted. A finished one keeps those
/// it had.
pub fn nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let AnyFlow::Recovery(flow) = cx.flow else { return Vec::new() };
    match &flow.state {
        RecoveryState::AwaitingAddress { by: RecoveryWay::Code, .. } => {
            vec![csrf(cx), mail_field(Group::Code).build(), submit(Group::Code, Proof::Code)]
        }
        RecoveryState::AwaitingAddress { by: RecoveryWay::Link, .. } => by_link(cx, None),
        RecoveryState::AwaitingAddress { by: RecoveryWay::Chosen, .. } => {
            let field = input("recovery_address").group(Group::Code).kind(InputKind::Text).required();
            let field = field.label(text::label::recovery_address()).build();
            vec![csrf(cx), field, submit(Group::Code, Proof::Code)]
        }
        RecoveryState::AwaitingChoice { address, choices, .. } => {
            let mut nodes = vec![csrf(cx)];
            nodes.extend(choices.iter().map(offer));
            nodes.extend([hidden_method(), hidden("recovery_address", address)]);
            nodes
        }
        RecoveryState::AwaitingConfirmation { address, channel, .. } => {
            let submit = submit(Group::Code, Proof::Code);
            let address = hidden("recovery_address", address);
            vec![csrf(cx), in_full(*channel), address, submit, hidden_method(), back()]
        }
        RecoveryState::AwaitingProof { delivery, .. } | RecoveryState::Recovered { delivery, .. } => {
            delivered(cx, delivery)
        }
    }
}

/// The fields for what was sent or handed over.
fn delivered(cx: &FormCx<'_>, delivery: &Delivery) -> Vec<Node> {
    let submit = submit(Group::Code, Proof::Code);
    match delivery {
        Delivery::Code { address } => {
            vec![csrf(cx), code(), hidden_method(), submit, resend("email", address)]
        }
        Delivery::Chosen { address, to, .. } => {
            let resend = resend("recovery_confirm_address", to);
            let address = hidden("recovery_address", address);
            vec![csrf(cx), code(), submit, hidden_method(), resend, address, back()]
        }
        Delivery::Link { address } => by_link(cx, address.as_deref()),
        // No anti-CSRF field: whoever opens this form did not open the flow (02 §3.3).
        Delivery::Handed => vec![code(), submit],
    }
}

fn by_link(cx: &FormCx<'_>, typed: Option<&str>) -> Vec<Node> {
    let field = mail_field(Group::Link);
    let field = match typed {
        Some(typed) => field.value(typed),
        None => field,
    };
    vec![csrf(cx), field.build(), submit(Group::Link, Proof::Link)]
}

fn code() -> Node {
    code_field().pattern("[0-9]+").maxlength(6).label(text::label::recovery_code()).build()
}

fn hidden(name: &str, value: &str) -> Node {
    input(name).group(Group::Code).kind(InputKind::Hidden).value(value).build()
}

/// The button that chooses an address.
fn offer(choice: &Choice) -> Node {
    let button = input("recovery_select_address").group(Group::Code).kind(InputKind::Submit);
    let label = text::recovery::masked_address(&choice.masked);
    button.value(choice.id.as_str()).label(label).build()
}

/// The field for the chosen address, which starts empty.
fn in_full(channel: Channel) -> Node {
    let (kind, label) = match channel {
        Channel::Email => (InputKind::Email, text::label::email()),
        Channel::Sms => (InputKind::Tel, text::label::phone()),
    };
    let field = input("recovery_confirm_address").group(Group::Code).kind(kind);
    field.value("").required().label(label).build()
}

/// The button that leads to the step before.
fn back() -> Node {
    let button = input("screen").group(Group::Code).kind(InputKind::Submit).value("previous");
    button.label(text::recovery::back()).build()
}

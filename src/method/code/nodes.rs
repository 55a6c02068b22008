//! The pieces that forms with codes are made from.

use crate::{
    flow::Proof,
    method::FormCx,
    text,
    ui::{Group, InputBuilder, InputKind, Node, input},
};

/// The field for the code.
pub(in crate::method) fn code_field() -> InputBuilder {
    input("code").group(Group::Code).kind(InputKind::Text).required().autocomplete("one-time-code")
}

/// The method, for clients that send a form without pressing a button.
pub(in crate::method) fn hidden_method() -> Node {
    input("method").group(Group::Code).kind(InputKind::Hidden).value("code").build()
}

/// The button that sends to the same address again.
pub(in crate::method) fn resend(name: &str, address: &str) -> Node {
    let button = input(name).group(Group::Code).kind(InputKind::Submit).value(address);
    button.label(text::label::resend_code()).build()
}

/// The field for an address: of either kind when text messages can be sent (02 §2.4).
pub(in crate::method) fn address_field(cx: &FormCx<'_>, typed: Option<&str>, group: Group) -> Node {
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

/// The field for an e-mail address.
pub(in crate::method) fn mail_field(group: Group) -> InputBuilder {
    input("email").group(group).kind(InputKind::Email).required().label(text::label::email())
}

/// The button that sends a form of one of these methods.
pub(in crate::method) fn submit(group: Group, by: Proof) -> Node {
    let method = match by {
        Proof::Code => "code",
        Proof::Link => "link",
    };
    input("method").group(group).kind(InputKind::Submit).value(method).label(text::label::proceed()).build()
}

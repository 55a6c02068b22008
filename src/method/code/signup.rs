//! Signing up by code: whether the code is right, and the fields (01 §11.3).

use super::{
    login_nodes::resend,
    nodes::{code_field, hidden_method, submit},
};
use crate::{
    flow::{AnyFlow, CodePurpose, Note, Proof, RegistrationStyle, SignUpCodeCheck, Standing, Submission},
    kernel::{Fault, FlowId, Secret},
    method::{FormCx, Ports, profile, sent},
    text,
    ui::{Group, InputKind, Node, input},
};

/// Reads whether a code shall be sent again.
///
/// # Errors
/// A message for the button, which has one value only.
pub fn parse_resend(body: &Submission) -> Result<bool, Vec<Note>> {
    match body.text("resend").as_deref() {
        None => Ok(false),
        Some("code") => Ok(true),
        Some(_) => Err(vec![Note::field("resend", text::validation::generic(text::reason::RESEND_IS_CODE))]),
    }
}

/// Compares a code with those that were sent in this flow: one read.
///
/// # Errors
/// The store failed.
pub async fn check_signup(
    ports: &Ports,
    flow: FlowId,
    code: &Secret<String>,
) -> Result<SignUpCodeCheck, Fault> {
    let found = sent::find(ports, CodePurpose::RegistrationCode, flow, code).await?;
    Ok(match found.map(|code| (code.standing_at(ports.now), code.id)) {
        Some((Standing::Used, _)) => SignUpCodeCheck::Used,
        Some((Standing::Good, code)) => SignUpCodeCheck::Match(code),
        Some((Standing::Late, _)) | None => SignUpCodeCheck::Mismatch,
    })
}

/// The button that asks for a code.
pub fn signup_nodes() -> Vec<Node> {
    let button = input("method").group(Group::Code).kind(InputKind::Submit).value("code");
    vec![button.label(text::registration::send_code()).build()]
}

/// The fields that take a code, after those of the traits.
pub fn signup_sent_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let AnyFlow::Registration(flow) = cx.flow else { return Vec::new() };
    let code = code_field().label(text::label::registration_code()).build();
    let mut nodes = vec![hidden_method(), code, submit(Group::Code, Proof::Code), resend()];
    if flow.state.style() == RegistrationStyle::ProfileFirst {
        nodes.push(profile::choose_again());
    }
    nodes
}

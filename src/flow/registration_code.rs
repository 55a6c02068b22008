//! Signing up by a code that was sent to an address of the account to be (01 §11.3).

use serde_json::{Map, Value};

use super::{
    AuditEvent, CodePurpose, CodesSent, Cx, Effect, Illegal, NewAccount, Note, RegistrationState,
    RegistrationStyle, Transition,
    entry_code::{self, Addressee},
    proof_letter as letter,
    registration::complete,
};
use crate::{
    identity::{Channel, CodeAddress},
    kernel::CodeId,
    text::{self, Message},
};

/// What came of comparing a code with those that were sent.
#[derive(Debug)]
pub enum SignUpCodeCheck {
    /// None of them, or one whose time is over.
    Mismatch,
    /// One that was used before.
    Used,
    /// One of them.
    Match(CodeId),
}

/// Sends a code to each address. Whether somebody has an account with one of them already is told only to
/// whoever gets the code.
pub(super) fn send(
    state: RegistrationState,
    addresses: &[CodeAddress],
    traits: &Map<String, Value>,
    cx: &Cx<'_>,
) -> Transition<RegistrationState> {
    let purpose = CodePurpose::RegistrationCode;
    let (sent, effects) = entry_code::send(purpose, Addressee::Newcomer(traits), addresses, cx);
    let codes = CodesSent { sent, submissions: state.submissions() };
    let next = RegistrationState::AwaitingCode { style: state.style(), codes };
    let note = Note::form(letter::announcement(purpose, Channel::Email));
    Transition::advance(next, effects, vec![note])
}

/// A code was typed.
pub(super) fn submit(
    state: RegistrationState,
    check: SignUpCodeCheck,
    mut account: NewAccount,
    cx: &Cx<'_>,
) -> Result<Transition<RegistrationState>, Illegal> {
    let RegistrationState::AwaitingCode { style, codes } = state else {
        return Err(Illegal { state: state.name(), event: "code submitted" });
    };
    // SECURITY: counted before anything else, and the count is part of the flow's version: a thousand
    // parallel guesses lose the same race.
    let codes = codes.tried();
    if codes.are_used_up(cx) {
        return Ok(refuse(style, codes, text::validation::generic(text::reason::TOO_MANY_CODES), cx));
    }
    Ok(match check {
        SignUpCodeCheck::Mismatch => refuse(style, codes, text::registration::code_invalid(), cx),
        SignUpCodeCheck::Used => refuse(style, codes, text::validation::generic(text::reason::CODE_USED), cx),
        SignUpCodeCheck::Match(code) => {
            // SECURITY: the account has to have the address that the code went to: traits come anew with each
            // submission (test `sec_29_a_code_proves_its_own_address_only`).
            let proven = codes.find(code).filter(|sent| {
                account.credentials.iter().any(|credential| credential.is_reached_at(&sent.address))
            });
            let Some(sent) = proven else {
                return Ok(refuse(style, codes, text::registration::code_invalid(), cx));
            };
            if let Some(address) = account.identity.unverified(sent.channel, &sent.address) {
                account.identity.mark_verified(address, cx.now);
            }
            let next = RegistrationState::CodePassed { style, codes };
            complete(next, account, vec![Effect::ConsumeCode(code)], cx)
        }
    })
}

/// The state once a code was right and the account could not be made all the same: no code works any more.
pub(super) fn used_up(state: RegistrationState) -> Result<RegistrationState, Illegal> {
    match state {
        RegistrationState::AwaitingCode { style, codes } => {
            Ok(RegistrationState::CodePassed { style, codes: codes.tried() })
        }
        RegistrationState::AwaitingProfile { .. }
        | RegistrationState::AwaitingCredential { .. }
        | RegistrationState::AwaitingAll
        | RegistrationState::Vouched { .. }
        | RegistrationState::CodePassed { .. } => {
            Err(Illegal { state: state.name(), event: "proven identifier taken" })
        }
    }
}

fn refuse(
    style: RegistrationStyle,
    codes: CodesSent,
    why: Message,
    cx: &Cx<'_>,
) -> Transition<RegistrationState> {
    let next = RegistrationState::AwaitingCode { style, codes };
    let mut refused = Transition::refuse(next, vec![Note::form(why)]);
    refused.effects.push(Effect::Audit(AuditEvent::new("registration.refused").within(cx.flow.id)));
    refused
}

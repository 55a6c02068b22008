//! Logging in by a code that was sent to an address of the account (01 §10.3).

use serde::{Deserialize, Serialize};

use super::{
    AuditEvent, CodePurpose, CodesSent, Cx, Effect, Failure, Illegal, LoginState, Note, Reply, Subject,
    Transition, Wanted,
    entry_code::{self, Addressee},
    login::authenticate,
    proof_letter as letter,
};
use crate::{
    identity::{Aal, Channel, CodeAddress, Identity},
    kernel::CodeId,
    session::{Factor, SessionMethod},
    text::{self, ErrorCode},
};

/// How the form that asks for a code carries the identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentifierField {
    /// As the form that asked for it did.
    Labelled,
    /// As the first screen of identifier-first login did.
    IdentifierFirst,
    /// As the button of the address that was chosen.
    Chosen,
    /// COMPAT: without a label, since something was refused (golden `login.code.api.success`).
    Bare,
}

/// Who would get a code.
#[derive(Debug)]
pub enum CodeRecipient {
    /// Nobody has that name, or nobody who can log in by code.
    Nobody,
    /// The address is none of those of who is logged in.
    NotTheirs,
    /// Somebody whose name is no address to send anything to.
    Unreachable,
    /// Somebody, at these addresses.
    Account {
        /// Who.
        identity: Box<Identity>,
        /// Where.
        addresses: Vec<CodeAddress>,
    },
}

/// What came of comparing a code with those that were sent.
#[derive(Debug)]
pub enum LoginCodeCheck {
    /// Nobody has the name that came with it, or nobody who can log in by code.
    Nobody,
    /// None of them, one for somebody else, or one whose time is over.
    Mismatch,
    /// One that was used before.
    Used,
    /// One that was sent to them.
    Match {
        /// The code.
        code: CodeId,
        /// Who.
        identity: Box<Identity>,
    },
}

/// Sends a code to each address, or does the same work for nobody where accounts are hidden.
pub(super) fn send(state: LoginState, recipient: CodeRecipient, cx: &Cx<'_>) -> Transition<LoginState> {
    let wanted = state.wanted();
    // Who confirms who they are does so for themselves (01 §13.3).
    let own = |identity: &Identity| cx.session.is_some_and(|session| session.identity == identity.id);
    let recipient = match recipient {
        CodeRecipient::Account { identity, .. } if is_known(wanted) && !own(&identity) => {
            CodeRecipient::Nobody
        }
        other @ (CodeRecipient::Account { .. }
        | CodeRecipient::Nobody
        | CodeRecipient::NotTheirs
        | CodeRecipient::Unreachable) => other,
    };
    let purpose = CodePurpose::LoginCode;
    let (sent, effects) = match &recipient {
        CodeRecipient::Account { identity, addresses } => {
            entry_code::send(purpose, Addressee::Account(identity), addresses, cx)
        }
        CodeRecipient::Nobody | CodeRecipient::Unreachable
            if cx.policy.hide_accounts && wanted.aal <= Aal::Aal1 =>
        {
            entry_code::send(purpose, Addressee::Nobody, &[], cx)
        }
        CodeRecipient::Nobody => return unknown(state, cx),
        CodeRecipient::NotTheirs => return refuse(state, text::login::address_unknown(), cx),
        // COMPAT: the letter cannot be written, and the reference says so (golden `login.code.fallback`).
        CodeRecipient::Unreachable => {
            let reply = Reply::Failed(Failure::of(ErrorCode::Unreachable));
            return Transition { reply, ..Transition::refuse(state, Vec::new()) };
        }
    };
    let identifier = match state {
        LoginState::AwaitingIdentifier { .. } | LoginState::Identified { .. } => {
            IdentifierField::IdentifierFirst
        }
        LoginState::AwaitingKey { .. } => IdentifierField::Labelled,
        LoginState::AwaitingFactor { wanted } | LoginState::Authenticated { wanted }
            if wanted.chooses_address(cx.policy) =>
        {
            IdentifierField::Chosen
        }
        LoginState::AwaitingFactor { .. } | LoginState::Authenticated { .. } => IdentifierField::Labelled,
        LoginState::AwaitingCode { identifier, .. } | LoginState::CodePassed { identifier, .. } => identifier,
    };
    let codes = CodesSent { sent, submissions: state.submissions() };
    let note = match is_known(wanted) {
        true => text::login::code_sent_to_known_user(),
        false => letter::announcement(purpose, Channel::Email),
    };
    let next = LoginState::AwaitingCode { wanted, codes, identifier };
    Transition::advance(next, effects, vec![Note::form(note)])
}

/// Whether somebody is logged in already, and nobody else may be.
fn is_known(wanted: Wanted) -> bool {
    wanted.refresh || wanted.aal > Aal::Aal1
}

fn unknown(state: LoginState, cx: &Cx<'_>) -> Transition<LoginState> {
    refuse(state, text::validation::code_unknown(), cx)
}

fn refuse(state: LoginState, why: text::Message, cx: &Cx<'_>) -> Transition<LoginState> {
    let mut refused = Transition::refuse(state, vec![Note::form(why)]);
    refused.effects.push(Effect::Audit(AuditEvent::new("login.refused").within(cx.flow.id)));
    refused
}

/// A code was typed.
pub(super) fn submit(
    state: LoginState,
    check: LoginCodeCheck,
    cx: &Cx<'_>,
) -> Result<Transition<LoginState>, Illegal> {
    let LoginState::AwaitingCode { wanted, codes, identifier } = state else {
        return Err(Illegal { state: state.name(), event: "code submitted" });
    };
    let bare = |codes| LoginState::AwaitingCode { wanted, codes, identifier: IdentifierField::Bare };
    if let (LoginCodeCheck::Nobody, false) = (&check, cx.policy.hide_accounts) {
        return Ok(unknown(bare(codes), cx));
    }
    // SECURITY: counted before anything else, and the count is part of the flow's version: a thousand
    // parallel guesses lose the same race (test `sec_30_parallel_guesses_at_a_sign_in`).
    let codes = codes.tried();
    if codes.are_used_up(cx) {
        return Ok(refuse(bare(codes), text::validation::generic(text::reason::TOO_MANY_CODES), cx));
    }
    Ok(match check {
        LoginCodeCheck::Nobody | LoginCodeCheck::Mismatch => {
            refuse(bare(codes), text::login::code_invalid(), cx)
        }
        LoginCodeCheck::Used => refuse(bare(codes), text::validation::generic(text::reason::CODE_USED), cx),
        LoginCodeCheck::Match { identity, .. } if !identity.is_active() => {
            refuse(bare(codes), text::login::account_disabled(), cx)
        }
        LoginCodeCheck::Match { identity, .. }
            if is_known(wanted) && cx.session.is_none_or(|own| own.identity != identity.id) =>
        {
            unknown(bare(codes), cx)
        }
        LoginCodeCheck::Match { code, identity } => {
            let subject = proven(*identity, &codes, code, cx);
            let next = LoginState::CodePassed { wanted, codes, identifier };
            authenticate(next, subject, by_code(wanted), vec![Effect::ConsumeCode(code)], cx)
        }
    })
}

/// A code on top of another factor is a second one.
const fn by_code(wanted: Wanted) -> Factor {
    match wanted.aal {
        Aal::Aal0 | Aal::Aal1 => Factor::first(SessionMethod::Code),
        Aal::Aal2 => Factor::second(SessionMethod::Code),
    }
}

/// Who got the code at an address has verified it (01 §10.3.5).
fn proven(identity: Identity, codes: &CodesSent, code: CodeId, cx: &Cx<'_>) -> Subject {
    let address = codes.find(code).and_then(|sent| identity.unverified(sent.channel, &sent.address));
    let mut subject = Subject::unchanged(identity);
    if let Some(address) = address {
        subject.mark_verified(address, cx.now);
    }
    subject
}

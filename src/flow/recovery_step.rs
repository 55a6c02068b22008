//! What follows from each event of a recovery (02 §3.4 to §3.6).

use super::{
    AddressOwner, AnyFlow, AuditEvent, Choice, CodePurpose, Completion, Cx, Delivery, Effect, Illegal, Note,
    RecoveryCheck, RecoveryState, RecoveryWay, Replacement, Reply, Subject, Transition, new_session,
    proof_letter as letter, recovery_choice::masked, start_settings,
};
use crate::{
    identity::{Channel, Identity},
    kernel::{AddressId, CodeId},
    session::{Factor, SessionMethod},
    text::{self, ErrorCode, Message},
};

type Step = Result<Transition<RecoveryState>, Illegal>;

/// Takes the address that somebody says is theirs.
pub(super) fn name_address(
    state: RecoveryState,
    address: String,
    owner: Option<&AddressOwner>,
    cx: &Cx<'_>,
) -> Step {
    let submissions = state.submissions();
    match &state {
        RecoveryState::AwaitingAddress { by: RecoveryWay::Code, .. }
        | RecoveryState::AwaitingProof { delivery: Delivery::Code { .. }, .. } => {
            Ok(send(Delivery::Code { address: address.clone() }, &address, owner, submissions, cx))
        }
        RecoveryState::AwaitingAddress { by: RecoveryWay::Link, .. }
        | RecoveryState::AwaitingProof { delivery: Delivery::Link { .. }, .. } => {
            let delivery = Delivery::Link { address: Some(address.clone()) };
            Ok(send(delivery, &address, owner, submissions, cx))
        }
        RecoveryState::AwaitingAddress { by: RecoveryWay::Chosen, .. } => {
            Ok(offer(address, owner, submissions, cx))
        }
        RecoveryState::AwaitingChoice { .. }
        | RecoveryState::AwaitingConfirmation { .. }
        | RecoveryState::AwaitingProof { delivery: Delivery::Chosen { .. } | Delivery::Handed, .. }
        | RecoveryState::Recovered { .. } => Err(state.illegal("address named")),
    }
}

/// Offers the addresses of an account, unless there is nothing to choose: nobody has the address, or it is
/// the only one and spelled as it is kept (02 §3.4).
fn offer(
    address: String,
    owner: Option<&AddressOwner>,
    submissions: u32,
    cx: &Cx<'_>,
) -> Transition<RecoveryState> {
    let choices = owner.map(|owner| Choice::all_of(&owner.identity)).unwrap_or_default();
    match choices.as_slice() {
        [] => {}
        [only] if only.is(&address) => {}
        _ => return ask_to_choose(address, choices, submissions),
    }
    let to = address.clone();
    send(Delivery::Chosen { address, to: to.clone(), choices }, &to, owner, submissions, cx)
}

fn ask_to_choose(address: String, choices: Vec<Choice>, submissions: u32) -> Transition<RecoveryState> {
    let next = RecoveryState::AwaitingChoice { address, choices, submissions };
    Transition::advance(next, Vec::new(), vec![Note::form(text::recovery::choose_address())])
}

/// Takes the choice. The address that was named before needs no confirmation: it was typed in full.
pub(super) fn choose(state: RecoveryState, choice: &str, owner: Option<&AddressOwner>, cx: &Cx<'_>) -> Step {
    let RecoveryState::AwaitingChoice { address, choices, submissions } = state else {
        return Err(state.illegal("address chosen"));
    };
    let Some(chosen) = choices.iter().find(|offered| offered.id == choice) else {
        let note = Note::form(text::validation::generic(text::reason::NO_SUCH_CHOICE));
        let same = RecoveryState::AwaitingChoice { address, choices, submissions };
        return Ok(Transition::refuse(same, vec![note]));
    };
    if chosen.is(&address) {
        let to = address.clone();
        return Ok(send(Delivery::Chosen { address, to: to.clone(), choices }, &to, owner, submissions, cx));
    }
    let channel = chosen.channel;
    let next = RecoveryState::AwaitingConfirmation { address, channel, choices, submissions };
    Ok(Transition::advance(next, Vec::new(), vec![Note::form(text::recovery::type_address_in_full())]))
}

/// Sends to the address that was typed in full, right or wrong: the answer does not tell which (02 §3.4).
pub(super) fn confirm(state: RecoveryState, to: String, owner: Option<&AddressOwner>, cx: &Cx<'_>) -> Step {
    match state {
        RecoveryState::AwaitingConfirmation { address, choices, submissions, .. }
        | RecoveryState::AwaitingProof { delivery: Delivery::Chosen { address, choices, .. }, submissions } =>
        {
            let delivery = Delivery::Chosen { address, to: to.clone(), choices };
            Ok(send(delivery, &to, owner, submissions, cx))
        }
        other @ (RecoveryState::AwaitingAddress { .. }
        | RecoveryState::AwaitingChoice { .. }
        | RecoveryState::AwaitingProof {
            delivery: Delivery::Code { .. } | Delivery::Link { .. } | Delivery::Handed,
            ..
        }
        | RecoveryState::Recovered { .. }) => Err(other.illegal("address confirmed")),
    }
}

/// Shows the step before: where there was nothing to choose from, that is the very first one.
pub(super) fn go_back(state: RecoveryState) -> Step {
    match state {
        RecoveryState::AwaitingConfirmation { address, choices, submissions, .. } => {
            Ok(ask_to_choose(address, choices, submissions))
        }
        RecoveryState::AwaitingProof { delivery: Delivery::Chosen { address, choices, .. }, submissions } => {
            Ok(match choices.len() {
                0 | 1 => {
                    let first = RecoveryState::AwaitingAddress { by: RecoveryWay::Chosen, submissions };
                    Transition::advance(first, Vec::new(), Vec::new())
                }
                _ => ask_to_choose(address, choices, submissions),
            })
        }
        other @ (RecoveryState::AwaitingAddress { .. }
        | RecoveryState::AwaitingChoice { .. }
        | RecoveryState::AwaitingProof {
            delivery: Delivery::Code { .. } | Delivery::Link { .. } | Delivery::Handed,
            ..
        }
        | RecoveryState::Recovered { .. }) => Err(other.illegal("went back")),
    }
}

/// Sends a code or link to an address, or does the same work for nobody.
fn send(
    delivery: Delivery,
    to: &str,
    owner: Option<&AddressOwner>,
    submissions: u32,
    cx: &Cx<'_>,
) -> Transition<RecoveryState> {
    let (purpose, channel) = match &delivery {
        Delivery::Link { .. } => (CodePurpose::RecoveryLink, Channel::Email),
        Delivery::Code { .. } | Delivery::Handed => (CodePurpose::RecoveryCode, Channel::Email),
        Delivery::Chosen { .. } => (CodePurpose::RecoveryCode, Channel::infer(to)),
    };
    let sent = letter::compose(cx.flow.id, purpose, (to, channel), owner, cx);
    let mut effects = match &delivery {
        // Links that are on their way stay good (02 §2.7).
        Delivery::Link { .. } => Vec::new(),
        // Only the newest code works.
        Delivery::Code { .. } | Delivery::Chosen { .. } | Delivery::Handed => {
            vec![Effect::DropCodes(cx.flow.id)]
        }
    };
    effects.push(Effect::MintCode(sent.code));
    effects.extend(sent.letter.map(Effect::Enqueue));
    let said = match &delivery {
        Delivery::Chosen { .. } => text::recovery::code_sent_to(&masked(to)),
        Delivery::Code { .. } | Delivery::Link { .. } | Delivery::Handed => {
            letter::announcement(purpose, channel)
        }
    };
    let next = RecoveryState::AwaitingProof { delivery, submissions };
    Transition::advance(next, effects, vec![Note::form(said)])
}

/// Takes a code.
pub(super) fn submit_code(state: RecoveryState, check: RecoveryCheck, spare: AnyFlow, cx: &Cx<'_>) -> Step {
    let (delivery, submissions) = match state {
        RecoveryState::AwaitingProof {
            delivery: delivery @ (Delivery::Code { .. } | Delivery::Chosen { .. } | Delivery::Handed),
            submissions,
        } => (delivery, submissions),
        other @ (RecoveryState::AwaitingAddress { .. }
        | RecoveryState::AwaitingChoice { .. }
        | RecoveryState::AwaitingConfirmation { .. }
        | RecoveryState::AwaitingProof { delivery: Delivery::Link { .. }, .. }
        | RecoveryState::Recovered { .. }) => return Err(other.illegal("code submitted")),
    };
    // SECURITY: counted before anything else, and the count is part of the flow's version: a thousand
    // parallel guesses lose the same race (05 no. 30).
    let submissions = submissions.saturating_add(1);
    let counted = RecoveryState::AwaitingProof { delivery: delivery.clone(), submissions };
    let refused = Replacement::Refused(ErrorCode::BadRequest);
    if submissions > cx.policy.code.max_submissions {
        let why = text::validation::generic(text::reason::TOO_MANY_CODES);
        return Ok(give_way(counted, spare, why, refused, cx));
    }
    Ok(match check {
        RecoveryCheck::Mismatch | RecoveryCheck::Expired => {
            let mut refused = Transition::refuse(counted, vec![Note::form(text::recovery::code_invalid())]);
            refused.effects.push(refusal(cx));
            refused
        }
        RecoveryCheck::Used => {
            let why = text::validation::generic(text::reason::CODE_USED);
            give_way(counted, spare, why, refused, cx)
        }
        RecoveryCheck::Match { identity, .. } if !identity.is_active() => turn_away(counted, spare, cx),
        RecoveryCheck::Match { code, identity, address } => {
            recovered(delivery, SessionMethod::CodeRecovery, code, (*identity, address), &spare, cx)
        }
    })
}

/// Takes the token of a link, whatever was sent or used before (02 §3.9).
pub(super) fn follow_link(state: RecoveryState, check: RecoveryCheck, spare: AnyFlow, cx: &Cx<'_>) -> Step {
    let address = match &state {
        RecoveryState::AwaitingAddress { by: RecoveryWay::Link, .. } => None,
        RecoveryState::AwaitingProof { delivery: Delivery::Link { address }, .. }
        | RecoveryState::Recovered { delivery: Delivery::Link { address }, .. } => address.clone(),
        RecoveryState::AwaitingAddress { by: RecoveryWay::Code | RecoveryWay::Chosen, .. }
        | RecoveryState::AwaitingChoice { .. }
        | RecoveryState::AwaitingConfirmation { .. }
        | RecoveryState::AwaitingProof {
            delivery: Delivery::Code { .. } | Delivery::Chosen { .. } | Delivery::Handed,
            ..
        }
        | RecoveryState::Recovered {
            delivery: Delivery::Code { .. } | Delivery::Chosen { .. } | Delivery::Handed,
            ..
        } => return Err(state.illegal("link followed")),
    };
    let refused = Replacement::LinkRefused;
    Ok(match check {
        RecoveryCheck::Mismatch | RecoveryCheck::Used => {
            give_way(state, spare, text::recovery::link_invalid(), refused, cx)
        }
        RecoveryCheck::Expired => {
            let why = text::recovery::flow_expired(cx.flow.expires_at);
            give_way(state, spare, why, refused, cx)
        }
        RecoveryCheck::Match { identity, .. } if !identity.is_active() => turn_away(state, spare, cx),
        RecoveryCheck::Match { code, identity, address: sent_to } => {
            let delivery = Delivery::Link { address };
            recovered(delivery, SessionMethod::LinkRecovery, code, (*identity, sent_to), &spare, cx)
        }
    })
}

/// Nobody gets into an account that is switched off.
fn turn_away(state: RecoveryState, spare: AnyFlow, cx: &Cx<'_>) -> Transition<RecoveryState> {
    let because = Replacement::Refused(ErrorCode::IdentityDisabled);
    give_way(state, spare, text::login::account_disabled(), because, cx)
}

/// A code or link that leads nowhere: another flow takes over, and it is kept that somebody tried.
fn give_way(
    state: RecoveryState,
    spare: AnyFlow,
    why: Message,
    because: Replacement,
    cx: &Cx<'_>,
) -> Transition<RecoveryState> {
    let mut made = Transition::give_way(state, spare, why, because);
    made.effects.push(refusal(cx));
    made
}

fn refusal(cx: &Cx<'_>) -> Effect {
    Effect::Audit(AuditEvent::new("recovery.refused").within(cx.flow.id))
}

/// Lets somebody in, who goes on to set a new password: the end of every recovery that succeeds. Who got a code or link at an address has
/// verified it, too (02 §2.14); what an administrator handed over proves nothing about addresses (02 §3.10).
fn recovered(
    delivery: Delivery,
    method: SessionMethod,
    code: CodeId,
    (owner, address): (Identity, Option<AddressId>),
    spare: &AnyFlow,
    cx: &Cx<'_>,
) -> Transition<RecoveryState> {
    let identity = owner.id;
    let proven = address.map(|address| owner.verifiable_twins(address)).unwrap_or_default();
    let mut subject = Subject::unchanged(owner);
    for address in proven {
        subject.mark_verified(address, cx.now);
    }
    let draft = new_session(cx, identity, Factor::first(method));
    let (session, token) = (draft.session.clone(), draft.token.clone());
    let audit = AuditEvent::new("account.recovered").of(identity).on(session.id).within(cx.flow.id);
    let mut effects =
        vec![Effect::ConsumeCode(code), Effect::IssueSession(Box::new(draft)), Effect::Audit(audit)];
    let asked = &spare.head().origin.request_url;
    let next = (!cx.flow.origin.skips_settings()).then(|| start_settings(identity, asked, cx));
    let settings = next.as_ref().map(|next| next.head().id);
    effects.extend(next.map(|next| Effect::OpenFlow(Box::new(next))));
    Transition {
        state: RecoveryState::Recovered { delivery, identity },
        subject: Some(subject),
        effects,
        reply: Reply::Done(Box::new(Completion::Recovered { session, token, settings })),
        notes: Vec::new(),
    }
}

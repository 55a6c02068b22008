//! The code or link of a verification, and the letter that carries it.

use super::{AddressOwner, CodeDraft, CodePurpose, Cx, Proof};
use crate::{
    crypto::{link_token, one_time_code},
    identity::Channel,
    kernel::{CodeId, FlowId, Lifespan, Secret},
    outbox::{Content, LetterDraft, Outgoing},
    text::{self, Message},
};

/// A code or link token, and the letter that carries it.
#[derive(Debug)]
pub struct Composed {
    /// The code or token; a decoy that fits nobody when the address is nobody's.
    pub code: CodeDraft,
    /// The letter; `None` when nobody is to be written to.
    pub letter: Option<Outgoing>,
}

/// Makes a code or link token for `flow` and the letter to `address`.
///
/// SECURITY: for an address that nobody has, the same code is made and stored; only the letter differs, so
/// that neither answer nor work tells whether an account exists (05 no. 17).
pub fn compose(
    flow: FlowId,
    by: Proof,
    address: &str,
    channel: Channel,
    owner: Option<&AddressOwner>,
    cx: &Cx<'_>,
) -> Composed {
    let label = format!("verification {flow}");
    let mut stream = cx.seed.stream(&label);
    let lifespan = lifespan(by, cx);
    let secret = match by {
        Proof::Code => one_time_code(&mut stream),
        Proof::Link => link_token(&mut stream),
    };
    let letter = match owner {
        Some(owner) => {
            let to = owner.identity.verifiable(owner.address).map_or(address, |own| own.value.as_str());
            let content = content(by, flow, &secret, lifespan, cx);
            let identity = Some(Box::new(owner.identity.clone()));
            Some(LetterDraft { to: to.to_owned(), channel, content, identity })
        }
        None => unknown(by, address, channel, cx),
    };
    Composed {
        code: CodeDraft {
            id: CodeId::random(&mut stream),
            flow,
            purpose: match by {
                Proof::Code => CodePurpose::VerificationCode,
                Proof::Link => CodePurpose::VerificationLink,
            },
            secret,
            recipient: owner.map(|owner| (owner.identity.id, owner.address)),
            issued_at: cx.now,
            expires_at: cx.now.plus(lifespan),
        },
        letter: letter.map(|draft| Outgoing::Letter(Box::new(draft))),
    }
}

/// What the form says once something was sent. It goes by what was typed, known or not (02 §2.4).
pub fn announcement(by: Proof, channel: Channel) -> Message {
    match (by, channel) {
        (Proof::Code, Channel::Email) => text::verification::code_sent_by_email(),
        (Proof::Code, Channel::Sms) => text::verification::code_sent_by_sms(),
        (Proof::Link, Channel::Email | Channel::Sms) => text::verification::link_sent_by_email(),
    }
}

const fn lifespan(by: Proof, cx: &Cx<'_>) -> Lifespan {
    match by {
        Proof::Code => cx.policy.code.lifespan,
        Proof::Link => cx.policy.link.lifespan,
    }
}

fn content(by: Proof, flow: FlowId, secret: &Secret<String>, lifespan: Lifespan, cx: &Cx<'_>) -> Content {
    let (base, secret) = (&cx.policy.public_url, secret.expose());
    let expires_in_minutes = lifespan.as_secs() / 60;
    match by {
        Proof::Code => Content::VerificationCode {
            code: secret.clone(),
            url: format!("{base}/self-service/verification?code={secret}&flow={flow}"),
            expires_in_minutes,
        },
        Proof::Link => Content::VerificationLink {
            url: format!("{base}/self-service/verification?flow={flow}&token={secret}"),
            expires_in_minutes,
        },
    }
}

/// Somebody may want to know that they were asked for; a number that nobody has is never written to.
fn unknown(by: Proof, address: &str, channel: Channel, cx: &Cx<'_>) -> Option<LetterDraft> {
    let wanted = cx.policy.verification.notify_unknown && channel == Channel::Email;
    wanted.then(|| LetterDraft {
        to: address.to_owned(),
        channel,
        content: match by {
            Proof::Code => Content::VerificationCodeUnknown,
            Proof::Link => Content::VerificationLinkUnknown,
        },
        identity: None,
    })
}

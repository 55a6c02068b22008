//! The code or link that proves an address, and the letter that carries it.

use serde_json::{Map, Value};

use super::{AddressOwner, CodeDraft, CodePurpose, Cx, Recipient};
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

/// Makes a code or link token for `flow` and the letter to the address, which is given as it was typed.
///
/// SECURITY: for an address that nobody has, the same code is made and stored; only the letter differs, so
/// that neither answer nor work tells whether an account exists (05 no. 17).
pub fn compose(
    flow: FlowId,
    purpose: CodePurpose,
    (address, channel): (&str, Channel),
    owner: Option<&AddressOwner>,
    cx: &Cx<'_>,
) -> Composed {
    let label = format!("{} {flow}", purpose.wire_name());
    let mut stream = cx.seed.stream(&label);
    let lifespan = lifespan(purpose, cx);
    let secret = match purpose {
        CodePurpose::VerificationCode
        | CodePurpose::RecoveryCode
        | CodePurpose::LoginCode
        | CodePurpose::RegistrationCode => one_time_code(&mut stream),
        CodePurpose::VerificationLink | CodePurpose::RecoveryLink => link_token(&mut stream),
    };
    let letter = match owner {
        Some(owner) => {
            let to = owner.identity.address_value(owner.address).unwrap_or(address);
            let enclosed = Enclosed { flow, secret: &secret, lifespan, traits: &Map::new() };
            let content = content(purpose, &enclosed, cx);
            let identity = Some(Box::new(owner.identity.clone()));
            Some(LetterDraft { to: to.to_owned(), channel, content, identity })
        }
        None => unknown(purpose, address, channel, cx),
    };
    Composed {
        code: CodeDraft {
            id: CodeId::random(&mut stream),
            flow,
            purpose,
            secret,
            recipient: owner
                .map_or(Recipient::Nobody, |owner| Recipient::Address(owner.identity.id, owner.address)),
            issued_at: cx.now,
            expires_at: cx.now.plus(lifespan),
        },
        letter: letter.map(|draft| Outgoing::Letter(Box::new(draft))),
    }
}

/// What the form says once something was sent. It goes by what was typed, known or not (02 §2.4).
pub fn announcement(purpose: CodePurpose, channel: Channel) -> Message {
    match (purpose, channel) {
        (CodePurpose::VerificationCode, Channel::Email) => text::verification::code_sent_by_email(),
        (CodePurpose::VerificationCode, Channel::Sms) => text::verification::code_sent_by_sms(),
        (CodePurpose::VerificationLink, Channel::Email | Channel::Sms) => {
            text::verification::link_sent_by_email()
        }
        (CodePurpose::RecoveryCode, Channel::Email | Channel::Sms) => text::recovery::code_sent_by_email(),
        (CodePurpose::RecoveryLink, Channel::Email | Channel::Sms) => text::recovery::link_sent_by_email(),
        (CodePurpose::LoginCode, Channel::Email | Channel::Sms) => text::login::code_sent(),
        (CodePurpose::RegistrationCode, Channel::Email | Channel::Sms) => text::registration::code_sent(),
    }
}

const fn lifespan(purpose: CodePurpose, cx: &Cx<'_>) -> Lifespan {
    match purpose {
        CodePurpose::VerificationCode
        | CodePurpose::RecoveryCode
        | CodePurpose::LoginCode
        | CodePurpose::RegistrationCode => cx.policy.code.lifespan,
        CodePurpose::VerificationLink | CodePurpose::RecoveryLink => cx.policy.link.lifespan,
    }
}

/// What goes into a letter.
pub(super) struct Enclosed<'a> {
    /// The flow that the code or token belongs to.
    pub flow: FlowId,
    /// The code or token.
    pub secret: &'a Secret<String>,
    /// How long it works.
    pub lifespan: Lifespan,
    /// The traits of somebody who has no account yet.
    pub traits: &'a Map<String, Value>,
}

/// The letter that carries a code or link token.
pub(super) fn content(purpose: CodePurpose, enclosed: &Enclosed<'_>, cx: &Cx<'_>) -> Content {
    let Enclosed { flow, secret, lifespan, traits } = enclosed;
    let (base, secret) = (&cx.policy.public_url, secret.expose());
    let expires_in_minutes = lifespan.as_secs() / 60;
    match purpose {
        CodePurpose::VerificationCode => Content::VerificationCode {
            code: secret.clone(),
            url: format!("{base}/self-service/verification?code={secret}&flow={flow}"),
            expires_in_minutes,
        },
        CodePurpose::VerificationLink => Content::VerificationLink {
            url: format!("{base}/self-service/verification?flow={flow}&token={secret}"),
            expires_in_minutes,
        },
        CodePurpose::RecoveryCode => Content::RecoveryCode { code: secret.clone(), expires_in_minutes },
        CodePurpose::RecoveryLink => {
            Content::RecoveryLink { url: recovery_link(base, *flow, secret), expires_in_minutes }
        }
        CodePurpose::LoginCode => Content::LoginCode { code: secret.clone(), expires_in_minutes },
        CodePurpose::RegistrationCode => {
            let traits = (*traits).clone();
            Content::RegistrationCode { code: secret.clone(), expires_in_minutes, traits }
        }
    }
}

/// The link that lets somebody back in, below the public base URL.
pub fn recovery_link(base: &str, flow: FlowId, token: &str) -> String {
    format!("{base}/self-service/recovery?flow={flow}&token={token}")
}

/// Somebody may want to know that they were asked for; a number that nobody has is never written to.
fn unknown(purpose: CodePurpose, address: &str, channel: Channel, cx: &Cx<'_>) -> Option<LetterDraft> {
    let (notify, content) = match purpose {
        CodePurpose::VerificationCode => {
            (cx.policy.verification.notify_unknown, Content::VerificationCodeUnknown)
        }
        CodePurpose::VerificationLink => {
            (cx.policy.verification.notify_unknown, Content::VerificationLinkUnknown)
        }
        CodePurpose::RecoveryCode => (cx.policy.recovery.notify_unknown, Content::RecoveryCodeUnknown),
        CodePurpose::RecoveryLink => (cx.policy.recovery.notify_unknown, Content::RecoveryLinkUnknown),
        // There is no such letter (03 §8.1).
        CodePurpose::LoginCode | CodePurpose::RegistrationCode => return None,
    };
    let wanted = notify && channel == Channel::Email;
    wanted.then(|| LetterDraft { to: address.to_owned(), channel, content, identity: None })
}

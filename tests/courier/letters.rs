//! Letters to send, with everything in them.

use serde_json::{Map, json};
use zelos::{
    identity::Channel,
    kernel::{MessageId, Seed, Timestamp},
    outbox::{Content, Letter, TemplateType},
};

pub const CODE: &str = "482915";

pub fn letter(template: TemplateType) -> Letter {
    let flow = "https://auth.example.com/self-service/verification?flow=1b4e28ba-2fa1-4d2b-883f-001652379314";
    Letter {
        to: "ada.123456@example.com".to_owned(),
        channel: Channel::Email,
        content: match template {
            TemplateType::VerificationCodeValid => Content::VerificationCode {
                code: CODE.to_owned(),
                url: format!("{flow}&code={CODE}"),
                expires_in_minutes: 60,
            },
            TemplateType::VerificationValid => Content::VerificationLink {
                url: format!("{flow}&token=Zt6Xf1h2KqYb8Rw0Lm3NcPsVa9Ue5GdJ"),
                expires_in_minutes: 1,
            },
            TemplateType::VerificationCodeInvalid => Content::VerificationCodeUnknown,
            TemplateType::VerificationInvalid => Content::VerificationLinkUnknown,
            TemplateType::RecoveryCodeValid => {
                Content::RecoveryCode { code: CODE.to_owned(), expires_in_minutes: 60 }
            }
            TemplateType::RecoveryCodeInvalid => Content::RecoveryCodeUnknown,
            TemplateType::LoginCodeValid => {
                Content::LoginCode { code: CODE.to_owned(), expires_in_minutes: 60 }
            }
            TemplateType::RegistrationCodeValid => Content::RegistrationCode {
                code: CODE.to_owned(),
                expires_in_minutes: 60,
                traits: Map::new(),
            },
            TemplateType::RecoveryValid => Content::RecoveryLink {
                url: format!(
                    "{}&token=Zt6Xf1h2KqYb8Rw0Lm3NcPsVa9Ue5GdJ",
                    flow.replace("verification", "recovery")
                ),
                expires_in_minutes: 1,
            },
            TemplateType::RecoveryInvalid => Content::RecoveryLinkUnknown,
            TemplateType::VerifiableAddressChanged => Content::AddressChanged { changed_at: noon() },
            TemplateType::AuthenticatorKeyAdded => Content::KeyAdded { added_at: noon() },
        },
        identity: Some(
            json!({"id": "9f425a8d", "traits": {"email": "ada.123456@example.com", "name": "Ada"}}),
        ),
        request_url: "https://auth.example.com/self-service/verification/browser?x=1".to_owned(),
        transient_payload: Map::new(),
        request_headers: Map::new(),
    }
}

pub fn text_message() -> Letter {
    text_message_of(TemplateType::VerificationCodeValid)
}

pub fn text_message_of(template: TemplateType) -> Letter {
    let mut letter = letter(template);
    letter.to = "+4915112345678".to_owned();
    letter.channel = Channel::Sms;
    letter
}

pub fn id(n: u8) -> MessageId {
    MessageId::random(&mut Seed::new([n; 32]).stream("message"))
}

/// 2026-01-31T12:00:00Z.
pub fn noon() -> Timestamp {
    Timestamp::parse("2026-01-31T12:00:00Z").unwrap()
}

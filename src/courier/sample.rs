//! Made-up letters: one of each kind, to try templates on before anyone is mailed.

use serde_json::{Map, json};

use crate::{
    identity::Channel,
    kernel::Timestamp,
    outbox::{Content, Letter, TemplateType},
};

/// A letter that this template would word, with every variable filled.
pub fn letter(template: TemplateType) -> Letter {
    let traits = json!({"email": "ada@example.com", "name": {"first": "Ada", "last": "Lovelace"}});
    let flow = "https://auth.example.com/self-service/verification?flow=1b4e28ba-2fa1-4d2b-883f-001652379314";
    Letter {
        to: "ada@example.com".to_owned(),
        channel: Channel::Email,
        content: match template {
            TemplateType::VerificationCodeValid => Content::VerificationCode {
                code: "482915".to_owned(),
                url: format!("{flow}&code=482915"),
                expires_in_minutes: 60,
            },
            TemplateType::VerificationValid => Content::VerificationLink {
                url: format!("{flow}&token=Zt6Xf1h2KqYb8Rw0Lm3NcPsVa9Ue5GdJ"),
                expires_in_minutes: 60,
            },
            TemplateType::VerificationCodeInvalid => Content::VerificationCodeUnknown,
            TemplateType::VerificationInvalid => Content::VerificationLinkUnknown,
            TemplateType::RecoveryCodeValid => {
                Content::RecoveryCode { code: "482915".to_owned(), expires_in_minutes: 60 }
            }
            TemplateType::RecoveryCodeInvalid => Content::RecoveryCodeUnknown,
            TemplateType::LoginCodeValid => {
                Content::LoginCode { code: "482915".to_owned(), expires_in_minutes: 60 }
            }
            TemplateType::RegistrationCodeValid => Content::RegistrationCode {
                code: "482915".to_owned(),
                expires_in_minutes: 60,
                traits: traits.as_object().cloned().unwrap_or_default(),
            },
            TemplateType::RecoveryValid => Content::RecoveryLink {
                url: format!(
                    "{}&token=Zt6Xf1h2KqYb8Rw0Lm3NcPsVa9Ue5GdJ",
                    flow.replace("verification", "recovery")
                ),
                expires_in_minutes: 60,
            },
            TemplateType::RecoveryInvalid => Content::RecoveryLinkUnknown,
            TemplateType::VerifiableAddressChanged => Content::AddressChanged { changed_at: moment() },
            TemplateType::AuthenticatorKeyAdded => Content::KeyAdded { added_at: moment() },
        },
        identity: Some(json!({
            "id": "9f425a8d-7efc-4768-8f23-7647a74fdf13",
            "schema_id": "default",
            "state": "active",
            "traits": traits,
        })),
        request_url: "https://auth.example.com/self-service/verification/browser".to_owned(),
        transient_payload: Map::new(),
        request_headers: Map::new(),
    }
}

/// Some moment; which one is no matter.
fn moment() -> Timestamp {
    Timestamp::parse("2026-01-31T12:00:00Z").unwrap_or(Timestamp::new(time::OffsetDateTime::UNIX_EPOCH))
}

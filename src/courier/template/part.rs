//! The parts of a message, where the built-in ones are, and what overrides of them are called.

use crate::outbox::TemplateType;

/// One text of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The subject of a mail.
    Subject,
    /// The HTML of a mail.
    Html,
    /// The plain text of a mail.
    Text,
    /// A text message.
    Sms,
}

impl Part {
    /// All parts.
    pub const ALL: [Self; 4] = [Self::Subject, Self::Html, Self::Text, Self::Sms];

    /// The name of an override file without its ending (03 §8.6), and of the part among partials.
    pub const fn file_stem(self) -> &'static str {
        match self {
            Self::Subject => "email.subject",
            Self::Html => "email.body",
            Self::Text => "email.body.plaintext",
            Self::Sms => "sms.body",
        }
    }

    /// The part and the locale that a file stem such as `email.body.de` stands for. A stem with another
    /// suffix is no part: it is a partial.
    pub(super) fn of_stem(stem: &str) -> Option<(Self, Option<&str>)> {
        // The longer stem first: `email.body.plaintext` also begins with `email.body`.
        [Self::Subject, Self::Text, Self::Html, Self::Sms].into_iter().find_map(|part| {
            let suffix = stem.strip_prefix(part.file_stem())?;
            match suffix.strip_prefix('.') {
                None => suffix.is_empty().then_some((part, None)),
                Some(locale) => is_locale(locale).then_some((part, Some(locale))),
            }
        })
    }
}

/// Whether a text looks like a language tag: `de`, `pt-BR`, `zh_Hant`.
fn is_locale(text: &str) -> bool {
    let mut subtags = text.split(['-', '_']);
    let language = subtags.next().unwrap_or_default();
    language.len() == 2
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && subtags
            .all(|tag| (2..=4).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The folder of a template below an override directory: `verification_code/valid`.
pub fn folder(template: TemplateType) -> &'static str {
    match template {
        TemplateType::VerificationCodeValid => "verification_code/valid",
        TemplateType::VerificationCodeInvalid => "verification_code/invalid",
        TemplateType::VerificationValid => "verification/valid",
        TemplateType::VerificationInvalid => "verification/invalid",
        TemplateType::RecoveryCodeValid => "recovery_code/valid",
        TemplateType::RecoveryCodeInvalid => "recovery_code/invalid",
        TemplateType::LoginCodeValid => "login_code/valid",
        TemplateType::RegistrationCodeValid => "registration_code/valid",
        TemplateType::RecoveryValid => "recovery/valid",
        TemplateType::RecoveryInvalid => "recovery/invalid",
        TemplateType::VerifiableAddressChanged => "verifiable_address_changed",
    }
}

/// A frame for the HTML of built-in templates; overrides may use it, too: `{{#> layout heading="…"}}`.
pub(super) const LAYOUT: (&str, &str) = ("layout", include_str!("../../../templates/layout.html.hbs"));

macro_rules! embedded {
    ($folder:literal, $file:literal) => {
        (
            concat!("templates/", $folder, "/", $file, ".hbs"),
            include_str!(concat!("../../../templates/", $folder, "/", $file, ".hbs")),
        )
    };
}

/// The built-in text of a part, with its name; `None` where the catalogue has none (03 §8.1).
pub(super) fn built_in(template: TemplateType, part: Part) -> Option<(&'static str, &'static str)> {
    Some(match (template, part) {
        (TemplateType::VerificationCodeValid, Part::Subject) => {
            embedded!("verification_code_valid", "subject")
        }
        (TemplateType::VerificationCodeValid, Part::Text) => embedded!("verification_code_valid", "body.txt"),
        (TemplateType::VerificationCodeValid, Part::Html) => {
            embedded!("verification_code_valid", "body.html")
        }
        (TemplateType::VerificationCodeValid, Part::Sms) => embedded!("verification_code_valid", "sms"),
        (TemplateType::VerificationCodeInvalid, Part::Subject) => {
            embedded!("verification_code_invalid", "subject")
        }
        (TemplateType::VerificationCodeInvalid, Part::Text) => {
            embedded!("verification_code_invalid", "body.txt")
        }
        (TemplateType::VerificationCodeInvalid, Part::Html) => {
            embedded!("verification_code_invalid", "body.html")
        }
        (TemplateType::VerificationValid, Part::Subject) => embedded!("verification_valid", "subject"),
        (TemplateType::VerificationValid, Part::Text) => embedded!("verification_valid", "body.txt"),
        (TemplateType::VerificationValid, Part::Html) => embedded!("verification_valid", "body.html"),
        (TemplateType::VerificationInvalid, Part::Subject) => embedded!("verification_invalid", "subject"),
        (TemplateType::VerificationInvalid, Part::Text) => embedded!("verification_invalid", "body.txt"),
        (TemplateType::VerificationInvalid, Part::Html) => embedded!("verification_invalid", "body.html"),
        (TemplateType::RecoveryCodeValid, Part::Subject) => embedded!("recovery_code_valid", "subject"),
        (TemplateType::RecoveryCodeValid, Part::Text) => embedded!("recovery_code_valid", "body.txt"),
        (TemplateType::RecoveryCodeValid, Part::Html) => embedded!("recovery_code_valid", "body.html"),
        (TemplateType::RecoveryCodeValid, Part::Sms) => embedded!("recovery_code_valid", "sms"),
        (TemplateType::RecoveryCodeInvalid, Part::Subject) => embedded!("recovery_code_invalid", "subject"),
        (TemplateType::RecoveryCodeInvalid, Part::Text) => embedded!("recovery_code_invalid", "body.txt"),
        (TemplateType::RecoveryCodeInvalid, Part::Html) => embedded!("recovery_code_invalid", "body.html"),
        (TemplateType::LoginCodeValid, Part::Subject) => embedded!("login_code_valid", "subject"),
        (TemplateType::LoginCodeValid, Part::Text) => embedded!("login_code_valid", "body.txt"),
        (TemplateType::LoginCodeValid, Part::Html) => embedded!("login_code_valid", "body.html"),
        (TemplateType::LoginCodeValid, Part::Sms) => embedded!("login_code_valid", "sms"),
        (TemplateType::RegistrationCodeValid, Part::Subject) => {
            embedded!("registration_code_valid", "subject")
        }
        (TemplateType::RegistrationCodeValid, Part::Text) => embedded!("registration_code_valid", "body.txt"),
        (TemplateType::RegistrationCodeValid, Part::Html) => {
            embedded!("registration_code_valid", "body.html")
        }
        (TemplateType::RegistrationCodeValid, Part::Sms) => embedded!("registration_code_valid", "sms"),
        (TemplateType::RecoveryValid, Part::Subject) => embedded!("recovery_valid", "subject"),
        (TemplateType::RecoveryValid, Part::Text) => embedded!("recovery_valid", "body.txt"),
        (TemplateType::RecoveryValid, Part::Html) => embedded!("recovery_valid", "body.html"),
        (TemplateType::RecoveryInvalid, Part::Subject) => embedded!("recovery_invalid", "subject"),
        (TemplateType::RecoveryInvalid, Part::Text) => embedded!("recovery_invalid", "body.txt"),
        (TemplateType::RecoveryInvalid, Part::Html) => embedded!("recovery_invalid", "body.html"),
        (TemplateType::VerifiableAddressChanged, Part::Subject) => {
            embedded!("verifiable_address_changed", "subject")
        }
        (TemplateType::VerifiableAddressChanged, Part::Text) => {
            embedded!("verifiable_address_changed", "body.txt")
        }
        (TemplateType::VerifiableAddressChanged, Part::Html) => {
            embedded!("verifiable_address_changed", "body.html")
        }
        (TemplateType::VerifiableAddressChanged, Part::Sms) => {
            embedded!("verifiable_address_changed", "sms")
        }
        (
            TemplateType::VerificationCodeInvalid
            | TemplateType::VerificationValid
            | TemplateType::VerificationInvalid
            | TemplateType::RecoveryCodeInvalid
            | TemplateType::RecoveryValid
            | TemplateType::RecoveryInvalid,
            Part::Sms,
        ) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_name_parts_and_locales() {
        assert_eq!(Part::of_stem("email.body"), Some((Part::Html, None)));
        assert_eq!(Part::of_stem("email.body.plaintext"), Some((Part::Text, None)));
        assert_eq!(Part::of_stem("email.body.plaintext.pt-BR"), Some((Part::Text, Some("pt-BR"))));
        assert_eq!(Part::of_stem("email.body.de"), Some((Part::Html, Some("de"))));
        assert_eq!(Part::of_stem("email.body.footer"), None);
        assert_eq!(Part::of_stem("email.bodyx"), None);
        assert_eq!(Part::of_stem("sms.body"), Some((Part::Sms, None)));
    }
}

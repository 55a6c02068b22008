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

/// A frame for the HTML of built-in templates; overrides may use it, too: `{{#> layout heading="…"}}`.
pub(super) const LAYOUT: (&str, &str) = ("layout", include_str!("../../../templates/layout.html.hbs"));

/// A name and a text.
type Named = (&'static str, &'static str);

/// The built-in texts of a template.
struct BuiltIn {
    subject: Named,
    text: Named,
    html: Named,
    sms: Option<Named>,
}

macro_rules! embedded {
    ($folder:literal, $file:literal) => {
        (
            concat!("templates/", $folder, "/", $file, ".hbs"),
            include_str!(concat!("../../../templates/", $folder, "/", $file, ".hbs")),
        )
    };
}

macro_rules! by_mail {
    ($folder:literal) => {
        BuiltIn {
            subject: embedded!($folder, "subject"),
            text: embedded!($folder, "body.txt"),
            html: embedded!($folder, "body.html"),
            sms: None,
        }
    };
}

macro_rules! by_mail_and_sms {
    ($folder:literal) => {
        BuiltIn { sms: Some(embedded!($folder, "sms")), ..by_mail!($folder) }
    };
}

/// The built-in texts of a template (03 §8.1).
const fn texts(template: TemplateType) -> BuiltIn {
    match template {
        TemplateType::VerificationCodeValid => by_mail_and_sms!("verification_code_valid"),
        TemplateType::VerificationCodeInvalid => by_mail!("verification_code_invalid"),
        TemplateType::VerificationValid => by_mail!("verification_valid"),
        TemplateType::VerificationInvalid => by_mail!("verification_invalid"),
        TemplateType::RecoveryCodeValid => by_mail_and_sms!("recovery_code_valid"),
        TemplateType::RecoveryCodeInvalid => by_mail!("recovery_code_invalid"),
        TemplateType::LoginCodeValid => by_mail_and_sms!("login_code_valid"),
        TemplateType::RegistrationCodeValid => by_mail_and_sms!("registration_code_valid"),
        TemplateType::RecoveryValid => by_mail!("recovery_valid"),
        TemplateType::RecoveryInvalid => by_mail!("recovery_invalid"),
        TemplateType::VerifiableAddressChanged => by_mail_and_sms!("verifiable_address_changed"),
        TemplateType::AuthenticatorKeyAdded => by_mail_and_sms!("authenticator_key_added"),
    }
}

/// The built-in text of a part, with its name; `None` where the catalogue has none.
pub(super) const fn built_in(template: TemplateType, part: Part) -> Option<Named> {
    let texts = texts(template);
    match part {
        Part::Subject => Some(texts.subject),
        Part::Text => Some(texts.text),
        Part::Html => Some(texts.html),
        Part::Sms => texts.sms,
    }
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

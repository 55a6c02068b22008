//! What a person would pick out of a message: the code and the link, for the development inbox.

use crate::{
    identity::Channel,
    outbox::{Content, Letter},
};

/// The code and the link of a letter, as far as it has them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clues {
    /// The code to type.
    pub code: Option<String>,
    /// The link to follow.
    pub link: Option<String>,
}

/// Takes code and link from the letter itself. Searching the rendered text would fail for a template that
/// leaves one of them out, or that shows another number first.
pub fn clues(letter: &Letter) -> Clues {
    let (code, link) = match &letter.content {
        Content::VerificationCode { code, url, .. } => (Some(code), Some(url)),
        Content::RecoveryCode { code, .. }
        | Content::LoginCode { code, .. }
        | Content::RegistrationCode { code, .. } => (Some(code), None),
        Content::VerificationLink { url, .. } | Content::RecoveryLink { url, .. } => (None, Some(url)),
        Content::VerificationCodeUnknown
        | Content::VerificationLinkUnknown
        | Content::RecoveryLinkUnknown
        | Content::RecoveryCodeUnknown
        | Content::AddressChanged { .. }
        | Content::KeyAdded { .. } => (None, None),
    };
    let link = link.filter(|url| letter.channel == Channel::Email && !url.is_empty());
    Clues { code: code.cloned(), link: link.cloned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{courier::sample, outbox::TemplateType};

    #[test]
    fn each_kind_of_letter_shows_what_it_has() {
        let seen = |template| {
            let Clues { code, link } = clues(&sample::letter(template));
            (code.is_some(), link.is_some())
        };
        assert_eq!(seen(TemplateType::VerificationCodeValid), (true, true));
        assert_eq!(seen(TemplateType::VerificationValid), (false, true));
        assert_eq!(seen(TemplateType::VerificationCodeInvalid), (false, false));
        assert_eq!(seen(TemplateType::VerificationInvalid), (false, false));
        assert_eq!(seen(TemplateType::RecoveryCodeValid), (true, false));
        assert_eq!(seen(TemplateType::RecoveryCodeInvalid), (false, false));
        assert_eq!(seen(TemplateType::LoginCodeValid), (true, false));
        assert_eq!(seen(TemplateType::RegistrationCodeValid), (true, false));
        assert_eq!(seen(TemplateType::VerifiableAddressChanged), (false, false));

        let mut message = sample::letter(TemplateType::VerificationCodeValid);
        message.channel = Channel::Sms;
        assert_eq!(clues(&message), Clues { code: Some("482915".to_owned()), link: None });
    }
}

//! What templates may refer to, and what HTTP channels get: the two views of a letter (03 §8.3).

use serde_json::{Map, Value, json};
use url::Url;

use crate::{
    identity::Channel,
    outbox::{Content, Letter, TemplateType},
};

/// Variables that every template has.
const COMMON: [&str; 6] = ["To", "RequestURL", "RequestURLDomain", "TransientPayload", "Identity", "Traits"];

/// The top-level variables of a template. Others are refused when templates are compiled.
pub(super) fn known(template: TemplateType) -> impl Iterator<Item = &'static str> {
    let own: &[&'static str] = match template {
        TemplateType::VerificationCodeValid => {
            &["VerificationCode", "VerificationURL", "ExpiresInMinutes", "OAuth2LoginRequest"]
        }
        TemplateType::VerificationValid => &["VerificationURL", "ExpiresInMinutes", "OAuth2LoginRequest"],
        TemplateType::RecoveryCodeValid => &["RecoveryCode", "ExpiresInMinutes"],
        TemplateType::LoginCodeValid => &["LoginCode", "ExpiresInMinutes", "OAuth2LoginRequest"],
        TemplateType::RegistrationCodeValid => {
            &["RegistrationCode", "ExpiresInMinutes", "OAuth2LoginRequest"]
        }
        TemplateType::RecoveryValid => &["RecoveryURL", "ExpiresInMinutes"],
        TemplateType::VerifiableAddressChanged => &["ChangedAt"],
        TemplateType::AuthenticatorKeyAdded => &["AddedAt"],
        TemplateType::VerificationCodeInvalid
        | TemplateType::VerificationInvalid
        | TemplateType::RecoveryCodeInvalid
        | TemplateType::RecoveryInvalid => &[],
    };
    COMMON.into_iter().chain(own.iter().copied())
}

/// The variables of a letter, under the names that templates use.
pub(super) fn variables(letter: &Letter) -> Value {
    let identity = identity(letter);
    let mut all = Map::new();
    let mut put = |name: &str, value: Value| all.insert(name.to_owned(), value);
    put("To", json!(letter.to));
    put("RequestURL", json!(letter.request_url));
    put("RequestURLDomain", json!(domain(&letter.request_url)));
    put("TransientPayload", Value::Object(letter.transient_payload.clone()));
    put("Traits", identity.get("traits").cloned().unwrap_or_else(|| json!({})));
    put("Identity", identity);
    match &letter.content {
        Content::VerificationCode { code, url, expires_in_minutes } => {
            put("VerificationCode", json!(code));
            put("VerificationURL", json!(url));
            put("ExpiresInMinutes", json!(expires_in_minutes));
            put("OAuth2LoginRequest", Value::Null);
        }
        Content::VerificationLink { url, expires_in_minutes } => {
            put("VerificationURL", json!(url));
            put("ExpiresInMinutes", json!(expires_in_minutes));
            put("OAuth2LoginRequest", Value::Null);
        }
        Content::RecoveryCode { code, expires_in_minutes } => {
            put("RecoveryCode", json!(code));
            put("ExpiresInMinutes", json!(expires_in_minutes));
        }
        Content::LoginCode { code, expires_in_minutes } => {
            put("LoginCode", json!(code));
            put("ExpiresInMinutes", json!(expires_in_minutes));
            put("OAuth2LoginRequest", Value::Null);
        }
        Content::RegistrationCode { code, expires_in_minutes, .. } => {
            put("RegistrationCode", json!(code));
            put("ExpiresInMinutes", json!(expires_in_minutes));
            put("OAuth2LoginRequest", Value::Null);
        }
        Content::RecoveryLink { url, expires_in_minutes } => {
            put("RecoveryURL", json!(url));
            put("ExpiresInMinutes", json!(expires_in_minutes));
        }
        Content::AddressChanged { changed_at } => {
            put("ChangedAt", json!(changed_at));
        }
        Content::KeyAdded { added_at } => {
            put("AddedAt", json!(added_at));
        }
        Content::VerificationCodeUnknown
        | Content::VerificationLinkUnknown
        | Content::RecoveryCodeUnknown
        | Content::RecoveryLinkUnknown => {}
    }
    Value::Object(all)
}

/// The identity of a letter. Before there is one, its traits stand for it.
fn identity(letter: &Letter) -> Value {
    match (&letter.identity, &letter.content) {
        (Some(identity), _) => identity.clone(),
        (None, Content::RegistrationCode { traits, .. }) => json!({ "traits": traits }),
        (None, _) => json!({}),
    }
}

/// The `template_data` of a letter, as HTTP channels see it. Key sets follow the reference: text messages
/// carry the domain instead of the link, and the templates for unknown addresses carry no identity.
pub fn template_data(letter: &Letter) -> Map<String, Value> {
    let mut all = Map::new();
    let identity = || letter.identity.clone().unwrap_or_else(|| json!({}));
    let mut put = |name: &str, value: Value| all.insert(name.to_owned(), value);
    put("to", json!(letter.to));
    match &letter.content {
        Content::VerificationCode { code, url, .. } => {
            if letter.channel == Channel::Email {
                put("verification_url", json!(url));
            }
            put("verification_code", json!(code));
            put("identity", identity());
        }
        Content::VerificationLink { url, .. } => {
            put("verification_url", json!(url));
            put("identity", identity());
        }
        Content::RecoveryCode { code, .. } => {
            put("recovery_code", json!(code));
            // COMPAT: services that send text messages look for the code under this name (03 Q38).
            if letter.channel == Channel::Sms {
                put("verification_code", json!(code));
            }
            put("identity", identity());
        }
        Content::LoginCode { code, .. } => {
            put("login_code", json!(code));
            put("identity", identity());
        }
        Content::RegistrationCode { code, traits, .. } => {
            put("registration_code", json!(code));
            // COMPAT: text messages call the traits by another name (03 §8.3).
            put(if letter.channel == Channel::Sms { "identity" } else { "traits" }, json!(traits));
        }
        Content::RecoveryLink { url, .. } => {
            put("recovery_url", json!(url));
            put("identity", identity());
        }
        Content::AddressChanged { changed_at } => {
            put("identity", identity());
            put("changed_at", json!(changed_at));
        }
        Content::KeyAdded { added_at } => {
            put("identity", identity());
            put("added_at", json!(added_at));
        }
        Content::VerificationCodeUnknown
        | Content::VerificationLinkUnknown
        | Content::RecoveryCodeUnknown
        | Content::RecoveryLinkUnknown => {}
    }
    if let Some(minutes) = expires_in_minutes(&letter.content) {
        put("expires_in_minutes", json!(minutes));
    }
    let is_notice = matches!(letter.content, Content::AddressChanged { .. } | Content::KeyAdded { .. });
    if !is_notice {
        put("request_url", json!(letter.request_url));
    }
    if !is_notice && letter.channel == Channel::Sms {
        put("request_url_domain", json!(domain(&letter.request_url)));
    }
    put("transient_payload", Value::Object(letter.transient_payload.clone()));
    all
}

/// How long what is in a letter is good for.
fn expires_in_minutes(content: &Content) -> Option<u64> {
    match content {
        Content::VerificationCode { expires_in_minutes, .. }
        | Content::VerificationLink { expires_in_minutes, .. }
        | Content::RecoveryCode { expires_in_minutes, .. }
        | Content::RecoveryLink { expires_in_minutes, .. }
        | Content::LoginCode { expires_in_minutes, .. }
        | Content::RegistrationCode { expires_in_minutes, .. } => Some(*expires_in_minutes),
        Content::VerificationCodeUnknown
        | Content::VerificationLinkUnknown
        | Content::RecoveryCodeUnknown
        | Content::RecoveryLinkUnknown
        | Content::AddressChanged { .. }
        | Content::KeyAdded { .. } => None,
    }
}

/// The host of a URL; empty when it has none.
fn domain(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// The locales a letter asks for, the best first (03 §8.6): what the client sent for it, what the identity
/// prefers, what the browser prefers. Each is followed by its bare language.
pub(super) fn locales(letter: &Letter) -> Vec<String> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let mut wanted: Vec<String> = Vec::new();
    wanted.extend(text(letter.transient_payload.get("locale")));
    wanted.extend(text(identity(letter).pointer("/traits/locale")));
    let accepted = letter
        .request_headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("accept-language"))
        .and_then(|(_, value)| match value {
            Value::Array(values) => text(values.first()),
            single => text(Some(single)),
        });
    wanted.extend(accepted.iter().flat_map(|header| accepted_languages(header)));
    wanted
        .into_iter()
        .flat_map(|tag| {
            let language = tag.split(['-', '_']).next().unwrap_or_default().to_owned();
            if language == tag { vec![tag] } else { vec![tag, language] }
        })
        .collect()
}

/// The languages of an `Accept-Language` header by falling weight, without the refused ones.
fn accepted_languages(header: &str) -> Vec<String> {
    let mut weighted: Vec<(f32, &str)> = header
        .split(',')
        .take(16)
        .filter_map(|item| {
            let mut fields = item.split(';').map(str::trim);
            let tag = fields.next().filter(|tag| !tag.is_empty() && *tag != "*")?;
            let weight =
                fields.find_map(|field| field.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok())?;
            (weight > 0.0).then_some((weight, tag))
        })
        .collect();
    weighted.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    weighted.into_iter().map(|(_, tag)| tag.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::courier::sample;

    #[test]
    fn each_template_has_exactly_its_known_variables() {
        for template in TemplateType::ALL {
            let Value::Object(all) = variables(&sample::letter(template)) else { unreachable!() };
            let mut have: Vec<_> = all.keys().map(String::as_str).collect();
            let mut known: Vec<_> = known(template).collect();
            have.sort_unstable();
            known.sort_unstable();
            assert_eq!(have, known);
        }
    }

    #[test]
    fn template_data_is_snake_case_and_fits_the_channel() {
        let mut letter = sample::letter(TemplateType::VerificationCodeValid);
        let keys = |letter: &Letter| template_data(letter).keys().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!(
            keys(&letter),
            "to verification_url verification_code identity expires_in_minutes request_url transient_payload"
        );
        letter.channel = Channel::Sms;
        assert_eq!(
            keys(&letter),
            "to verification_code identity expires_in_minutes request_url request_url_domain transient_payload"
        );
        assert_eq!(template_data(&letter)["request_url_domain"], "auth.example.com");
        let mut recovery = sample::letter(TemplateType::RecoveryCodeValid);
        assert_eq!(
            keys(&recovery),
            "to recovery_code identity expires_in_minutes request_url transient_payload"
        );
        recovery.channel = Channel::Sms;
        assert_eq!(template_data(&recovery)["verification_code"], template_data(&recovery)["recovery_code"]);
        let login = sample::letter(TemplateType::LoginCodeValid);
        assert_eq!(keys(&login), "to login_code identity expires_in_minutes request_url transient_payload");
        let mut sign_up = sample::letter(TemplateType::RegistrationCodeValid);
        assert_eq!(
            keys(&sign_up),
            "to registration_code traits expires_in_minutes request_url transient_payload"
        );
        sign_up.channel = Channel::Sms;
        assert_eq!(template_data(&sign_up)["identity"]["email"], "ada@example.com");
        assert_eq!(
            keys(&sample::letter(TemplateType::RecoveryValid)),
            "to recovery_url identity expires_in_minutes request_url transient_payload"
        );
        assert_eq!(
            keys(&sample::letter(TemplateType::AuthenticatorKeyAdded)),
            "to identity added_at transient_payload"
        );
        assert_eq!(
            keys(&sample::letter(TemplateType::VerificationCodeInvalid)),
            "to request_url transient_payload"
        );
    }

    #[test]
    fn locales_come_in_order_of_preference() {
        let mut letter = sample::letter(TemplateType::VerificationCodeValid);
        letter.request_headers.insert("Accept-Language".to_owned(), json!(["en;q=0.5, pt-BR, fr;q=0, *"]));
        assert_eq!(locales(&letter), ["pt-BR", "pt", "en"]);
        letter.transient_payload.insert("locale".to_owned(), json!("de"));
        letter.identity = Some(json!({"traits": {"locale": "it_CH"}}));
        assert_eq!(locales(&letter), ["de", "it_CH", "it", "pt-BR", "pt", "en"]);
    }
}
